//! What is put on record of a report: a list in it has a bound, however much went wrong.

use serde_json::{Map, Value};

/// Lines of a list that go on record.
const LINES_MAX: usize = 100;

/// A report whose lists have at most 100 lines; beside a longer one stands how many there were.
#[must_use]
pub fn capped(report: &Value) -> Value {
    match report {
        Value::Object(fields) => {
            let mut kept = Map::new();
            for (name, value) in fields {
                if let Value::Array(lines) = value
                    && lines.len() > LINES_MAX
                {
                    kept.insert(format!("{name}_count"), lines.len().into());
                }
                kept.insert(name.clone(), capped(value));
            }
            Value::Object(kept)
        }
        Value::Array(lines) => lines.iter().take(LINES_MAX).map(capped).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn long_lists_are_cut_and_counted() {
        let long: Vec<u32> = (0..101).collect();
        let short: Vec<u32> = (0..100).collect();
        let report = json!({ "lost": long, "kept": short, "inner": { "lost": long }, "n": 1 });
        let cut = capped(&report);
        assert_eq!(cut["lost"].as_array().unwrap().len(), 100);
        assert_eq!(
            (&cut["lost_count"], &cut["inner"]["lost_count"]),
            (&json!(101), &json!(101))
        );
        assert_eq!(cut["kept"], json!(short));
        assert_eq!(cut.get("kept_count"), None);
        assert_eq!(cut["n"], 1);
    }
}
