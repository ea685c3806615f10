//! Reading a report, and knowing what of it was shown.

use crate::statement::Statement;
use crate::{Asked, SIGNATURE, UNSIGNED_BECAUSE, verify};
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// A report.
pub struct Source<'a> {
    report: &'a Map<String, Value>,
    shown: RefCell<BTreeSet<String>>,
    statement: Option<Statement>,
}

impl<'a> Source<'a> {
    /// Of evidence as it is in a file.
    pub fn new(report: &'a Map<String, Value>) -> Self {
        let statement = serde_json::to_vec(report)
            .ok()
            .and_then(|bytes| verify(&bytes, &Asked::default()).ok())
            .filter(crate::Examined::is_upheld)
            .and_then(|examined| examined.statement);
        let source = Self {
            report,
            shown: RefCell::default(),
            statement,
        };
        source.show(&format!("/{SIGNATURE}"));
        source
    }

    /// What was signed; `None` where nothing was, or the signature is not good.
    pub const fn statement(&self) -> Option<&Statement> {
        self.statement.as_ref()
    }

    /// Why it is not signed.
    pub fn unsigned_because(&self) -> Option<String> {
        self.text(&format!("/{UNSIGNED_BECAUSE}"))
    }

    /// What is there, without showing it.
    pub fn look(&self, pointer: &str) -> Option<&'a Value> {
        let (first, rest) = split(pointer)?;
        let value = self.report.get(&first)?;
        let value = if rest.is_empty() {
            Some(value)
        } else {
            value.pointer(rest)
        };
        value.filter(|value| !value.is_null())
    }

    /// Whether there is such a field, even if it holds null.
    pub fn has(&self, pointer: &str) -> bool {
        split(pointer).is_some_and(|(first, _)| self.report.contains_key(&first))
    }

    /// Notes that everything at and below a place is shown.
    pub fn show(&self, pointer: &str) {
        self.shown.borrow_mut().insert(pointer.to_owned());
    }

    fn take(&self, pointer: &str) -> Option<&'a Value> {
        self.show(pointer);
        self.look(pointer)
    }

    /// A text that is shown.
    pub fn text(&self, pointer: &str) -> Option<String> {
        self.take(pointer)?.as_str().map(str::to_owned)
    }

    /// A whole number that is shown.
    pub fn number(&self, pointer: &str) -> Option<i64> {
        self.take(pointer)?.as_i64()
    }

    /// A number that is shown.
    pub fn decimal(&self, pointer: &str) -> Option<f64> {
        self.take(pointer)?.as_f64()
    }

    /// Yes or no that is shown.
    pub fn truth(&self, pointer: &str) -> Option<bool> {
        self.take(pointer)?.as_bool()
    }

    /// How many items a list has.
    pub fn count(&self, pointer: &str) -> usize {
        self.look(pointer)
            .and_then(Value::as_array)
            .map_or(0, Vec::len)
    }

    /// The texts of a list, which are shown.
    pub fn texts(&self, pointer: &str) -> Vec<String> {
        (0..self.count(pointer))
            .filter_map(|place| self.text(&format!("{pointer}/{place}")))
            .collect()
    }

    /// Every value that has not been shown, with its pointer.
    pub fn rest(&self) -> Vec<(String, &'a Value)> {
        let mut rest = Vec::new();
        for (name, value) in self.report {
            self.collect(format!("/{}", escaped(name)), value, &mut rest);
        }
        rest
    }

    fn collect(&self, at: String, value: &'a Value, into: &mut Vec<(String, &'a Value)>) {
        // What was asked for and is of another shape than was expected was not shown.
        let is_shown = self.shown.borrow().contains(&at);
        match value {
            Value::Object(fields) if !fields.is_empty() && !is_shown => {
                for (name, value) in fields {
                    self.collect(format!("{at}/{}", escaped(name)), value, into);
                }
            }
            Value::Array(items) if !items.is_empty() && !is_shown => {
                for (place, value) in items.iter().enumerate() {
                    self.collect(format!("{at}/{place}"), value, into);
                }
            }
            _ if is_shown => {}
            _ => into.push((at, value)),
        }
    }
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn split(pointer: &str) -> Option<(String, &str)> {
    let pointer = pointer.strip_prefix('/')?;
    let end = pointer.find('/').unwrap_or(pointer.len());
    let (first, rest) = pointer.split_at(end);
    Some((first.replace("~1", "/").replace("~0", "~"), rest))
}
