//! A Yjs document in memory: made from bytes, asked, changed.

use super::canonical::canonical;
use super::changes::{Change, changes};
use super::guard::{self, Malformed};
use super::tree::{self, Attributes, Node, Unfit, read, write};
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use yrs::block::ClientID;
use yrs::branch::BranchID;
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{
    Doc, IdSet, OffsetKind, Options, ReadTxn, StateVector, Transact, TransactionMut, Update,
    XmlFragment,
};

/// Documents are told apart by their rows; the library wants a name all the same, and would draw
/// one.
const GUID: &str = "document";

/// A document's content.
pub struct Content {
    doc: Doc,
}

/// What an update did to a content.
pub(super) struct Taken {
    /// What it made that was not there.
    pub made: IdSet,
    /// What it deleted that was there.
    pub deleted: IdSet,
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
        let id = ClientID::new(u64::from(client));
        let options = Options {
            offset_kind: OffsetKind::Utf16,
            skip_gc: false,
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
        let taken = self.take(update)?;
        Ok(!taken.made.is_empty() || !taken.deleted.is_empty())
    }

    /// The same as [`Self::apply`], and what it did.
    pub(super) fn take(&self, update: &[u8]) -> Result<Taken, Broken> {
        guard::check(update)?;
        let (is_complete, taken) = self.change(|txn| {
            let update = Update::decode_v1(update).map_err(|e| Broken::Unusable(e.to_string()))?;
            let applied = txn.apply_update(update);
            let is_complete =
                txn.store().pending_update().is_none() && txn.store().pending_ds().is_none();
            let taken = Taken {
                made: txn.insert_set().clone(),
                deleted: txn.delete_set().clone(),
            };
            applied.map_err(|e| Broken::Unusable(e.to_string()))?;
            Ok::<_, Broken>((is_complete, taken))
        })??;
        if is_complete {
            Ok(taken)
        } else {
            Err(Broken::Incomplete)
        }
    }

    /// Changes the content in one transaction.
    pub(super) fn change<T>(
        &self,
        work: impl FnOnce(&mut TransactionMut<'_>) -> T,
    ) -> Result<T, Broken> {
        guarded(|| {
            // Committing what a panic left half done would panic again, and that aborts.
            let mut txn = ManuallyDrop::new(self.doc.transact_mut());
            let done = work(&mut txn);
            drop(ManuallyDrop::into_inner(txn));
            done
        })
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

    /// The attributes of all elements.
    pub(super) fn attributes(&self) -> Result<Attributes, Broken> {
        let root = tree::root(&self.doc);
        Ok(guarded(|| {
            tree::all_attributes(&self.doc.transact(), &root)
        })??)
    }

    /// Gives elements these attributes.
    pub(super) fn set_attributes(&self, wanted: &Attributes) -> Result<(), Broken> {
        let root = tree::root(&self.doc);
        Ok(self.change(|txn| tree::set_attributes(txn, &root, wanted))??)
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
        let update = self.change(|txn| {
            // From the end on, so that places before stay what they are.
            for change in changes(&old, &new).into_iter().rev() {
                let Change { old, new } = change;
                let at = u32::try_from(old.start).unwrap_or(u32::MAX);
                if !old.is_empty() {
                    let len = u32::try_from(old.len()).unwrap_or(u32::MAX);
                    root.remove_range(txn, at, len);
                }
                for (index, node) in (at..).zip(&wanted[new]) {
                    write(txn, &root, index, node);
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
}
