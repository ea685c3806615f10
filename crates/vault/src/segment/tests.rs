use super::record::{Body, write_framed};
use super::*;
use kernel::{
    Actor, CommandId, Event, Header, Payload, SiteName, Timestamp, WorkspaceId, id::Uuid,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::io::Write;

pub(crate) fn payload(answer: Value) -> Payload {
    Payload {
        name: "post-message".into(),
        digest: [3; 32],
        answer,
        events: vec![Event {
            kind: "message-posted".into(),
            version: 1,
            data: json!({"text": "hello", "n": 1}),
        }],
    }
}

pub(crate) fn keys() -> Keys {
    (1..=3)
        .map(|id| (KeyId(id), DataKey::from_bytes([id as u8; 32])))
        .collect()
}

/// A chain from position `first`, one entry for each payload, the keys 1 and 2 by turns.
pub(crate) fn chain_of(first: Seq, payloads: impl IntoIterator<Item = Payload>) -> Vec<Entry> {
    let ring = ring(&keys());
    let site = SiteName::new("a").unwrap();
    let mut prev = if first == 1 {
        Hash::ZERO
    } else {
        Hash([9; 32])
    };
    payloads
        .into_iter()
        .enumerate()
        .map(|(n, payload)| {
            let seq = first + n as u64;
            let header = Header {
                partition: PartitionId::new(WorkspaceId(Uuid::from_u128(7)), "messaging"),
                seq,
                site: site.clone(),
                lead: site.clone(),
                time: Timestamp(1_000),
                actor: Actor::Site(site.clone()),
                command: CommandId(Uuid::from_u128(seq.into())),
                key: KeyId(1 + (seq % 2) as u32),
                prev,
            };
            let sealed = ring.seal(&header, &payload).unwrap();
            let hash = chain::hash(&header, &sealed);
            prev = hash;
            Entry {
                header,
                sealed,
                hash,
            }
        })
        .collect()
}

fn some(first: Seq, count: usize) -> Vec<Entry> {
    chain_of(first, (0..count).map(|n| payload(json!(n))))
}

fn open(bytes: &[u8], identity: &Identity) -> Result<Segment, SegmentError> {
    Segment::open(bytes, std::slice::from_ref(identity), &Limits::default())
}

/// Sealed as [`Segment::seal`] does, whatever stands in it; what follows the frame is `after`.
fn forged(
    to: &Identity,
    opening: &Opening,
    write: impl FnOnce(&mut dyn Write),
    after: &[u8],
) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    out.extend([VERSION, AGE_X25519_ZSTD]);
    let to = to.to_public();
    let mut age = age::Encryptor::with_recipients(std::iter::once(&to as _))
        .unwrap()
        .wrap_output(out)
        .unwrap();
    write_framed(&mut age, &to_json(opening).unwrap()).unwrap();
    let mut zstd = zstd::Encoder::new(age, LEVEL).unwrap();
    write(&mut zstd);
    let mut age = zstd.finish().unwrap();
    age.write_all(after).unwrap();
    age.finish().unwrap()
}

fn opening(entries: u64) -> Opening {
    Opening {
        entries,
        keys: keys()
            .iter()
            .map(|(id, key)| (*id, KeyText(*key.as_bytes())))
            .collect(),
    }
}

/// A segment whose records are those of `entries`, unchecked.
fn forged_of(to: &Identity, entries: &[Entry]) -> Vec<u8> {
    forged(
        to,
        &opening(entries.len() as u64),
        |mut zstd| {
            for entry in entries {
                write_framed(&mut zstd, &record(&ring(&keys()), entry).unwrap()).unwrap();
            }
        },
        &[],
    )
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn opens_to_the_same(first in 1_u64..1_000, values in prop::collection::vec(value(), 1..8)) {
        let entries = chain_of(first, values.into_iter().map(payload));
        let identities = [Identity::generate(), Identity::generate()];
        let segment = Segment::new(entries.clone(), &keys()).unwrap();
        let bytes = segment.seal(&identities.each_ref().map(Identity::to_public)).unwrap();
        for identity in &identities {
            let back = open(&bytes, identity).unwrap();
            prop_assert_eq!(&back, &segment);
            prop_assert_eq!(back.entries(), &entries[..]);
            prop_assert_eq!(back.before().seq, first - 1);
            prop_assert_eq!(back.head(), entries[entries.len() - 1].head());
        }
    }

    #[test]
    fn never_panics(bytes: Vec<u8>) {
        let identity = Identity::generate();
        prop_assert!(open(&bytes, &identity).is_err());
        let all = [&MAGIC[..], &[VERSION, AGE_X25519_ZSTD], &bytes].concat();
        prop_assert!(open(&all, &identity).is_err());
        let odd = forged(&identity, &opening(1), |zstd| zstd.write_all(&bytes).unwrap(), &[]);
        prop_assert!(open(&odd, &identity).is_err());
    }
}

