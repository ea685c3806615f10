//! Limits: batches, the inbox, waiting, and time.

use super::*;

#[test]
fn a_batch_carries_no_more_than_its_limit() {
    let mut a = Script::with("a", |config| config.batch_max = 2);
    a.submit(1, CLIENT, command(9, "add", "busy"));
    for id in 1..=3 {
        a.submit(1 + id as u64, CLIENT, command(id, "add", "x"));
    }
    a.durable();
    assert_eq!(a.appends().1.len(), 2);
    a.durable();
    assert_eq!(a.appends().1.len(), 1);
}

#[test]
fn more_than_the_inbox_holds_is_turned_away() {
    let mut b = Script::with("b", |config| config.inbox_max = 2);
    for id in 1..=2 {
        b.submit(id as u64, CLIENT, command(id, "add", "x"));
    }
    assert_eq!(b.core.status().forwarded, 2);
    b.submit(3, CLIENT, command(3, "add", "x"));
    assert!(matches!(b.replies()[..], [(3, Outcome::Overloaded)]));
}

#[test]
fn a_command_that_cannot_be_appended_is_given_up_in_time() {
    let mut a = Script::with("a", |config| config.peer = None);
    a.submit(1, CLIENT, command(1, "add", "one"));
    a.appended(Err(AppendError::Unavailable("full".into())));
    a.now += 8_000;
    a.step(Input::Tick);
    assert!(matches!(
        a.replies()[..],
        [(1, Outcome::Unavailable { .. })]
    ));
}

#[test]
fn time_in_a_chain_never_goes_back() {
    let mut a = Script::at("a");
    let mut other = Script::with("b", |config| config.peer = None);
    other.now += 60_000;
    other.step(Input::Tick);
    other.read(vec![]);
    other.submit(1, CLIENT, command(7, "add", "ahead"));
    let theirs = other.appends().1;
    a.step(Input::Noticed(1));
    a.read(theirs.clone());
    a.submit(1, URGED, command(1, "add", "behind"));
    assert_eq!(a.appends().1[0].header.time, theirs[0].header.time);
}

#[test]
fn durability_is_told_as_the_engine_told_it() {
    let mut a = Script::at("a");
    a.submit(1, CLIENT, command(1, "add", "one"));
    let durability = Durability::StoredHere;
    a.appended(Ok(Appended { durability }));
    let is_stored_here = |outcome: &Outcome| {
        matches!(
            outcome,
            Outcome::Accepted {
                durability: Durability::StoredHere,
                ..
            }
        )
    };
    assert!(is_stored_here(a.replies()[0].1));
}
