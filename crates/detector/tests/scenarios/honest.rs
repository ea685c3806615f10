//! Honest bulk work: none of it may be quarantined.

use crate::workspace::{DAY, HOUR, MINUTE, MONDAY, SECOND, Workspace, person, prose};
use detector::{Detector, Level, MaintenanceWindow, WorkKind};
use kernel::{Actor, PersonId, Timestamp};

const DOCUMENTS: u64 = 10_000;
const PEOPLE: u128 = 20;
const WHO: PersonId = person(5);

fn vouch(workspace: &mut Workspace, from: i64, until: i64) {
    workspace.detector.expect(vec![MaintenanceWindow {
        actor: Some(Actor::Person(WHO)),
        except: None,
        from: Timestamp(from),
        until: Timestamp(until),
        kinds: vec![WorkKind::Changes],
    }]);
}

/// A week of twenty people.
#[test]
fn a_week_at_work_asks_nobody() {
    for seed in 0..3 {
        let mut workspace = Workspace::new(seed);
        for day in 0..5 {
            workspace.office_day(MONDAY + day * DAY, PEOPLE, DOCUMENTS);
        }
        assert!(workspace.verdicts.is_empty(), "{:?}", workspace.verdicts);
    }
}

fn reorganise(workspace: &mut Workspace, start: i64, step: i64) {
    for n in 0..5_000 {
        let at = start + i64::try_from(n).unwrap() * step;
        if n % 2 == 0 {
            workspace.move_to(WHO, at, n, 9);
        } else {
            workspace.rename(WHO, at, n, &format!("2024 minutes {n}.docx.archived"));
        }
    }
}

#[test]
fn a_reorganisation_of_5_000_documents_is_not_stopped() {
    for step in [10, 20, 200, SECOND, 10 * SECOND] {
        let mut workspace = Workspace::new(1);
        workspace.office_day(MONDAY, PEOPLE, DOCUMENTS);
        reorganise(&mut workspace, MONDAY + DAY, step);
        println!(
            "5,000 moved and renamed, one in {step} ms: {:?}",
            workspace.levels_of(WHO)
        );
        assert!(workspace.first(WHO, Level::High).is_none());
    }
}

#[test]
fn a_declared_reorganisation_asks_nobody_even_afterwards() {
    for step in [10, 20, 200, SECOND] {
        let mut workspace = Workspace::new(1);
        vouch(&mut workspace, MONDAY, MONDAY + 8 * HOUR);
        reorganise(&mut workspace, MONDAY + HOUR, step);
        for n in 0..50 {
            workspace.move_to(WHO, MONDAY + 8 * HOUR + MINUTE, 6_000 + n, 9);
        }
        assert!(workspace.verdicts.is_empty(), "{:?}", workspace.verdicts);
    }
}

#[test]
fn a_declared_clearing_of_5_000_documents_asks_nobody_even_afterwards() {
    let mut workspace = Workspace::new(1);
    vouch(&mut workspace, MONDAY, MONDAY + 8 * HOUR);
    for n in 0..5_000 {
        workspace.trash(WHO, MONDAY + HOUR + i64::try_from(n).unwrap() * 20, n);
    }
    for n in 0..50 {
        workspace.trash(WHO, MONDAY + 8 * HOUR + MINUTE, 6_000 + n);
    }
    assert!(workspace.verdicts.is_empty(), "{:?}", workspace.verdicts);
}

#[test]
fn an_editor_who_rewrites_a_lot_is_left_alone() {
    let mut workspace = Workspace::new(2);
    for hour in 0..8 {
        for n in 0..60 {
            let at = MONDAY + 9 * HOUR + hour * HOUR + n * MINUTE;
            let text = prose(&workspace.dice, 150);
            let which = u64::try_from(hour * 60 + n).unwrap();
            workspace.write(WHO, at, which, text);
        }
    }
    assert!(workspace.verdicts.is_empty(), "{:?}", workspace.verdicts);
}

/// An administrator takes 900 documents from somebody who leaves and gives them to others.
#[test]
fn a_leavers_documents_are_handed_over() {
    let mut workspace = Workspace::new(3);
    workspace.office_day(MONDAY, PEOPLE, DOCUMENTS);
    for n in 0..900 {
        let at = MONDAY + DAY + i64::try_from(n).unwrap() * 4 * SECOND;
        workspace.permit(WHO, at, n, &[person(17)]);
    }
    println!("900 documents handed over: {:?}", workspace.levels_of(WHO));
    assert!(workspace.first(WHO, Level::High).is_none());
}

/// A bot takes away four expired notices a minute, day and night. Somebody is asked on the first
/// day, vouches for nine days, and is not asked again.
#[test]
fn a_bot_is_asked_about_once() {
    let mut workspace = Workspace::new(4);
    let mut n = 0;
    let mut run = |workspace: &mut Workspace, from: i64, until: i64| {
        for at in (from..until).step_by(15_000) {
            workspace.trash(WHO, at, n);
            n += 1;
        }
    };
    run(&mut workspace, MONDAY, MONDAY + 4 * HOUR);
    assert_eq!(workspace.levels_of(WHO), [Level::Medium]);
    let vouched = MONDAY + 4 * HOUR;
    workspace.detector.release(&Actor::Person(WHO));
    vouch(&mut workspace, vouched, vouched + 9 * DAY);
    run(&mut workspace, vouched, vouched + 16 * DAY);
    assert_eq!(workspace.levels_of(WHO), [Level::Medium], "not again");
    for n in 0..500 {
        workspace.trash(
            WHO,
            vouched + 16 * DAY + n * 20,
            900_000 + n.cast_unsigned(),
        );
    }
    assert!(
        workspace.first(WHO, Level::High).is_some(),
        "stolen, it is stopped"
    );
}

/// A bot that keeps fifty boards up to date, one change a second.
#[test]
fn a_bot_that_rewrites_the_same_documents_is_left_alone() {
    let mut workspace = Workspace::new(5);
    for second in 0..20_000_u64 {
        let at = MONDAY + i64::try_from(second).unwrap() * SECOND;
        let text = prose(&workspace.dice, 60);
        workspace.write(WHO, at, second % 50, text);
    }
    assert!(workspace.verdicts.is_empty(), "{:?}", workspace.verdicts);
}

#[test]
fn what_is_kept_stays_small() {
    let mut workspace = Workspace::new(6);
    for day in 0..5 {
        workspace.office_day(MONDAY + day * DAY, PEOPLE, DOCUMENTS);
    }
    let saved = serde_json::to_vec(&workspace.detector).unwrap();
    println!("twenty people, five days: {} kB saved", saved.len() / 1_024);
    assert!(saved.len() < 1_000_000);
    let back: Detector = serde_json::from_slice(&saved).unwrap();
    assert_eq!(back, workspace.detector);
}
