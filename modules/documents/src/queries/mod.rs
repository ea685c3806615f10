//! What can be asked. Every query checks for itself what the asker may see.

mod comment_list;
mod details;
mod document;
mod document_at;
mod document_compare;
mod document_updates;
mod export_markdown;
mod file;
mod folder;
mod folder_tree;
mod history;
mod item_row;
mod permission_list;
mod search;
mod trash_list;
mod version_list;

pub use comment_list::{CommentListParams, CommentRow, CommentThread, comment_list};
pub use details::{AttachedFile, Breadcrumb, Rights};
pub use document::{DocumentDetails, DocumentParams, document};
pub use document_at::{DocumentAt, DocumentAtParams, document_at};
pub use document_compare::{
    ComparedBlock, Comparison, DocumentCompareParams, Hunk, document_compare,
};
pub use document_updates::{DocumentUpdates, DocumentUpdatesParams, UpdateRow, document_updates};
pub use export_markdown::{ExportMarkdownParams, ExportedMarkdown, export_markdown};
pub use file::file;
pub use folder::{FolderPage, FolderParams, folder};
pub use folder_tree::{FolderTreeParams, TreeFolder, folder_tree};
pub use history::{HistoryParams, SittingRow, history};
pub use item_row::ItemRow;
pub use kernel::page::Page;
pub use permission_list::{InheritedGrants, PermissionListParams, Permissions, permission_list};
pub use search::{FoundItem, SearchParams, search};
pub use trash_list::{TrashListParams, TrashedItem, trash_list};
pub use version_list::{VersionListParams, VersionRow, version_list};

use kernel::{QuerySpec, SchemaOf, run_query};

macro_rules! query {
    ($name:literal, $summary:literal, $parameters:ty, Page<$item:ty>, $run:path) => {
        query!($name, $summary, $parameters; Page::<$item>::schema_of(); $run)
    };
    ($name:literal, $summary:literal, $parameters:ty, $answer:ty, $run:path) => {
        query!($name, $summary, $parameters; SchemaOf::of::<$answer>(); $run)
    };
    ($name:literal, $summary:literal, $parameters:ty; $answer:expr; $run:path) => {
        QuerySpec {
            name: $name,
            summary: $summary,
            parameters: SchemaOf::of::<$parameters>(),
            answer: $answer,
            run: |rows, actor, text| run_query(rows, actor, text, $run),
        }
    };
}

/// The queries of this module.
pub const QUERIES: &[QuerySpec] = &[
    query!(
        "folder-tree",
        "All folders one may read, as a tree.",
        FolderTreeParams,
        Page<TreeFolder>,
        folder_tree
    ),
    query!(
        "folder",
        "What lies in a folder, or at the top: folders first, by name.",
        FolderParams,
        FolderPage,
        folder
    ),
    query!(
        "document",
        "A document with everything written in it, or a file.",
        DocumentParams,
        DocumentDetails,
        document
    ),
    query!(
        "document-updates",
        "What was written in a document after a position.",
        DocumentUpdatesParams,
        DocumentUpdates,
        document_updates
    ),
    query!(
        "document-at",
        "A document as it was at an earlier moment.",
        DocumentAtParams,
        DocumentAt,
        document_at
    ),
    query!(
        "document-compare",
        "What differs between two moments of a document.",
        DocumentCompareParams,
        Comparison,
        document_compare
    ),
    query!(
        "history",
        "Who wrote in a document when, the latest first.",
        HistoryParams,
        Page<SittingRow>,
        history
    ),
    query!(
        "version-list",
        "The named versions of a document, the latest first.",
        VersionListParams,
        Page<VersionRow>,
        version_list
    ),
    query!(
        "comment-list",
        "Comments on a document with their replies, the oldest first.",
        CommentListParams,
        Page<CommentThread>,
        comment_list
    ),
    query!(
        "permission-list",
        "Who may do what with a folder or document.",
        PermissionListParams,
        Permissions,
        permission_list
    ),
    query!(
        "search",
        "Folders, documents and files that hold all words of a text, the latest first.",
        SearchParams,
        Page<FoundItem>,
        search
    ),
    query!(
        "trash-list",
        "What is in the trash and one may put back, the latest first.",
        TrashListParams,
        Page<TrashedItem>,
        trash_list
    ),
    query!(
        "export-markdown",
        "A document as Markdown.",
        ExportMarkdownParams,
        ExportedMarkdown,
        export_markdown
    ),
];
