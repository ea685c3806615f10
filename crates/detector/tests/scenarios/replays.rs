//! The same entries give the same verdicts: however they are read, and after saving in the middle.

use crate::workspace::{MONDAY, SECOND, Workspace, ciphertext, person, place, show};
use detector::{Detector, Level, NoContent, NotNext, Observed, Verdict};
use kernel::{Actor, Event, SiteName, Timestamp};
use proptest::prelude::*;

/// Some people at work, and one of them at worse.
fn history(seed: u64) -> Workspace {
    let mut workspace = Workspace::new(seed);
    let mut at = MONDAY;
    for n in 0..600 {
        at += i64::try_from(workspace.below(2_000)).unwrap();
        let by = person(workspace.below(4).into());
        workspace.work(by, at, 300);
        if workspace.below(4) == 0 {
            workspace.trash(person(2), at, 1_000 + n);
        }
        // Ten documents in all: a human is asked, and later the person is stopped.
        if n % 60 == 7 {
            at += SECOND;
            let text = ciphertext(&workspace.dice, 300);
            workspace.write(person(3), at, 2_000 + n, text);
        }
    }
    workspace
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_reading_gives_the_same(
        seed in 0..1_000_u64,
        cuts in prop::collection::vec((0..800_usize, 0..5_usize), 0..12),
    ) {
        let workspace = history(seed);
        prop_assert_eq!(workspace.levels_of(person(3)), [Level::Medium, Level::High]);
        let mut detector = Detector::new(place());
        let mut verdicts: Vec<Verdict> = Vec::new();
        for (index, entry) in workspace.entries.iter().enumerate() {
            verdicts.extend(show(&mut detector, entry, &workspace.texts));
            for (_, back) in cuts.iter().filter(|(at, _)| *at == index) {
                let saved = serde_json::to_vec(&detector).unwrap();
                detector = serde_json::from_slice(&saved).unwrap();
                // Read again from a little before.
                for again in &workspace.entries[index.saturating_sub(*back)..=index] {
                    prop_assert!(show(&mut detector, again, &workspace.texts).is_none());
                }
            }
        }
        prop_assert_eq!(verdicts, workspace.verdicts);
        prop_assert_eq!(detector, workspace.detector);
    }

    /// Events of any shape and times that go back: nothing panics, and saving keeps all.
    #[test]
    fn any_event_is_taken(
        events in prop::collection::vec((0..40_usize, ".{0,6}", any::<i64>(), any::<u8>()), 0..60),
    ) {
        let mut detector = Detector::new(place());
        for (seq, (kind, text, time, shape)) in (1..).zip(events) {
            let kind = documents::events::KINDS.get(kind).copied().unwrap_or("unheard-of");
            let data = match shape % 4 {
                0 => serde_json::json!({ "item_id": text, "document_id": text, "people": text }),
                1 => serde_json::json!({ "item_id": 3, "seq": text, "people": [1, text] }),
                2 => serde_json::json!([text]),
                _ => serde_json::json!({ "item_id": text, "name": text, "file": 4,
                    "document_id": text, "seq": time, "comment_id": null }),
            };
            let observed = Observed {
                partition: &place(),
                seq,
                time: Timestamp(time),
                actor: &Actor::Person(person(1)),
                command: "any",
                events: &[Event::new(kind, 1, &data)],
            };
            detector.observe(&observed, &NoContent).unwrap();
        }
        let saved = serde_json::to_vec(&detector).unwrap();
        prop_assert_eq!(serde_json::from_slice::<Detector>(&saved).unwrap(), detector);
    }
}

#[test]
fn gaps_and_other_chains_are_refused_and_sites_are_not_watched() {
    let workspace = history(1);
    let mut detector = Detector::new(place());
    let mut observed = |seq: usize, partition: &kernel::PartitionId, actor: &Actor| {
        let entry = &workspace.entries[seq - 1];
        let observed = Observed {
            partition,
            seq: entry.seq,
            time: entry.time,
            actor,
            command: "test",
            events: &entry.events,
        };
        detector.observe(&observed, &NoContent)
    };
    let (here, actor) = (place(), Actor::Person(person(1)));
    let other = kernel::PartitionId::new(here.workspace, "messaging");
    assert_eq!(observed(2, &here, &actor), Err(NotNext::Missing(1)));
    let refused = Err(NotNext::Partition(other.clone()));
    assert_eq!(observed(1, &other, &actor), refused);
    let site = Actor::Site(SiteName::new("a").unwrap());
    for seq in 1..500 {
        assert_eq!(observed(seq, &here, &site), Ok(None));
    }
    assert_eq!(detector.last_seq(), 499);
}
