use super::*;
use ed25519_compact::{KeyPair, Seed};
use kernel::{WorkspaceId, id::Uuid};

fn site(name: &str) -> SiteName {
    SiteName::new(name).unwrap()
}

fn pair(name: &str) -> KeyPair {
    KeyPair::from_seed(Seed::new([name.as_bytes()[0]; 32]))
}

fn trusted() -> SiteKeys {
    ["a", "b"]
        .map(|name| (site(name), vec![pair(name).pk]))
        .into()
}

fn partition(module: &str) -> PartitionId {
    PartitionId::new(WorkspaceId(Uuid::from_u128(7)), module)
}

fn segment(number: u64) -> Vec<u8> {
    format!("sealed segment {number}").into_bytes()
}

fn head(seq: Seq) -> Head {
    Head {
        seq,
        hash: Hash([seq as u8; 32]),
    }
}

fn last(number: u64) -> Head {
    head(number * 10)
}

/// Five links, written by the two sites in turn.
fn links_of(module: &str) -> Vec<Vec<u8>> {
    let mut manifest = Manifest::new(partition(module));
    (1..=5)
        .map(|number| {
            let by = if number % 2 == 0 { "b" } else { "a" };
            let next = manifest.next(last(number), &segment(number), site(by), Timestamp(9));
            let bytes = next.sign(&pair(by).sk);
            assert_eq!(manifest.extend(&bytes, &trusted()), Ok(next));
            bytes
        })
        .collect()
}

fn read<'a>(links: impl IntoIterator<Item = &'a Vec<u8>>) -> Result<Manifest, ManifestError> {
    let mut manifest = Manifest::new(partition("messaging"));
    for link in links {
        manifest.extend(link, &trusted())?;
    }
    Ok(manifest)
}

fn forged(change: impl FnOnce(&mut Link), by: &str) -> ManifestError {
    let mut manifest = Manifest::new(partition("messaging"));
    let mut link = manifest.next(last(1), &segment(1), site("a"), Timestamp(9));
    change(&mut link);
    let bytes = link.sign(&pair(by).sk);
    let before = manifest.clone();
    let error = manifest.extend(&bytes, &trusted()).unwrap_err();
    assert_eq!(manifest, before);
    error
}

#[test]
fn a_whole_manifest_is_read_to_its_end() {
    let manifest = read(&links_of("messaging")).unwrap();
    assert_eq!((manifest.number(), manifest.head()), (5, last(5)));
}

#[test]
fn every_flipped_bit_and_every_cut_is_refused() {
    let links = links_of("messaging");
    for bit in 0..links[0].len() * 8 {
        let mut altered = links[0].clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        assert!(read([&altered]).is_err(), "bit {bit}");
    }
    for length in 0..links[0].len() {
        assert!(read([&links[0][..length].to_vec()]).is_err(), "{length}");
    }
    let longer = [links[0].as_slice(), b" "].concat();
    assert!(read([&longer]).is_err());
}

#[test]
fn missing_repeated_and_swapped_links_are_named() {
    let l = links_of("messaging");
    let place = |number, found| Err(ManifestError::Position { number, found });
    assert_eq!(read([&l[1]]), place(1, 2));
    assert_eq!(read([&l[0], &l[2]]), place(2, 3));
    assert_eq!(read([&l[0], &l[0]]), place(2, 1));
    assert_eq!(read([&l[0], &l[1], &l[3], &l[2]]), place(3, 4));
}

#[test]
fn a_link_of_another_partition_is_foreign() {
    let found = partition("directory");
    assert_eq!(
        read(&links_of("directory")),
        Err(ManifestError::Foreign { number: 1, found })
    );
}

#[test]
fn a_replaced_link_breaks_the_one_after_it() {
    let links = links_of("messaging");
    let manifest = Manifest::new(partition("messaging"));
    let other = manifest.next(last(1), b"another segment", site("a"), Timestamp(9));
    let replaced = other.sign(&pair("a").sk);
    assert_eq!(
        read([&replaced, &links[1]]),
        Err(ManifestError::Unlinked { number: 2 })
    );
}

#[test]
fn only_the_named_site_signs_a_link() {
    assert_eq!(
        forged(|_| (), "b"),
        ManifestError::Signature {
            number: 1,
            site: site("a")
        }
    );
    assert_eq!(
        forged(|link| link.site = site("c"), "c"),
        ManifestError::Untrusted {
            number: 1,
            site: site("c")
        }
    );
}

#[test]
fn segments_follow_each_other_without_a_gap() {
    let gap = forged(|link| link.before = head(3), "a");
    assert!(matches!(gap, ManifestError::Entries { found: 3, .. }));
    let fork = forged(|link| link.before.hash = Hash([1; 32]), "a");
    assert!(matches!(fork, ManifestError::Entries { found: 0, .. }));
    let nothing = forged(|link| link.head = Head::GENESIS, "a");
    assert!(matches!(nothing, ManifestError::Entries { last: 0, .. }));
}

#[test]
fn a_segment_is_known_by_its_content() {
    let link =
        Manifest::new(partition("messaging")).next(last(1), &segment(1), site("a"), Timestamp(9));
    assert_eq!(link.check_segment(&segment(1)), Ok(()));
    let differs = |cause| Err(ManifestError::Segment { number: 1, cause });
    assert_eq!(
        link.check_segment(&segment(2)),
        differs("its content differs")
    );
    assert_eq!(link.check_segment(b"short"), differs("its size differs"));
}

#[test]
fn names_sort_as_numbers_do() {
    let of = |n| link_name(&partition("messaging"), n).unwrap();
    assert!(of(9) < of(10) && of(10) < of(u64::MAX));
    assert!(
        of(1)
            .as_str()
            .starts_with(&link_prefix(&partition("messaging")))
    );
    let of = |first| segment_name(&partition("messaging"), first, &Hash([0xab; 32])).unwrap();
    assert!(of(9) < of(10));
    assert!(
        of(1)
            .as_str()
            .contains("/messaging/segments/00000000000000000001-abab")
    );
    assert!(segment_name(&partition("no such MODULE"), 1, &Hash::ZERO).is_err());
}

#[test]
fn what_a_site_signed_with_an_earlier_key_stays_good() {
    let mut trusted = trusted();
    trusted.insert(site("a"), vec![pair("x").pk, pair("a").pk]);
    let mut manifest = Manifest::new(partition("messaging"));
    for link in &links_of("messaging") {
        manifest.extend(link, &trusted).unwrap();
    }
    trusted.insert(site("a"), vec![pair("x").pk]);
    let mut manifest = Manifest::new(partition("messaging"));
    let refused = manifest.extend(&links_of("messaging")[0], &trusted);
    assert!(
        matches!(refused, Err(ManifestError::Signature { number: 1, .. })),
        "{refused:?}"
    );
}
