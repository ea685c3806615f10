//! Limits on what people may send.

/// The longest name of a folder, document, file or version, in characters.
pub const NAME_CHARS_MAX: usize = 200;
/// The largest update, in bytes.
pub const UPDATE_BYTES_MAX: usize = 256 << 10;
/// The largest document with the traces of what was deleted in it, in bytes.
pub const STATE_BYTES_MAX: usize = 4 << 20;
/// The longest Markdown text that can be imported, in bytes.
pub const MARKDOWN_BYTES_MAX: usize = 512 << 10;
/// The deepest that elements of a document may lie in each other.
pub const NESTING_MAX: usize = 32;
/// The deepest that folders may lie in each other.
pub const FOLDER_DEPTH_MAX: u32 = 32;
/// The longest comment, in characters.
pub const COMMENT_CHARS_MAX: usize = 10_000;
/// The longest text a comment may quote, in characters.
pub const QUOTE_CHARS_MAX: usize = 1_000;
/// The largest anchor of a comment, in bytes.
pub const ANCHOR_BYTES_MAX: usize = 1 << 10;
/// The most people one comment may mention.
pub const MENTIONS_MAX: usize = 100;
/// The most grants of one folder or document.
pub const GRANTS_MAX: usize = 200;
/// The most files attached to one document.
pub const ATTACHED_MAX: u32 = 500;
/// The most named versions of one document.
pub const VERSIONS_MAX: u32 = 1_000;
/// Updates that are kept beside the merged state before they are merged into it.
pub const MERGE_EVERY: u64 = 32;
/// Updates between two kept states, from which any earlier moment is reached.
pub const SNAPSHOT_EVERY: u64 = 512;
/// How long a document rests before it is merged and indexed by itself, in milliseconds.
pub const SETTLES_AFTER_MS: i64 = 10_000;
/// The longest pause within one sitting, in milliseconds.
pub const SITTING_GAP_MS: i64 = 5 * 60 * 1000;
