//! Rules 5, 6 and 9: who appends, what is forwarded, and what needs an entry.

use super::*;

#[test]
fn a_site_that_does_not_lead_forwards_and_passes_the_answer_on() {
    let mut b = Script::at("b");
    b.submit(1, CLIENT, command(1, "add", "one"));
    assert_eq!(b.forwards(), [(1, false)]);
    let outcome = Outcome::Unchanged { answer: json!(5) };
    b.forwarded(1, Ok(outcome.clone()));
    assert_eq!(b.replies(), [(1, &outcome)]);
}

#[test]
fn a_lead_that_does_not_answer_in_time_is_replaced() {
    let mut b = Script::at("b");
    b.submit(1, CLIENT, command(1, "add", "one"));
    b.wait(1_600);
    assert!(b.reads(), "the lead may have appended it");
    b.read(vec![]);
    assert_eq!(b.appends().1[0].header.lead, site("b"));
    b.durable();
    assert_eq!(*b.core.lead(), site("b"));
    b.submit(2, CLIENT, command(2, "add", "two"));
    assert_eq!(b.appends().0, 1, "it leads now and appends at once");
}

#[test]
fn what_the_lost_lead_appended_is_not_appended_again() {
    let mut b = Script::at("b");
    let theirs = b.others("a", &[], vec![command(1, "add", "one")]);
    b.submit(1, CLIENT, command(1, "add", "one"));
    b.forwarded(1, Err("connection lost".into()));
    b.read(theirs);
    assert_eq!(accepted(b.replies()[0].1).0, 1);
}

#[test]
fn the_peer_is_told_who_leads_and_a_client_never() {
    let mut b = Script::cold("b", |_| {});
    b.submit(1, PEER, command(1, "add", "one"));
    b.submit(2, CLIENT, command(1, "add", "one"));
    b.read(vec![]);
    assert!(matches!(b.replies()[..], [(1, Outcome::NotLead { .. })]));
    assert_eq!(b.forwards(), [(1, false)]);
}

#[test]
fn two_sites_that_take_each_other_for_the_lead_do_not_wait_for_each_other() {
    let mut b = Script::at("b");
    b.submit(1, CLIENT, command(1, "add", "one"));
    b.submit(2, PEER, command(1, "add", "one"));
    assert!(matches!(b.replies()[..], [(2, Outcome::NotLead { .. })]));
}

#[test]
fn a_peer_that_cannot_append_is_helped_by_a_site_that_does_not_lead() {
    let mut b = Script::at("b");
    b.submit(1, URGED, command(1, "add", "one"));
    assert_eq!(b.appends().1[0].header.lead, site("b"));
    assert!(b.forwards().is_empty());
}

#[test]
fn a_lead_that_the_engine_fails_asks_the_peer_for_a_while() {
    let mut a = Script::at("a");
    a.submit(1, CLIENT, command(1, "add", "one"));
    a.appended(Err(AppendError::Unavailable("down".into())));
    assert_eq!(a.forwards(), [(1, true)]);
    a.forwarded(
        1,
        Ok(Outcome::Unavailable {
            cause: "too".into(),
        }),
    );
    a.wait(1_100);
    if a.reads() {
        a.read(vec![]);
    }
    assert_eq!(a.appends().0, 0, "it tries again itself");
}

#[test]
fn a_lead_that_cannot_read_asks_the_peer_too() {
    let mut a = Script::at("a");
    a.wait(2_500);
    assert!(a.reads());
    a.unreadable();
    a.submit(1, CLIENT, command(1, "add", "one"));
    assert_eq!(a.forwards(), [(1, true)]);
}

#[test]
fn a_peer_that_lags_does_not_count_as_contradiction() {
    let mut b = Script::at("b");
    let theirs = b.others("a", &[], vec![command(7, "add", "theirs")]);
    b.step(Input::Noticed(1));
    b.read(theirs);
    b.submit(1, CLIENT, command(1, "add", "one"));
    for _ in 0..10 {
        let (lead, seq) = (site("b"), 0);
        b.forwarded(1, Ok(Outcome::NotLead { lead, seq }));
        assert_eq!(b.forwards(), [(1, false)]);
    }
    for _ in 0..3 {
        let (lead, seq) = (site("b"), 1);
        b.forwarded(1, Ok(Outcome::NotLead { lead, seq }));
    }
    assert_eq!(b.appends().0, 1, "nobody leads as the other sees it");
}

#[test]
fn after_a_switchover_the_rest_goes_to_the_new_lead() {
    let mut a = Script::at("a");
    a.submit(1, CLIENT, command(1, "add", "busy"));
    let mut switch = command(2, SWITCH_OVER, "");
    switch.body = json!({ "to": "b" });
    a.submit(2, CLIENT, switch.clone());
    a.submit(3, CLIENT, command(3, "add", "three"));
    a.durable();
    let entries = a.appends().1;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].header.lead, site("b"));
    a.durable();
    assert_eq!(a.forwards(), [(3, false)]);
    switch.id = CommandId(id::Uuid::from_u128(4));
    switch.body = json!({ "to": "c" });
    a.submit(4, URGED, switch);
    assert_eq!(a.appends().1[0].header.lead, site("a"));
}

#[test]
fn a_lead_refuses_at_once_and_without_an_entry() {
    let mut a = Script::at("a");
    a.submit(1, CLIENT, command(1, "refuse", ""));
    assert_eq!(code(a.replies()[0].1), "refused");
    assert_eq!(a.outputs.len(), 1);
}

#[test]
fn a_site_that_does_not_lead_refuses_only_after_an_entry_of_its_own() {
    let mut b = Script::at("b");
    b.submit(1, URGED, command(1, "refuse", ""));
    assert!(b.replies().is_empty());
    let entry = b.appends().1.remove(0);
    let payload = keys(1).open(&entry.header, &entry.sealed).unwrap();
    assert_eq!(payload.name, TAKE_OVER);
    b.durable();
    assert_eq!(code(b.replies()[0].1), "refused");
    b.submit(2, URGED, command(2, "refuse", ""));
    assert_eq!(b.replies().len(), 1, "it leads now");
}

#[test]
fn a_lead_whose_engine_cannot_append_refuses_only_after_an_entry() {
    let mut a = Script::at("a");
    a.step(Input::Durability(None));
    a.submit(1, CLIENT, command(1, "refuse", ""));
    assert!(a.replies().is_empty());
    assert_eq!(a.appends().1.len(), 1);
}
