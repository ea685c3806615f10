use super::*;
use crate::{About, EvidenceKey, SIGNATURE, sign};
use kernel::{Hash, SiteName, Timestamp};
use serde_json::json;

/// The report of a drill in which everything happens.
pub fn drill() -> Value {
    let function =
        |module: &str, name: &str, objective: Option<i64>, rto: Option<i64>, worked: f64| {
            json!({"module": module, "name": name, "objective_rto_ms": objective, "rto_ms": rto,
            "available_pct": worked, "throughput_before": 50.2, "throughput_during": 44.0,
            "throughput_after": 49.9, "lost": 0, "duplicated": 0, "tried": 200, "worked": 190,
            "longest_gap_ms": rto.unwrap_or(900), "last_failure": null})
        };
    json!({
        "drill_id": "0190a6f0-0000-7000-8000-000000000001", "scenario": "site-loss", "site": "a",
        "fault": "kill", "passed": false,
        "shortfalls": ["people could write again after 31000 ms; at most 30000 ms were promised"],
        "started_at": 1_793_000_000_000_i64, "fault_at": 1_793_000_003_000_i64,
        "detected_ms": 2_900, "rto_ms": 31_000, "write_gap_ms": 31_250, "sent": 1_000,
        "acknowledged": 998, "present": 998, "lost": 0, "duplicated": 0, "refused": 2,
        "rejoin_ms": null, "views_equal": true, "chains_valid": true,
        "acknowledged_after_ms": {"p50": 11.5, "p99": 4_800.0, "worst": 31_002.25},
        "sites": [{"name": "a", "url": "https://a.example.org", "acknowledged": 490},
                  {"name": "b", "url": "https://b.example.org", "acknowledged": 508}],
        "engine": {"name": "postgres", "version": "16.4", "copies": {"min": 2}},
        "versions": {"a": "0.1.0", "b": "0.1.0"},
        "functions": [
            function("messaging", "post", Some(30_000), Some(31_000), 84.5),
            function("messaging", "search", Some(60_000), Some(2_100), 98.0),
            function("documents", "write", Some(60_000), None, 0.0),
            function("directory", "sign-in", None, Some(800), 99.6),
        ],
        "timeline": [
            {"number": 7, "incident": null, "kind": "fault-injected", "site": "a",
             "at": 1_793_000_003_000_i64, "noted_by": "b", "detail": "Site a was broken on purpose.", "evidence": {}},
            {"number": 8, "incident": null, "kind": "site-lost", "site": "a", "at": 1_793_000_005_900_i64,
             "noted_by": "w", "detail": "Two of three vantage points get no answer from site a.",
             "evidence": {"a": null, "b": 3, "w": 3}},
            {"number": 9, "incident": null, "kind": "writable-again", "site": "b", "at": 1_793_000_034_000_i64,
             "noted_by": "b", "detail": "A write was acknowledged and read back.", "evidence": {}},
        ],
        "findings": [{"id": "f1", "severity": "high", "title": "Failover took longer than promised",
            "detail": "the lease was not hastened", "function": "messaging · post",
            "owner": "operations", "due": 1_795_000_000_000_i64}],
        "load": {"rate": 50.0, "seconds": 20},
        "workload": {"kind": "orders", "note": "filed as messages"},
        "on_record": {"drill_id": "0190a6f0-0000-7000-8000-000000000001", "scenario": "site-loss",
            "site": "a", "started_by": "operator", "started_at": 1_793_000_000_100_i64,
            "ended_at": 1_793_000_070_000_i64, "passed": false},
    })
}

/// The report of a year.
pub fn period() -> Value {
    let drill = |n: u32, outcome: &str, rto: Option<i64>| {
        json!({"drill_id": format!("0190a6f0-0000-7000-8000-{n:012}"), "scenario": "site-loss",
            "site": "a", "started_by": "operator", "started_at": 1_770_000_000_000_i64 + i64::from(n) * 86_400_000,
            "ended_at": 1_770_000_060_000_i64, "outcome": outcome, "detected_ms": 2_800,
            "rto_ms": rto, "lost": 0, "shortfalls": if outcome == "passed" { json!([]) } else { json!(["too slow"]) }})
    };
    json!({
        "kind": "annual", "year": 2026, "quarter": null, "from": 1_767_225_600_000_i64,
        "to": 1_798_761_600_000_i64, "until": 1_793_000_000_000_i64, "is_complete": false,
        "drills": [drill(1, "passed", Some(5_200)), drill(2, "failed", Some(31_000)),
                   drill(3, "aborted", None), drill(4, "passed", Some(4_100))],
        "scenarios": [{"scenario": "site-loss", "run": 4, "passed": 2, "failed": 1, "aborted": 1,
            "unfinished": 0, "rto_ms": {"values": [5_200, 31_000, 4_100], "median": 5_200, "worst": 31_000},
            "detected_ms": {"values": [2_800, 2_800, 2_800], "median": 2_800, "worst": 2_800}}],
        "never_drilled": ["both-sites-lost", "ransomware", "grey-link"],
        "incidents": [
            {"incident": "0190a6f0-0000-7000-8000-00000000000a", "opened_at": 1_770_086_405_000_i64,
             "closed_at": 1_770_086_465_000_i64, "duration_ms": 60_000, "sites": ["a"], "notes": 6,
             "drill_id": "0190a6f0-0000-7000-8000-000000000001"},
            {"incident": "0190a6f0-0000-7000-8000-00000000000b", "opened_at": 1_780_000_000_000_i64,
             "closed_at": null, "duration_ms": null, "sites": ["a", "b"], "notes": 2, "drill_id": null}],
        "rehearsals": {"run": 0, "passed": 0, "last_passed_at": null, "longest_gap_ms": 25_774_400_000_i64},
        "findings": [{"title": "Failover took longer than promised", "drill_id": "x", "scenario": "site-loss"}],
        "notes": {"site-lost": 3, "site-back": 1},
    })
}

