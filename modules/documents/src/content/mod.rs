//! What a document holds: a Yjs document with one root, the XML fragment `default`, as Tiptap and
//! y-prosemirror keep it. The only part of the module that knows yrs.

mod canonical;
pub mod changes;
mod doc;
mod guard;
#[cfg(test)]
mod hostile;
mod markdown_in;
mod markdown_out;
mod order;
mod plain;
mod tree;
mod without;
mod words;

pub use doc::{Broken, Content};
pub use markdown_in::blocks as from_markdown;
pub use markdown_out::{block as block_markdown, markdown};
pub use plain::plain;
pub use tree::Node;
pub use without::{NotWithout, Without};
pub use words::words;
