use crate::{Advance, Answer, Call, Outcome, Place, Policy};
use kernel::id::Uuid;
use kernel::{PersonId, Timestamp};
use proptest::prelude::*;

const fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

fn place(chain: &[u128]) -> Place {
    Place {
        name: None,
        chain: chain.iter().map(|n| person(*n)).collect(),
    }
}

fn call(needed: u32, chains: &[&[u128]]) -> Call {
    let policy = Policy {
        remind_every_ms: 60_000,
        escalate_after_ms: 180_000,
        needed,
        ends_at: Timestamp(1_000_000),
    };
    let places = chains.iter().map(|chain| place(chain)).collect();
    let mut call = Call::place(Timestamp(0), policy, places);
    step(&mut call, 0).expect("placing tells the first");
    call
}

fn step(call: &mut Call, at: i64) -> Option<Advance> {
    let advance = call.due(Timestamp(at), &|_| true)?;
    call.advance(&advance, Timestamp(at));
    Some(advance)
}

/// Lets time pass to `until`, step by step as things become due.
fn pass(call: &mut Call, until: i64) -> Vec<(i64, Advance)> {
    let mut steps = Vec::new();
    while let Some(next) = call.next_at().filter(|next| next.millis() <= until) {
        let advance = step(call, next.millis()).expect("what is due at next_at");
        steps.push((next.millis(), advance));
    }
    steps
}

#[test]
fn everyone_silent_is_reminded_and_escalated_and_ends_stated() {
    let mut call = call(1, &[&[1, 2]]);
    let steps = pass(&mut call, 2_000_000);
    let told: Vec<_> = steps
        .iter()
        .flat_map(|(at, step)| step.told.iter().map(move |who| (*at, *who)))
        .collect();
    assert_eq!(told[0], (60_000, person(1)));
    assert_eq!(
        told[2..5],
        [
            (180_000, person(2)),
            (180_000, person(1)),
            (240_000, person(1))
        ]
    );
    let end = call.end.as_ref().expect("it ended");
    assert_eq!(end.outcome, Outcome::NobodyAnswered);
    assert_eq!((end.filled, end.needed, end.places), (0, 1, 1));
    assert_eq!(end.silent, [person(1), person(2)]);
    assert_eq!(steps.last().unwrap().0, 1_000_000);
    assert_eq!(call.asked(person(1)).unwrap().times_told, 17);
    assert_eq!(call.next_at(), None);
    assert_eq!(step(&mut call, 3_000_000), None);
}

#[test]
fn only_those_who_have_not_answered_are_told_again() {
    let mut call = call(2, &[&[1], &[2], &[3]]);
    call.answer(person(1), Answer::Yes, Timestamp(1_000));
    assert_eq!(step(&mut call, 30_000), None);
    let again = step(&mut call, 60_000).unwrap();
    assert_eq!(again.told, [person(2), person(3)]);
    call.answer(person(3), Answer::Yes, Timestamp(61_000));
    let end = step(&mut call, 61_000).unwrap();
    assert_eq!(end.end.unwrap().outcome, Outcome::Reached);
}

#[test]
fn enough_are_reached_by_deputies() {
    let mut call = call(2, &[&[1, 2], &[3, 4]]);
    call.answer(person(1), Answer::Cannot, Timestamp(5_000));
    let next = step(&mut call, 5_000).unwrap();
    assert_eq!(next.told, [person(2)], "a no is not waited out");
    pass(&mut call, 180_000);
    assert!(call.asked(person(4)).is_some(), "silence is waited out");
    call.answer(person(2), Answer::Yes, Timestamp(181_000));
    call.answer(person(4), Answer::Yes, Timestamp(182_000));
    let end = step(&mut call, 182_000).unwrap().end.unwrap();
    assert_eq!((end.outcome, end.filled), (Outcome::Reached, 2));
    assert_eq!(end.silent, [person(3)]);
}

#[test]
fn one_person_fills_one_place() {
    let mut call = call(2, &[&[1, 2], &[1, 3]]);
    call.answer(person(1), Answer::Yes, Timestamp(1_000));
    assert_eq!(call.filled(), 1);
    let steps = pass(&mut call, 400_000);
    assert!(steps.iter().any(|(_, step)| step.told.contains(&person(3))));
    // The second place's deputy lets the first place stay with its holder.
    call.answer(person(3), Answer::Yes, Timestamp(401_000));
    assert_eq!(call.filled(), 2);
}

