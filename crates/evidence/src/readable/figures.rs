//! Figures against objectives, and their charts.

use super::format::{decimal, duration};
use super::source::Source;
use super::{Bar, Bars, Block, Cell, Tone};
use crate::language::Words;

/// Figures of a whole drill, in the order in which they are shown: milliseconds end in `_ms`.
const FIGURES: [&str; 17] = [
    "detected_ms",
    "rto_ms",
    "write_gap_ms",
    "rejoin_ms",
    "sealed_after_ms",
    "complete_ms",
    "quarantined_ms",
    "rewind_ms",
    "acknowledged",
    "present",
    "lost",
    "duplicated",
    "objects_hit",
    "views_equal",
    "chains_valid",
    "heads_equal",
    "others_changes_kept",
];

/// The most groups of bars of a chart.
const GROUPS_MAX: usize = 16;

/// How functions did against their objectives.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub met: usize,
    pub missed: usize,
    pub never: usize,
    pub without: usize,
}

/// One function.
struct Function {
    name: String,
    objective: Option<i64>,
    rto: Option<i64>,
    gap: Option<i64>,
    available: Option<f64>,
    lost: Option<i64>,
    duplicated: Option<i64>,
    throughput: [Option<f64>; 3],
}

/// The figures of a drill: blocks, charts, and how many functions met their objective.
pub struct Figures {
    pub blocks: Vec<Block>,
    pub charts: Vec<Block>,
    pub tally: Tally,
}

/// Reads and shows them.
pub fn of(source: &Source<'_>, words: Words) -> Figures {
    let functions: Vec<Function> = (0..source.count("/functions"))
        .map(|place| Function::read(source, place))
        .collect();
    let mut tally = Tally::default();
    for function in &functions {
        *match function.verdict().0 {
            "state.met" => &mut tally.met,
            "state.missed" => &mut tally.missed,
            "state.never" => &mut tally.never,
            _ => &mut tally.without,
        } += 1;
    }
    let mut blocks = vec![whole(source, words)];
    if !functions.is_empty() {
        blocks.push(table(&functions, words));
    }
    let charts = [throughput(&functions, words), gaps(&functions, words)];
    Figures {
        blocks,
        charts: charts.into_iter().flatten().collect(),
        tally,
    }
}

fn whole(source: &Source<'_>, words: Words) -> Block {
    let rows = FIGURES
        .into_iter()
        .filter(|name| {
            // Null is shown as not measured; what this kind of drill has not is not.
            source.has(&format!("/{name}"))
        })
        .map(|name| {
            vec![
                words.named("figure", name).into(),
                value(source, name, words),
            ]
        });
    let columns = [
        (words.word("column.figure"), 7),
        (words.word("column.value"), 3),
    ];
    Block::table(&columns, rows.collect())
}

fn value(source: &Source<'_>, name: &str, words: Words) -> Cell {
    let at = format!("/{name}");
    if let Some(truth) = source.truth(&at) {
        let (word, tone) = match truth {
            true => ("word.yes", Tone::Good),
            false => ("word.no", Tone::Bad),
        };
        return Cell::new(words.word(word), tone);
    }
    match source.number(&at) {
        Some(ms) if name.ends_with("_ms") => duration(ms).into(),
        Some(count) if count > 0 && matches!(name, "lost" | "duplicated") => {
            Cell::new(count.to_string(), Tone::Bad)
        }
        Some(count) => count.to_string().into(),
        None => match source.look(&at) {
            Some(other) => crate::pointer::shown(other).into(),
            None => Cell::new(words.word("word.unmeasured"), Tone::Open),
        },
    }
}

impl Function {
    fn read(source: &Source<'_>, place: usize) -> Self {
        let at = |name: &str| format!("/functions/{place}/{name}");
        let module = source.text(&at("module")).unwrap_or_default();
        let name = source.text(&at("name")).unwrap_or_default();
        Self {
            name: format!("{module} · {name}"),
            objective: source.number(&at("objective_rto_ms")),
            rto: source.number(&at("rto_ms")),
            gap: source.number(&at("longest_gap_ms")),
            available: source.decimal(&at("available_pct")),
            lost: source.number(&at("lost")),
            duplicated: source.number(&at("duplicated")),
            throughput: ["before", "during", "after"]
                .map(|when| source.decimal(&at(&format!("throughput_{when}")))),
        }
    }

