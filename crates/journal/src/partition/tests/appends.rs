//! Rules 1 to 3: durable before told, after the head, decided on everything before.

use super::*;

#[test]
fn nothing_is_told_before_it_is_durable() {
    let mut a = Script::at("a");
    a.submit(1, CLIENT, command(1, "add", "one"));
    assert_eq!(a.appends().0, 0);
    assert!(a.replies().is_empty());
    a.step(Input::Noticed(1));
    assert!(a.is_silent());
    a.durable();
    assert_eq!(accepted(a.replies()[0].1), (1, &json!({ "before": 0 })));
    assert!(matches!(a.outputs[0], Output::Applied(_)));
}

#[test]
fn a_repeat_of_what_is_under_way_waits_with_it() {
    let mut a = Script::at("a");
    a.submit(1, CLIENT, command(1, "add", "one"));
    a.submit(2, CLIENT, command(1, "add", "one"));
    assert!(a.is_silent());
    a.durable();
    let waiters: Vec<Waiter> = a.replies().iter().map(|(waiter, _)| *waiter).collect();
    assert_eq!(waiters, [1, 2]);
}

#[test]
fn what_waits_goes_as_one_append_and_links_to_the_one_before() {
    let mut a = Script::at("a");
    a.submit(1, CLIENT, command(1, "add", "one"));
    let first = a.appends().1;
    a.submit(2, CLIENT, command(2, "add", "two"));
    a.submit(3, CLIENT, command(3, "add", "three"));
    assert!(a.is_silent(), "one append at a time");
    a.durable();
    let (after, entries) = a.appends();
    assert_eq!((after, entries.len()), (1, 2));
    assert_eq!(entries[0].header.prev, first[0].hash);
    assert_eq!(entries[1].header.prev, entries[0].hash);
}

#[test]
fn a_refusal_that_rests_on_the_open_batch_waits_for_it() {
    let mut a = Script::at("a");
    a.submit(1, CLIENT, command(1, "add", "busy"));
    a.submit(2, CLIENT, command(2, "add-once", "x"));
    a.submit(3, CLIENT, command(3, "add-once", "x"));
    a.durable();
    assert_eq!(a.replies().len(), 1);
    a.durable();
    assert_eq!(accepted(a.replies()[0].1).0, 2);
    assert!(matches!(a.replies()[1].1, Outcome::Unchanged { .. }));
}

#[test]
fn a_conflict_is_decided_again_on_what_came_first() {
    let mut a = Script::at("a");
    let theirs = a.others("b", &[], vec![command(7, "add", "theirs")]);
    a.submit(1, CLIENT, command(1, "add", "mine"));
    a.appended(Err(AppendError::Conflict));
    assert!(a.reads() && a.replies().is_empty());
    a.read(theirs);
    // The other site wrote last, so it leads; it does not answer, so this site appends itself.
    assert_eq!(a.forwards(), [(1, false)]);
    a.forwarded(1, Err("no answer".into()));
    assert!(a.reads());
    a.read(vec![]);
    assert_eq!(a.appends().0, 1);
    a.durable();
    assert_eq!(accepted(a.replies()[0].1), (2, &json!({ "before": 1 })));
}

#[test]
fn a_conflict_leaves_no_row_behind() {
    let mut a = Script::at("a");
    a.submit(1, CLIENT, command(1, "add", "mine"));
    a.appended(Err(AppendError::Conflict));
    assert_eq!(count(a.core.view().rows(), "%").unwrap(), 0);
    assert_eq!(a.core.view().head(), Head::GENESIS);
}

#[test]
fn an_answer_to_an_earlier_append_is_passed_over() {
    let mut a = Script::at("a");
    a.submit(1, CLIENT, command(1, "add", "one"));
    let durability = Durability::Protected;
    a.step(Input::Appended {
        attempt: 77,
        result: Ok(Appended { durability }),
    });
    assert!(a.is_silent());
}
