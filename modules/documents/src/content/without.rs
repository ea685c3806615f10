//! A document replayed so that some of its updates can be taken back.
//!
//! All updates are taken in, but what the unwanted ones delete stays where it is; at the end what
//! they made is deleted. So what others did to it meanwhile keeps its place, and the library never
//! has to make anything again. An attribute is the exception: setting it deletes the value before,
//! which is set again at the end.

use super::doc::{Broken, Content};
use super::guard;
use super::order::Order;
use super::tree::{Attributes, Node};
use std::collections::HashMap;
use yrs::block::ClientID;
use yrs::branch::BranchID;
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{Any, ID, IdSet};

/// Why the unwanted updates cannot be taken back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotWithout {
    /// Something is wrong with the updates.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// What the unwanted updates made holds what others wrote, which would go as well.
    #[error(
        "others wrote inside what would go: {0} characters or elements; \
         choose a moment to go back to, or keep the text"
    )]
    OthersInside(u64),
}

/// An attribute that an unwanted update may have set.
struct Overwritten {
    was: Any,
    is: Any,
}

/// A document to which updates come in order; those that are unwanted are taken back at the end.
pub struct Without {
    content: Content,
    order: Order,
    /// What unwanted updates made.
    made: IdSet,
    /// What unwanted updates deleted.
    gone: IdSet,
    /// What others wrote.
    written: IdSet,
    overwritten: HashMap<(BranchID, String), Overwritten>,
    run: Run,
}

/// Updates that follow each other and are all unwanted, or all are not.
#[derive(Default)]
struct Run {
    is_unwanted: bool,
    /// Whether blocks may have come or gone.
    has_blocks: bool,
    /// The attributes before the first update that may have set some, of an unwanted run.
    before: Option<Attributes>,
}

impl Without {
    /// Begins with an earlier state.
    ///
    /// # Errors
    /// What is wrong with the state.
    pub fn begin(state: Option<&[u8]>) -> Result<Self, Broken> {
        let content = Content::empty(0);
        if let Some(state) = state {
            content.apply(state)?;
        }
        let mut order = Order::default();
        let ids = content.ids()?;
        order.take(&ids, &ids, false);
        Ok(Self {
            content,
            order,
            made: IdSet::new(),
            gone: IdSet::new(),
            written: IdSet::new(),
            overwritten: HashMap::new(),
            run: Run::default(),
        })
    }