#[test]
fn every_flipped_bit_and_every_cut_is_refused() {
    let identity = Identity::generate();
    let bytes = Segment::new(some(1, 3), &keys())
        .unwrap()
        .seal(&[identity.to_public()])
        .unwrap();
    for at in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << (at % 8);
        assert!(open(&flipped, &identity).is_err(), "byte {at} flipped");
        assert!(open(&bytes[..at], &identity).is_err(), "cut to {at}");
    }
    assert!(open(&[&bytes[..], &[0]].concat(), &identity).is_err());
    assert!(open(&[&bytes[..], &bytes].concat(), &identity).is_err());
}

#[test]
fn only_its_recipients_open_it() {
    let [ours, theirs] = [Identity::generate(), Identity::generate()];
    let segment = Segment::new(some(1, 1), &keys()).unwrap();
    let bytes = segment.seal(&[ours.to_public()]).unwrap();
    let refused = open(&bytes, &theirs).unwrap_err();
    assert!(matches!(refused, SegmentError::WrongIdentity), "{refused}");
    let refused = segment.seal(&[]).unwrap_err();
    assert!(matches!(refused, SegmentError::NoRecipient), "{refused}");
}

#[test]
fn holds_the_keys_it_needs_and_no_other() {
    let ids = |segment: &Segment| segment.keys().keys().map(|id| id.0).collect::<Vec<_>>();
    assert_eq!(ids(&Segment::new(some(1, 2), &keys()).unwrap()), [1, 2]);
    assert_eq!(ids(&Segment::new(some(1, 1), &keys()).unwrap()), [2]);
    let refused = Segment::new(some(1, 1), &Keys::new()).unwrap_err();
    assert!(
        matches!(
            refused,
            SegmentError::Payload {
                seq: 1,
                cause: SealError::UnknownKey(KeyId(2))
            }
        ),
        "{refused}"
    );
}

#[test]
fn removed_swapped_and_foreign_entries_are_named() {
    let identity = Identity::generate();
    let whole = some(4, 4);
    let removed = [&whole[..1], &whole[2..]].concat();
    let mut swapped = whole.clone();
    swapped.swap(1, 2);
    let mut foreign = whole[1].header.clone();
    foreign.partition.module = "directory".into();
    let sealed = ring(&keys()).seal(&foreign, &payload(json!(1))).unwrap();
    let foreign = Entry {
        hash: chain::hash(&foreign, &sealed),
        header: foreign,
        sealed,
    };
    let replaced = [&whole[..2], &some(6, 2)].concat();
    for (entries, expected) in [
        (
            removed,
            ChainError::Missing {
                missing: 5,
                found: 6,
            },
        ),
        (
            swapped,
            ChainError::Missing {
                missing: 5,
                found: 6,
            },
        ),
        (replaced, ChainError::Unlinked { seq: 6 }),
        (
            vec![whole[0].clone(), foreign],
            ChainError::Foreign { seq: 5 },
        ),
    ] {
        let found = open(&forged_of(&identity, &entries), &identity).unwrap_err();
        assert!(
            matches!(&found, SegmentError::Chain(e) if *e == expected),
            "{found}"
        );
        let found = Segment::new(entries, &keys()).unwrap_err();
        assert!(
            matches!(&found, SegmentError::Chain(e) if *e == expected),
            "{found}"
        );
    }
    let found = open(&forged_of(&identity, &[]), &identity).unwrap_err();
    assert!(matches!(found, SegmentError::Empty), "{found}");
    for seq in [0, Seq::MAX] {
        assert!(open(&forged_of(&identity, &some(seq, 1)), &identity).is_err());
    }
}