#[test]
fn whoever_has_left_is_passed_over_and_said_to_be_gone() {
    let policy = call(1, &[&[1]]).policy;
    let mut call = Call::place(Timestamp(0), policy, vec![place(&[1, 2])]);
    let is_there = |who: PersonId| who != person(1);
    let first = call.due(Timestamp(0), &is_there).unwrap();
    assert_eq!(
        (&first.gone[..], &first.told[..]),
        (&[person(1)][..], &[person(2)][..])
    );
    call.advance(&first, Timestamp(0));
    let nobody = call.due(Timestamp(10), &|_| false).unwrap();
    assert_eq!(nobody.gone, [person(2)]);
    assert_eq!(nobody.end.unwrap().outcome, Outcome::TooFewLeft);
}

#[test]
fn it_ends_once_too_few_are_left() {
    let mut call = call(2, &[&[1], &[2], &[3]]);
    call.answer(person(1), Answer::Declined, Timestamp(1));
    assert_eq!(step(&mut call, 2), None);
    call.answer(person(2), Answer::Cannot, Timestamp(3));
    let end = step(&mut call, 3).unwrap().end.unwrap();
    assert_eq!(
        (end.outcome, end.filled, end.silent),
        (Outcome::TooFewLeft, 0, vec![person(3)])
    );
}

#[test]
fn the_last_word_counts() {
    let mut call = call(1, &[&[1], &[2]]);
    call.answer(person(1), Answer::Cannot, Timestamp(1));
    call.answer(person(1), Answer::Yes, Timestamp(2));
    assert_eq!(
        step(&mut call, 3).unwrap().end.unwrap().outcome,
        Outcome::Reached
    );
}

#[test]
fn an_end_late_in_the_day_is_told_with_who_had_answered() {
    let mut call = call(2, &[&[1], &[2]]);
    call.answer(person(1), Answer::Yes, Timestamp(1));
    pass(&mut call, 2_000_000);
    let end = call.end.unwrap();
    assert_eq!((end.outcome, end.filled), (Outcome::NotReached, 1));
}

proptest! {
    /// Whatever people say and whoever leaves, a call always ends, tells nobody who has answered,
    /// and never waits for a moment at which nothing is due.
    #[test]
    fn it_always_ends_and_leaves_those_alone_who_answered(
        chains in prop::collection::vec(prop::collection::vec(1_u128..6, 1..4), 1..4),
        needed in 1_u32..4,
        said in prop::collection::vec((0_i64..1_000, 1_u128..6, 0..3), 0..6),
        leaves in prop::collection::vec((0_i64..1_000, 1_u128..6), 0..3),
    ) {
        let chains: Vec<&[u128]> = chains.iter().map(Vec::as_slice).collect();
        let policy = Policy {
            remind_every_ms: 60, escalate_after_ms: 150, needed, ends_at: Timestamp(1_000),
        };
        let places = chains.iter().map(|chain| place(chain)).collect();
        let mut call = Call::place(Timestamp(0), policy, places);
        for now in 0..=1_000 {
            for (at, who, what) in &said {
                if *at == now && call.asked(person(*who)).is_some() {
                    let what = [Answer::Yes, Answer::Cannot, Answer::Declined][*what as usize];
                    call.answer(person(*who), what, Timestamp(now));
                }
            }
            let is_there = |who| !leaves.iter().any(|(at, n)| *at <= now && person(*n) == who);
            let before = call.clone();
            if let Some(advance) = call.due(Timestamp(now), &is_there) {
                for who in &advance.told {
                    let answered = before.asked(*who).is_some_and(|asked| asked.answered.is_some());
                    prop_assert!(!answered && is_there(*who));
                }
                call.advance(&advance, Timestamp(now));
                prop_assert_eq!(call.due(Timestamp(now), &is_there), None, "once is enough");
            }
        }
        let end = call.end.expect("it ends");
        prop_assert_eq!(end.outcome == Outcome::Reached, end.filled >= needed);
    }
}
