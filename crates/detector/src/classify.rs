//! What every kind of event does to what people have: the one table the detectors judge by.
//!
//! | class | meaning | counted by |
//! |---|---|---|
//! | creative | something new; nothing that was there is less | nobody |
//! | neutral | reading, reacting, putting right, following from another event | nobody |
//! | shift | all is still there, under another name, elsewhere, or in another wording of one's own | rate, in a lane that asks a human at most |
//! | loss | something is gone, in whole or in part, for those who had it | rate, slow |
//! | access | people lose the way to something that is there | sweep |
//! | grant | rights are written without anybody seen to lose one | sweep, asks a human at most |
//! | content | judged by the content: noise, loss or nothing | noise, rate |
//!
//! A kind this table does not have is neutral and counted (`Detector::unknown_kinds`).

use kernel::Event;
use serde_json::Value;

/// Thousandths of an object: how much of it a change takes.
pub type Weight = u32;

/// A whole object.
pub const WHOLE: Weight = 1_000;

/// What a kind of event does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Something new.
    Creative,
    /// No harm, whatever its number.
    Neutral,
    /// All is still there, but not as it was.
    Shift,
    /// So much of an object is gone.
    Loss(Weight),
    /// People lose the way to an object.
    Access,
    /// Rights are written; who loses by it is not known.
    Grant,
    /// A document's text changed.
    Text,
    /// A file came; its bytes say what it is.
    File,
    /// A name changed; its extension may say what became of a file.
    Name,
}

/// What a kind of event does, and to what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What it does.
    pub class: Class,
    /// The field of the data that names the object.
    pub object: &'static str,
    /// The field that names the people who lose by it: one, or a list.
    pub people: Option<&'static str>,
    /// Whether it changes the object itself, so that a canary sings.
    pub is_change: bool,
}

const fn rule(class: Class, object: &'static str) -> Option<Rule> {
    let is_change = !matches!(class, Class::Creative | Class::Neutral | Class::File);
    Some(Rule {
        class,
        object,
        people: None,
        is_change,
    })
}

const fn taken(object: &'static str, people: &'static str) -> Option<Rule> {
    Some(Rule {
        class: Class::Access,
        object,
        people: Some(people),
        is_change: true,
    })
}

/// The rule of a kind of event of a module; none: the kind is unknown.
#[must_use]
pub fn rule_of(module: &str, kind: &str) -> Option<Rule> {
    if kind == kernel::ChangesPutBack::KIND {
        return rule(Class::Neutral, "rewind_id");
    }
    match module {
        "messaging" => messaging(kind),
        "documents" => documents(kind),
        "directory" => directory(kind),
        _ => None,
    }
}

fn messaging(kind: &str) -> Option<Rule> {
    use Class::{Creative, Grant, Loss, Neutral, Shift};
    match kind {
        "conversation-created" | "conversation-imported" | "members-added" => {
            rule(Creative, "conversation_id")
        }
        "messages-imported" => rule(Creative, "conversation_id"),
        "message-posted" => rule(Creative, "id"),
        "conversation-renamed" | "topic-set" => rule(Shift, "conversation_id"),
        // Readable still, and taken back with one click.
        "conversation-archived" => rule(Loss(500), "conversation_id"),
        "members-removed" => taken("conversation_id", "people"),
        "posters-set" => rule(Grant, "conversation_id"),
        // One's own words; the earlier ones are kept. Noise is looked for in the new ones.
        "message-edited" => rule(Shift, "id"),
        "message-deleted" => rule(Loss(WHOLE), "id"),
        "conversation-unarchived" | "read-marked" | "draft-saved" => {
            rule(Neutral, "conversation_id")
        }
        // Put right by somebody who answers for it; what stood there is kept.
        "message-restored" => rule(Neutral, "id"),
        "reaction-added"
        | "reaction-removed"
        | "urgent-acknowledged"
        | "urgent-reminded"
        | "urgent-closed" => rule(Neutral, "message_id"),
        _ => None,
    }
}

