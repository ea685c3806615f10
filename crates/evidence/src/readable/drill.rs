//! The report of one drill.

use super::clause_map::Kind;
use super::closing::{limits, sections, signed};
use super::figures::{self, Tally};
use super::format::{duration, moment_short};
use super::source::Source;
use super::{Block, Cell, Document, Section, Tone};
use crate::language::Words;

/// Lays out a drill's report.
pub fn document(source: &Source<'_>, words: Words) -> Document {
    let scenario = source
        .text("/scenario")
        .or_else(|| source.text("/on_record/scenario"))
        .unwrap_or_else(|| "–".into());
    let named = words.named("scenario", &scenario);
    let (verdict, tone) = verdict(source);
    let figures = figures::of(source, words);
    let facts = facts(source, words, &scenario);
    let mut all = vec![
        Section::new(
            words.word("section.summary"),
            summary(source, words, &named, &figures.tally, verdict),
        ),
        Section::new(words.word("section.figures"), figures.blocks),
    ];
    if !figures.charts.is_empty() {
        all.push(Section::new(words.word("section.charts"), figures.charts));
    }
    all.push(Section::new(
        words.word("section.timeline"),
        timeline(source, words),
    ));
    all.push(Section::new(
        words.word("section.people"),
        people(source, words),
    ));
    all.push(Section::new(
        words.word("section.findings"),
        findings(source, words),
    ));
    all.push(Section::new(
        words.word("section.method"),
        method(source, words),
    ));
    let limits = drill_limits(source, words, &figures.tally);
    all.extend(sections(source, words, Kind::Drill, limits));
    Document {
        lang: words.0.tag(),
        title: words.word("title.drill").to_owned(),
        subtitle: named,
        verdict: Cell::new(words.word(verdict), tone),
        facts,
        sections: all,
        page: words.word("word.page"),
    }
}

fn verdict(source: &Source<'_>) -> (&'static str, Tone) {
    let passed = source
        .truth("/on_record/passed")
        .or(source.truth("/passed"));
    let _ = source.truth("/passed");
    match passed {
        Some(true) => ("verdict.passed", Tone::Good),
        _ if source.has("/aborted") => ("verdict.aborted", Tone::Bad),
        Some(false) => ("verdict.failed", Tone::Bad),
        None => ("verdict.unfinished", Tone::Open),
    }
}

fn facts(source: &Source<'_>, words: Words, scenario: &str) -> Vec<[String; 2]> {
    let mut facts = Vec::new();
    let mut fact = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            facts.push([words.word(key).to_owned(), value]);
        }
    };
    fact("word.drill", source.text("/drill_id"));
    fact("column.scenario", Some(scenario.to_owned()));
    fact("word.site", site(source));
    fact("word.began", began(source));
    fact("word.ended", source.number("/on_record/ended_at").map(at));
    fact("word.signed", Some(signed(source, words)));
    // The record's own fields say the same as the report's, or it says so in the annex.
    for name in ["drill_id", "site", "started_at", "scenario"] {
        let at = format!("/on_record/{name}");
        if source.look(&at) == source.look(&format!("/{name}")) {
            source.show(&at);
        }
    }
    facts
}

fn at(ms: i64) -> String {
    format!("{} UTC", moment_short(ms))
}

fn site(source: &Source<'_>) -> Option<String> {
    let site = source
        .text("/site")
        .or_else(|| source.text("/on_record/site"))?;
    Some(match source.text("/fault") {
        Some(fault) => format!("{site} ({fault})"),
        None => site,
    })
}

fn began(source: &Source<'_>) -> Option<String> {
    let began = source.number("/started_at");
    began
        .or_else(|| source.number("/on_record/started_at"))
        .map(at)
}

fn summary(
    source: &Source<'_>,
    words: Words,
    named: &str,
    tally: &Tally,
    verdict: &str,
) -> Vec<Block> {
    let site = site(source).unwrap_or_else(|| "–".into());
    let began = began(source).unwrap_or_else(|| "–".into());
    let values = [("scenario", named), ("site", &*site), ("at", &*began)];
    let mut blocks = vec![Block::text(words.say("summary.drill", &values))];
    let shortfalls = source.texts("/shortfalls");
    if verdict == "verdict.passed" {
        blocks.push(Block::text(words.word("summary.passed")));
    }
    if let Some(cause) = source.text("/aborted") {
        blocks.push(Block::text(
            words.say("summary.aborted", &[("cause", &cause)]),
        ));
    } else if !shortfalls.is_empty() {
        blocks.push(Block::text(words.word("summary.failed")));
    }
    if !shortfalls.is_empty() {
        blocks.push(Block::List { items: shortfalls });
    }
    if let Some(rto) = source.number("/rto_ms") {
        blocks.push(Block::text(
            words.say("summary.rto", &[("rto", &duration(rto))]),
        ));
    }
    if let (Some(lost), Some(twice)) = (source.number("/lost"), source.number("/duplicated")) {
        let values = [
            ("lost", &*lost.to_string()),
            ("duplicated", &*twice.to_string()),
        ];
        blocks.push(Block::text(words.say("summary.lost", &values)));
    }
    let all = tally.met + tally.missed + tally.never + tally.without;
    if all > 0 {
        let text = |count: usize| count.to_string();
        let said = words.say(
            "summary.objectives",
            &[
                ("all", &text(all)),
                ("met", &text(tally.met)),
                ("missed", &text(tally.missed)),
                ("never", &text(tally.never)),
                ("without", &text(tally.without)),
            ],
        );
        blocks.push(Block::text(said));
    }
    blocks
}

