//! What the documents would be without the attacker: kept from what others were acknowledged.

use kernel::id::Uuid;
use std::collections::BTreeMap;

/// A document as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub id: Uuid,
    pub title: String,
    pub markdown: String,
}

/// What every document would be, and how much others did to them.
#[derive(Clone, Debug, Default)]
pub(super) struct Expected {
    documents: BTreeMap<Uuid, Written>,
    /// Changes others were acknowledged.
    pub changes: u64,
}

impl Expected {
    pub fn of(made: Vec<Written>) -> Self {
        Self {
            documents: made.into_iter().map(|one| (one.id, one)).collect(),
            changes: 0,
        }
    }

    pub fn ids(&self) -> Vec<Uuid> {
        self.documents.keys().copied().collect()
    }

    /// Somebody else renamed a document.
    pub fn renamed(&mut self, id: Uuid, title: &str) {
        if let Some(document) = self.documents.get_mut(&id) {
            title.clone_into(&mut document.title);
            self.changes += 1;
        }
    }

    /// Somebody else added a paragraph.
    pub fn appended(&mut self, id: Uuid, text: &str) {
        if let Some(document) = self.documents.get_mut(&id) {
            document.markdown = format!("{}\n\n{text}\n", document.markdown.trim_end());
            self.changes += 1;
        }
    }

    pub fn get(&self, id: Uuid) -> Option<&Written> {
        self.documents.get(&id)
    }

    /// A hash over all documents.
    pub fn hash(&self) -> String {
        hash(self.documents.values())
    }
}

/// A hash over documents, in the order of their ids: of each the id, the title and the text, with the
/// lengths before them.
pub(super) fn hash<'a>(documents: impl IntoIterator<Item = &'a Written>) -> String {
    let mut hasher = blake3::Hasher::new();
    for document in documents {
        hasher.update(document.id.as_bytes());
        for text in [&document.title, &document.markdown] {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
    }
    hasher.finalize().to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(title: &str, markdown: &str) -> Written {
        Written {
            id: Uuid::from_u128(1),
            title: title.into(),
            markdown: markdown.into(),
        }
    }

    #[test]
    fn what_others_do_is_expected() {
        let mut expected = Expected::of(vec![written("Plan", "One.\n")]);
        expected.appended(Uuid::from_u128(1), "Two.");
        expected.renamed(Uuid::from_u128(1), "Plan B");
        let wanted = written("Plan B", "One.\n\nTwo.\n");
        assert_eq!(expected.get(wanted.id), Some(&wanted));
        assert_eq!((expected.changes, expected.hash()), (2, hash([&wanted])));
    }

    #[test]
    fn texts_that_run_together_differ() {
        assert_ne!(hash([&written("ab", "c")]), hash([&written("a", "bc")]));
    }
}
