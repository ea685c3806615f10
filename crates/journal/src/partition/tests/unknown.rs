//! Rules 7 and 8: after an unknown outcome the engine is asked, and nothing is denied meanwhile.

use super::*;

fn lost(a: &mut Script) {
    a.appended(Err(AppendError::Unknown("no answer".into())));
}

/// A lead without a peer to ask, so that it has to see to everything itself.
fn alone() -> Script {
    Script::with("a", |config| config.peer = None)
}

#[test]
fn after_an_unknown_append_the_engine_is_read_first() {
    let mut a = alone();
    a.submit(1, CLIENT, command(1, "add", "one"));
    let sent = a.appends().1;
    lost(&mut a);
    assert!(a.reads() && a.replies().is_empty());
    a.submit(2, CLIENT, command(2, "add", "two"));
    assert!(
        a.is_silent(),
        "nothing is decided before the engine is read"
    );
    a.read(sent);
    assert_eq!(accepted(a.replies()[0].1).0, 1);
}

#[test]
fn what_did_not_land_is_appended_again() {
    let mut a = alone();
    a.submit(1, CLIENT, command(1, "add", "one"));
    lost(&mut a);
    a.read(vec![]);
    a.wait(50);
    assert_eq!(a.appends().0, 0);
    a.durable();
    assert_eq!(accepted(a.replies()[0].1).0, 1);
}

#[test]
fn what_lands_late_is_found_by_the_conflict() {
    let mut a = alone();
    a.submit(1, CLIENT, command(1, "add", "one"));
    let sent = a.appends().1;
    lost(&mut a);
    a.read(vec![]);
    a.wait(50);
    a.appended(Err(AppendError::Conflict));
    a.read(sent);
    assert_eq!(accepted(a.replies()[0].1), (1, &json!({ "before": 0 })));
}

#[test]
fn what_may_still_land_is_called_unknown_when_it_waited_too_long() {
    let mut a = alone();
    a.submit(1, CLIENT, command(1, "add", "one"));
    a.submit(2, CLIENT, command(2, "add", "two"));
    lost(&mut a);
    a.unreadable();
    a.wait(8_100);
    assert!(matches!(
        a.replies()[..],
        [
            (1, Outcome::Unknown { .. }),
            (2, Outcome::Unavailable { .. })
        ]
    ));
}

#[test]
fn what_the_peer_may_still_append_is_not_refused() {
    let mut b = Script::at("b");
    b.submit(1, CLIENT, command(1, "refuse", ""));
    b.forwarded(1, Err("no answer".into()));
    b.read(vec![]);
    b.durable();
    assert!(matches!(b.replies()[..], [(1, Outcome::Unknown { .. })]));
    b.submit(2, CLIENT, command(1, "refuse", ""));
    assert_eq!(code(b.replies()[0].1), "refused", "this site leads now");
}

#[test]
fn what_may_still_land_is_refused_once_another_entry_took_its_place() {
    let mut a = alone();
    a.submit(1, CLIENT, command(9, "add", "busy"));
    a.submit(2, CLIENT, command(1, "add-once", "x"));
    a.submit(3, CLIENT, command(2, "add-once", "x"));
    a.durable();
    let sent = a.appends().1;
    lost(&mut a);
    a.read(vec![]);
    a.wait(50);
    assert_eq!(a.appends().0, 1);
    a.durable();
    assert_eq!(accepted(a.replies()[0].1).0, 2);
    assert!(matches!(a.replies()[1].1, Outcome::Unchanged { .. }));
    assert_eq!(sent.len(), 1);
}

#[test]
fn what_may_still_land_is_not_refused_by_the_peer_either() {
    let mut a = Script::at("a");
    a.submit(1, CLIENT, command(1, "add", "one"));
    lost(&mut a);
    assert_eq!(a.forwards(), [(1, true)]);
    let refusal = Refusal::conflict("refused", "as the peer sees it");
    a.forwarded(1, Ok(Outcome::Refused(refusal)));
    assert!(matches!(a.replies()[..], [(1, Outcome::Unknown { .. })]));
}

#[test]
fn a_command_that_fails_at_a_site_that_does_not_lead_makes_it_lead() {
    let mut b = Script::at("b");
    b.submit(1, CLIENT, command(1, "panic", ""));
    b.forwarded(1, Err("no answer".into()));
    b.read(vec![]);
    b.durable();
    assert_eq!(*b.core.lead(), site("b"));
}

#[test]
fn what_the_peer_says_is_unavailable_may_be_refused() {
    let mut b = Script::at("b");
    b.submit(1, CLIENT, command(1, "refuse", ""));
    b.forwarded(
        1,
        Ok(Outcome::Unavailable {
            cause: "down".into(),
        }),
    );
    b.durable();
    assert_eq!(code(b.replies()[0].1), "refused");
}