fn timeline(source: &Source<'_>, words: Words) -> Vec<Block> {
    let rows: Vec<Vec<Cell>> = (0..source.count("/timeline"))
        .map(|place| {
            let field = |name: &str| source.text(&format!("/timeline/{place}/{name}"));
            let when = source.number(&format!("/timeline/{place}/at"));
            let kind = field("kind").unwrap_or_default();
            vec![
                when.map_or_else(|| "–".into(), moment_short).into(),
                words.named("note", &kind).into(),
                field("site").unwrap_or_default().into(),
                field("detail").unwrap_or_default().into(),
            ]
        })
        .collect();
    if rows.is_empty() {
        return vec![Block::text(words.word("word.none"))];
    }
    let columns = [
        (words.word("column.time"), 4),
        (words.word("column.event"), 4),
        (words.word("column.site"), 2),
        (words.word("column.detail"), 9),
    ];
    vec![Block::table(&columns, rows)]
}

fn people(source: &Source<'_>, words: Words) -> Vec<Block> {
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    if let Some(who) = source.text("/on_record/started_by") {
        rows.push(vec![words.word("word.ran").into(), who.into()]);
    }
    rows.push(vec![
        words.word("word.signing").into(),
        signed(source, words).into(),
    ]);
    for place in 0..source.count("/people") {
        let field = |name: &str| source.text(&format!("/people/{place}/{name}"));
        let (role, who) = (field("role"), field("name"));
        rows.push(vec![
            role.unwrap_or_default().into(),
            who.unwrap_or_default().into(),
        ]);
    }
    let columns = [
        (words.word("column.role"), 4),
        (words.word("column.who"), 8),
    ];
    vec![Block::table(&columns, rows)]
}

/// Findings, of a drill or of many.
pub fn findings(source: &Source<'_>, words: Words) -> Vec<Block> {
    let rows: Vec<Vec<Cell>> = (0..source.count("/findings"))
        .map(|place| {
            let field = |name: &str| {
                let at = format!("/findings/{place}/{name}");
                source.text(&at).or_else(|| source.number(&at).map(at_day))
            };
            let what = [field("title"), field("detail"), field("function")];
            let what: Vec<String> = what.into_iter().flatten().collect();
            vec![
                what.join(" · ").into(),
                field("severity").unwrap_or_else(|| "–".into()).into(),
                field("owner").unwrap_or_else(|| "–".into()).into(),
                field("due").unwrap_or_else(|| "–".into()).into(),
            ]
        })
        .collect();
    if rows.is_empty() {
        return vec![Block::text(words.word("word.none"))];
    }
    let columns = [
        (words.word("column.finding"), 9),
        (words.word("column.severity"), 3),
        (words.word("column.owner"), 3),
        (words.word("column.due"), 3),
    ];
    vec![Block::table(&columns, rows)]
}

fn at_day(ms: i64) -> String {
    super::format::day(ms)
}

fn method(source: &Source<'_>, words: Words) -> Vec<Block> {
    let mut blocks = vec![Block::text(words.word("method.drill"))];
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for name in ["load", "versions", "engine"] {
        let Some(fields) = source
            .look(&format!("/{name}"))
            .and_then(|value| value.as_object())
        else {
            continue;
        };
        for (field, value) in fields {
            if value.is_object() || value.is_array() || field.contains(['/', '~']) {
                continue;
            }
            let at = format!("/{name}/{field}");
            source.show(&at);
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            rows.push(vec![format!("{name}.{field}").into(), text.into()]);
        }
    }
    if !rows.is_empty() {
        let columns = [
            (words.word("column.field"), 5),
            (words.word("column.value"), 7),
        ];
        blocks.push(Block::table(&columns, rows));
    }
    blocks
}

fn drill_limits(source: &Source<'_>, words: Words, tally: &Tally) -> Vec<String> {
    let mut all = limits(source, words);
    all.push(words.word("limits.other").to_owned());
    if tally.without > 0 {
        let count = tally.without.to_string();
        all.push(words.say("limits.objectives", &[("count", &count)]));
    }
    all.push(words.word("limits.providers").to_owned());
    all
}
