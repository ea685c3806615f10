//! Reading: behind, ahead, damaged, and keys that are not here yet.

use super::*;

#[test]
fn nothing_is_decided_before_the_first_read() {
    let mut a = Script::cold("a", |_| {});
    a.submit(1, CLIENT, command(1, "add", "one"));
    assert!(a.reads() && a.outputs.len() == 1);
    a.read(vec![]);
    assert_eq!(a.appends().0, 0);
}

#[test]
fn a_site_that_was_stopped_looks_before_it_decides() {
    let mut a = Script::at("a");
    a.now += 5_000;
    a.submit(1, CLIENT, command(1, "refuse", ""));
    assert!(a.reads() && a.replies().is_empty());
}

#[test]
fn what_is_noticed_is_waited_for_but_not_for_ever() {
    let mut a = Script::at("a");
    a.step(Input::Noticed(3));
    a.read(vec![]);
    a.submit(1, CLIENT, command(1, "add", "one"));
    for _ in 0..200 {
        a.wait(25);
        if a.reads() {
            a.read(vec![]);
        }
        if !a.is_silent() {
            break;
        }
    }
    assert_eq!(a.appends().0, 0, "what never was cannot stop a partition");
}

#[test]
fn an_entry_without_its_key_waits_for_the_key() {
    let mut a = Script::at("a");
    let mut other = Script::with("b", |config| config.peer = None);
    other.step(Input::Keys(keys(2)));
    other.submit(1, CLIENT, command(7, "add", "sealed anew"));
    let theirs = other.appends().1;
    a.step(Input::Noticed(1));
    a.read(theirs.clone());
    a.submit(1, CLIENT, command(1, "refuse", ""));
    assert!(a.replies().is_empty(), "it knows that it does not know all");
    a.step(Input::Keys(keys(2)));
    assert!(a.reads());
    a.read(theirs);
    assert_eq!(a.core.view().head().seq, 1);
}

#[test]
fn a_broken_chain_stops_the_partition() {
    let mut a = Script::at("a");
    let mut theirs = a.others("b", &[], vec![command(7, "add", "theirs")]);
    theirs[0].sealed[30] ^= 1;
    a.step(Input::Noticed(1));
    let error = a.try_step(Input::Read(Ok(theirs))).unwrap_err();
    assert!(matches!(error, CoreError::Chain(_)), "{error:?}");
    assert_eq!(a.core.view().head(), Head::GENESIS);
}

#[test]
fn a_damaged_entry_is_reported_and_nothing_is_decided() {
    let mut a = Script::at("a");
    a.step(Input::Noticed(1));
    let damaged = ReadError::Damaged {
        partition: a.core.config.partition.clone(),
        seq: 1,
        cause: "torn".into(),
    };
    a.step(Input::Read(Err(damaged)));
    a.submit(1, CLIENT, command(1, "add", "one"));
    assert!(a.is_silent());
    assert!(a.core.status().trouble.unwrap().contains("entry 1"));
}
