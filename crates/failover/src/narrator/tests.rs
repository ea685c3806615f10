use super::*;
use crate::observation::{Observation, Report};

fn name(name: &str) -> SiteName {
    SiteName::new(name).unwrap()
}

fn verdict(site: &str, opinion: Opinion) -> Verdict {
    Verdict {
        site: name(site),
        opinion,
        votes: BTreeMap::new(),
    }
}

fn posted(site: &str, at: i64) -> Report {
    Report {
        observations: vec![Observation {
            vantage: name("w"),
            site: name(site),
            step: Step::Post,
            at: Timestamp(at),
            took_ms: 5,
            failure: None,
        }],
        deeds: Vec::new(),
    }
}

fn kinds(notes: &[Note]) -> Vec<&str> {
    notes.iter().map(|note| note.kind).collect()
}

#[test]
fn a_loss_is_told_once_from_beginning_to_end() {
    let (mut narrator, mut board) = (Narrator::default(), Board::default());
    let up = [verdict("a", Opinion::Up), verdict("b", Opinion::Up)];
    let down = [verdict("a", Opinion::Down), verdict("b", Opinion::Up)];
    let facts = Facts {
        primary: Some("a".into()),
        is_protected: Some(true),
        ..Facts::default()
    };
    let notes = narrator.tell(&board, &up, &facts, Timestamp(0));
    assert_eq!(kinds(&notes), ["site-back", "site-back"]);
    let notes = narrator.tell(&board, &down, &facts, Timestamp(1_000));
    assert_eq!(kinds(&notes), ["site-lost"]);
    assert!(
        narrator
            .tell(&board, &down, &facts, Timestamp(1_500))
            .is_empty()
    );
    board.add(posted("b", 3_000));
    let facts = Facts {
        primary: Some("b".into()),
        is_protected: Some(true),
        ..Facts::default()
    };
    let notes = narrator.tell(&board, &down, &facts, Timestamp(3_100));
    assert_eq!(kinds(&notes), ["primary-moved", "writable-again"]);
    assert_eq!(notes[1].evidence["since_last_good_ms"], 2_000);
    let notes = narrator.tell(&board, &up, &facts, Timestamp(9_000));
    assert_eq!(kinds(&notes), ["site-back"]);
    assert_eq!(notes[0].evidence["away_ms"], 8_000);
}

#[test]
fn a_site_that_never_answered_is_given_time_to_start() {
    let (mut narrator, board) = (Narrator::default(), Board::default());
    let down = [verdict("a", Opinion::Down)];
    let facts = Facts::default();
    for at in [0, 29_999] {
        let notes = narrator.tell(&board, &down, &facts, Timestamp(at));
        assert!(notes.is_empty(), "{at}: {notes:?}");
    }
    let notes = narrator.tell(&board, &down, &facts, Timestamp(30_000));
    assert_eq!(kinds(&notes), ["site-lost"]);
}

#[test]
fn not_knowing_is_no_news() {
    let (mut narrator, board) = (Narrator::default(), Board::default());
    let facts = Facts::default();
    narrator.tell(&board, &[verdict("a", Opinion::Up)], &facts, Timestamp(0));
    let notes = narrator.tell(
        &board,
        &[verdict("a", Opinion::Unknown)],
        &facts,
        Timestamp(1),
    );
    assert!(notes.is_empty());
    assert_eq!(narrator.told(&name("a")), Opinion::Up);
}
#[test]
fn the_vault_is_told_of_when_it_changes() {
    let (mut narrator, board) = (Narrator::default(), Board::default());
    let mut tell = |is_silent: Option<bool>, at| {
        let vault = is_silent.map(|is_silent| VaultFact {
            site: name("a"),
            is_silent,
            evidence: json!({ "backlog": 7 }),
        });
        let facts = Facts {
            vault,
            ..Facts::default()
        };
        narrator.tell(&board, &[], &facts, Timestamp(at))
    };
    assert!(tell(None, 0).is_empty());
    assert_eq!(kinds(&tell(Some(false), 1)), ["vault-back"]);
    assert!(tell(Some(false), 2).is_empty());
    let notes = tell(Some(true), 3);
    assert_eq!(kinds(&notes), ["vault-silent"]);
    assert_eq!(notes[0].site, Some(name("a")));
    assert_eq!(notes[0].evidence["backlog"], 7);
    // Not to know for a while is no news.
    assert!(tell(None, 4).is_empty());
    assert!(tell(Some(true), 5).is_empty());
    assert_eq!(kinds(&tell(Some(false), 6)), ["vault-back"]);
}

#[test]
fn a_vault_that_is_silent_from_the_start_is_told() {
    let (mut narrator, board) = (Narrator::default(), Board::default());
    let facts = Facts {
        vault: Some(VaultFact {
            site: name("a"),
            is_silent: true,
            evidence: Value::Null,
        }),
        ..Facts::default()
    };
    let notes = narrator.tell(&board, &[], &facts, Timestamp(0));
    assert_eq!(kinds(&notes), ["vault-silent"]);
}

#[test]
fn a_recovery_that_is_not_proven_is_told_once_and_so_is_its_end() {
    let (mut narrator, board) = (Narrator::default(), Board::default());
    let mut tell = |is_proven: Option<bool>, at| {
        let rehearsal = is_proven.map(|is_proven| RehearsalFact {
            is_proven,
            detail: "as it is".into(),
            evidence: json!({ "state": "failed" }),
        });
        let facts = Facts {
            rehearsal,
            ..Facts::default()
        };
        narrator.tell(&board, &[], &facts, Timestamp(at))
    };
    // Never rehearsed is no news, however long.
    assert!(tell(None, 0).is_empty());
    assert!(tell(None, 900_000_000).is_empty());
    let notes = tell(Some(false), 900_000_001);
    assert_eq!(kinds(&notes), ["recovery-unproven"]);
    assert_eq!(
        (notes[0].site.as_ref(), notes[0].detail.as_str()),
        (None, "as it is")
    );
    assert!(tell(Some(false), 900_000_002).is_empty());
    assert!(tell(None, 900_000_003).is_empty());
    assert_eq!(kinds(&tell(Some(true), 900_000_004)), ["recovery-proven"]);
    assert!(tell(Some(true), 900_000_005).is_empty());
}