fn documents(kind: &str) -> Option<Rule> {
    use Class::{Creative, File, Grant, Loss, Name, Neutral, Shift, Text};
    match kind {
        "folder-created" => rule(Creative, "folder_id"),
        "document-created" | "version-named" => rule(Creative, "document_id"),
        "file-added" | "file-attached" => rule(File, "document_id"),
        "item-renamed" => rule(Name, "item_id"),
        "item-moved" => rule(Shift, "item_id"),
        "item-trashed" => rule(Loss(WHOLE), "item_id"),
        "permissions-set" => rule(Grant, "item_id"),
        // Follows from a change of the item or of one above it; that change is the deed.
        "access-lost" => taken("item_id", "people").map(|rule| Rule {
            is_change: false,
            ..rule
        }),
        "document-updated" => rule(Text, "document_id"),
        "comment-edited" => rule(Shift, "comment_id"),
        // A remark upon a document, not the document.
        "comment-deleted" => rule(Loss(300), "comment_id"),
        "item-restored" => rule(Neutral, "item_id"),
        "document-settled" => rule(Neutral, "document_id"),
        "comment-added" | "comment-resolved" | "comment-reopened" | "comment-restored" => {
            rule(Neutral, "comment_id")
        }
        _ => None,
    }
}

fn directory(kind: &str) -> Option<Rule> {
    use Class::{Creative, Grant, Loss, Neutral, Shift};
    match kind {
        "workspace-founded" => rule(Creative, "name"),
        "person-added" => rule(Creative, "person_id"),
        "department-created" => rule(Creative, "department_id"),
        "group-created" | "group-members-added" => rule(Creative, "group_id"),
        "invitation-made" => rule(Creative, "invitation_id"),
        "role-defined" => rule(Grant, "role"),
        // Only roles nobody has can be deleted.
        "role-deleted" => rule(Loss(300), "role"),
        // A new role may be a better one; the event does not say.
        "role-assigned" => rule(Grant, "person_id"),
        "person-updated" | "departments-assigned" => rule(Shift, "person_id"),
        "department-renamed" | "department-moved" => rule(Shift, "department_id"),
        // Its people went to the successor, or there were none.
        "department-deleted" => rule(Loss(500), "department_id"),
        "group-renamed" => rule(Shift, "group_id"),
        "group-deleted" => rule(Loss(WHOLE), "group_id"),
        "group-members-removed" => taken("group_id", "people"),
        // A site that puts people into quarantine by itself is no suspect: no detector looks at what
        // sites do. People can shut others out by it.
        "person-deactivated" | "person-quarantined" => taken("person_id", "person_id"),
        "account-linked" | "person-reactivated" | "person-released" => rule(Neutral, "person_id"),
        "invitation-revoked" | "invitation-accepted" => rule(Neutral, "invitation_id"),
        _ => None,
    }
}

/// An object by a digest of its id: what a detector remembers of it.
pub(crate) type ObjectKey = u64;

/// The key of an id. 64 bits of BLAKE3: two of a million ids fall together with a probability of
/// 3 in 100 million, and then one object is counted too few.
pub(crate) fn object_key(id: &str) -> ObjectKey {
    let hash = blake3::hash(id.as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&hash.as_bytes()[..8]);
    u64::from_le_bytes(first)
}

impl Rule {
    /// The id of the object the event hits; none where the data lacks it.
    #[must_use]
    pub fn object_of<'e>(&self, event: &'e Event) -> Option<&'e str> {
        event.data.get(self.object)?.as_str()
    }

    /// The ids of the people who lose by the event.
    pub fn people_of<'e>(&self, event: &'e Event) -> impl Iterator<Item = &'e str> + use<'e> {
        let people = self.people.and_then(|field| event.data.get(field));
        let (one, many) = match people {
            Some(Value::Array(many)) => (None, many.as_slice()),
            Some(one) => (Some(one), &[][..]),
            None => (None, &[][..]),
        };
        one.into_iter().chain(many).filter_map(Value::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn objects_and_people_are_read() {
        let rule = rule_of("messaging", "members-removed").unwrap();
        let data = json!({ "conversation_id": "c", "people": ["p", "q", 7] });
        let event = Event::new("members-removed", 1, &data);
        assert_eq!(rule.object_of(&event), Some("c"));
        assert_eq!(rule.people_of(&event).collect::<Vec<_>>(), ["p", "q"]);
        let rule = rule_of("directory", "person-deactivated").unwrap();
        let event = Event::new("person-deactivated", 1, &json!({ "person_id": "p" }));
        assert_eq!(rule.people_of(&event).collect::<Vec<_>>(), ["p"]);
        let event = Event::new("person-deactivated", 1, &json!({ "person_id": 3 }));
        assert_eq!(rule.object_of(&event), None);
    }

    #[test]
    fn what_is_not_in_the_table_is_unknown() {
        assert_eq!(rule_of("documents", "message-posted"), None);
        assert_eq!(rule_of("continuity", "drill-begun"), None);
        // Of every module that puts back.
        assert!(rule_of("directory", "changes-put-back").is_some());
    }
}
