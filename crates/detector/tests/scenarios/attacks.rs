//! Attackers in a workspace of twenty people and 10,000 documents. The figures are printed; the
//! bounds they are held to are in the tests.

use crate::workspace::{DAY, HOUR, MINUTE, MONDAY, Workspace, ciphertext, has, person};
use detector::{DetectorKind, Level, MaintenanceWindow, Verdict, WorkKind};
use kernel::{Actor, PersonId, Timestamp};

const DOCUMENTS: u64 = 10_000;
const PEOPLE: u128 = 20;
/// One of the twenty: a valid account with a past.
const ATTACKER: PersonId = person(3);
const STEP: i64 = 20;

/// Two days of work, then the attack beside it at 50 changes a second, until quarantine. Returns the
/// objects hit, the milliseconds it took, and the verdict.
fn attack(
    seed: u64,
    change: impl Fn(&mut Workspace, i64, u64),
    prepare: impl Fn(&mut Workspace),
) -> (usize, i64, Verdict) {
    let mut workspace = Workspace::new(seed);
    workspace.office_day(MONDAY, PEOPLE, DOCUMENTS);
    workspace.office_day(MONDAY + DAY, PEOPLE, DOCUMENTS);
    prepare(&mut workspace);
    let before = workspace.objects_hit(ATTACKER);
    let start = MONDAY + 2 * DAY + 10 * HOUR;
    for n in 0..DOCUMENTS {
        let at = start + i64::try_from(n).unwrap() * STEP;
        change(&mut workspace, at, n);
        if let Some(verdict) = workspace.first(ATTACKER, Level::High) {
            let honest = (0..PEOPLE).map(person).filter(|p| *p != ATTACKER);
            for other in honest {
                assert!(
                    workspace.levels_of(other).is_empty(),
                    "{:?}",
                    workspace.verdicts
                );
            }
            let taken = verdict.at.millis() - start;
            return (
                workspace.objects_hit(ATTACKER) - before,
                taken,
                verdict.clone(),
            );
        }
        if n % 75 == 0 {
            let by = person(u128::from(n / 75) % PEOPLE);
            workspace.work(by, at, DOCUMENTS);
        }
    }
    panic!(
        "seed {seed}: the attack was not seen: {:?}",
        workspace.verdicts
    );
}

fn report(what: &str, runs: &[(usize, i64, Verdict)]) {
    let mut hit: Vec<usize> = runs.iter().map(|(hit, ..)| *hit).collect();
    hit.sort_unstable();
    let slowest = runs.iter().map(|(_, ms, _)| *ms).max().unwrap_or(0);
    println!(
        "{what}: objects hit before quarantine: median {}, most {}; slowest {slowest} ms; e.g. {}",
        hit[hit.len() / 2],
        hit[hit.len() - 1],
        runs[0].2.evidence[0].words,
    );
}

#[test]
fn noise_at_fifty_a_second() {
    let runs: Vec<_> = (0..5)
        .map(|seed| {
            let change = |w: &mut Workspace, at, n| {
                let text = ciphertext(&w.dice, 800);
                w.write(ATTACKER, at, n, text);
            };
            attack(seed, change, |_| {})
        })
        .collect();
    report("documents turned into noise, 50/s", &runs);
    for (hit, ms, verdict) in &runs {
        assert!(*hit <= 10 && *ms < 1_000);
        assert!(has(verdict, DetectorKind::Noise));
        assert!(verdict.first_at <= verdict.at && verdict.objects_hit >= 5);
    }
}

#[test]
fn noise_within_a_maintenance_window() {
    let everyone = |w: &mut Workspace| {
        let (from, until) = (Timestamp(MONDAY + 2 * DAY), Timestamp(MONDAY + 4 * DAY));
        let kinds = vec![WorkKind::Changes, WorkKind::Access];
        w.detector.expect(vec![MaintenanceWindow {
            actor: None,
            except: None,
            from,
            until,
            kinds,
        }]);
    };
    let change = |w: &mut Workspace, at, n| {
        let text = ciphertext(&w.dice, 800);
        w.write(ATTACKER, at, n, text);
    };
    let run = attack(1, change, everyone);
    assert!(run.0 <= 10, "{run:?}");
    report("the same within a maintenance window", &[run]);
}

#[test]
fn trashing_at_fifty_a_second() {
    let runs: Vec<_> = (0..5)
        .map(|seed| {
            let change = |w: &mut Workspace, at, n| {
                w.trash(ATTACKER, at, n);
            };
            attack(seed, change, |_| {})
        })
        .collect();
    report("documents trashed, 50/s", &runs);
    for (hit, ms, verdict) in &runs {
        assert!(*hit <= 450 && *ms < 10_000, "{hit} {ms}");
        assert!(has(verdict, DetectorKind::Rate));
        assert!(verdict.objects_hit >= 300);
    }
}

