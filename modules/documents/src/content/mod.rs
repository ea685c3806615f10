//! What a document holds: a Yjs document with one root, the XML fragment `default`, as Tiptap and
//! y-prosemirror keep it. The only part of the module that knows yrs.

mod canonical;
pub mod changes;
mod doc;
mod guard;
mod markdown_in;
mod markdown_out;
mod plain;
mod tree;

pub use doc::{Broken, Content};
pub use guard::check as check_update;
pub use markdown_in::blocks as from_markdown;
pub use markdown_out::{block as block_markdown, markdown};
pub use plain::plain;
pub use tree::{Element, Node, Piece, Run};
