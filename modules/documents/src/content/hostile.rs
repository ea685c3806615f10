//! Bytes from outside that are no honest update: none of them ends the process.

use super::doc::{Broken, Content};
use super::{Without, from_markdown, markdown, plain};
use proptest::prelude::*;

const TEXT: &str = "# Title\n\nOne **two** 三。\n\n- a\n- b\n\n```rust\nx\n```\n";

fn written(client: u32, text: &str) -> (Content, Vec<u8>) {
    let content = Content::empty(client);
    let update = content.rewrite(&from_markdown(text).unwrap()).unwrap();
    (content, update.unwrap())
}

/// Everything deciding does with bytes from outside.
fn take(bytes: &[u8]) -> Result<(), Broken> {
    let (content, _) = written(7, "a **b** c\n\nd");
    content.apply(bytes)?;
    content.kept()?;
    let blocks = content.blocks()?;
    let _ = (markdown(&blocks), plain(&blocks));
    content.rewrite(&from_markdown("fresh").unwrap())?;
    content.kept().map(drop)
}

/// An element's kind of content with another bit, which is not sent, for a text.
const TEXT_TYPE: u8 = 0x17;

/// An item of the right form that may lie anywhere: in a text, an attribute, itself.
#[derive(Clone, Debug)]
struct Wild {
    kind: u8,
    origin: Option<(u8, u8)>,
    right: Option<(u8, u8)>,
    parent: Option<(u8, u8)>,
    is_attribute: bool,
}

fn wild() -> impl Strategy<Value = Wild> {
    let id = || (prop::sample::select(vec![7_u8, 8]), 0..24_u8);
    let some = || proptest::option::of(id());
    let kind = prop::sample::select(vec![0_u8, 1, 4, 5, 6, 7, TEXT_TYPE, 8]);
    (kind, some(), some(), some(), any::<bool>()).prop_map(
        |(kind, origin, right, parent, is_attribute)| Wild {
            kind,
            origin,
            right,
            parent,
            is_attribute,
        },
    )
}

/// An update by `client`, the first one.
fn encoded(client: u8, items: &[Wild], deleted: &[(u8, u8, u8)]) -> Vec<u8> {
    let mut bytes = vec![1, u8::try_from(items.len()).unwrap(), client, 0];
    for item in items {
        if item.kind == 0 {
            bytes.extend([0, 2]);
            continue;
        }
        let is_free = item.origin.is_none() && item.right.is_none();
        let flag = |is: bool, bit: u8| if is { bit } else { 0 };
        bytes.push(
            (item.kind & 0x0f)
                | flag(item.origin.is_some(), 0x80)
                | flag(item.right.is_some(), 0x40)
                | flag(is_free && item.is_attribute, 0x20),
        );
        for (client, clock) in item.origin.iter().chain(&item.right) {
            bytes.extend([*client, *clock]);
        }
        match item.parent {
            _ if !is_free => {}
            None => bytes.extend(b"\x01\x07default"),
            Some((client, clock)) => bytes.extend([0, client, clock]),
        }
        if is_free && item.is_attribute {
            bytes.extend(b"\x01a");
        }
        match item.kind {
            1 => bytes.push(2),
            4 => bytes.extend(b"\x03xyz"),
            5 => bytes.extend(b"\x02{}"),
            6 => bytes.extend(b"\x01b\x04true"),
            7 => bytes.extend(b"\x03\x01p"),
            TEXT_TYPE => bytes.push(6),
            _ => bytes.extend([1, 120]),
        }
    }
    bytes.push(u8::from(!deleted.is_empty()));
    if !deleted.is_empty() {
        let of = deleted[0].0;
        bytes.extend([of, u8::try_from(deleted.len()).unwrap()]);
        for (_, clock, len) in deleted {
            bytes.extend([*clock, *len]);
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = take(&bytes);
    }

    #[test]
    fn damaged_updates_are_survived(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
        client in prop::sample::select(vec![1_u32, 7]),
    ) {
        let (content, mut first) = written(client, TEXT);
        let second = content.rewrite(&from_markdown("- a\n- c\n").unwrap()).unwrap().unwrap();
        for bytes in [&mut first, &mut second.clone()] {
            for (index, byte) in &changes {
                let at = index.index(bytes.len());
                bytes[at] = *byte;
            }
            let _ = take(bytes);
            let _ = take(&bytes[..cut.index(bytes.len())]);
        }
    }

    #[test]
    fn items_that_lie_anywhere_are_survived(
        items in proptest::collection::vec(wild(), 1..8),
        deleted in proptest::collection::vec((Just(8_u8), 0..12_u8, 1..4_u8), 0..3),
    ) {
        let _ = take(&encoded(8, &items, &deleted));
    }

    #[test]
    fn such_items_are_taken_back_or_refused(
        unwanted in proptest::collection::vec(wild(), 1..8),
        others in proptest::collection::vec(wild(), 1..8),
        of in prop::sample::select(vec![7_u8, 8]),
        deleted in proptest::collection::vec((0..24_u8, 1..4_u8), 0..3),
        is_swapped in any::<bool>(),
    ) {
        let deleted: Vec<_> = deleted.into_iter().map(|(clock, len)| (of, clock, len)).collect();
        let (_, first) = written(7, "a **b** c\n\nd");
        let mut replay = Without::begin(Some(&first)).unwrap();
        let updates = [encoded(8, &unwanted, &deleted), encoded(9, &others, &deleted)];
        let (_, more) = written(10, TEXT);
        for (n, update) in updates.iter().chain([&more]).enumerate() {
            if replay.take(update, (n == 0) != is_swapped).is_err() {
                return Ok(());
            }
        }
        let _ = replay.finish();
    }
}