/// The evidence of a report.
pub fn signed(report: Value) -> Value {
    let about = About {
        installation: Hash([0x1a; 32]),
        workspace: None,
        site: SiteName::new("b").unwrap(),
        signed_at: Timestamp(1_793_000_071_000),
        heads: vec![crate::HeadOf {
            partition: kernel::PartitionId::new(kernel::WorkspaceId::INSTALLATION, "continuity"),
            seq: 412,
            hash: Hash([0x5c; 32]),
        }],
    };
    let envelope = sign(&report, about, &EvidenceKey::from_seed([3; 32])).unwrap();
    let mut evidence = report;
    evidence[SIGNATURE] = json!(envelope);
    evidence
}

fn of(evidence: &Value, language: Language) -> Document {
    document(evidence.as_object().unwrap(), language)
}

fn text_of(document: &Document) -> String {
    serde_json::to_string(document).unwrap()
}

/// Every leaf of a value.
fn leaves(value: &Value, into: &mut Vec<Value>) {
    match value {
        Value::Array(items) if !items.is_empty() => items.iter().for_each(|one| leaves(one, into)),
        Value::Object(fields) if !fields.is_empty() => {
            fields.values().for_each(|one| leaves(one, into))
        }
        Value::String(_) => into.push(value.clone()),
        _ => {}
    }
}

#[test]
fn functions_are_met_missed_never_proven_or_without_an_objective() {
    let text = text_of(&of(&signed(drill()), Language::En));
    assert!(text.contains("Of 4 functions, 1 met their objective, 1 missed it, 1 have an objective that is not proven, and 1 have no objective."), "{text}");
    for word in [
        "never proven",
        "no objective",
        "31.0 s",
        "Not everything that the drill promises",
    ] {
        assert!(text.contains(word), "{word}");
    }
}

#[test]
fn nothing_of_a_report_is_dropped() {
    for report in [drill(), period()] {
        let shown = text_of(&of(&signed(report.clone()), Language::En));
        let mut all = Vec::new();
        leaves(&report, &mut all);
        for leaf in all {
            let Value::String(text) = &leaf else { continue };
            // What the record says twice is shown once; kinds and names of ours are shown in words.
            let is_word = [
                "site-loss",
                "annual",
                "fault-injected",
                "site-lost",
                "writable-again",
                "failed",
                "passed",
                "aborted",
                "both-sites-lost",
                "ransomware",
            ];
            assert!(
                shown.contains(text.as_str()) || is_word.contains(&text.as_str()),
                "{text:?}"
            );
        }
        assert!(
            shown.contains("1793000003000") || report["kind"] == "annual",
            "into the annex"
        );
    }
    let annex = text_of(&of(&signed(drill()), Language::En));
    for field in [
        "/acknowledged_after_ms/worst",
        "/workload/kind",
        "/timeline/1/evidence/w",
        "/functions/0/tried",
        "/sent",
    ] {
        assert!(annex.contains(&format!("\"{field}\"")), "{field}");
    }
}

#[test]
fn what_has_another_shape_than_expected_is_in_the_annex() {
    let odd = json!({"scenario": 7, "functions": {"a": 1}, "rto_ms": "fast", "timeline": "none", "passed": "yes"});
    let text = text_of(&of(&signed(odd), Language::En));
    for shown in ["/functions/a", "\\\"fast\\\"", "/timeline"] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
}

#[test]
fn an_unsigned_report_says_first_that_it_proves_nothing() {
    let mut evidence = drill();
    evidence["signature"] = Value::Null;
    evidence["unsigned_because"] = json!("no site answered");
    let text = text_of(&of(&evidence, Language::En));
    assert!(text.contains("not signed: no site answered"));
    assert!(text.contains("This report is not signed: it proves nothing."));
    let mut changed = signed(drill());
    changed["rto_ms"] = json!(1);
    let text = text_of(&of(&changed, Language::En));
    assert!(
        text.contains("the signature in the file cannot be read"),
        "no good signature is named"
    );
}

#[test]
fn an_empty_year_says_that_nothing_was_proven() {
    let empty = json!({"kind": "annual", "year": 2025, "quarter": null, "from": 1_735_689_600_000_i64,
        "to": 1_767_225_600_000_i64, "until": 1_767_225_600_000_i64, "is_complete": true, "drills": [],
        "scenarios": [], "never_drilled": ["site-loss"], "incidents": [], "findings": [], "notes": {},
        "rehearsals": {"run": 0, "passed": 0, "last_passed_at": null, "longest_gap_ms": 31_536_000_000_i64}});
    for language in Language::ALL {
        let text = text_of(&of(&signed(empty.clone()), language));
        assert!(
            text.contains(Words(language).word("summary.empty")),
            "{language:?}"
        );
        assert!(text.contains("2025-01-01 – 2025-12-31"));
    }
}

/// No page claims that a rule is complied with, whatever the language.
#[test]
fn no_report_claims_compliance() {
    for language in Language::ALL {
        for report in [drill(), period()] {
            let text = text_of(&of(&signed(report), language)).to_lowercase();
            for claim in [
                "complian",
                "complies",
                "comply",
                "certified",
                "patuh",
                "mematuhi",
                "合规",
                "合規",
                "符合",
                "遵守",
                "遵從",
            ] {
                assert!(!text.contains(claim), "{claim:?} in {language:?}");
            }
        }
    }
}
