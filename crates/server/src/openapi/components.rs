//! Schemas by name. Each module's names have its own prefix, so that two modules may call different
//! things by one name.

use kernel::{NamedSchemas, SchemaOf};
use serde_json::{Map, Value, json};

const PREFIX: &str = "#/components/schemas/";

/// The schemas collected so far.
#[derive(Default)]
pub(super) struct Components(Map<String, Value>);

impl Components {
    /// A reference to a type of `owner`, which is added with everything it refers to.
    pub fn reference(&mut self, owner: &str, schema: &SchemaOf) -> Value {
        let name = (schema.name)();
        self.insert(owner, &name, to_value(&(schema.schema)()));
        let mut others = NamedSchemas::new();
        (schema.refers_to)(&mut others);
        for (name, schema) in others {
            self.insert(owner, &name, to_value(&schema));
        }
        json!({ "$ref": reference_to(owner, &name) })
    }

    /// Adds a schema that is no Rust type.
    pub fn add(&mut self, owner: &str, name: &str, schema: Value) {
        self.insert(owner, name, schema);
    }

    /// A type of `owner` as parameters of a query string.
    pub fn query_parameters(&mut self, owner: &str, schema: &SchemaOf) -> Vec<Value> {
        let own = (schema.name)();
        self.reference(owner, schema);
        let Some(object) = self.0.remove(&qualified(owner, &own)) else {
            return Vec::new();
        };
        let required: Vec<&str> = object["required"]
            .as_array()
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let properties = object["properties"]
            .as_object()
            .cloned()
            .unwrap_or_default();
        properties
            .into_iter()
            .map(|(name, mut schema)| {
                let description = schema.as_object_mut().and_then(|s| s.remove("description"));
                let mut parameter = json!({
                    "name": name, "in": "query",
                    "required": required.contains(&name.as_str()),
                    "schema": schema,
                });
                if let Some(description) = description {
                    parameter["description"] = description;
                }
                parameter
            })
            .collect()
    }

    fn insert(&mut self, owner: &str, name: &str, mut schema: Value) {
        let qualified = qualified(owner, name);
        if !self.0.contains_key(&qualified) {
            qualify(owner, &mut schema);
            self.0.insert(qualified, schema);
        }
    }

    pub fn into_schemas(self) -> Map<String, Value> {
        self.0
    }
}

fn to_value(schema: &impl serde::Serialize) -> Value {
    serde_json::to_value(schema).expect("schemas have string keys only")
}

fn qualified(owner: &str, name: &str) -> String {
    format!("{owner}.{name}")
}

fn reference_to(owner: &str, name: &str) -> String {
    format!("{PREFIX}{}", qualified(owner, name))
}

/// Gives every reference in a schema its owner's prefix.
fn qualify(owner: &str, schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::String(target) if key == "$ref" => {
                        if let Some(name) = target.strip_prefix(PREFIX) {
                            *target = reference_to(owner, name);
                        }
                    }
                    value => qualify(owner, value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| qualify(owner, item)),
        _ => {}
    }
}
