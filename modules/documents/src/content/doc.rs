//! A Yjs document in memory: made from bytes, asked, changed.

use super::canonical::canonical;
use super::changes::{Change, changes};
use super::guard::{self, Malformed};
use super::tree::{self, Node, Unfit, read, write};
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use yrs::block::ClientID;
use yrs::branch::BranchID;
use yrs::undo::UndoManager;
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{Doc, OffsetKind, Options, ReadTxn, StateVector, Transact, Update, XmlFragment};

/// Documents are told apart by their rows; the library wants a name all the same, and would draw
/// one.
const GUID: &str = "document";

/// A document's content.
pub struct Content {
    doc: Doc,
}

/// Why an update does not become part of a document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The bytes are no update.
    #[error("the update cannot be read {0}")]
    Malformed(#[from] Malformed),
    /// The bytes have the right form, but the library cannot use them.
    #[error("the update cannot be used: {0}")]
    Unusable(String),
    /// It builds upon changes that are not there.
    #[error("the update builds upon changes that are not there")]
    Incomplete,
    /// What it makes is not what documents hold.
    #[error("the document would not be one: {0}")]
    Unfit(#[from] Unfit),
}

impl Content {
    /// An empty document that makes changes under the given number.
    #[must_use]
    pub fn empty(client: u32) -> Self {
        Self::new(client, false)
    }

    /// An empty document that forgets nothing that is deleted in it.
    #[must_use]
    pub(super) fn keeping_deleted() -> Self {
        Self::new(0, true)
    }

    fn new(client: u32, skip_gc: bool) -> Self {
        let id = ClientID::new(u64::from(client));
        let options = Options {
            offset_kind: OffsetKind::Utf16,
            skip_gc,
            ..Options::with_guid_and_client_id(GUID.into(), id)
        };
        let doc = Doc::with_options(options);
        tree::root(&doc);
        Self { doc }
    }

    /// Takes in an update; says whether it changed anything.
    ///
    /// # Errors
    /// What is wrong with it. The content is of no use afterwards.
    pub fn apply(&self, update: &[u8]) -> Result<bool, Broken> {
        self.apply_as(update, "update")
    }

    /// Lets a manager follow what is changed in it.
    pub(super) fn track(&self, manager: &mut UndoManager<()>) {
        manager.expand_scope(&self.doc, &tree::root(&self.doc));
    }

    /// The same as [`Self::apply`], as a change of `origin`.
    pub(super) fn apply_as(&self, update: &[u8], origin: &str) -> Result<bool, Broken> {
        guard::check(update)?;
        let (is_complete, changed) = guarded(|| {
            let update = Update::decode_v1(update).map_err(|e| Broken::Unusable(e.to_string()))?;
            // Committing what a panic left half done would panic again, and that aborts.
            let mut txn = ManuallyDrop::new(self.doc.transact_mut_with(origin));
            let applied = txn.apply_update(update);
            let is_complete =
                txn.store().pending_update().is_none() && txn.store().pending_ds().is_none();
            let changed = *txn.before_state() != txn.state_vector() || !txn.delete_set().is_empty();
            drop(ManuallyDrop::into_inner(txn));
            applied.map_err(|e| Broken::Unusable(e.to_string()))?;
            Ok::<_, Broken>((is_complete, changed))
        })??;
        if is_complete {
            Ok(changed)
        } else {
            Err(Broken::Incomplete)
        }
    }

    /// How many characters and other parts an update that was taken in deletes.
    #[must_use]
    pub fn deletes(update: &[u8]) -> u64 {
        let counted = guarded(|| {
            let update = Update::decode_v1(update).ok()?;
            let ranges = update.delete_set().iter().flat_map(|(_, ranges)| ranges);
            Some(ranges.map(|range| u64::from(range.end - range.start)).sum())
        });
        counted.ok().flatten().unwrap_or(0)
    }

    /// Everything as one update.
    ///
    /// # Errors
    /// When the content cannot be used.
    pub fn state(&self) -> Result<Vec<u8>, Broken> {
        guarded(|| {
            self.doc
                .transact()
                .encode_state_as_update_v1(&StateVector::default())
        })
    }

    /// Everything as one update, which says the same when it is read again: what does not cannot be
    /// kept.
    ///
    /// # Errors
    /// When the content cannot be used.
    pub fn kept(&self) -> Result<Vec<u8>, Broken> {
        let blocks = self.blocks()?;
        let state = self.state()?;
        let again = Self::empty(0);
        again.apply(&state)?;
        if again.blocks()? == blocks {
            return Ok(state);
        }
        let what = "the document would not be the same once it is merged";
        Err(Broken::Unusable(what.into()))
    }

    /// What it knows of whom, encoded.
    #[must_use]
    pub fn vector(&self) -> Vec<u8> {
        self.doc.transact().state_vector().encode_v1()
    }

    /// Whether somebody has made changes under this number.
    #[must_use]
    pub fn knows(&self, client: u32) -> bool {
        let id = ClientID::new(u64::from(client));
        self.doc.transact().state_vector().contains_client(&id)
    }

    /// What is in it.
    ///
    /// # Errors
    /// [`Broken::Unfit`].
    pub fn blocks(&self) -> Result<Vec<Node>, Broken> {
        let root = tree::root(&self.doc);
        Ok(guarded(|| read(&self.doc.transact(), &root))??)
    }

    /// What is in it, with the names the library has for the blocks.
    ///
    /// # Errors
    /// [`Broken::Unfit`].
    pub(super) fn named_blocks(&self) -> Result<Vec<(BranchID, Node)>, Broken> {
        Ok(self.ids()?.into_iter().zip(self.blocks()?).collect())
    }

    /// The names of the blocks.
    pub(super) fn ids(&self) -> Result<Vec<BranchID>, Broken> {
        let root = tree::root(&self.doc);
        guarded(|| tree::ids(&self.doc.transact(), &root))
    }

    /// Makes `wanted` what is in it, and returns the update that does so: blocks that stay are left
    /// alone, so that carets and comments in them keep their place. None, where nothing changes.
    ///
    /// # Errors
    /// When the content cannot be used.
    pub fn rewrite(&self, wanted: &[Node]) -> Result<Option<Vec<u8>>, Broken> {
        let present = self.blocks()?;
        let texts = |nodes: &[Node]| nodes.iter().map(canonical).collect::<Vec<_>>();
        let (old, new) = (texts(&present), texts(wanted));
        if old == new {
            return Ok(None);
        }
        let root = tree::root(&self.doc);
        let update = guarded(|| {
            let mut txn = self.doc.transact_mut();
            // From the end on, so that places before stay what they are.
            for change in changes(&old, &new).into_iter().rev() {
                let Change { old, new } = change;
                let at = u32::try_from(old.start).unwrap_or(u32::MAX);
                if !old.is_empty() {
                    let len = u32::try_from(old.len()).unwrap_or(u32::MAX);
                    root.remove_range(&mut txn, at, len);
                }
                for (index, node) in (at..).zip(&wanted[new]) {
                    write(&mut txn, &root, index, node);
                }
            }
            txn.encode_update_v1()
        })?;
        Ok(Some(update))
    }
}

/// The library is not ours and the bytes are not either: what panics is refused.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Broken> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied());
        Broken::Unusable(text.unwrap_or("the library stopped").into())
    })
}

