//! Rule 10: a module's failure costs a command or this partition.

use super::*;

#[test]
fn a_command_on_which_the_module_fails_is_refused_alone() {
    for bad in ["panic", "spoil"] {
        let mut a = Script::at("a");
        a.submit(1, CLIENT, command(9, "add", "busy"));
        a.submit(2, CLIENT, command(1, "add", "one"));
        a.submit(3, CLIENT, command(2, bad, "bad"));
        a.submit(4, CLIENT, command(3, "add", "three"));
        a.durable();
        let told: Vec<_> = a.replies().iter().map(|(waiter, _)| *waiter).collect();
        assert_eq!(told, [1]);
        let (after, entries) = a.appends();
        assert_eq!((after, entries.len()), (1, 2), "{bad}");
        a.durable();
        let told: Vec<_> = a.replies().iter().map(|(waiter, _)| *waiter).collect();
        assert_eq!(told, [2, 4, 3]);
        assert_eq!(code(a.replies()[2].1), "module_failed");
    }
}

#[test]
fn a_module_that_panics_elsewhere_stops_the_partition_and_nothing_else() {
    let mut a = Script::at("a");
    a.submit(1, CLIENT, command(1, "add", "due"));
    a.durable();
    a.now += 1_100;
    a.step(Input::Tick);
    let error = a.try_step(Input::Read(Ok(vec![]))).unwrap_err();
    assert!(matches!(error, CoreError::Panicked { .. }), "{error:?}");
}

#[test]
fn what_is_due_whatever_the_time_is_asked_once_for_each_entry() {
    let mut a = Script::at("a");
    let seconds = |a: &mut Script, count: u32| {
        let before = ASKED.get();
        for _ in 0..count {
            a.wait(1_100);
            a.step(Input::Read(Ok(vec![])));
        }
        ASKED.get() - before
    };
    let _ = seconds(&mut a, 1);
    assert_eq!(seconds(&mut a, 5), 0);
    a.submit(1, CLIENT, command(1, "add", "x"));
    a.durable();
    assert_eq!(seconds(&mut a, 5), 1);
}

#[test]
fn a_gap_in_a_followed_partition_stops_the_partition() {
    let mut a = Script::at("a");
    let entry = a.others("b", &[], vec![command(7, "add", "x")]).remove(0);
    let payload = keys(1).open(&entry.header, &entry.sealed).unwrap();
    let mut header = entry.header;
    header.seq = 5;
    let gap = vec![(header, entry.hash, payload)];
    let error = a.try_step(Input::Follow(gap)).unwrap_err();
    assert!(matches!(error, CoreError::View(_)), "{error:?}");
    assert!(!a.core.view().is_open());
}
