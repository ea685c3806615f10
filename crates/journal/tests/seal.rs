//! Sealing: only the right key opens, nothing altered opens, and nothing makes it panic.

use journal::{DataKey, KeyRing, SealError};
use kernel::id::Uuid;
use kernel::random::SeededRandom;
use kernel::{
    Actor, CommandId, Event, Hash, Header, KeyId, PartitionId, Payload, SiteName, Timestamp,
    WorkspaceId,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::json;

fn header(key: u32, seq: u64) -> Header {
    let site = SiteName::new("a").unwrap();
    Header {
        partition: PartitionId::new(WorkspaceId(Uuid::from_u128(5)), "messaging"),
        seq,
        site: site.clone(),
        lead: site.clone(),
        time: Timestamp(1_700_000_000_000),
        actor: Actor::Site(site),
        command: CommandId(Uuid::from_u128(9)),
        key: KeyId(key),
        prev: Hash([3; 32]),
    }
}

fn payload() -> impl Strategy<Value = Payload> {
    (
        "[a-z-]{1,20}",
        any::<[u8; 32]>(),
        ".{0,40}",
        vec(".{0,60}", 0..5),
    )
        .prop_map(|(name, digest, answer, texts)| Payload {
            name,
            digest,
            answer: json!({ "said": answer }),
            events: texts
                .iter()
                .map(|text| Event::new("message-posted", 1, &json!({ "text": text })))
                .collect(),
        })
}

fn ring(keys: &[(u32, u64)]) -> KeyRing {
    let mut ring = KeyRing::default();
    for (id, seed) in keys {
        ring.insert(KeyId(*id), DataKey::generate(&SeededRandom::new(*seed)));
    }
    ring
}

proptest! {
    #[test]
    fn what_is_sealed_opens(payload in payload(), seed: u64) {
        let ring = ring(&[(1, seed)]);
        let sealed = ring.seal(&header(1, 1), &payload).unwrap();
        prop_assert_eq!(ring.open(&header(1, 1), &sealed).unwrap(), payload);
    }

    #[test]
    fn nothing_of_the_text_can_be_read(text in "[a-z]{12,40}", seed: u64) {
        let payload = Payload {
            name: "post-message".into(),
            digest: [0; 32],
            answer: json!(null),
            events: vec![Event::new("message-posted", 1, &text)],
        };
        let sealed = ring(&[(1, seed)]).seal(&header(1, 1), &payload).unwrap();
        let found = sealed.windows(text.len()).any(|bytes| bytes == text.as_bytes());
        prop_assert!(!found);
    }

    #[test]
    fn another_key_does_not_open(payload in payload(), seed: u64, other: u64) {
        prop_assume!(seed != other);
        let sealed = ring(&[(1, seed)]).seal(&header(1, 1), &payload).unwrap();
        let answer = ring(&[(1, other)]).open(&header(1, 1), &sealed);
        prop_assert_eq!(answer, Err(SealError::DoesNotOpen(KeyId(1))));
    }

    #[test]
    fn an_altered_payload_does_not_open(payload in payload(), at: Index, flip in 1_u8..) {
        let ring = ring(&[(1, 7)]);
        let mut sealed = ring.seal(&header(1, 1), &payload).unwrap();
        let at = at.index(sealed.len());
        sealed[at] ^= flip;
        prop_assert!(ring.open(&header(1, 1), &sealed).is_err());
    }

    #[test]
    fn a_truncated_or_lengthened_payload_does_not_open(payload in payload(), at: Index, more: u8) {
        let ring = ring(&[(1, 7)]);
        let sealed = ring.seal(&header(1, 1), &payload).unwrap();
        let at = at.index(sealed.len());
        prop_assert!(ring.open(&header(1, 1), &sealed[..at]).is_err());
        let longer = [&sealed[..], &[more]].concat();
        prop_assert!(ring.open(&header(1, 1), &longer).is_err());
    }

    #[test]
    fn random_bytes_are_refused_without_a_panic(bytes in vec(any::<u8>(), 0..200), version: bool) {
        let mut bytes = bytes;
        if let (true, Some(first)) = (version, bytes.first_mut()) {
            *first = 1;
        }
        prop_assert!(ring(&[(1, 7)]).open(&header(1, 1), &bytes).is_err());
    }

    #[test]
    fn a_payload_opens_under_its_own_header_only(payload in payload(), which in 0_u8..8) {
        let ring = ring(&[(1, 7), (2, 7)]);
        let sealed = ring.seal(&header(1, 1), &payload).unwrap();
        let mut other = header(1, 1);
        match which {
            0 => other.seq = 2,
            1 => other.partition.module = "directory".into(),
            2 => other.site = SiteName::new("b").unwrap(),
            3 => other.lead = SiteName::new("b").unwrap(),
            4 => other.time = other.time.plus_ms(1),
            5 => other.actor = Actor::Site(SiteName::new("b").unwrap()),
            6 => other.prev = Hash::ZERO,
            // The other key has the same bytes: the header alone tells them apart.
            _ => other.key = KeyId(2),
        }
        prop_assert!(ring.open(&other, &sealed).is_err());
    }

    #[test]
    fn what_older_keys_sealed_stays_readable(payload in payload(), seeds in vec(any::<u64>(), 1..6)) {
        let mut keys = Vec::new();
        let mut sealed = Vec::new();
        for (id, seed) in (1_u32..).zip(&seeds) {
            keys.push((id, *seed));
            let ring = ring(&keys);
            prop_assert_eq!(ring.newest().unwrap().0, KeyId(id));
            sealed.push((id, ring.seal(&header(id, 1), &payload).unwrap()));
        }
        let ring = ring(&keys);
        for (id, sealed) in &sealed {
            prop_assert_eq!(&ring.open(&header(*id, 1), sealed).unwrap(), &payload);
        }
    }

    #[test]
    fn different_entries_never_share_a_nonce(payload in payload(), seqs in vec(1_u64.., 2..10)) {
        let ring = ring(&[(1, 7)]);
        let nonces: std::collections::BTreeSet<Vec<u8>> = seqs
            .iter()
            .map(|seq| ring.seal(&header(1, *seq), &payload).unwrap()[1..25].to_vec())
            .collect();
        let different: std::collections::BTreeSet<_> = seqs.iter().collect();
        prop_assert_eq!(nonces.len(), different.len());
    }
}

#[test]
fn a_missing_key_and_an_empty_ring_are_named() {
    let payload = Payload {
        name: "x".into(),
        digest: [0; 32],
        answer: json!(null),
        events: vec![],
    };
    let empty = KeyRing::default();
    assert_eq!(empty.newest().unwrap_err(), SealError::NoKey);
    let unknown = Err(SealError::UnknownKey(KeyId(4)));
    assert_eq!(ring(&[(1, 7)]).seal(&header(4, 1), &payload), unknown);
    let sealed = ring(&[(4, 7)]).seal(&header(4, 1), &payload).unwrap();
    assert_eq!(
        ring(&[(1, 7)]).open(&header(4, 1), &sealed),
        Err(SealError::UnknownKey(KeyId(4)))
    );
}

#[test]
fn a_newer_form_is_named_and_a_key_never_shows_itself() {
    let sealed = [vec![2], vec![0; 60]].concat();
    let answer = ring(&[(1, 7)]).open(&header(1, 1), &sealed);
    assert!(matches!(answer, Err(SealError::Form(_))), "{answer:?}");
    let key = DataKey::from_bytes([65; 32]);
    assert_eq!(format!("{key:?}"), "DataKey(…)");
    assert_ne!(key.derive("one"), key.derive("other"));
    assert_ne!(&key.derive("one"), key.as_bytes());
}
