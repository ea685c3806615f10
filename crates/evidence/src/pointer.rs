//! JSON pointers (RFC 6901).

use serde_json::Value;

/// One step: a name or a place in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Name(String),
    Place(usize),
}

/// A pointer as text: `/functions/0/rto_ms`.
pub fn text(steps: &[Step]) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    for step in steps {
        // Writing to a string cannot fail.
        let _ = match step {
            Step::Name(name) => {
                write!(text, "/{}", name.replace('~', "~0").replace('/', "~1"))
            }
            Step::Place(place) => write!(text, "/{place}"),
        };
    }
    text
}

/// A value as it is shown in a sentence: short, on one line.
pub fn shown(value: &Value) -> String {
    const CHARS_MAX: usize = 80;
    let text = value.to_string();
    if text.chars().count() <= CHARS_MAX {
        return text;
    }
    let start: String = text.chars().take(CHARS_MAX).collect();
    format!("{start}…")
}
