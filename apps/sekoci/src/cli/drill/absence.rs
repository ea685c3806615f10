//! `sekoci drill run administrators-absent`.

use super::super::{Connection, Failure};
use drill::Doors;
use drill::absence::{AbsenceReport, Settings};
use kernel::clock::SystemClock;

/// Runs it in a workspace of its own.
///
/// # Errors
/// Refused where the stage cannot be set or the installation does not answer.
pub async fn run(connection: &Connection) -> Result<AbsenceReport, Failure> {
    let doors = Doors::new(connection.client()?);
    let sign_in = |user: &str, password: &str| {
        let client = connection.client_as(user, password);
        client.map_err(|error| drill::DoorError::Unusable(error.to_string()))
    };
    let settings = Settings {
        sign_in: &sign_in,
        runner: connection.user.clone(),
    };
    let say = |what: &str| eprintln!("drill: {what}");
    let report = drill::absence::run(&doors, &settings, &SystemClock, &say).await;
    report.map_err(|error| Failure::refused(crate::cli::failure::with_sources(&error)))
}

/// Says what was seen.
pub fn print(report: &AbsenceReport) {
    let ms = |value: Option<i64>| value.map_or("-".into(), |ms| format!("{ms} ms"));
    let passed = if report.passed { "passed" } else { "FAILED" };
    println!("{}: {passed}", report.scenario);
    println!(
        "  named, and needed besides        {}, {}",
        report.named, report.needed
    );
    println!(
        "  asked until enough approved      {}",
        ms(report.approved_ms)
    );
    println!("  asked until granted at both      {}", ms(report.rto_ms));
    for attempt in &report.attempts {
        let code = attempt.refused_with.as_deref().unwrap_or("NOT REFUSED");
        println!("  somebody {:<23} {code}", attempt.what);
    }
    for shortfall in &report.shortfalls {
        println!("  shortfall: {shortfall}");
    }
}
