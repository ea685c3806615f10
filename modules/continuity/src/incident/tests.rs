use crate::Continuity;
use kernel::testing::{Given, Outcome};
use rusqlite::Connection;
use serde_json::json;

/// Notes one after the other, each under a fresh id.
struct Timeline {
    given: Given,
    notes: u128,
}

impl Timeline {
    fn new() -> Self {
        Self {
            given: Given::module(Continuity),
            notes: 0,
        }
    }

    fn note(&mut self, by: &str, kind: &str, site: Option<&str>, at: i64) -> Outcome {
        self.notes += 1;
        let body = json!({
            "note_id": kernel::id::Uuid::from_u128(self.notes),
            "kind": kind,
            "site": site,
            "at": at,
            "noted_by": by,
            "detail": "seen",
        });
        self.given.when("note-timeline", body)
    }

    fn is_new(&mut self, by: &str, kind: &str, site: Option<&str>, at: i64) -> bool {
        matches!(
            self.note(by, kind, site, at).result().expect("no refusal"),
            kernel::Decision::Accepted { .. }
        )
    }

    /// Kind and opening note of the incident of every note.
    fn incidents(&self) -> Vec<(String, Option<u128>)> {
        let rows: &Connection = self.given.rows();
        let mut asked = rows
            .prepare("SELECT kind, incident FROM note ORDER BY number")
            .unwrap();
        let found = asked.query_map([], |row| {
            let incident: Option<[u8; 16]> = row.get(1)?;
            Ok((row.get(0)?, incident.map(u128::from_be_bytes)))
        });
        found.unwrap().collect::<Result<_, _>>().unwrap()
    }
}

#[test]
fn an_unproven_recovery_is_noted_once_and_its_end_once() {
    let mut timeline = Timeline::new();
    // Nothing was wrong, so there is no end to tell.
    assert!(!timeline.is_new("a", "recovery-proven", None, 500));
    assert!(timeline.is_new("a", "recovery-unproven", None, 1_000));
    assert!(!timeline.is_new("b", "recovery-unproven", None, 1_300));
    assert!(!timeline.is_new("a", "recovery-unproven", None, 90_000_000));
    assert!(timeline.is_new("b", "recovery-proven", None, 95_000_000));
    assert!(!timeline.is_new("a", "recovery-proven", None, 95_000_400));
    assert!(timeline.is_new("a", "recovery-unproven", None, 200_000_000));
}

#[test]
fn what_two_sites_saw_is_noted_once() {
    let mut timeline = Timeline::new();
    assert!(timeline.is_new("a", "site-lost", Some("c"), 10_000));
    assert!(!timeline.is_new("b", "site-lost", Some("c"), 10_700));
    // The slower one saw it first.
    assert!(timeline.is_new("a", "site-lost", Some("d"), 10_000));
    assert!(!timeline.is_new("b", "site-lost", Some("d"), 9_500));
    assert!(timeline.is_new("a", "primary-moved", Some("b"), 12_000));
    assert!(!timeline.is_new("b", "primary-moved", Some("b"), 11_900));
    assert!(timeline.is_new("b", "protection-lost", None, 12_000));
    assert!(!timeline.is_new("a", "protection-lost", None, 12_500));
    timeline.given.assert_replays();
}

#[test]
fn a_site_lost_again_at_once_is_noted_again() {
    let mut timeline = Timeline::new();
    assert!(timeline.is_new("a", "site-lost", Some("b"), 1_000));
    assert!(timeline.is_new("a", "site-back", Some("b"), 3_000));
    assert!(timeline.is_new("a", "site-lost", Some("b"), 5_000));
}

#[test]
fn a_late_note_of_a_loss_that_is_over_is_not_a_new_loss() {
    let mut timeline = Timeline::new();
    assert!(timeline.is_new("a", "site-lost", Some("w"), 1_000));
    assert!(timeline.is_new("a", "site-back", Some("w"), 90_000));
    assert!(!timeline.is_new("b", "site-lost", Some("w"), 1_400));
    assert!(!timeline.is_new("b", "site-back", Some("w"), 89_000));
}

#[test]
fn a_site_that_was_never_lost_does_not_come_back() {
    let mut timeline = Timeline::new();
    assert!(!timeline.is_new("a", "site-back", Some("b"), 1_000));
    assert!(!timeline.is_new("a", "protection-back", None, 1_000));
    assert!(!timeline.is_new("a", "vault-back", Some("a"), 1_000));
}

#[test]
fn every_site_has_its_own_way_to_the_vault() {
    let mut timeline = Timeline::new();
    assert!(timeline.is_new("a", "vault-silent", Some("a"), 1_000));
    assert!(timeline.is_new("b", "vault-silent", Some("b"), 1_200));
    assert!(!timeline.is_new("a", "vault-silent", Some("a"), 9_000));
    assert!(timeline.is_new("a", "vault-back", Some("a"), 60_000));
    assert!(!timeline.is_new("a", "vault-back", Some("a"), 70_000));
    assert!(timeline.is_new("a", "vault-silent", Some("a"), 80_000));
    assert!(timeline.is_new("b", "vault-back", Some("b"), 90_000));
    // A silent vault is no incident: no site is lost by it.
    assert!(timeline.incidents().iter().all(|(_, i)| i.is_none()));
    timeline.given.assert_replays();
}

#[test]
fn an_incident_lasts_from_the_first_lost_site_until_all_are_back() {
    let mut timeline = Timeline::new();
    let mut note = |kind, site, at| {
        assert!(timeline.is_new("a", kind, site, at), "{kind} {at}");
    };
    note("fault-injected", Some("b"), 900);
    note("site-lost", Some("b"), 1_000);
    note("primary-moved", Some("a"), 1_200);
    note("protection-lost", None, 1_250);
    note("writable-again", Some("a"), 1_300);
    note("site-lost", Some("w"), 2_000);
    note("site-back", Some("b"), 3_000);
    note("site-back", Some("w"), 4_000);
    note("protection-back", None, 5_000);
    note("site-lost", Some("b"), 50_000);
    note("writable-again", Some("a"), 50_500);
    assert!(!timeline.is_new("w", "writable-again", Some("a"), 50_600));
    let found = timeline.incidents();
    let found: Vec<_> = found.iter().map(|(k, i)| (k.as_str(), *i)).collect();
    assert_eq!(
        found,
        [
            ("fault-injected", None),
            ("site-lost", Some(2)),
            ("primary-moved", Some(2)),
            ("protection-lost", Some(2)),
            ("writable-again", Some(2)),
            ("site-lost", Some(2)),
            ("site-back", Some(2)),
            ("site-back", Some(2)),
            ("protection-back", None),
            ("site-lost", Some(10)),
            ("writable-again", Some(10)),
        ]
    );
}
