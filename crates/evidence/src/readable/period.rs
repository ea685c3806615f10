//! The report of a year or quarter.

use super::clause_map::Kind;
use super::closing::{limits, sections, signed};
use super::drill::findings;
use super::figures::share;
use super::format::{day, duration, moment_short};
use super::source::Source;
use super::{Bar, Bars, Block, Cell, Document, Section, Tone};
use crate::language::Words;
use serde_json::Value;

/// The most bars of one scenario: the newest.
const BARS_MAX: usize = 12;

/// Lays out a report over a period.
pub fn document(source: &Source<'_>, words: Words) -> Document {
    let year = source.number("/year").unwrap_or_default().to_string();
    let quarter = source.number("/quarter").unwrap_or_default().to_string();
    source.show("/kind");
    let key = match quarter.as_str() {
        "0" => "title.annual",
        _ => "title.quarterly",
    };
    let mut all = vec![
        Section::new(words.word("section.summary"), summary(source, words)),
        Section::new(words.word("section.scenarios"), scenarios(source, words)),
    ];
    if let Some(chart) = trend(source, words) {
        all.push(Section::new(words.word("section.charts"), vec![chart]));
    }
    all.push(Section::new(
        words.word("section.incidents"),
        incidents(source, words),
    ));
    all.push(Section::new(
        words.word("section.rehearsals"),
        rehearsals(source, words),
    ));
    all.push(Section::new(
        words.word("section.never"),
        never(source, words),
    ));
    all.push(Section::new(
        words.word("section.findings"),
        findings(source, words),
    ));
    all.push(Section::new(
        words.word("section.drills"),
        drills(source, words),
    ));
    let method = Block::text(words.word("method.period"));
    all.push(Section::new(words.word("section.method"), vec![method]));
    let mut limits = limits(source, words);
    limits.push(words.word("limits.unseen").to_owned());
    limits.push(words.word("limits.availability").to_owned());
    limits.push(words.word("limits.providers").to_owned());
    all.extend(sections(source, words, Kind::Period, limits));
    let values = [("year", year.as_str()), ("quarter", quarter.as_str())];
    let title = words.say(key, &values);
    Document {
        lang: words.0.tag(),
        title,
        subtitle: span(source),
        verdict: Cell::new(words.word("verdict.record"), Tone::Plain),
        facts: vec![
            [words.word("word.period").to_owned(), span(source)],
            [words.word("word.signed").to_owned(), signed(source, words)],
        ],
        sections: all,
        page: words.word("word.page"),
    }
}

/// The last day is the one before the next period.
fn span(source: &Source<'_>) -> String {
    let (from, to) = (source.number("/from"), source.number("/to"));
    format!(
        "{} – {}",
        from.map_or_else(String::new, day),
        to.map_or_else(String::new, |to| day(to - 1))
    )
}

fn summary(source: &Source<'_>, words: Words) -> Vec<Block> {
    let mut blocks = Vec::new();
    let until = source
        .number("/until")
        .map_or_else(String::new, moment_short);
    if source.truth("/is_complete") == Some(false) {
        blocks.push(Block::text(
            words.say("summary.incomplete", &[("until", &until)]),
        ));
    }
    let (run, incidents) = (source.count("/drills"), source.count("/incidents"));
    if run == 0 && incidents == 0 {
        blocks.push(Block::text(words.word("summary.empty")));
    }
    let outcome = |wanted: &str| {
        let drills = source.look("/drills").and_then(Value::as_array);
        let drills = drills.into_iter().flatten();
        drills
            .filter(|drill| drill["outcome"] == wanted)
            .count()
            .to_string()
    };
    let all = source.look("/incidents").and_then(Value::as_array);
    let real = all
        .into_iter()
        .flatten()
        .filter(|one| one["drill_id"].is_null());
    let at = |name: &str| source.number(name).map_or_else(String::new, day);
    let said = words.say(
        "summary.period",
        &[
            ("from", &at("/from")),
            (
                "to",
                &source
                    .number("/to")
                    .map_or_else(String::new, |to| day(to - 1)),
            ),
            ("run", &run.to_string()),
            ("passed", &outcome("passed")),
            ("failed", &outcome("failed")),
            ("aborted", &outcome("aborted")),
            ("unfinished", &outcome("unfinished")),
            ("incidents", &incidents.to_string()),
            ("real", &real.count().to_string()),
        ],
    );
    blocks.push(Block::text(said));
    blocks.push(Block::text(rehearsed(source, words)));
    blocks
}

fn rehearsed(source: &Source<'_>, words: Words) -> String {
    let count = |name: &str| source.number(name).unwrap_or_default().to_string();
    let gap = source.number("/rehearsals/longest_gap_ms");
    let gap = gap.map_or_else(|| "–".to_owned(), duration);
    let (run, passed) = (count("/rehearsals/run"), count("/rehearsals/passed"));
    let values = [("run", &*run), ("passed", &*passed), ("gap", &*gap)];
    words.say("summary.rehearsals", &values)
}

fn none(words: Words) -> Vec<Block> {
    vec![Block::text(words.word("word.none"))]
}

fn time(ms: Option<i64>) -> Cell {
    ms.map_or_else(|| Cell::new("–", Tone::Quiet), |ms| duration(ms).into())
}

