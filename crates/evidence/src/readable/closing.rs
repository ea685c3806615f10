//! What every report ends with: clauses, the rest, words, the signature.

use super::clause_map::{Kind, clause_map};
use super::format::moment;
use super::source::Source;
use super::{Block, Cell, Section, Tone};
use crate::language::Words;
use crate::pointer::shown;
use serde_json::Value;

/// The most lines of the annex; a report over thousands of partitions must still be readable.
const LINES_MAX: usize = 400;

const GLOSSARY: [&str; 8] = [
    "glossary.rto",
    "glossary.rpo",
    "glossary.acknowledged",
    "glossary.never",
    "glossary.site",
    "glossary.vantage",
    "glossary.journal",
    "glossary.vault",
];

/// The last chapters. To be called when everything else was shown.
pub fn sections(
    source: &Source<'_>,
    words: Words,
    kind: Kind,
    limits: Vec<String>,
) -> Vec<Section> {
    let limits = Section::new(
        words.word("section.limits"),
        vec![Block::List { items: limits }],
    );
    let clauses = Section::new(
        words.word("section.clauses"),
        clause_map(source, words, kind),
    );
    let signature = Section::new(words.word("section.signature"), signature(source, words));
    let mut all = vec![limits, clauses, signature];
    all.extend(annex(source, words));
    let glossary = GLOSSARY.iter().map(|key| words.word(key).to_owned());
    let items = glossary.collect();
    all.push(Section::new(
        words.word("section.glossary"),
        vec![Block::List { items }],
    ));
    all
}

/// Who signed when, or that nobody did.
pub fn signed(source: &Source<'_>, words: Words) -> String {
    if let Some(statement) = source.statement() {
        let about = &statement.predicate.about;
        let at = moment(about.signed_at);
        return words.say(
            "word.signed_as",
            &[("site", about.site.as_str()), ("at", &at)],
        );
    }
    match source.unsigned_because() {
        Some(cause) => words.say("word.unsigned", &[("cause", &cause)]),
        None => words.word("word.unreadable").to_owned(),
    }
}

/// Limits that hold for every report.
pub fn limits(source: &Source<'_>, words: Words) -> Vec<String> {
    let mut limits = Vec::new();
    if source.statement().is_none() {
        limits.push(words.word("limits.unsigned").to_owned());
    }
    limits.push(words.word("limits.right").to_owned());
    limits.push(words.word("limits.clock").to_owned());
    limits
}

fn signature(source: &Source<'_>, words: Words) -> Vec<Block> {
    let mut rows: Vec<Vec<Cell>> = vec![vec![
        words.word("word.signed").into(),
        signed(source, words).into(),
    ]];
    if let Some(statement) = source.statement() {
        let about = &statement.predicate.about;
        let key = source
            .look("/signature/signatures/0/keyid")
            .and_then(Value::as_str);
        rows.push(vec![
            words.word("signature.key").into(),
            key.unwrap_or_default().into(),
        ]);
        let installation = about.installation.to_string();
        rows.push(vec![
            words.word("signature.installation").into(),
            installation.into(),
        ]);
        for head in &about.heads {
            let text = format!("{} #{} {}", head.partition, head.seq, head.hash);
            rows.push(vec![words.word("signature.head").into(), text.into()]);
        }
    }
    let columns = [
        (words.word("column.field"), 3),
        (words.word("column.value"), 9),
    ];
    vec![
        Block::table(&columns, rows),
        Block::text(words.word("signature.how")),
    ]
}

/// Everything that had no place of its own.
fn annex(source: &Source<'_>, words: Words) -> Option<Section> {
    let rest = source.rest();
    if rest.is_empty() {
        return None;
    }
    let rows = rest.iter().take(LINES_MAX).map(|(at, value)| {
        let text = value.as_str().map_or_else(|| shown(value), str::to_owned);
        vec![Cell::new(at.as_str(), Tone::Quiet), text.into()]
    });
    let columns = [
        (words.word("column.field"), 5),
        (words.word("column.value"), 7),
    ];
    let mut blocks = vec![Block::table(&columns, rows.collect())];
    if let Some(more) = rest.len().checked_sub(LINES_MAX).filter(|more| *more > 0) {
        blocks.push(Block::text(
            words.say("word.more", &[("count", &more.to_string())]),
        ));
    }
    Some(Section::new(words.word("section.annex"), blocks))
}
