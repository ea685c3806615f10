//! The order of blocks when the updates of somebody unwanted are taken back.
//!
//! Say a document has the blocks A and B. Somebody unwanted deletes both and writes X; then somebody
//! else adds C below X. In the library's order A and B, though deleted, still stand at the end: X, C,
//! A, B. Without the unwanted updates, what is left would read C, A, B, although C was written at the
//! end of the document. So an order of its own is kept here, in which a deleted block keeps its place,
//! and a new block goes
//! - before what it replaces, where somebody unwanted made it: right after the block it was put below;
//! - after what will be back, where anybody else made it: right before the next block that is shown.

use super::tree::Node;
use std::collections::{HashMap, HashSet};
use yrs::branch::BranchID;

/// A block's name in the library.
pub type Id = BranchID;

/// The blocks of a document, with those that only somebody unwanted has deleted.
#[derive(Default)]
pub struct Order {
    places: Vec<Id>,
}

impl Order {
    /// Takes in what one or more updates, all unwanted or all not, came to: `all` blocks, of which
    /// those that are `shown` were not deleted by somebody unwanted.
    pub fn take(&mut self, all: &[Id], shown: &[Id], is_unwanted: bool) {
        let there: HashSet<&Id> = all.iter().collect();
        self.places.retain(|id| there.contains(id));
        let old = std::mem::take(&mut self.places);
        let known: HashSet<&Id> = old.iter().collect();
        // The new blocks by the known one they go after, or before; in order.
        let mut beside: HashMap<Option<&Id>, Vec<&Id>> = HashMap::new();
        let mut waiting = Vec::new();
        let mut left = None;
        for id in shown {
            if !known.contains(id) {
                waiting.push(id);
                continue;
            }
            let neighbour = if is_unwanted { left } else { Some(id) };
            beside.insert(neighbour, std::mem::take(&mut waiting));
            left = Some(id);
        }
        beside.insert(if is_unwanted { left } else { None }, waiting);
        let mut new = |neighbour| beside.remove(&neighbour).into_iter().flatten().cloned();
        if is_unwanted {
            self.places.extend(new(None));
        }
        for id in &old {
            if is_unwanted {
                self.places.push(id.clone());
                self.places.extend(new(Some(id)));
            } else {
                self.places.extend(new(Some(id)));
                self.places.push(id.clone());
            }
        }
        self.places.extend(new(None));
    }

    /// The blocks that are left, in this order.
    pub fn arrange(&self, blocks: Vec<(Id, Node)>) -> Vec<Node> {
        let places: HashMap<&Id, usize> =
            (0..).zip(&self.places).map(|(at, id)| (id, at)).collect();
        let mut blocks: Vec<(Option<usize>, Node)> = blocks
            .into_iter()
            .map(|(id, node)| (places.get(&id).copied(), node))
            .collect();
        // Every block has a place; should one have none, all stay where they are.
        if blocks.iter().all(|(place, _)| place.is_some()) {
            blocks.sort_by_key(|(place, _)| *place);
        }
        blocks.into_iter().map(|(_, node)| node).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use yrs::ID;
    use yrs::block::ClientID;

    fn blocks(client: u64, count: u32) -> Vec<Id> {
        let id = |clock| BranchID::Nested(ID::new(ClientID::new(client), clock));
        (0..count).map(id).collect()
    }

    /// Somebody unwanted replaces all blocks, and somebody else adds some below.
    fn replaced(count: u32) {
        let [old, mine, more] = [1, 2, 3].map(|client| blocks(client, count));
        let mut order = Order::default();
        order.take(&old, &old, false);
        let all = [&mine[..], &old].concat();
        order.take(&all, &mine, true);
        let all = [&mine[..], &more, &old].concat();
        let shown = [&mine[..], &more].concat();
        order.take(&all, &shown, false);
        let left = [&more[..], &old].concat();
        let node = |id: Id| {
            (
                id.clone(),
                Node::element(&format!("{id:?}"), [].into(), vec![]),
            )
        };
        let arranged = order.arrange(left.into_iter().map(node).collect());
        let wanted = [&old[..], &more].concat();
        let wanted: Vec<Node> = wanted.into_iter().map(|id| node(id).1).collect();
        assert!(arranged == wanted);
    }

    #[test]
    fn what_was_written_below_what_replaced_all_comes_after_what_is_back() {
        replaced(3);
    }

    #[test]
    fn large_documents_are_no_burden() {
        replaced(100_000);
    }
}
