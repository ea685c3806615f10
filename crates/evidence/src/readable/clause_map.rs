//! The clause map of a report.

use super::source::Source;
use super::{Block, Cell, Tone};
use crate::clauses::{self, Clause, Source as Text};
use crate::language::Words;
use crate::pointer::shown;
use serde_json::Value;

/// Which kind of report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Of a drill.
    Drill,
    /// Of a year or quarter.
    Period,
}

/// A table of every clause: what it asks, and what this report has to say to it.
pub fn clause_map(source: &Source<'_>, words: Words, kind: Kind) -> Vec<Block> {
    let rows = clauses::all().iter().map(|clause| {
        let mut asks = clause.asks(words.0).to_owned();
        if clause.source == Text::Unread {
            asks = format!("{asks} *");
        }
        vec![
            clause.framework.as_str().into(),
            clause.clause.as_str().into(),
            asks.into(),
            answer(source, words, clause, kind),
        ]
    });
    let table = Block::Table {
        columns: vec![
            words.word("column.clause"),
            words.word("column.asks"),
            words.word("column.answer"),
        ],
        widths: vec![3, 6, 5],
        rows: rows.collect(),
        is_grouped: true,
    };
    vec![
        Block::text(words.word("clauses.intro")),
        table,
        Block::text(format!("* {}", words.word("clauses.unread"))),
    ]
}

fn answer(source: &Source<'_>, words: Words, clause: &Clause, kind: Kind) -> Cell {
    let pointers = match kind {
        Kind::Drill => &clause.drill,
        Kind::Period => &clause.period,
    };
    if pointers.is_empty() {
        return Cell::new(words.word("clauses.unanswered"), Tone::Open);
    }
    let found: Vec<String> = pointers
        .iter()
        .filter_map(|at| Some(format!("{at}: {}", brief(source.look(at)?))))
        .collect();
    if found.is_empty() {
        let fields = pointers.join(", ");
        return Cell::new(
            words.say("clauses.absent", &[("field", &fields)]),
            Tone::Open,
        );
    }
    found.join("; ").into()
}

/// A value in few words: of what is long, how long it is.
fn brief(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.len()),
        Value::Object(fields) => format!("{{{}}}", fields.len()),
        other => shown(other),
    }
}
