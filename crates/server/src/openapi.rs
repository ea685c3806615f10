//! The OpenAPI 3.1 document of a site, generated from what the modules and the gateway say about
//! themselves. Served at `/api/openapi.json`; the web client is generated from it.

mod components;
mod gateway;

use crate::http::envelope::Scope;
use components::Components;
use kernel::{CommandSpec, Module, QuerySpec};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The document for the given modules.
#[must_use]
pub fn document<'a>(modules: impl Iterator<Item = &'a Arc<dyn Module>>) -> Value {
    let mut components = Components::default();
    let mut paths = Map::new();
    gateway::describe(&mut paths, &mut components);
    for module in modules {
        let name = module.name();
        for spec in module.commands().iter().filter(|spec| spec.is_public) {
            let operation = command(name, spec, &mut components);
            add(
                &mut paths,
                &format!("/api/{name}/{}", spec.name),
                "post",
                operation,
            );
        }
        for spec in module.queries() {
            let operation = query(name, spec, &mut components);
            add(
                &mut paths,
                &format!("/api/{name}/{}", spec.name),
                "get",
                operation,
            );
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Sekoci",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
            "description": "Commands change something and are safe to repeat: the same command_id \
                never takes effect twice, at any site, ever. Queries read at the site that is asked.",
        },
        "servers": [{ "url": "/" }],
        "security": [{ "session": [] }],
        "paths": paths,
        "components": {
            "schemas": components.into_schemas(),
            "securitySchemes": {
                "session": { "type": "http", "scheme": "bearer", "bearerFormat": "PASETO v4.public" },
            },
        },
    })
}

/// Adds an operation to a path.
fn add(paths: &mut Map<String, Value>, path: &str, method: &str, operation: Value) {
    let item = paths.entry(path).or_insert_with(|| json!({}));
    item[method] = operation;
}

fn command(module: &str, spec: &CommandSpec, components: &mut Components) -> Value {
    let body = components.reference(module, &spec.body);
    let mut properties = json!({
        "command_id": {
            "type": "string", "format": "uuid",
            "description": "Made by the client (UUIDv7). Sent again, it gives the first answer.",
        },
        "command": body,
    });
    let mut required = vec!["command_id", "command"];
    if Scope::of(module) == Scope::Workspace {
        properties["workspace_id"] = json!({ "type": "string", "format": "uuid" });
        required.push("workspace_id");
    }
    json!({
        "operationId": format!("{module}.{}", spec.name),
        "tags": [module],
        "summary": spec.summary,
        "requestBody": {
            "required": true,
            "content": { "application/json": { "schema": {
                "type": "object",
                "properties": properties,
                "required": required,
                "additionalProperties": false,
            } } },
        },
        "responses": responses(json!({ "$ref": "#/components/schemas/gateway.CommandAnswer" })),
    })
}

fn query(module: &str, spec: &QuerySpec, components: &mut Components) -> Value {
    let mut parameters = Vec::new();
    if Scope::of(module) == Scope::Workspace {
        parameters.push(json!({
            "name": "workspace_id", "in": "query", "required": true,
            "schema": { "type": "string", "format": "uuid" },
        }));
    }
    parameters.push(json!({
        "name": "min_seq", "in": "query", "required": false,
        "description": "Wait, up to five seconds, until this site has applied this position.",
        "schema": { "type": "integer", "format": "int64", "minimum": 0 },
    }));
    if Scope::of(module) == Scope::Workspace {
        parameters.push(json!({
            "name": "moment", "in": "query", "required": false,
            "description": "Answer as of this moment: RFC 3339, or milliseconds since 1970. Needs \
                history.view now; shows what whoever asks was entitled to then. Not together with \
                min_seq.",
            "schema": { "type": "string" },
        }));
    }
    parameters.extend(components.query_parameters(module, &spec.parameters));
    let answer = components.reference(module, &spec.answer);
    json!({
        "operationId": format!("{module}.{}", spec.name),
        "tags": [module],
        "summary": spec.summary,
        "parameters": parameters,
        "responses": responses(answer),
    })
}

/// The responses every operation has.
fn responses(answer: Value) -> Value {
    json!({
        "200": {
            "description": "Done.",
            "content": { "application/json": { "schema": answer } },
        },
        "default": {
            "description": "Refused or failed; the code says why.",
            "content": { "application/problem+json": {
                "schema": { "$ref": "#/components/schemas/gateway.Problem" },
            } },
        },
    })
}
