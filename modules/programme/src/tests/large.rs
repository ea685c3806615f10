//! 5,000 assets and 200,000 dependencies: entries stay small and answers bounded.

use super::*;
use kernel::clock::{Clock, SystemClock};
use std::fmt::Write;

const ASSETS: usize = 5_000;
const EACH: usize = 40;
const BATCH_ASSETS: usize = 500;
const BATCH_DEPENDENCIES: usize = 2_000;
/// An entry has to fit a request to the other site with room to spare.
const ENTRY_BYTES_MAX: usize = 512 << 10;

fn key(n: usize) -> String {
    format!("asset-{n:04}")
}

/// Every asset depends on the forty after it, in one great circle.
fn filled(assets: usize) -> Given {
    let mut given = workspace();
    let mut send = |name: &str, csv: String, lines: usize| {
        let (events, answer) = given.when(name, json!({ "csv": csv })).accepted_events();
        assert_eq!(answer["added"], lines);
        let bytes = serde_json::to_vec(&events).unwrap().len();
        assert!(bytes < ENTRY_BYTES_MAX, "{name}: an entry of {bytes} bytes");
    };
    for batch in 0..assets / BATCH_ASSETS {
        let mut csv = String::from("key,kind,name,owner\n");
        for n in batch * BATCH_ASSETS..(batch + 1) * BATCH_ASSETS {
            writeln!(csv, "{},machine,Machine {n},kim", key(n)).unwrap();
        }
        send("import-assets", csv, BATCH_ASSETS);
    }
    let per_batch = BATCH_DEPENDENCIES / EACH;
    for batch in 0..assets / per_batch {
        let mut csv = String::from("key,depends_on\n");
        for n in batch * per_batch..(batch + 1) * per_batch {
            for on in 1..=EACH {
                writeln!(csv, "{},{}", key(n), key((n + on) % assets)).unwrap();
            }
        }
        send("import-dependencies", csv, BATCH_DEPENDENCIES);
    }
    given
}

/// How long it takes to ask so often.
fn took(given: &Given, query: &str, text: &str, times: usize) -> i64 {
    let began = SystemClock.now();
    for _ in 0..times {
        ask(given, query, text);
    }
    SystemClock.now().since(began)
}

/// Ten times as much takes about ten times as long, not a hundred times: other work on the machine
/// may slow one of both by what is granted here.
fn assert_grows_evenly(small: &Given, large: &Given, query: &str, text: impl Fn(&Given) -> String) {
    let ten_small = took(small, query, &text(small), 10);
    let one_large = took(large, query, &text(large), 1);
    assert!(
        one_large <= ten_small * 5 + 100,
        "{query}: {one_large} ms for all, {ten_small} ms for ten of a tenth"
    );
}

fn first(given: &Given) -> String {
    let one = ask(given, "asset", &format!("key={}", key(0)));
    one["asset"]["asset_id"].as_str().unwrap().to_owned()
}

#[test]
fn a_large_register_is_taken_in_batches_and_answered_in_parts() {
    let (mut given, mut small) = (filled(ASSETS), filled(ASSETS / 10));
    let graph = ask(&given, "asset-graph", "limit=500");
    assert_eq!(graph["nodes"].as_array().unwrap().len(), 500);
    assert!(graph["edges"].as_array().unwrap().len() <= 5_000);
    assert_eq!(
        (&graph["nodes_total"], &graph["edges_total"]),
        (&json!(ASSETS), &json!(200_000))
    );
    let one = first(&given);
    let stops = ask(&given, "asset-impact", &format!("asset={one}&limit=200"));
    assert_eq!(stops["total"], ASSETS - 1, "a circle stops whole");
    assert_eq!(stops["items"].as_array().unwrap().len(), 200);
    assert_eq!(stops["is_in_cycle"], true);
    // However many ways lead around the circle, each dependency is looked at once.
    let around = |given: &Given| format!("asset={}&limit=1", first(given));
    assert_grows_evenly(&small, &given, "asset-impact", around);
    assert_grows_evenly(&small, &given, "asset-list", |_| "limit=50".into());
    assert_grows_evenly(&small, &given, "asset-export", |_| String::new());
    for given in [&mut small, &mut given] {
        let one = first(given);
        price(given, &one);
    }
    assert_grows_evenly(&small, &given, "drill-cost", |_| String::new());
    let cost = ask(&given, "drill-cost", "");
    assert_eq!(cost["sums"][0]["cost_minor"], 60);
    assert_eq!(cost["without_cost"], ASSETS - 1);
}

/// A drill that took away everything, with one asset that costs something.
fn price(given: &mut Given, one: &str) {
    let mut measured = fields(&key(0));
    measured["measured_by"] = json!("module:messaging");
    given
        .when("edit-asset", json!({"asset_id": one, "asset": measured}))
        .accepted("asset-edited");
    let cost = json!({"asset_id": one, "cost": {"currency": "USD", "minor_per_minute": 60}});
    given.when("state-cost", cost).accepted("cost-stated");
    let functions = json!([{"module": "messaging", "name": "post", "rto_ms": 60_000}]);
    drill(
        given,
        40,
        "site-loss",
        true,
        json!({ "functions": functions }),
    );
}
