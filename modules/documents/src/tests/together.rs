//! People who write at the same time.

use crate::content::Content;
use crate::testing::*;
use crate::{base64, content};
use proptest::prelude::*;
use serde_json::json;
use yrs::updates::decoder::Decode;
use yrs::{
    Doc, GetString, OffsetKind, Options, ReadTxn, StateVector, Text, Transact, Update,
    XmlElementPrelim, XmlFragment, XmlTextPrelim,
};

const PARAGRAPHS: u32 = 3;

/// What somebody does next; numbers choose among what there is.
#[derive(Clone, Debug)]
enum Act {
    Type {
        client: usize,
        paragraph: u32,
        at: u32,
        text: String,
    },
    Delete {
        client: usize,
        paragraph: u32,
        at: u32,
    },
    Bold {
        client: usize,
        paragraph: u32,
        at: u32,
    },
    /// Posts what was typed since the last time.
    Post { client: usize },
    /// Takes in what is in the journal.
    Read { client: usize },
}

fn act() -> impl Strategy<Value = Act> {
    let place = || (0..3_usize, 0..PARAGRAPHS, 0..20_u32);
    prop_oneof![
        4 => (place(), "[a-z会议 ]{1,4}").prop_map(|((client, paragraph, at), text)| {
            Act::Type { client, paragraph, at, text }
        }),
        2 => place().prop_map(|(client, paragraph, at)| Act::Delete { client, paragraph, at }),
        1 => place().prop_map(|(client, paragraph, at)| Act::Bold { client, paragraph, at }),
        3 => (0..3_usize).prop_map(|client| Act::Post { client }),
        2 => (0..3_usize).prop_map(|client| Act::Read { client }),
    ]
}

/// A browser: a Yjs document of its own.
struct Browser {
    doc: Doc,
    sent: StateVector,
    read: u64,
    unsent_deletes: bool,
}

impl Browser {
    fn new(client: u64, state: &[u8]) -> Self {
        let doc = Doc::with_options(Options {
            offset_kind: OffsetKind::Utf16,
            ..Options::with_client_id(yrs::block::ClientID::new(client))
        });
        doc.get_or_insert_xml_fragment("default");
        let update = Update::decode_v1(state).unwrap();
        doc.transact_mut().apply_update(update).unwrap();
        let sent = doc.transact().state_vector();
        Self {
            doc,
            sent,
            read: 1,
            unsent_deletes: false,
        }
    }

    fn edit(
        &mut self,
        paragraph: u32,
        edit: impl FnOnce(&yrs::XmlTextRef, &mut yrs::TransactionMut<'_>, u32),
    ) {
        let root = self.doc.get_or_insert_xml_fragment("default");
        let mut txn = self.doc.transact_mut();
        let element = root
            .get(&txn, paragraph)
            .unwrap()
            .into_xml_element()
            .unwrap();
        let text = element.get(&txn, 0).unwrap().into_xml_text().unwrap();
        let len = text.len(&txn);
        edit(&text, &mut txn, len);
    }

    fn unsent(&mut self) -> Option<Vec<u8>> {
        let txn = self.doc.transact();
        if txn.state_vector() == self.sent && !self.unsent_deletes {
            return None;
        }
        let update = txn.encode_state_as_update_v1(&self.sent);
        self.sent = txn.state_vector();
        self.unsent_deletes = false;
        Some(update)
    }

    fn shown(&self) -> String {
        let root = self.doc.get_or_insert_xml_fragment("default");
        root.get_string(&self.doc.transact())
    }
}

fn beginning() -> Vec<u8> {
    let doc = Doc::with_client_id(100);
    let root = doc.get_or_insert_xml_fragment("default");
    let mut txn = doc.transact_mut();
    for n in 0..PARAGRAPHS {
        let paragraph = root.push_back(&mut txn, XmlElementPrelim::empty("paragraph"));
        paragraph.push_back(&mut txn, XmlTextPrelim::new(format!("start {n} 开始")));
    }
    txn.encode_update_v1()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn whoever_writes_in_whatever_order_all_see_the_same(
        acts in proptest::collection::vec(act(), 1..120),
    ) {
        let mut given = office_with_notes();
        share(given.by(BEN), json!(PLANS), &[(CYD, "editor"), (EVE, "editor")]);
        let post = |given: &mut kernel::testing::Given, client: usize, update: &[u8]| {
            let body = json!({ "document_id": NOTES, "update": base64::encode(update) });
            given.by([BEN, CYD, EVE][client]).when("update-document", body).result().unwrap();
        };
        let state = beginning();
        post(&mut given, 0, &state);
        let mut browsers: Vec<Browser> = (1..=3).map(|n| Browser::new(n, &state)).collect();
        let read = |given: &kernel::testing::Given, browser: &mut Browser| {
            let params = format!("document_id={NOTES}&after={}&limit=200", browser.read);
            let answer = query(given, BEN, "document-updates", &params).unwrap();
            for item in answer["items"].as_array().unwrap() {
                let bytes = base64::stored(item["update"].as_str().unwrap()).unwrap();
                let update = Update::decode_v1(&bytes).unwrap();
                browser.doc.transact_mut().apply_update(update).unwrap();
                browser.read = item["seq"].as_u64().unwrap();
            }
        };
        let ends = (0..3).flat_map(|client| [Act::Post { client }]).chain(
            (0..3).map(|client| Act::Read { client }));
        for act in acts.into_iter().chain(ends) {
            match act {
                Act::Type { client, paragraph, at, text } => browsers[client].edit(
                    paragraph, |to, txn, len| to.insert(txn, at.min(len), &text)),
                Act::Delete { client, paragraph, at } => {
                    browsers[client].unsent_deletes = true;
                    browsers[client].edit(paragraph, |from, txn, len| {
                        if at < len { from.remove_range(txn, at, 1) }
                    });
                }
                Act::Bold { client, paragraph, at } => browsers[client].edit(
                    paragraph, |text, txn, len| if at < len {
                        text.format(txn, at, (len - at).min(3), [("bold".into(), true.into())].into())
                    }),
                Act::Post { client } => if let Some(update) = browsers[client].unsent() {
                    post(&mut given, client, &update);
                },
                Act::Read { client } => read(&given, &mut browsers[client]),
            }
        }
        let answer = query(&given, BEN, "document", &format!("document_id={NOTES}")).unwrap();
        let state = base64::stored(answer["state"].as_str().unwrap()).unwrap();
        let late = Browser::new(9, &state);
        for browser in &browsers {
            prop_assert_eq!(browser.shown(), late.shown());
        }
        given.assert_replays();
        // The other site, which merges at other times, holds the same.
        let other = Content::empty(0);
        let last = answer["seq"].as_u64().unwrap();
        let mut updates = given.rows()
            .prepare("SELECT bytes FROM document_update ORDER BY key").unwrap();
        let updates = updates.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
        let mut count = 0;
        for update in updates {
            other.apply(&update.unwrap()).unwrap();
            count += 1;
        }
        prop_assert_eq!(count, last);
        prop_assert_eq!(content::markdown(&other.blocks().unwrap()), text_of(&given, NOTES));
    }
}
