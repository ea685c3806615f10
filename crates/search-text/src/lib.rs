//! Full-text search in Chinese, Japanese, Korean and languages that write spaces between words: how
//! text is cut into tokens, how a query becomes an FTS5 expression, and how matches are shown. Every
//! module that offers search uses it with its own index.

pub mod highlight;
pub mod matching;
pub mod tokens;
