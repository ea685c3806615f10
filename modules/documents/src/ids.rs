//! Identifiers of what this module owns. All are made by the client (version 7).

use kernel::define_id;

define_id! {
    /// A folder, a document or a file.
    ItemId
}
define_id! {
    /// A folder.
    FolderId
}
define_id! {
    /// A document that is written here, or a file that was put here.
    DocumentId
}
define_id! {
    /// A comment on a document.
    CommentId
}
define_id! {
    /// A moment of a document that was given a name.
    VersionId
}
define_id! {
    /// A group of the directory.
    GroupId
}
define_id! {
    /// A department of the directory.
    DepartmentId
}

impl From<FolderId> for ItemId {
    fn from(id: FolderId) -> Self {
        Self(id.0)
    }
}

impl From<DocumentId> for ItemId {
    fn from(id: DocumentId) -> Self {
        Self(id.0)
    }
}
