//! `sekoci drill run ransomware`.

use super::super::{Connection, Failure};
use drill::Doors;
use drill::ransomware::{RansomwareReport, Settings};
use kernel::clock::SystemClock;

/// Documents a second the attacker spoils, where nothing else is said.
pub const RATE: u64 = 50;

/// How large the drill is.
pub struct Scale {
    /// Documents.
    pub documents: u32,
    /// People who work meanwhile.
    pub people: u32,
    /// Documents a second the attacker spoils.
    pub rate: u32,
}

/// Runs it in a workspace of its own.
///
/// # Errors
/// Refused where an argument cannot be used, the stage cannot be set or the installation does not
/// answer.
pub async fn run(connection: &Connection, scale: &Scale) -> Result<RansomwareReport, Failure> {
    let doors = Doors::new(connection.client()?);
    let sign_in = |user: &str, password: &str| {
        let client = connection.client_as(user, password);
        client.map_err(|error| drill::DoorError::Unusable(error.to_string()))
    };
    let settings = Settings {
        documents: scale.documents as usize,
        workers: scale.people as usize,
        rate: scale.rate,
        sign_in: &sign_in,
        runner: connection.user.clone(),
    };
    let say = |what: &str| eprintln!("drill: {what}");
    let report = drill::ransomware::run(&doors, &settings, &SystemClock, &say).await;
    report.map_err(|error| Failure::refused(crate::cli::failure::with_sources(&error)))
}

/// Says what was seen.
pub fn print(report: &RansomwareReport) {
    let ms = |value: Option<i64>| value.map_or("-".into(), |ms| format!("{ms} ms"));
    println!(
        "{}: {}",
        report.scenario,
        if report.passed { "passed" } else { "FAILED" }
    );
    println!(
        "  documents hit before quarantine  {} of {}",
        report.objects_hit, report.objects_total
    );
    println!(
        "  refused at both sites after      {}",
        ms(report.quarantined_ms)
    );
    println!(
        "  put back                         {} things in {}",
        report.rewound,
        ms(report.rewind_ms)
    );
    println!(
        "  changes by others                {}, all kept: {}",
        report.others_changes,
        if report.others_changes_kept {
            "yes"
        } else {
            "NO"
        }
    );
    println!(
        "  others put in quarantine         {}",
        report.false_quarantines
    );
    for shortfall in &report.shortfalls {
        println!("  shortfall: {shortfall}");
    }
}
