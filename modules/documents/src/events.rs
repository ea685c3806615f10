//! Facts of this module. Append-only: the shape of a `(kind, version)` is frozen (see
//! `tests/fixtures/events.json`); another shape is another version, and this one still decodes.
//!
//! The data goes to web clients as it is. Times that are not in the data are the entry's.

use crate::{CommentId, DepartmentId, DocumentId, FolderId, GroupId, ItemId, VersionId};
use attachments::{Attachment, AttachmentId};
pub use kernel::ChangesPutBack;
use kernel::{Event, PersonId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A fact with its stored name and version.
pub trait Fact: Serialize + DeserializeOwned {
    /// What happened, past tense in kebab case.
    const KIND: &'static str;
    /// Version of the shape.
    const VERSION: u16 = 1;

    /// The fact as it is stored.
    fn event(&self) -> Event {
        Event::new(Self::KIND, Self::VERSION, self)
    }
}

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// A folder.
    Folder,
    /// A document that is written here.
    Document,
    /// A file that was put here.
    File,
}

/// What somebody may do with an item; each includes those before.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Comments.
    Commenter,
    /// Writes.
    Editor,
    /// Decides who may do what, moves and trashes.
    Manager,
}

/// Whom a grant is for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A person.
    Person(PersonId),
    /// The members of a group.
    Group(GroupId),
    /// The people of a department and of those below it.
    Department(DepartmentId),
    /// Everyone in the workspace but guests.
    Everyone,
}

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Who.
    pub to: Subject,
    /// What.
    pub role: Role,
}

/// Where an update comes from that nobody typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The document was made from Markdown.
    Import,
    /// The document was made what it was at this point.
    Restore {
        /// Position of the last update it had then.
        seq: u64,
        /// The version that was named, where one was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version_id: Option<VersionId>,
    },
    /// The document was put back.
    PutBack {
        /// The rewind, or the request to the time machine, it belongs to.
        #[schema(value_type = String, format = Uuid)]
        rewind_id: kernel::id::Uuid,
        /// Position of the last update it had then; none: it is what it would be without these.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seq: Option<u64>,
        /// Positions of the updates that were taken back.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        without: Vec<u64>,
    },
}

/// A folder was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FolderCreated {
    /// The folder.
    pub folder_id: FolderId,
    /// The folder it lies in; none: at the top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<FolderId>,
    /// Its name.
    pub name: String,
    /// Who made it, and manages it.
    pub created_by: PersonId,
}

/// An empty document was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DocumentCreated {
    /// The document.
    pub document_id: DocumentId,
    /// The folder it lies in; none: at the top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder_id: Option<FolderId>,
    /// Its title.
    pub title: String,
    /// Who made it, and manages it.
    pub created_by: PersonId,
}

/// A file was put somewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileAdded {
    /// Its id.
    pub document_id: DocumentId,
    /// The folder it lies in; none: at the top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder_id: Option<FolderId>,
    /// The file; its name is the item's.
    pub file: Attachment,
    /// Who put it there, and manages it.
    pub created_by: PersonId,
}

/// An item has another name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemRenamed {
    /// The item.
    pub item_id: ItemId,
    /// Its name.
    pub name: String,
    /// Who named it.
    pub renamed_by: PersonId,
}

/// An item lies somewhere else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemMoved {
    /// The item.
    pub item_id: ItemId,
    /// The folder it lies in; none: at the top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder_id: Option<FolderId>,
}

/// An item is in the trash, with all that lies in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemTrashed {
    /// The item.
    pub item_id: ItemId,
    /// Who put it there.
    pub trashed_by: PersonId,
}

/// An item is where it was before it was trashed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemRestored {
    /// The item.
    pub item_id: ItemId,
}

/// Who may do what with an item, from here on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PermissionsSet {
    /// The item.
    pub item_id: ItemId,
    /// Whether the grants of what it lies in hold too.
    pub inherits: bool,
    /// All grants of its own.
    pub grants: Vec<Grant>,
}

/// People may not read an item any more; only they are told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccessLost {
    /// The item.
    pub item_id: ItemId,
    /// Who.
    pub people: Vec<PersonId>,
}

