//! Which files a fact names, whatever module it is of.

use kernel::{Event, Hash};
use serde_json::Value;

/// A file that a fact names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileFact {
    /// Its parts, by the BLAKE3 of each, in order.
    pub parts: Vec<Hash>,
    /// Its bytes.
    pub size: u64,
}

/// The files in a fact: every object in it, however deep, with an `attachment_id`, `chunks` and a
/// `size`. That is how every module writes the files that it carries.
#[must_use]
pub fn files_in(event: &Event) -> Vec<FileFact> {
    let mut found = Vec::new();
    collect(&event.data, &mut found);
    found
}

fn collect(value: &Value, found: &mut Vec<FileFact>) {
    match value {
        Value::Object(fields) => {
            found.extend(file(value));
            fields.values().for_each(|field| collect(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}

fn file(value: &Value) -> Option<FileFact> {
    value.get("attachment_id")?.as_str()?;
    let parts = value.get("chunks")?.as_array()?.iter();
    let parts: Option<Vec<Hash>> = parts.map(|part| part.as_str()?.parse().ok()).collect();
    Some(FileFact {
        parts: parts?,
        size: value.get("size")?.as_u64()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn files_are_found_wherever_a_fact_has_them() {
        let file = |n: u8| {
            let part = Hash([n; 32]).to_string();
            json!({ "attachment_id": "x", "chunks": [part], "size": n, "name": "a" })
        };
        let found = |data: Value| {
            let files = files_in(&Event::new("any", 1, &data));
            files.into_iter().map(|file| file.size).collect::<Vec<_>>()
        };
        assert_eq!(found(json!({ "attachments": [file(1), file(2)] })), [1, 2]);
        assert_eq!(found(json!({ "file": file(3) })), [3]);
        let deep = json!({ "messages": [{ "text": "a", "attachments": [file(4)] }, {}] });
        assert_eq!(found(deep), [4]);
        assert_eq!(found(json!({ "chunks": [], "size": 1 })), [0_u64; 0]);
        assert_eq!(found(json!(["text", 5, null])), [0_u64; 0]);
    }
}
