//! What must hold of a module's aspects, whatever has happened: its events touch what they change,
//! and what is put back is what it was.

use super::Given;
use crate::{
    Aspect, PUT_BACK, PUT_BACK_MAX, PersonId, PutBack, PutBackAnswer, PutBackItem, PutBackOutcome,
    TextWish, View,
};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What [`Given::assert_put_back`] has to know of a module.
#[derive(Clone, Copy)]
pub struct Aspects {
    /// The aspects of one object, by kind.
    pub of: &'static [(&'static str, &'static [&'static str])],
    /// Whether an aspect is what was asked for, where that is not its value (what exists is not
    /// unmade); none: the value decides.
    pub holds: fn(&Connection, &Aspect, &Value) -> Option<bool>,
}

impl Given {
    /// Puts aspects back, as the present actor.
    ///
    /// # Panics
    /// When the command is refused.
    #[track_caller]
    pub fn put_back(&mut self, items: Vec<PutBackItem>) -> Vec<PutBackOutcome> {
        let body = PutBack {
            rewind_id: crate::id::Uuid::from_u128(0xbac),
            items,
        };
        let answer = match self.when(PUT_BACK, json!(body)).result() {
            Ok(crate::Decision::Accepted { answer, events }) => {
                let last = events.last().expect("accepted commands have events");
                assert_eq!(last.kind, crate::ChangesPutBack::KIND);
                answer
            }
            Ok(crate::Decision::Unchanged { answer }) => answer,
            Err(refusal) => panic!("{refusal:?}"),
        };
        let answer: PutBackAnswer = serde_json::from_value(answer).expect("an answer");
        answer.outcomes
    }

    /// An item that makes `aspect` be `value`, as whoever sees what it is now asks for it.
    #[must_use]
    pub fn item(&self, aspect: Aspect, value: Value) -> PutBackItem {
        PutBackItem {
            expected: self.aspect(&aspect),
            aspect,
            value,
        }
    }

    /// What an aspect is now.
    ///
    /// # Panics
    /// When the view cannot be read.
    #[must_use]
    pub fn aspect(&self, aspect: &Aspect) -> Value {
        let value = self.module.aspect_value(self.rows(), aspect);
        value.expect("a readable view")
    }

    /// Every aspect of every object that was touched up to now, with what it was at `share` (0 to 1)
    /// of the history. Asserts on the way that no event changes what it does not touch; what comes to
    /// be does so with its object.
    ///
    /// # Panics
    /// When one does, naming both.
    #[must_use]
    pub fn touched(&self, share: f64, all: Aspects) -> BTreeMap<Aspect, Value> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a place in a short history"
        )]
        let until = (self.history.len() as f64 * share) as usize;
        let mut values = BTreeMap::new();
        let mut view = View::in_memory(Arc::clone(&self.module)).expect("the schema is valid");
        for entry in &self.history {
            self.step(&mut view, entry, all, &mut values);
        }
        let mut then = View::in_memory(Arc::clone(&self.module)).expect("the schema is valid");
        for entry in &self.history[..until] {
            self.step(&mut then, entry, all, &mut BTreeMap::new());
        }
        for (aspect, value) in &mut values {
            *value = self.read(&then, aspect);
        }
        values
    }

    fn read(&self, view: &View, aspect: &Aspect) -> Value {
        let value = self.module.aspect_value(view.rows(), aspect);
        value.expect("a readable view")
    }

    /// Takes one entry in, event by event, and keeps up with what every aspect is.
    fn step(
        &self,
        view: &mut View,
        entry: &super::Step,
        all: Aspects,
        values: &mut BTreeMap<Aspect, Value>,
    ) {
        let (is_own, entry) = entry;
        if !is_own {
            let entry = std::slice::from_ref(entry);
            return view.follow(entry).expect("followed before");
        }
        for event in &entry.2.events {
            let touched = self.module.touches(view.rows(), event);
            let touched: BTreeSet<Aspect> = touched.expect("readable").into_iter().collect();
            for aspect in touched.iter().flat_map(|aspect| all.beside(aspect)) {
                let value = self.read(view, &aspect);
                values.entry(aspect).or_insert(value);
            }
            let applied = self.module.apply(view.rows(), &entry.0, event);
            applied.expect("applied before");
            for (aspect, value) in values.iter_mut() {
                let after = self.read(view, aspect);
                let is_said = touched.contains(aspect) || value.is_null();
                assert!(is_said || *value == after, "{event:?} changes {aspect:?}");
                *value = after;
            }
        }
    }

    /// Puts every aspect of what was touched back to what it was at `share` (0 to 1) of the history, as
    /// `by`, and asserts that whatever is said to be done is so.
    ///
    /// # Panics
    /// When something is said to be done and is not.
    pub fn assert_put_back(&mut self, share: f64, by: PersonId, all: Aspects) {
        let mut wanted: Vec<(Aspect, Value)> = self.touched(share, all).into_iter().collect();
        // A text that was not there then goes with its document.
        wanted.retain(|(aspect, value)| {
            aspect.kind != "document" || aspect.aspect != "text" || !value.is_null()
        });
        self.by(by);
        let mut outcomes = Vec::new();
        for some in wanted.chunks(PUT_BACK_MAX) {
            let items = some
                .iter()
                .map(|(aspect, value)| self.item(aspect.clone(), wish(value)));
            let items = items.collect();
            outcomes.extend(self.put_back(items));
        }
        for ((aspect, value), outcome) in wanted.iter().zip(&outcomes) {
            let is_so = match outcome {
                PutBackOutcome::Done | PutBackOutcome::AlreadySo => {
                    (all.holds)(self.rows(), aspect, value)
                        .unwrap_or_else(|| self.aspect(aspect) == *value)
                }
                PutBackOutcome::Impossible(why) => !why.is_empty(),
                PutBackOutcome::ChangedSince => false,
            };
            let now = self.aspect(aspect);
            assert!(is_so, "{outcome:?}: {aspect:?} is {now}, not {value}");
        }
        self.assert_replays();
    }
}

impl Aspects {
    /// An aspect and the others of the same object.
    fn beside(self, aspect: &Aspect) -> Vec<Aspect> {
        let of = self.of.iter().find(|(kind, _)| *kind == aspect.kind);
        let names = of.map_or(&[][..], |(_, names)| names);
        let others = names
            .iter()
            .map(|name| Aspect::new(&aspect.kind, &aspect.object, name));
        std::iter::once(aspect.clone()).chain(others).collect()
    }
}

/// What makes an aspect this value: of text, a wish.
fn wish(value: &Value) -> Value {
    match value.get("seq").and_then(Value::as_u64) {
        Some(seq) => json!(TextWish::AsOf(seq)),
        None => value.clone(),
    }
}
