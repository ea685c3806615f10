//! Two thousand seeds in every test run, and the same seed twice.

use std::ops::Range;

fn all_well(seeds: Range<u64>) {
    let mut failed = Vec::new();
    for seed in seeds {
        let report = sim::run(seed, false);
        for violation in &report.violations {
            failed.push(format!("{}: {}", violation.checker, violation.detail));
        }
        if !report.violations.is_empty() {
            failed.push(format!("replay: {}", report.replay_command()));
        }
        assert!(report.issued > 0, "seed {seed} did nothing");
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn seeds_0_to_500() {
    all_well(0..500);
}

#[test]
fn seeds_500_to_1000() {
    all_well(500..1_000);
}

#[test]
fn seeds_1000_to_1500() {
    all_well(1_000..1_500);
}

#[test]
fn seeds_1500_to_2000() {
    all_well(1_500..2_000);
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    for seed in [0, 1, 2, 3, 14, 15] {
        let (first, second) = (sim::run(seed, false), sim::run(seed, false));
        assert_eq!(first.trace_hash, second.trace_hash, "seed {seed}");
        assert_ne!(first.trace_hash, sim::run(seed + 100, false).trace_hash);
    }
}

#[test]
fn a_report_says_how_to_replay_it() {
    let report = sim::run(7, false);
    assert_eq!(
        report.replay_command(),
        "cargo run -p sim -- --seed 7 --verbose"
    );
}
