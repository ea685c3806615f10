//! What reads otherwise than it was signed.

use crate::pointer::{Step, shown, text};
use serde_json::{Map, Value};

/// One field.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    at: Vec<Step>,
    signed: Option<Value>,
    reads: Option<Value>,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at = text(&self.at);
        match (&self.signed, &self.reads) {
            (Some(signed), Some(reads)) => write!(
                f,
                "{at} was {} when it was signed and reads {} here",
                shown(signed),
                shown(reads)
            ),
            (Some(signed), None) => {
                write!(
                    f,
                    "{at} was {} when it was signed and is missing here",
                    shown(signed)
                )
            }
            (None, Some(reads)) => {
                write!(
                    f,
                    "{at} was not there when it was signed and reads {} here",
                    shown(reads)
                )
            }
            (None, None) => write!(f, "{at} is nowhere"),
        }
    }
}

/// Every difference between what was signed and what is read. Both went through the canonical form, or
/// numbers would differ that are the same (50 and 50.0).
pub fn differences(signed: &Map<String, Value>, reads: &Map<String, Value>) -> Vec<Difference> {
    let mut walk = Walk::default();
    walk.fields(signed, reads);
    walk.found
}

#[derive(Default)]
struct Walk {
    at: Vec<Step>,
    found: Vec<Difference>,
}

impl Walk {
    fn fields(&mut self, signed: &Map<String, Value>, reads: &Map<String, Value>) {
        for (name, value) in signed {
            self.step(Step::Name(name.clone()), Some(value), reads.get(name));
        }
        for (name, value) in reads {
            if !signed.contains_key(name) {
                self.step(Step::Name(name.clone()), None, Some(value));
            }
        }
    }

    fn step(&mut self, step: Step, signed: Option<&Value>, reads: Option<&Value>) {
        self.at.push(step);
        match (signed, reads) {
            (Some(Value::Object(signed)), Some(Value::Object(reads))) => self.fields(signed, reads),
            (Some(Value::Array(signed)), Some(Value::Array(reads))) => {
                for place in 0..signed.len().max(reads.len()) {
                    self.step(Step::Place(place), signed.get(place), reads.get(place));
                }
            }
            _ if signed == reads => {}
            _ => self.found.push(Difference {
                at: self.at.clone(),
                signed: signed.cloned(),
                reads: reads.cloned(),
            }),
        }
        self.at.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_field_is_named_by_its_pointer() {
        let signed = json!({"a": [{"b/c": 1200}, 2], "gone": true, "same": null});
        let reads = json!({"a": [{"b/c": 100}, 2, 3], "same": null, "new": "x"});
        let (Value::Object(signed), Value::Object(reads)) = (signed, reads) else {
            unreachable!("both are objects")
        };
        let found: Vec<String> = differences(&signed, &reads)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            found,
            [
                "/a/0/b~1c was 1200 when it was signed and reads 100 here",
                "/a/2 was not there when it was signed and reads 3 here",
                "/gone was true when it was signed and is missing here",
                "/new was not there when it was signed and reads \"x\" here",
            ]
        );
        assert!(differences(&signed, &signed).is_empty());
    }
}