fn scenarios(source: &Source<'_>, words: Words) -> Vec<Block> {
    let rows: Vec<Vec<Cell>> = (0..source.count("/scenarios"))
        .map(|place| {
            let at = |name: &str| format!("/scenarios/{place}/{name}");
            let name = source.text(&at("scenario")).unwrap_or_default();
            let mut row: Vec<Cell> = vec![words.named("scenario", &name).into()];
            for (field, tone) in [
                ("run", Tone::Plain),
                ("passed", Tone::Good),
                ("failed", Tone::Bad),
                ("aborted", Tone::Bad),
                ("unfinished", Tone::Open),
            ] {
                let count = source.number(&at(field)).unwrap_or_default();
                let tone = if count == 0 { Tone::Quiet } else { tone };
                row.push(Cell::new(count.to_string(), tone));
            }
            row.push(time(source.number(&at("rto_ms/median"))));
            row.push(time(source.number(&at("rto_ms/worst"))));
            row.push(time(source.number(&at("detected_ms/median"))));
            row
        })
        .collect();
    if rows.is_empty() {
        return none(words);
    }
    let columns = [
        (words.word("column.scenario"), 6),
        (words.word("column.run"), 3),
        (words.word("column.passed"), 3),
        (words.word("column.failed"), 3),
        (words.word("column.aborted"), 3),
        (words.word("column.unfinished"), 3),
        (words.word("column.rto_median"), 4),
        (words.word("column.rto_worst"), 4),
        (words.word("column.detected"), 4),
    ];
    vec![Block::table(&columns, rows)]
}

fn trend(source: &Source<'_>, words: Words) -> Option<Block> {
    let lines: Vec<(String, Vec<i64>)> = (0..source.count("/scenarios"))
        .filter_map(|place| {
            let name = source.text(&format!("/scenarios/{place}/scenario"))?;
            let at = format!("/scenarios/{place}/rto_ms/values");
            let values = source
                .look(&at)?
                .as_array()?
                .iter()
                .filter_map(Value::as_i64);
            let values: Vec<i64> = values.collect();
            let first = values.len().saturating_sub(BARS_MAX);
            if first == 0 {
                source.show(&at);
            }
            let newest = values.get(first..)?.to_vec();
            (!newest.is_empty()).then(|| (words.named("scenario", &name), newest))
        })
        .collect();
    let most = lines.iter().flat_map(|(_, values)| values).copied().max()?;
    let groups = lines.into_iter().map(|(name, values)| Bars {
        name,
        bars: values
            .into_iter()
            .map(|ms| Bar {
                share: share(ms, most.max(1)),
                label: duration(ms),
            })
            .collect(),
        mark: None,
    });
    Some(Block::Bars {
        title: words.word("chart.trend").to_owned(),
        legend: Vec::new(),
        groups: groups.collect(),
    })
}

fn incidents(source: &Source<'_>, words: Words) -> Vec<Block> {
    let rows: Vec<Vec<Cell>> = (0..source.count("/incidents"))
        .map(|place| {
            let at = |name: &str| format!("/incidents/{place}/{name}");
            let opened = source
                .number(&at("opened_at"))
                .map_or_else(String::new, moment_short);
            let lasted = match source.number(&at("duration_ms")) {
                Some(ms) => duration(ms).into(),
                None => Cell::new(words.word("state.open"), Tone::Bad),
            };
            let made = match source.text(&at("drill_id")) {
                Some(_) => Cell::new(words.word("word.yes"), Tone::Quiet),
                None => Cell::new(words.word("word.no"), Tone::Plain),
            };
            let notes = source.number(&at("notes")).unwrap_or_default();
            let sites = source.texts(&at("sites")).join(", ");
            vec![
                opened.into(),
                sites.into(),
                lasted,
                made,
                notes.to_string().into(),
            ]
        })
        .collect();
    if rows.is_empty() {
        return none(words);
    }
    let columns = [
        (words.word("column.opened"), 5),
        (words.word("column.site"), 3),
        (words.word("column.duration"), 4),
        (words.word("column.cause"), 4),
        (words.word("column.notes"), 3),
    ];
    vec![Block::table(&columns, rows)]
}

fn rehearsals(source: &Source<'_>, words: Words) -> Vec<Block> {
    vec![Block::text(rehearsed(source, words))]
}

fn never(source: &Source<'_>, words: Words) -> Vec<Block> {
    let items = source.texts("/never_drilled");
    if items.is_empty() {
        return none(words);
    }
    let items = items
        .iter()
        .map(|name| words.named("scenario", name))
        .collect();
    vec![Block::List { items }]
}

fn drills(source: &Source<'_>, words: Words) -> Vec<Block> {
    let rows: Vec<Vec<Cell>> = (0..source.count("/drills"))
        .map(|place| {
            let at = |name: &str| format!("/drills/{place}/{name}");
            let began = source
                .number(&at("started_at"))
                .map_or_else(String::new, moment_short);
            let scenario = source.text(&at("scenario")).unwrap_or_default();
            let outcome = source.text(&at("outcome")).unwrap_or_default();
            let tone = match outcome.as_str() {
                "passed" => Tone::Good,
                "unfinished" => Tone::Open,
                _ => Tone::Bad,
            };
            let detail: Vec<String> = source.texts(&at("shortfalls"));
            vec![
                began.into(),
                words.named("scenario", &scenario).into(),
                source.text(&at("site")).unwrap_or_default().into(),
                source.text(&at("started_by")).unwrap_or_default().into(),
                Cell::new(words.named("verdict", &outcome), tone),
                time(source.number(&at("rto_ms"))),
                detail.join("; ").into(),
            ]
        })
        .collect();
    if rows.is_empty() {
        return none(words);
    }
    let columns = [
        (words.word("column.time"), 5),
        (words.word("column.scenario"), 5),
        (words.word("column.site"), 2),
        (words.word("column.who"), 4),
        (words.word("column.verdict"), 4),
        (words.word("column.measured"), 4),
        (words.word("column.detail"), 6),
    ];
    vec![Block::table(&columns, rows)]
}