#[test]
fn emptying_at_fifty_a_second() {
    let runs: Vec<_> = (0..5)
        .map(|seed| {
            let change = |w: &mut Workspace, at, n| {
                w.write(ATTACKER, at, n, "pay".into());
            };
            attack(seed, change, |_| {})
        })
        .collect();
    report("documents emptied, 50/s", &runs);
    assert!(runs.iter().all(|(hit, ms, _)| *hit <= 450 && *ms < 10_000));
}

#[test]
fn locking_everyone_out_at_fifty_a_second() {
    let others: Vec<PersonId> = (0..PEOPLE).map(person).filter(|p| *p != ATTACKER).collect();
    let runs: Vec<_> = (0..5)
        .map(|seed| {
            let change = |w: &mut Workspace, at, n| {
                w.permit(ATTACKER, at, n, &others);
            };
            attack(seed, change, |_| {})
        })
        .collect();
    report("everyone else locked out, 50/s", &runs);
    for (hit, ms, verdict) in &runs {
        assert!(*hit <= 70 && *ms < 2_000, "{hit} {ms}");
        assert!(has(verdict, DetectorKind::Sweep));
    }
}

#[test]
fn a_canary_is_enough() {
    let canary = crate::workspace::document(41).to_string();
    let plant = |w: &mut Workspace| assert!(w.detector.plant([canary.as_str()]));
    let change = |w: &mut Workspace, at, n| {
        w.move_to(ATTACKER, at, n, 1);
    };
    let (_, ms, verdict) = attack(2, change, plant);
    assert_eq!(ms, 41 * STEP);
    assert!(has(&verdict, DetectorKind::Canary));
    assert_eq!(verdict.score, 1_000);
}

#[test]
fn one_document_a_minute_turned_into_noise() {
    for seed in 0..5 {
        let mut workspace = Workspace::new(seed);
        workspace.office_day(MONDAY, PEOPLE, DOCUMENTS);
        let start = MONDAY + DAY + HOUR;
        let (mut asked, mut stopped) = (None, None);
        for n in 0..60 {
            let text = ciphertext(&workspace.dice, 800);
            let at = start + i64::try_from(n).unwrap() * MINUTE;
            match workspace.write(ATTACKER, at, 9_000 + n, text) {
                Some(Level::Medium) => asked = Some(n + 1),
                Some(Level::High) => stopped = Some(n + 1),
                _ => {}
            }
        }
        println!(
            "noise, one a minute, seed {seed}: human asked after {asked:?}, quarantine after {stopped:?}"
        );
        assert!(asked.is_some_and(|n| n <= 3) && stopped.is_some_and(|n| n <= 8));
    }
}

/// Noise hidden among honest work of the same account.
#[test]
fn one_document_a_minute_among_honest_work() {
    let mut workspace = Workspace::new(3);
    workspace.office_day(MONDAY, PEOPLE, DOCUMENTS);
    let start = MONDAY + DAY + 9 * HOUR;
    let mut stopped = None;
    for n in 0..60 {
        let at = start + i64::try_from(n).unwrap() * MINUTE;
        for k in 1..20 {
            workspace.type_in(ATTACKER, at + k * 1_000, n % 5);
        }
        let text = ciphertext(&workspace.dice, 800);
        let level = workspace.write(ATTACKER, at + 30_000, 9_000 + n, text);
        if level == Some(Level::High) {
            stopped = Some(n + 1);
        }
    }
    println!("noise, one a minute among 19 honest changes: quarantine after {stopped:?}");
    assert!(stopped.is_some_and(|n| n <= 8));
}

#[test]
fn one_trashed_a_minute() {
    let mut workspace = Workspace::new(4);
    workspace.office_day(MONDAY, PEOPLE, DOCUMENTS);
    let start = MONDAY + DAY + HOUR;
    let asked = (0..3_000).find(|n| {
        let at = start + i64::try_from(*n).unwrap() * MINUTE;
        workspace.trash(ATTACKER, at, *n) == Some(Level::Medium)
    });
    println!("trash, one a minute: human asked after {asked:?}");
    assert!(asked.is_some_and(|n| n <= 120));
    let verdict = workspace.first(ATTACKER, Level::Medium).unwrap();
    assert_eq!(verdict.actor, Actor::Person(ATTACKER));
    assert!(has(verdict, DetectorKind::Slow));
}