    /// Takes the next update in.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn take(&mut self, update: &[u8], is_unwanted: bool) -> Result<(), Broken> {
        if is_unwanted != self.run.is_unwanted {
            self.end_run()?;
            self.run.is_unwanted = is_unwanted;
        }
        let parts = guard::parts(update)?;
        let (makes, deletes) = update.split_at(parts.deletes_at);
        let deletes = super::doc::guarded(|| IdSet::decode_v1(deletes))?
            .map_err(|error| Broken::Unusable(error.to_string()))?;
        self.run.has_blocks |= parts.makes_elements || !deletes.is_empty();
        if is_unwanted {
            if parts.sets_attributes && self.run.before.is_none() {
                self.run.before = Some(self.content.attributes()?);
            }
            let taken = self.content.take(&joined(makes, &IdSet::new()))?;
            self.made.merge_with(taken.made);
            self.gone.merge_with(deletes);
            return Ok(());
        }
        // Whoever says again what somebody unwanted deleted does not delete it.
        self.content
            .take(&joined(makes, &deletes.diff(&self.gone)))?;
        for (client, clock, len) in parts.written {
            // They are in bounds, as the guard has seen.
            if let (Ok(clock), Ok(len)) = (u32::try_from(clock), u32::try_from(len)) {
                self.written
                    .insert(ID::new(ClientID::new(client), clock), len);
            }
        }
        Ok(())
    }

    /// Takes in what a run of updates came to.
    fn end_run(&mut self) -> Result<(), Broken> {
        let run = std::mem::take(&mut self.run);
        if run.has_blocks {
            let all = self.content.ids()?;
            let is_shown = |id: &&BranchID| match id {
                BranchID::Nested(id) => !self.gone.contains(id),
                BranchID::Root(_) => true,
            };
            let shown: Vec<BranchID> = all.iter().filter(is_shown).cloned().collect();
            self.order.take(&all, &shown, run.is_unwanted);
        }
        if let Some(mut before) = run.before {
            for (key, is) in self.content.attributes()? {
                self.overwrite(key.clone(), before.remove(&key), is);
            }
        }
        Ok(())
    }

    /// An unwanted run may have set an attribute, which was another or none before.
    fn overwrite(&mut self, key: (BranchID, String), was: Option<Any>, is: Any) {
        let Some(was) = was else {
            self.overwritten.remove(&key);
            return;
        };
        match self.overwritten.get_mut(&key) {
            // Nobody else has set it since.
            Some(known) if known.is == was => known.is = is,
            _ => {
                self.overwritten.insert(key, Overwritten { was, is });
            }
        }
    }

    /// The content without what was unwanted.
    ///
    /// # Errors
    /// When it cannot be taken back, and why.
    pub fn finish(mut self) -> Result<Vec<Node>, NotWithout> {
        self.end_run()?;
        let before = match self.overwritten.is_empty() {
            true => Attributes::new(),
            false => self.content.attributes()?,
        };
        let taken = self.content.take(&joined(&[0], &self.made))?;
        let others = taken.deleted.diff(&self.made).intersect(&self.written);
        let inside: u64 = others
            .iter()
            .flat_map(|(_, ranges)| ranges.iter())
            .map(|range| u64::from(range.end - range.start))
            .sum();
        if inside > 0 {
            return Err(NotWithout::OthersInside(inside));
        }
        if !before.is_empty() {
            let after = self.content.attributes()?;
            let is_lost = |key: &(BranchID, String)| before.contains_key(key);
            let lost = self
                .overwritten
                .into_iter()
                .filter(|(key, _)| is_lost(key) && !after.contains_key(key))
                .map(|(key, one)| (key, one.was));
            self.content.set_attributes(&lost.collect())?;
        }
        Ok(self.order.arrange(self.content.named_blocks()?))
    }
}

/// An update that makes and deletes this.
fn joined(makes: &[u8], deletes: &IdSet) -> Vec<u8> {
    let mut update = makes.to_vec();
    update.extend(deletes.encode_v1());
    update
}

#[cfg(test)]
mod tests {
    use super::super::{from_markdown, markdown};
    use super::*;
    use yrs::{ReadTxn, Text, TransactionMut, Xml, XmlElementRef, XmlFragment, XmlTextRef};

    /// Somebody's browser.
    struct Browser(Content);

    impl Browser {
        fn new(client: u32, updates: &[&[u8]]) -> Self {
            let content = Content::empty(client);
            for update in updates {
                content.apply(update).unwrap();
            }
            Self(content)
        }

        fn writes(&self, text: &str) -> Vec<u8> {
            let blocks = from_markdown(text).unwrap();
            self.0.rewrite(&blocks).unwrap().unwrap()
        }

        fn edits(
            &self,
            block: u32,
            work: impl FnOnce(&mut TransactionMut<'_>, &XmlElementRef, &XmlTextRef),
        ) -> Vec<u8> {
            let change = |txn: &mut TransactionMut<'_>| {
                let root = txn.get_xml_fragment(guard::ROOT).unwrap();
                let block = root.get(txn, block).unwrap().into_xml_element().unwrap();
                let text = block.get(txn, 0).unwrap().into_xml_text().unwrap();
                work(txn, &block, &text);
                txn.encode_update_v1()
            };
            self.0.change(change).unwrap()
        }

        fn types(&self, block: u32, at: u32, typed: &str) -> Vec<u8> {
            self.edits(block, |txn, _, text| text.insert(txn, at, typed))
        }

        fn sets(&self, block: u32, level: i64) -> Vec<u8> {
            self.edits(block, |txn, block, _| {
                block.insert_attribute(txn, "level", level);
            })
        }
    }