/// A document's content changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DocumentUpdated {
    /// The document.
    pub document_id: DocumentId,
    /// 1, 2, 3 … in the document, without gaps.
    pub seq: u64,
    /// Who changed it.
    pub author: PersonId,
    /// The Yjs update (version 1), in base64.
    pub update: String,
    /// Where it comes from, if nobody typed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// A document rests: what was written is merged and indexed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DocumentSettled {
    /// The document.
    pub document_id: DocumentId,
    /// Position of its last update.
    pub seq: u64,
}

/// A moment of a document has a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VersionNamed {
    /// The version.
    pub version_id: VersionId,
    /// The document.
    pub document_id: DocumentId,
    /// Position of its last update then.
    pub seq: u64,
    /// The name.
    pub name: String,
    /// Who named it.
    pub named_by: PersonId,
}

/// Somebody commented.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommentAdded {
    /// The comment.
    pub comment_id: CommentId,
    /// On what.
    pub document_id: DocumentId,
    /// The comment it replies to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_of: Option<CommentId>,
    /// Who wrote it.
    pub author: PersonId,
    /// What.
    pub text: String,
    /// Whom it mentions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<PersonId>,
    /// Where in the document: whatever the editor finds the place by again, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor: Option<String>,
    /// The text it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
}

/// A comment has another text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommentEdited {
    /// The comment.
    pub comment_id: CommentId,
    /// On what.
    pub document_id: DocumentId,
    /// Its text.
    pub text: String,
    /// Whom it mentions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<PersonId>,
}

/// A comment was deleted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommentDeleted {
    /// The comment.
    pub comment_id: CommentId,
    /// On what.
    pub document_id: DocumentId,
    /// Who deleted it.
    pub deleted_by: PersonId,
}

/// A comment that was deleted can be read again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommentRestored {
    /// The comment.
    pub comment_id: CommentId,
    /// On what.
    pub document_id: DocumentId,
    /// Its text.
    pub text: String,
    /// Whom it mentions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<PersonId>,
    /// Who answers for it.
    pub restored_by: PersonId,
}

/// What a comment was about is settled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommentResolved {
    /// The comment.
    pub comment_id: CommentId,
    /// On what.
    pub document_id: DocumentId,
    /// Who settled it.
    pub resolved_by: PersonId,
}

/// What a comment was about is open again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommentReopened {
    /// The comment.
    pub comment_id: CommentId,
    /// On what.
    pub document_id: DocumentId,
    /// Who opened it again.
    pub reopened_by: PersonId,
}

/// A file is there to be shown in a document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileAttached {
    /// The document.
    pub document_id: DocumentId,
    /// The file.
    pub file: Attachment,
    /// Who attached it.
    pub attached_by: PersonId,
}

impl FileAttached {
    /// The file's id.
    #[must_use]
    pub const fn attachment_id(&self) -> AttachmentId {
        self.file.attachment_id
    }
}

macro_rules! facts {
    ($($fact:ident = $kind:literal),* $(,)?) => {
        $(impl Fact for $fact {
            const KIND: &'static str = $kind;
        })*

        /// The kinds this release writes, all in version 1.
        pub const KINDS: &[&str] = &[$($kind),*];
    };
}

facts! {
    FolderCreated = "folder-created",
    DocumentCreated = "document-created",
    FileAdded = "file-added",
    ItemRenamed = "item-renamed",
    ItemMoved = "item-moved",
    ItemTrashed = "item-trashed",
    ItemRestored = "item-restored",
    PermissionsSet = "permissions-set",
    AccessLost = "access-lost",
    DocumentUpdated = "document-updated",
    DocumentSettled = "document-settled",
    VersionNamed = "version-named",
    CommentAdded = "comment-added",
    CommentEdited = "comment-edited",
    CommentDeleted = "comment-deleted",
    CommentRestored = "comment-restored",
    ChangesPutBack = "changes-put-back",
    CommentResolved = "comment-resolved",
    CommentReopened = "comment-reopened",
    FileAttached = "file-attached",
}
