//! Full-text search in Chinese, Japanese, Korean and languages that write spaces between words.

pub mod highlight;
pub mod index;
pub mod matching;
pub mod tokens;