    fn without(updates: &[(&[u8], bool)]) -> Result<String, NotWithout> {
        let mut replay = Without::begin(None).unwrap();
        for (update, is_unwanted) in updates {
            replay.take(update, *is_unwanted).unwrap();
        }
        replay.finish().map(|blocks| markdown(&blocks))
    }

    #[test]
    fn what_others_typed_inside_what_would_go_is_not_lost_silently() {
        let first = Browser::new(1, &[]).writes("one");
        let unwanted = Browser::new(2, &[&first]).writes("one\n\nmine");
        let others = Browser::new(3, &[&first, &unwanted]).types(1, 0, "not ");
        let all = [(&first[..], false), (&unwanted, true), (&others, false)];
        assert_eq!(without(&all), Err(NotWithout::OthersInside(4)));
        // Deleted again, it is lost no more.
        let regret = Browser::new(4, &[&first, &unwanted, &others])
            .edits(1, |txn, _, text| text.remove_range(txn, 0, 4));
        let all = [&all[..], &[(&regret[..], false)]].concat();
        assert_eq!(without(&all).unwrap(), "one\n");
    }

    #[test]
    fn what_others_typed_into_a_block_that_was_deleted_meanwhile_comes_back_with_it() {
        let first = Browser::new(1, &[]).writes("one\n\ntwo");
        let unwanted = Browser::new(2, &[&first]).writes("two");
        let others = Browser::new(3, &[&first]).types(0, 3, " more");
        let all = [(&first[..], false), (&unwanted, true), (&others, false)];
        assert_eq!(without(&all).unwrap(), "one more\n\ntwo\n");
    }

    #[test]
    fn deletions_that_others_say_again_are_still_the_unwanted_ones() {
        let first = Browser::new(1, &[]).writes("one\n\ntwo");
        let unwanted = Browser::new(2, &[&first]).writes("two");
        let late = Browser::new(3, &[&first, &unwanted]);
        late.types(0, 3, " more");
        // A browser that comes back says all it knows.
        let everything = late.0.state().unwrap();
        let all = [(&first[..], false), (&unwanted, true), (&everything, false)];
        assert_eq!(without(&all).unwrap(), "one\n\ntwo more\n");
    }

    #[test]
    fn attributes_are_what_others_set_last() {
        let first = Browser::new(1, &[]).writes("# one\n\n# two\n\n# three");
        let attacker = Browser::new(2, &[&first]);
        let spoilt: Vec<_> = (0..3).map(|block| attacker.sets(block, 6)).collect();
        let mut all = vec![(&first[..], false)];
        all.extend(spoilt.iter().map(|update| (&update[..], true)));
        let known: Vec<&[u8]> = all.iter().map(|(update, _)| *update).collect();
        let others = Browser::new(3, &known);
        let mended = [others.sets(1, 2), others.sets(2, 3)];
        all.extend(mended.iter().map(|update| (&update[..], false)));
        for update in &mended {
            attacker.0.apply(update).unwrap();
        }
        let again = attacker.sets(2, 5);
        all.push((&again, true));
        assert_eq!(without(&all).unwrap(), "# one\n\n## two\n\n### three\n");
    }

    #[test]
    #[ignore = "a measurement, not a test"]
    #[expect(clippy::disallowed_methods, reason = "measures elapsed time")]
    fn cost_of_5_000_keystrokes_among_2_000_blocks() {
        let text = (0..2_000).map(|n| format!("block {n}\n\n"));
        let text = text.collect::<String>();
        let first = Browser::new(1, &[]).writes(&text);
        let attacker = Browser::new(2, &[&first]);
        let typed: Vec<_> = (0..5_000)
            .map(|n| match n % 10 {
                9 => attacker.edits(7, |txn, _, text| text.remove_range(txn, 0, 1)),
                _ => attacker.types(7, 0, "x"),
            })
            .collect();
        let begun = std::time::Instant::now();
        let mut all = vec![(&first[..], false)];
        all.extend(typed.iter().map(|update| (&update[..], true)));
        assert_eq!(without(&all).unwrap(), text.trim_end().to_owned() + "\n");
        println!("taken back in {:?}", begun.elapsed());
    }
}
