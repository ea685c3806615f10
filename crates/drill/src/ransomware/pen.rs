//! Writing in documents as an editor does: the whole is fetched, changed, and the difference sent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use yrs::block::ClientID;
use yrs::updates::decoder::Decode;
use yrs::{
    Doc, OffsetKind, Options, ReadTxn, StateVector, Text, Transact, Update, XmlElementPrelim,
    XmlFragment, XmlFragmentRef, XmlTextPrelim,
};

/// A document that cannot be written in.
#[derive(Debug, thiserror::Error)]
#[error("the document cannot be written in: {0}")]
pub(super) struct Unwritable(String);

/// A document in an editor's hands.
pub(super) struct Pen {
    doc: Doc,
    root: XmlFragmentRef,
}

impl Pen {
    /// Opens a document's state (a Yjs update in base64) as the editor with this number.
    pub fn open(client: u32, state: &str) -> Result<Self, Unwritable> {
        let bad = |error: &dyn std::fmt::Display| Unwritable(error.to_string());
        let bytes = STANDARD.decode(state).map_err(|e| bad(&e))?;
        let update = Update::decode_v1(&bytes).map_err(|e| bad(&e))?;
        let id = ClientID::new(u64::from(client));
        let options = Options {
            offset_kind: OffsetKind::Utf16,
            ..Options::with_guid_and_client_id("document".into(), id)
        };
        let doc = Doc::with_options(options);
        let root = doc.get_or_insert_xml_fragment("default");
        doc.transact_mut()
            .apply_update(update)
            .map_err(|e| bad(&e))?;
        Ok(Self { doc, root })
    }

    /// Adds a paragraph at the end; gives the update in base64.
    pub fn append(&self, text: &str) -> String {
        self.change(|root, txn| paragraph(root, txn, text))
    }

    /// Puts a paragraph in place of everything; gives the update in base64.
    pub fn replace(&self, text: &str) -> String {
        self.change(|root, txn| {
            let len = root.len(txn);
            root.remove_range(txn, 0, len);
            paragraph(root, txn, text);
        })
    }

    fn change(&self, change: impl FnOnce(&XmlFragmentRef, &mut yrs::TransactionMut<'_>)) -> String {
        let before = self.doc.transact().state_vector();
        let mut txn = self.doc.transact_mut();
        change(&self.root, &mut txn);
        drop(txn);
        STANDARD.encode(self.difference(&before))
    }

    fn difference(&self, before: &StateVector) -> Vec<u8> {
        self.doc.transact().encode_diff_v1(before)
    }
}

fn paragraph(root: &XmlFragmentRef, txn: &mut yrs::TransactionMut<'_>, text: &str) {
    let end = root.len(txn);
    let element = root.insert(txn, end, XmlElementPrelim::empty("paragraph"));
    let content = element.insert(txn, 0, XmlTextPrelim::new(""));
    content.push(txn, text);
}
