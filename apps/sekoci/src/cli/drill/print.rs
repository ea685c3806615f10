//! What a drill says while it runs, and what it showed.

use drill::{Phase, Report};
use tokio::sync::watch;

/// Says each phase as it begins.
pub async fn say(mut told: watch::Receiver<Phase>) {
    loop {
        let what = match *told.borrow_and_update() {
            Phase::Preparing => "checking that the installation is whole",
            Phase::Warming => "writing to both sites",
            Phase::Broken => "doing the steps; still writing",
            Phase::Restoring => "putting everything back",
            Phase::Comparing => "counting and comparing",
            Phase::Done => return,
        };
        eprintln!("drill: {what}");
        if told.changed().await.is_err() {
            return;
        }
    }
}

/// Says what was seen.
pub fn print(report: &Report) {
    let ms = |value: Option<i64>| value.map_or("-".into(), |ms| format!("{ms} ms"));
    println!(
        "{}: {}",
        report.scenario,
        if report.passed { "passed" } else { "FAILED" }
    );
    println!("  site {} ({})", report.site, report.fault);
    println!(
        "  noticed by two of three after   {}",
        ms(report.detected_ms)
    );
    println!("  people could write again after  {}", ms(report.rto_ms));
    println!(
        "  longest gap between writes      {}",
        ms(report.write_gap_ms)
    );
    println!("  back, in step and protected     {}", ms(report.rejoin_ms));
    println!(
        "  functions that worked in time   {} %",
        report.functions_available_pct.unwrap_or(0.0).round()
    );
    println!(
        "  messages acknowledged {}  present {}  lost {}  twice {}",
        report.acknowledged, report.present, report.lost, report.duplicated
    );
    println!(
        "  rows equal at both sites: {}  chains whole: {}",
        yes(report.views_equal),
        yes(report.chains_valid)
    );
    println!("  longest time without, at the site that was watched:");
    for function in &report.functions {
        println!(
            "    {:<13} {:<16} {:>6} ms, worked in {:>3.0} % of the seconds",
            function.module,
            function.name,
            function.rto_ms.unwrap_or(0),
            function.available_pct.unwrap_or(0.0)
        );
    }
    for shortfall in &report.shortfalls {
        println!("  shortfall: {shortfall}");
    }
}

fn yes(value: Option<bool>) -> &'static str {
    match value {
        Some(true) => "yes",
        Some(false) => "NO",
        None => "not known",
    }
}
