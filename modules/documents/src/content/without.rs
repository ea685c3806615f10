//! A document replayed so that some of its updates can be taken back.

use super::doc::{Broken, Content};
use super::order::Order;
use super::tree::Node;
use std::collections::HashSet;
use std::sync::Arc;
use yrs::undo::{Options, UndoManager};

/// Whose transactions are taken back.
const UNWANTED: &str = "unwanted";
/// Whose are not.
const OTHERS: &str = "others";

/// A document to which updates come in order; those that are unwanted are taken back at the end.
pub struct Without {
    content: Content,
    unwanted: UndoManager<()>,
    order: Order,
}

impl Without {
    /// Begins with an earlier state.
    ///
    /// # Errors
    /// What is wrong with the state.
    pub fn begin(state: Option<&[u8]>) -> Result<Self, Broken> {
        // What was deleted must still be there when the deletion is taken back.
        let content = Content::keeping_deleted();
        if let Some(state) = state {
            content.apply(state)?;
        }
        let mut unwanted = UndoManager::with_options(Options {
            // One change of them all, whenever they were made: what they made and deleted themselves
            // does not come up in between.
            capture_timeout_millis: u64::MAX,
            timestamp: Arc::new(|| 1),
            tracked_origins: HashSet::from([UNWANTED.into()]),
            ..Options::default()
        });
        content.track(&mut unwanted);
        let mut order = Order::default();
        order.take(&[], &content.ids()?, false);
        Ok(Self {
            content,
            unwanted,
            order,
        })
    }

    /// Takes the next update in.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn take(&mut self, update: &[u8], is_unwanted: bool) -> Result<(), Broken> {
        let origin = if is_unwanted { UNWANTED } else { OTHERS };
        let before = if is_unwanted {
            self.content.named_blocks()?
        } else {
            Vec::new()
        };
        self.content.apply_as(update, origin)?;
        self.order.take(&before, &self.content.ids()?, is_unwanted);
        Ok(())
    }

    /// The content without what was unwanted.
    ///
    /// # Errors
    /// When the library cannot take it back.
    pub fn finish(mut self) -> Result<Vec<Node>, Broken> {
        super::doc::guarded(|| while self.unwanted.undo_blocking() {})?;
        Ok(self.order.arrange(self.content.named_blocks()?))
    }
}