#[test]
fn another_payload_under_the_same_hash_is_refused() {
    let identity = Identity::generate();
    let entry = some(1, 1).remove(0);
    let forge = |body| {
        let record = to_json(&Record {
            header: entry.header.clone(),
            hash: entry.hash,
            body,
        });
        let write = |mut to: &mut dyn Write| write_framed(&mut to, &record.unwrap()).unwrap();
        open(&forged(&identity, &opening(1), write, &[]), &identity)
    };
    assert!(forge(Body::Opened(payload(json!(0)))).is_ok());
    assert!(forge(Body::Sealed(kernel::hex::encode(&entry.sealed))).is_ok());
    let altered = ChainError::Altered { seq: 1 };
    for body in [
        Body::Opened(payload(json!(1))),
        Body::Sealed(String::new()),
        Body::Sealed("0g".into()),
    ] {
        let found = forge(body).unwrap_err();
        assert!(
            matches!(&found, SegmentError::Chain(e) if *e == altered),
            "{found}"
        );
    }
}

#[test]
fn a_bomb_is_refused_before_it_unfolds() {
    let identity = Identity::generate();
    let zeros = vec![b' '; 1 << 20];
    let limits = Limits {
        plain: 4 << 20,
        record: 1 << 20,
        ..Limits::default()
    };
    let bomb = |len: u32, opening: &Opening, after: &[u8]| {
        let write = |zstd: &mut dyn Write| {
            zstd.write_all(&len.to_le_bytes()).unwrap();
            (0..64).for_each(|_| zstd.write_all(&zeros).unwrap());
        };
        Segment::open(
            &forged(&identity, opening, write, after),
            std::slice::from_ref(&identity),
            &limits,
        )
        .unwrap_err()
    };
    let found = bomb(64 << 20, &opening(1), &[]);
    assert!(
        matches!(found, SegmentError::TooLarge { what: "bytes of a record", max } if max == 1 << 20),
        "{found}"
    );
    let found = bomb(1, &opening(u64::MAX), &[]);
    assert!(
        matches!(
            found,
            SegmentError::TooLarge {
                what: "entries",
                ..
            }
        ),
        "{found}"
    );

    // Many records, each within its limit, together above theirs.
    let record = record(&ring(&keys()), &some(1, 1)[0]).unwrap();
    let padded = [&record[..], &zeros[record.len() + 8..]].concat();
    let write = |mut zstd: &mut dyn Write| {
        (0..64).for_each(|_| write_framed(&mut zstd, &padded).unwrap());
    };
    let bytes = forged(&identity, &opening(64), write, &[]);
    let found = Segment::open(&bytes, std::slice::from_ref(&identity), &limits).unwrap_err();
    assert!(
        matches!(
            found,
            SegmentError::TooLarge {
                what: "bytes of all records",
                ..
            }
        ),
        "{found}"
    );

    // What goes on after the last record, in the frame or behind it.
    for (inside, behind) in [(&b"x"[..], &b""[..]), (b"", b"x")] {
        let write = |mut zstd: &mut dyn Write| {
            write_framed(&mut zstd, &record).unwrap();
            zstd.write_all(inside).unwrap();
        };
        let found = open(&forged(&identity, &opening(1), write, behind), &identity).unwrap_err();
        assert!(matches!(found, SegmentError::Surplus(1)), "{found}");
    }
}

#[test]
fn text_is_smaller_sealed_than_it_was() {
    let entries = chain_of(
        1,
        (0..500).map(|n| payload(json!({"text": "a message", "n": n}))),
    );
    let journal: usize = entries.iter().map(|entry| entry.sealed.len()).sum();
    let segment = Segment::new(entries, &keys()).unwrap();
    let bytes = segment.seal(&[Identity::generate().to_public()]).unwrap();
    assert!(bytes.len() * 2 < journal, "{} of {journal}", bytes.len());
}

#[test]
fn other_versions_and_algorithms_are_named() {
    let identity = Identity::generate();
    let head = |version, algorithm| [&MAGIC[..], &[version, algorithm]].concat();
    let found = open(&head(2, 1), &identity).unwrap_err();
    assert!(matches!(found, SegmentError::Version(2)), "{found}");
    let found = open(&head(1, 7), &identity).unwrap_err();
    assert!(matches!(found, SegmentError::Algorithm(7)), "{found}");
    let found = open(b"PK", &identity).unwrap_err();
    assert!(matches!(found, SegmentError::NotASegment), "{found}");
}
