//! Reading JSON that anybody may have written.

use crate::{canonical, pointer};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The largest file that is looked at.
pub const BYTES_MAX: usize = 64 << 20;

/// Input that says nothing, for or against.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// More than [`BYTES_MAX`].
    #[error("is larger than {} MiB; no report is", BYTES_MAX >> 20)]
    TooLarge,
    /// Nothing at all.
    #[error("is empty")]
    Empty,
    /// Ends in the middle.
    #[error("ends in the middle of the JSON, in line {line}: it was cut off")]
    Truncated {
        /// Where.
        line: usize,
    },
    /// No JSON, or JSON that two readers may read differently.
    #[error("is not usable JSON: {0}")]
    NotJson(String),
    /// JSON, but not an object.
    #[error("is {0}, and a report is a JSON object")]
    NotAnObject(&'static str),
    /// A number that the canonical form would round.
    #[error(
        "{pointer} is {number}: beyond 2^53 the canonical form of JSON (RFC 8785) is not exact"
    )]
    Inexact {
        /// Where.
        pointer: String,
        /// What.
        number: String,
    },
    /// A report that was never signed.
    #[error("has no field \"signature\": it was never signed, or the signature was taken out")]
    NoSignature,
    /// A field that is not what it has to be.
    #[error("{pointer} {cause}")]
    Malformed {
        /// Where.
        pointer: String,
        /// What is wrong.
        cause: String,
    },
}

impl Unusable {
    pub(crate) fn malformed(pointer: impl Into<String>, cause: impl std::fmt::Display) -> Self {
        Self::Malformed {
            pointer: pointer.into(),
            cause: cause.to_string(),
        }
    }
}

/// Reads a JSON object.
///
/// # Errors
/// For everything that is not one, precisely; also for names given twice, which two readers of one file
/// may take differently, and for numbers that are not exact.
pub fn read(bytes: &[u8]) -> Result<Map<String, Value>, Unusable> {
    if bytes.len() > BYTES_MAX {
        return Err(Unusable::TooLarge);
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Unusable::Empty);
    }
    let mut from = serde_json::Deserializer::from_slice(bytes);
    let value = Strict
        .deserialize(&mut from)
        .and_then(|value| from.end().map(|()| value));
    let value = value.map_err(|error| match error.is_eof() {
        true => Unusable::Truncated { line: error.line() },
        false => Unusable::NotJson(error.to_string()),
    })?;
    match value {
        Value::Object(fields) => {
            if let Some((at, number)) = canonical::inexact(&fields) {
                let pointer = pointer::text(&at);
                return Err(Unusable::Inexact { pointer, number });
            }
            Ok(fields)
        }
        Value::Null => Err(Unusable::NotAnObject("null")),
        Value::Bool(_) => Err(Unusable::NotAnObject("true or false")),
        Value::Number(_) => Err(Unusable::NotAnObject("a number")),
        Value::String(_) => Err(Unusable::NotAnObject("a text")),
        Value::Array(_) => Err(Unusable::NotAnObject("a list")),
    }
}

/// Any JSON value in which no object has a name twice.
struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value);
        number
            .map(Value::Number)
            .ok_or_else(|| E::custom("a number is out of range"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.into()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = from.next_element_seed(Strict)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(name) = from.next_key::<String>()? {
            let value = from.next_value_seed(Strict)?;
            if fields.contains_key(&name) {
                return Err(A::Error::custom(format!(
                    "the name {name:?} is given twice"
                )));
            }
            fields.insert(name, value);
        }
        Ok(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(text: &str) -> String {
        read(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_report_is_named() {
        assert_eq!(cause(" \n"), "is empty");
        assert_eq!(
            cause("{\"a\":\n"),
            "ends in the middle of the JSON, in line 1: it was cut off"
        );
        assert!(cause("%PDF-1.7").starts_with("is not usable JSON: "));
        assert!(cause("{} {}").contains("trailing characters"));
        assert_eq!(cause("[]"), "is a list, and a report is a JSON object");
        let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
        assert!(cause(&deep).contains("recursion limit"));
        let huge = vec![b' '; BYTES_MAX + 1];
        assert_eq!(read(&huge), Err(Unusable::TooLarge));
        assert!(read(b"{\"a\":\"\xff\"}").is_err());
    }

    #[test]
    fn two_readers_see_the_same_figure() {
        let twice = cause(r#"{"rto_ms":100,"x":1,"rto_ms":1200}"#);
        assert!(twice.contains("\"rto_ms\" is given twice"), "{twice}");
        let nested = cause(r#"{"a":[{"b":1,"b":1}]}"#);
        assert!(nested.contains("given twice"), "{nested}");
        let large = cause(r#"{"a":{"b":[0,9007199254740993]}}"#);
        assert!(large.starts_with("/a/b/1 is 9007199254740993: "), "{large}");
        assert!(read(br#"{"a":9007199254740991,"b":-9007199254740991,"c":1e300}"#).is_ok());
    }
}