#[cfg(test)]
mod tests {
    use super::super::{from_markdown, markdown};
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "# Title\n\nOne **two** 三。\n\n- a\n- b\n\n```rust\nx\n```\n";

    fn written(client: u32, text: &str) -> (Content, Vec<u8>) {
        let content = Content::empty(client);
        let update = content.rewrite(&from_markdown(text).unwrap()).unwrap();
        (content, update.unwrap())
    }

    fn shown(content: &Content) -> String {
        markdown(&content.blocks().unwrap())
    }

    #[test]
    fn what_is_written_is_read_and_travels_as_an_update() {
        let (content, update) = written(1, TEXT);
        assert_eq!(shown(&content), TEXT);
        let other = Content::empty(2);
        assert_eq!(other.apply(&update), Ok(true));
        assert_eq!(other.apply(&update), Ok(false), "the second time is none");
        assert_eq!(shown(&other), TEXT);
        assert_eq!(other.state(), content.state());
        assert!(other.knows(1) && !other.knows(2));
    }

    #[test]
    fn rewriting_leaves_alone_what_stays() {
        let (content, whole) = written(1, &"same old paragraph\n\n".repeat(200));
        let other = Content::empty(2);
        other.apply(&whole).unwrap();
        let mut wanted = content.blocks().unwrap();
        wanted.insert(100, from_markdown("new").unwrap().remove(0));
        let update = other.rewrite(&wanted).unwrap().unwrap();
        assert!(update.len() < 100, "{}", update.len());
        content.apply(&update).unwrap();
        assert_eq!(content.blocks(), Ok(wanted.clone()));
        assert_eq!(other.rewrite(&wanted), Ok(None));
    }

    #[test]
    fn updates_that_build_upon_missing_ones_are_refused() {
        let (content, first) = written(1, TEXT);
        let second = content
            .rewrite(&from_markdown("else").unwrap())
            .unwrap()
            .unwrap();
        assert_eq!(Content::empty(2).apply(&second), Err(Broken::Incomplete));
        let in_order = Content::empty(2);
        in_order.apply(&first).unwrap();
        in_order.apply(&second).unwrap();
        assert_eq!(shown(&in_order), "else\n");
    }

    /// Everything deciding does with bytes from outside.
    fn take(bytes: &[u8]) -> Result<(), Broken> {
        let (content, _) = written(7, "a **b** c\n\nd");
        content.apply(bytes)?;
        content.kept()?;
        let blocks = content.blocks()?;
        let _ = (markdown(&blocks), super::super::plain(&blocks));
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

    fn encoded(items: &[Wild], deleted: &[(u8, u8, u8)]) -> Vec<u8> {
        let mut bytes = vec![1, u8::try_from(items.len()).unwrap(), 8, 0];
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
            bytes.extend([8, u8::try_from(deleted.len()).unwrap()]);
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
            let _ = take(&encoded(&items, &deleted));
        }
    }
}
