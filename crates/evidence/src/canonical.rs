//! The canonical form of JSON (RFC 8785), and what it cannot hold.

use crate::pointer::Step;
use serde::Serialize;
use serde_json::{Map, Value};

/// The largest integer that a double holds with all its neighbours.
const INTEGER_MAX: u64 = (1 << 53) - 1;

/// The canonical bytes.
pub fn bytes(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    serde_json_canonicalizer::to_vec(value)
}

/// The first integer that the canonical form would round.
pub fn inexact(fields: &Map<String, Value>) -> Option<(Vec<Step>, String)> {
    fields.iter().find_map(|(name, value)| {
        let (mut at, number) = inexact_value(value)?;
        at.push(Step::Name(name.clone()));
        at.reverse();
        Some((at, number))
    })
}

/// The steps come from the inside out.
fn inexact_value(value: &Value) -> Option<(Vec<Step>, String)> {
    match value {
        Value::Number(number) => {
            let integer = number.as_u64().or(number.as_i64().map(i64::unsigned_abs))?;
            (integer > INTEGER_MAX).then(|| (Vec::new(), number.to_string()))
        }
        Value::Array(items) => items.iter().enumerate().find_map(|(place, item)| {
            let (mut at, number) = inexact_value(item)?;
            at.push(Step::Place(place));
            Some((at, number))
        }),
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            let (mut at, number) = inexact_value(value)?;
            at.push(Step::Name(name.clone()));
            Some((at, number))
        }),
        Value::Null | Value::Bool(_) | Value::String(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The example of RFC 8785, section 3.2.3, as far as names and numbers go.
    #[test]
    fn names_are_sorted_and_numbers_are_short() {
        let value = json!({"b": 50.0, "a": [1e30, 0.000_001, -0.0], "é": "\u{20ac}\n"});
        assert_eq!(
            String::from_utf8(bytes(&value).unwrap()).unwrap(),
            "{\"a\":[1e+30,0.000001,0],\"b\":50,\"é\":\"€\\n\"}"
        );
    }
}
