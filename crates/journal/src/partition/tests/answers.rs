//! Rule 4: the first answer is repeated, and an id stands for one command.

use super::*;

#[test]
fn a_repeat_gets_the_first_answer_and_no_entry() {
    let mut a = Script::at("a");
    a.submit(1, CLIENT, command(1, "add", "one"));
    a.durable();
    let first = a.replies()[0].1.clone();
    a.submit(2, CLIENT, command(1, "add", "one"));
    assert_eq!(a.replies(), [(2, &first)]);
    assert_eq!(a.outputs.len(), 1);
}

#[test]
fn a_repeat_of_what_the_other_site_appended_gets_its_answer() {
    let mut a = Script::at("a");
    let theirs = a.others("b", &[], vec![command(1, "add", "one")]);
    a.step(Input::Noticed(1));
    a.read(theirs);
    a.submit(1, CLIENT, command(1, "add", "one"));
    assert_eq!(accepted(a.replies()[0].1), (1, &json!({ "before": 0 })));
}

#[test]
fn an_id_used_for_something_else_is_refused() {
    let mut a = Script::at("a");
    a.submit(1, CLIENT, command(1, "add", "one"));
    a.durable();
    a.submit(2, CLIENT, command(1, "add", "two"));
    assert_eq!(code(a.replies()[0].1), "command_id_reused");
}

#[test]
fn of_two_that_wait_with_one_id_the_recorded_one_stands() {
    let mut a = Script::cold("a", |_| {});
    let theirs = a.others("a", &[], vec![command(1, "add", "one")]);
    a.submit(1, CLIENT, command(1, "add", "other"));
    a.submit(2, CLIENT, command(1, "add", "one"));
    assert!(a.replies().is_empty());
    a.read(theirs);
    assert_eq!(code(a.replies()[0].1), "command_id_reused");
    assert_eq!(accepted(a.replies()[1].1).0, 1);
}

#[test]
fn of_two_new_ones_with_one_id_the_first_stands() {
    let mut a = Script::at("a");
    a.submit(1, CLIENT, command(9, "add", "busy"));
    a.submit(2, CLIENT, command(1, "add", "one"));
    a.submit(3, CLIENT, command(1, "add", "other"));
    a.durable();
    assert_eq!(a.appends().1.len(), 1);
    a.durable();
    assert_eq!(accepted(a.replies()[0].1).0, 2);
    assert_eq!(code(a.replies()[1].1), "command_id_reused");
}
