//! What the items of an update say about each other.

use super::{EMBED, Malformed, TEXT, TYPE};
use crate::limits::NESTING_MAX;
use std::collections::HashMap;

pub type Id = (u64, u64);

/// Where an item says it lies.
#[derive(Clone, Copy)]
pub enum Link {
    /// In the root, or in something known before.
    Base,
    /// In this element.
    In(Id),
    /// Wherever this one lies.
    Beside(Id),
}

pub struct Item {
    pub at: usize,
    pub clock: u64,
    pub len: u64,
    pub link: Link,
    pub kind: u8,
}

#[derive(Default)]
pub struct Items {
    pub all: Vec<Item>,
    /// Range of a client's items in `all`, in the order of clocks.
    pub by_client: HashMap<u64, std::ops::Range<usize>>,
}

impl Items {
    /// Client, first clock and length of each text, embedded thing and element.
    pub fn written(&self) -> Vec<(u64, u64, u64)> {
        let mut written = Vec::new();
        for (client, range) in &self.by_client {
            let items = &self.all[range.clone()];
            let texts = items
                .iter()
                .filter(|item| matches!(item.kind, TEXT | EMBED | TYPE));
            written.extend(texts.map(|item| (*client, item.clock, item.len)));
        }
        written
    }

    fn find(&self, (client, clock): Id) -> Option<usize> {
        let range = self.by_client.get(&client)?.clone();
        let items = self.all.get(range.clone())?;
        let after = items.partition_point(|item| item.clock <= clock);
        let found = after.checked_sub(1)?;
        (clock < items[found].clock + items[found].len).then_some(range.start + found)
    }

    /// Follows every item to what it lies in, without recursion.
    pub fn check_nesting(&self) -> Result<(), Malformed> {
        let mut depths: Vec<Option<usize>> = vec![None; self.all.len()];
        let mut is_on_way = vec![false; self.all.len()];
        let mut way: Vec<(usize, usize)> = Vec::new();
        for start in 0..self.all.len() {
            let mut next = Some(start);
            let mut depth = 0;
            while let Some(i) = next {
                if let Some(known) = depths[i] {
                    depth = known;
                    break;
                }
                if is_on_way[i] {
                    return self.fail(i, "an item lies in itself");
                }
                is_on_way[i] = true;
                let (of, step) = match self.all[i].link {
                    Link::Base => (None, 0),
                    Link::In(id) => (self.find(id), 1),
                    Link::Beside(id) => (self.find(id), 0),
                };
                way.push((i, step));
                next = of;
            }
            while let Some((i, step)) = way.pop() {
                depth += step;
                if depth > NESTING_MAX {
                    return self.fail(i, "elements lie too deep in each other");
                }
                depths[i] = Some(depth);
                is_on_way[i] = false;
            }
        }
        Ok(())
    }

    fn fail(&self, item: usize, what: &str) -> Result<(), Malformed> {
        Err(Malformed {
            at: self.all[item].at,
            what: what.into(),
        })
    }
}
