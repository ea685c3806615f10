//! The chain: whatever is altered, taken out, moved or put in is found, and where.

use journal::chain::{ChainError, hash, header_bytes, verify};
use kernel::id::Uuid;
use kernel::{
    AccountId, Actor, CommandId, Entry, Head, Header, KeyId, PartitionId, PersonId, Seq, SiteName,
    Timestamp, WorkspaceId,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

fn site() -> impl Strategy<Value = SiteName> {
    "[a-z][a-z0-9-]{0,15}".prop_map(|name| SiteName::new(&name).unwrap())
}

fn actor() -> impl Strategy<Value = Actor> {
    prop_oneof![
        any::<u128>().prop_map(|id| Actor::Person(PersonId(Uuid::from_u128(id)))),
        any::<u128>().prop_map(|id| Actor::Account(AccountId(Uuid::from_u128(id)))),
        site().prop_map(Actor::Site),
    ]
}

/// What varies from entry to entry.
type Link = (SiteName, SiteName, i64, Actor, u128, u32, Vec<u8>);

fn link() -> impl Strategy<Value = Link> {
    (
        site(),
        site(),
        any::<i64>(),
        actor(),
        any::<u128>(),
        any::<u32>(),
        vec(any::<u8>(), 0..64),
    )
}

fn append(partition: &PartitionId, head: Head, link: Link) -> Entry {
    let (site, lead, time, actor, command, key, sealed) = link;
    let header = Header {
        partition: partition.clone(),
        seq: head.seq + 1,
        site,
        lead,
        time: Timestamp(time),
        actor,
        command: CommandId(Uuid::from_u128(command)),
        key: KeyId(key),
        prev: head.hash,
    };
    Entry {
        hash: hash(&header, &sealed),
        header,
        sealed,
    }
}

fn chain(length: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Entry>> {
    (any::<u128>(), "[a-z][a-z-]{0,31}", vec(link(), length)).prop_map(
        |(workspace, module, links)| {
            let partition = PartitionId::new(WorkspaceId(Uuid::from_u128(workspace)), &module);
            let mut head = Head::GENESIS;
            let append = |link| {
                let entry = append(&partition, head, link);
                head = entry.head();
                entry
            };
            links.into_iter().map(append).collect()
        },
    )
}

fn walk(chain: &[Entry]) -> Result<Head, ChainError> {
    chain.iter().try_fold(Head::GENESIS, verify)
}

/// One change to an entry's contents, its hash left as it was. Gives whether anything changed.
fn alter(entry: &mut Entry, which: u8, value: u64) -> bool {
    let before = entry.clone();
    let header = &mut entry.header;
    match which % 10 {
        0 => header.site = SiteName::new("changed").unwrap(),
        1 => header.lead = SiteName::new("changed").unwrap(),
        2 => header.time = header.time.plus_ms(1),
        3 => header.actor = Actor::Site(SiteName::new("changed").unwrap()),
        4 => header.command = CommandId(Uuid::from_u128(u128::from(value))),
        5 => header.key = KeyId(header.key.0 ^ 1),
        6 => header.partition.module.push('x'),
        7 => header.prev.0[(value % 32) as usize] ^= 1,
        8 => entry.sealed.push(0),
        _ => match entry.sealed.len() {
            0 => entry.sealed.push(1),
            length => entry.sealed[(value % length as u64) as usize] ^= 1,
        },
    }
    *entry != before
}

proptest! {
    #[test]
    fn a_chain_is_whole(chain in chain(0..20)) {
        let head = walk(&chain).unwrap();
        prop_assert_eq!(head, chain.last().map_or(Head::GENESIS, Entry::head));
    }

    #[test]
    fn an_altered_entry_is_found_where_it_is(
        chain in chain(1..12), at: Index, which: u8, value: u64,
    ) {
        let mut chain = chain;
        let at = at.index(chain.len());
        prop_assume!(alter(&mut chain[at], which, value));
        let seq = at as Seq + 1;
        prop_assert_eq!(walk(&chain), Err(ChainError::Altered { seq }));
    }

    #[test]
    fn an_altered_entry_with_a_hash_made_to_fit_is_found_by_the_next(
        chain in chain(2..12), at: Index, which: u8, value: u64,
    ) {
        let mut chain = chain;
        let at = at.index(chain.len() - 1);
        // A changed link to the entry before is found at once; the others by the entry after.
        prop_assume!(which % 10 != 7);
        prop_assume!(alter(&mut chain[at], which, value));
        chain[at].hash = hash(&chain[at].header, &chain[at].sealed);
        let seq = at as Seq + 2;
        prop_assert_eq!(walk(&chain), Err(ChainError::Unlinked { seq }));
    }

    #[test]
    fn a_missing_entry_is_named(chain in chain(2..12), at: Index) {
        let mut chain = chain;
        let at = at.index(chain.len() - 1);
        chain.remove(at);
        let missing = at as Seq + 1;
        prop_assert_eq!(walk(&chain), Err(ChainError::Missing { missing, found: missing + 1 }));
    }

    #[test]
    fn a_missing_end_shows_in_the_head(chain in chain(1..12)) {
        let whole = walk(&chain).unwrap();
        let cut = walk(&chain[..chain.len() - 1]).unwrap();
        prop_assert_eq!(cut.seq + 1, whole.seq);
        prop_assert_ne!(cut.hash, whole.hash);
    }

    #[test]
    fn entries_that_changed_places_are_found(chain in chain(2..12), one: Index, other: Index) {
        let mut chain = chain;
        let (one, other) = (one.index(chain.len()), other.index(chain.len()));
        prop_assume!(one != other);
        chain.swap(one, other);
        let missing = one.min(other) as Seq + 1;
        let found = one.max(other) as Seq + 1;
        prop_assert_eq!(walk(&chain), Err(ChainError::Missing { missing, found }));
    }

    #[test]
    fn an_entry_told_twice_is_found(chain in chain(1..12), at: Index) {
        let mut chain = chain;
        let at = at.index(chain.len());
        let again = chain[at].clone();
        chain.insert(at + 1, again);
        prop_assert!(walk(&chain).is_err());
    }

    #[test]
    fn a_forged_entry_in_the_place_of_another_is_found_by_the_next(
        chain in chain(2..12), at: Index, forged in link(),
    ) {
        let mut chain = chain;
        let at = at.index(chain.len() - 1);
        let head = chain[..at].last().map_or(Head::GENESIS, Entry::head);
        let partition = chain[at].header.partition.clone();
        let forged = append(&partition, head, forged);
        prop_assume!(forged.hash != chain[at].hash);
        chain[at] = forged;
        let seq = at as Seq + 2;
        prop_assert_eq!(walk(&chain), Err(ChainError::Unlinked { seq }));
    }

    #[test]
    fn header_bytes_are_canonical(chain in chain(1..2)) {
        let bytes = header_bytes(&chain[0].header);
        let read: Header = serde_json::from_slice(&bytes).unwrap();
        prop_assert_eq!(&read, &chain[0].header);
        prop_assert_eq!(header_bytes(&read), bytes);
    }

    #[test]
    fn where_header_ends_and_payload_begins_is_hashed_too(chain in chain(1..2), byte: u8) {
        let entry = &chain[0];
        let longer = [&[byte][..], &entry.sealed].concat();
        prop_assert_ne!(hash(&entry.header, &longer), entry.hash);
    }
}

/// A stored chain must verify for ever: this hash was computed when the format was fixed.
#[test]
fn the_format_is_frozen() {
    let partition = PartitionId::new(WorkspaceId::INSTALLATION, "directory");
    let site = SiteName::new("a").unwrap();
    let link = (
        site.clone(),
        site.clone(),
        1_700_000_000_000,
        Actor::Site(site),
        7,
        1,
        b"sealed".to_vec(),
    );
    let entry = append(&partition, Head::GENESIS, link);
    assert_eq!(
        String::from_utf8(header_bytes(&entry.header)).unwrap(),
        r#"{"partition":"00000000-0000-0000-0000-000000000000/directory","seq":1,"site":"a","lead":"a","time":1700000000000,"actor":{"site":"a"},"command":"00000000-0000-0000-0000-000000000007","key":1,"prev":"0000000000000000000000000000000000000000000000000000000000000000"}"#
    );
    assert_eq!(
        entry.hash.to_string(),
        "a89dd6bcad2c52da371ca058fe893a6844b13c79d673823c64377d3df5d80d44"
    );
}
