//! What somebody searches for, as an FTS5 expression that contains nothing but quoted tokens.

use crate::tokens::{Piece, pairs, pieces};

/// The most words and runs of a query that are looked at.
const TERMS_MAX: usize = 16;

/// Something to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// A whole word.
    Word(String),
    /// The beginning of a word.
    Beginning(String),
    /// Characters next to each other in a run, each folded.
    Characters(Vec<String>),
}

/// What a query asks for; all of it must be found. The last word counts as a beginning, so that
/// results come while one types.
#[must_use]
pub fn terms(query: &str) -> Vec<Term> {
    let pieces = pieces(query);
    let last = pieces.len().saturating_sub(1);
    let is_open = !query.ends_with(char::is_whitespace);
    pieces
        .into_iter()
        .enumerate()
        .take(TERMS_MAX)
        .map(|(i, piece)| match piece {
            Piece::Word(word) if i == last && is_open => Term::Beginning(word.folded),
            Piece::Word(word) => Term::Word(word.folded),
            Piece::Run(run) => Term::Characters(run.into_iter().map(|s| s.folded).collect()),
        })
        .collect()
}

/// The FTS5 expression for the terms; empty for none.
#[must_use]
pub fn expression(query: &str) -> String {
    let pieces = pieces(query);
    let last = pieces.len().saturating_sub(1);
    let is_open = !query.ends_with(char::is_whitespace);
    let phrases: Vec<String> = pieces
        .iter()
        .enumerate()
        .take(TERMS_MAX)
        .map(|(i, piece)| match piece {
            Piece::Word(word) if i == last && is_open => format!("\"{}\" *", word.folded),
            Piece::Word(word) => format!("\"{}\"", word.folded),
            Piece::Run(run) => match pairs(run).split_last() {
                Some((_, phrase)) if !phrase.is_empty() => format!("\"{}\"", phrase.join(" ")),
                Some((single, _)) => format!("\"{single}\" *"),
                None => String::new(),
            },
        })
        .collect();
    phrases.join(" AND ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_become_quoted_tokens() {
        for (query, wanted) in [
            ("meeting room", "\"meeting\" AND \"room\" *"),
            ("meeting ", "\"meeting\""),
            ("会议", "\"会议\""),
            ("会议室", "\"会议 议室\""),
            ("会", "\"会\" *"),
            (
                "a\" OR b* NEAR(c) tokens:d",
                "\"a\" AND \"or\" AND \"b\" AND \"near\" AND \"c\" AND \"tokens\" AND \"d\" *",
            ),
            ("\"*()^", ""),
        ] {
            assert_eq!(expression(query), wanted, "{query}");
        }
    }
}