    /// Met, missed, never proven, or without an objective.
    const fn verdict(&self) -> (&'static str, Tone) {
        match (self.objective, self.rto) {
            (None, _) => ("state.without", Tone::Open),
            (Some(_), None) => ("state.never", Tone::Open),
            (Some(objective), Some(rto)) if rto <= objective => ("state.met", Tone::Good),
            (Some(_), Some(_)) => ("state.missed", Tone::Bad),
        }
    }

    fn outage(&self) -> Option<i64> {
        self.rto.or(self.gap)
    }
}

fn table(functions: &[Function], words: Words) -> Block {
    let time =
        |ms: Option<i64>| ms.map_or_else(|| Cell::new("–", Tone::Quiet), |ms| duration(ms).into());
    let count = |count: Option<i64>| match count {
        None => Cell::new("–", Tone::Quiet),
        Some(0) => "0".into(),
        Some(count) => Cell::new(count.to_string(), Tone::Bad),
    };
    let rows = functions.iter().map(|function| {
        let (verdict, tone) = function.verdict();
        let available = function.available.map_or_else(
            || Cell::new("–", Tone::Quiet),
            |pct| format!("{} %", decimal(pct)).into(),
        );
        vec![
            function.name.clone().into(),
            time(function.objective),
            time(function.rto),
            time(function.gap),
            available,
            count(function.lost),
            count(function.duplicated),
            Cell::new(words.word(verdict), tone),
        ]
    });
    let columns = [
        (words.word("column.function"), 8),
        (words.word("column.objective"), 4),
        (words.word("column.measured"), 4),
        (words.word("column.gap"), 4),
        (words.word("column.available"), 4),
        (words.word("column.lost"), 3),
        (words.word("column.twice"), 3),
        (words.word("column.verdict"), 5),
    ];
    Block::table(&columns, rows.collect())
}

fn throughput(functions: &[Function], words: Words) -> Option<Block> {
    let all = functions.iter().flat_map(|function| function.throughput);
    let most = all.flatten().fold(0.0_f64, f64::max);
    let groups: Vec<Bars> = functions
        .iter()
        .filter(|function| function.throughput.iter().any(Option::is_some))
        .take(GROUPS_MAX)
        .map(|function| Bars {
            name: function.name.clone(),
            bars: function
                .throughput
                .map(|value| bar(value, most, words))
                .into(),
            mark: None,
        })
        .collect();
    (most > 0.0 && !groups.is_empty()).then(|| Block::Bars {
        title: words.word("chart.throughput").to_owned(),
        legend: vec![
            words.word("word.before"),
            words.word("word.during"),
            words.word("word.after"),
        ],
        groups,
    })
}

fn bar(value: Option<f64>, most: f64, words: Words) -> Bar {
    Bar {
        share: value.map_or(0.0, |value| (value / most).clamp(0.0, 1.0)),
        label: value.map_or_else(|| words.word("word.unmeasured").to_owned(), decimal),
    }
}

fn gaps(functions: &[Function], words: Words) -> Option<Block> {
    let mut worst: Vec<(&Function, i64)> = functions
        .iter()
        .filter_map(|function| Some((function, function.outage()?)))
        .collect();
    worst.sort_by_key(|(_, ms)| std::cmp::Reverse(*ms));
    worst.truncate(GROUPS_MAX);
    let most = worst
        .iter()
        .map(|(_, ms)| *ms)
        .max()
        .filter(|most| *most > 0)?;
    let groups = worst.into_iter().map(|(function, ms)| Bars {
        name: function.name.clone(),
        bars: vec![Bar {
            share: share(ms, most),
            label: duration(ms),
        }],
        // An objective beyond the longest bar is far from missed; a line there would squeeze the bars.
        mark: function
            .objective
            .filter(|objective| *objective <= most)
            .map(|objective| share(objective, most)),
    });
    Some(Block::Bars {
        title: words.word("chart.gaps").to_owned(),
        legend: Vec::new(),
        groups: groups.collect(),
    })
}

/// A part of a whole, 0 to 1.
#[expect(clippy::cast_precision_loss, reason = "lengths of bars")]
pub fn share(part: i64, whole: i64) -> f64 {
    (part as f64 / whole as f64).clamp(0.0, 1.0)
}
