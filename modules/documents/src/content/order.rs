//! Where blocks stand that are taken back.
//!
//! The library puts what was deleted back where it was deleted, and what replaced it stands before
//! that place; so does all that was written after what replaced it. Taken back one by one, a
//! restored block would come after newer ones that were written below it. So the places of blocks
//! are kept here: those that are there, and those that somebody unwanted has deleted.

use super::canonical::canonical;
use super::tree::Node;
use std::collections::{HashMap, HashSet};
use yrs::branch::BranchID;

/// A block's name in the library.
pub type Id = BranchID;

/// A place of a block.
struct Place {
    id: Id,
    /// Whether somebody unwanted made the block.
    is_unwanted: bool,
    /// What it was when somebody unwanted deleted it.
    lost: Option<String>,
}

/// The places in a document, in order.
#[derive(Default)]
pub struct Order {
    places: Vec<Place>,
}

impl Order {
    /// Takes in that the blocks are `after`, which were `before`: by an update that is wanted, or not.
    pub fn take(&mut self, before: &[(Id, Node)], after: &[Id], is_unwanted: bool) {
        let there: HashSet<&Id> = after.iter().collect();
        let was: HashMap<&Id, &Node> = before.iter().map(|(id, node)| (id, node)).collect();
        for place in &mut self.places {
            if place.lost.is_none() && !there.contains(&place.id) && is_unwanted {
                place.lost = was.get(&place.id).map(|node| canonical(node));
            }
        }
        self.places.retain(|place| {
            let is_lost = place.lost.is_some() && !place.is_unwanted;
            is_lost || there.contains(&place.id)
        });
        let known: HashSet<Id> = self.places.iter().map(|place| place.id.clone()).collect();
        for (at, id) in after.iter().enumerate() {
            if known.contains(id) {
                continue;
            }
            let index = if is_unwanted {
                // Before what it replaces.
                at.checked_sub(1)
                    .and_then(|left| self.index(&after[left]))
                    .map_or(0, |left| left + 1)
            } else {
                // After what was there and will be again.
                let right = after[at + 1..].iter().find(|id| known.contains(*id));
                right
                    .and_then(|right| self.index(right))
                    .unwrap_or(self.places.len())
            };
            let place = Place {
                id: id.clone(),
                is_unwanted,
                lost: None,
            };
            self.places.insert(index, place);
        }
    }

    fn index(&self, id: &Id) -> Option<usize> {
        self.places.iter().position(|place| place.id == *id)
    }

    /// The blocks, after the unwanted was taken back, in the order of their places. Where they do not
    /// fit the places, they stay as they are.
    pub fn arrange(&self, blocks: Vec<(Id, Node)>) -> Vec<Node> {
        let places: HashSet<&Id> = self.places.iter().map(|place| &place.id).collect();
        let (mut kept, mut back) = (HashMap::new(), Vec::new());
        for (index, (id, node)) in blocks.iter().enumerate() {
            if places.contains(id) {
                kept.insert(id, index);
            } else {
                back.push((index, canonical(node)));
            }
        }
        let mut order: Vec<Option<usize>> = Vec::new();
        for place in self.places.iter().filter(|place| !place.is_unwanted) {
            order.push(match &place.lost {
                None => kept.get(&place.id).copied(),
                Some(text) => {
                    let same = back.iter().position(|(_, found)| found == text);
                    same.map(|same| back.remove(same).0)
                }
            });
        }
        let order: Vec<usize> = order.into_iter().flatten().collect();
        if order.len() != blocks.len() {
            return blocks.into_iter().map(|(_, node)| node).collect();
        }
        order
            .into_iter()
            .map(|index| blocks[index].1.clone())
            .collect()
    }
}
