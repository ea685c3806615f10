//! Shows where a text holds what was searched for.

use crate::matching::Term;
use crate::tokens::{Piece, Span, pieces};
use serde::Serialize;
use utoipa::ToSchema;

/// Characters shown before the first match.
const BEFORE: usize = 60;
/// Characters shown in all, about.
const SHOWN: usize = 240;

/// A part of a text that matched, or did not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Fragment {
    /// The text as it was written.
    pub text: String,
    /// Whether it is what was searched for.
    pub is_match: bool,
}

/// The part of a text around the first match, cut into matching and other fragments.
#[must_use]
pub fn excerpt(text: &str, terms: &[Term]) -> Vec<Fragment> {
    let ranges = matches(text, terms);
    let first = ranges.first().map_or(0, |(start, _)| *start);
    let start = back(text, first, BEFORE);
    let end = forth(text, start, SHOWN);
    let mut fragments = Vec::new();
    let mut at = start;
    let mut push = |from: usize, to: usize, is_match| {
        if from < to {
            fragments.push(Fragment {
                text: text[from..to].into(),
                is_match,
            });
        }
    };
    for (from, to) in ranges {
        let (from, to) = (from.clamp(at, end), to.clamp(at, end));
        push(at, from, false);
        push(from, to, true);
        at = to;
    }
    push(at, end, false);
    if start > 0
        && let Some(fragment) = fragments.first_mut()
    {
        fragment.text.insert(0, '…');
    }
    if end < text.len()
        && let Some(fragment) = fragments.last_mut()
    {
        fragment.text.push('…');
    }
    fragments
}

/// Whether the text holds all of the terms, as the index would say.
#[must_use]
pub fn holds(text: &str, terms: &[Term]) -> bool {
    let pieces = pieces(text);
    terms.iter().all(|term| {
        pieces.iter().any(|piece| match (piece, term) {
            (Piece::Word(word), Term::Word(wanted)) => word.folded == *wanted,
            (Piece::Word(word), Term::Beginning(wanted)) => {
                word.folded.starts_with(wanted.as_str())
            }
            (Piece::Run(run), Term::Characters(wanted)) => within(run, wanted).next().is_some(),
            _ => false,
        })
    })
}

/// Where the text holds one of the terms, in bytes; in order and apart.
fn matches(text: &str, terms: &[Term]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for piece in pieces(text) {
        for term in terms {
            match (&piece, term) {
                (Piece::Word(word), Term::Word(wanted)) if word.folded == *wanted => {
                    found.push((word.start, word.end));
                }
                (Piece::Word(word), Term::Beginning(wanted))
                    if word.folded.starts_with(wanted.as_str()) =>
                {
                    found.push((word.start, word.end));
                }
                (Piece::Run(run), Term::Characters(wanted)) => {
                    found.extend(within(run, wanted));
                }
                _ => {}
            }
        }
    }
    found.sort_unstable();
    let mut apart: Vec<(usize, usize)> = Vec::new();
    for (start, end) in found {
        match apart.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => apart.push((start, end)),
        }
    }
    apart
}

fn within<'a>(run: &'a [Span], wanted: &'a [String]) -> impl Iterator<Item = (usize, usize)> + 'a {
    run.windows(wanted.len())
        .filter(move |spans| spans.iter().zip(wanted).all(|(span, w)| span.folded == *w))
        .map(|spans| (spans[0].start, spans[spans.len() - 1].end))
}

fn back(text: &str, from: usize, chars: usize) -> usize {
    text[..from]
        .char_indices()
        .rev()
        .take(chars)
        .last()
        .map_or(from, |(at, _)| at)
}

fn forth(text: &str, from: usize, chars: usize) -> usize {
    text[from..]
        .char_indices()
        .nth(chars)
        .map_or(text.len(), |(at, _)| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::terms;
    use proptest::prelude::*;

    fn marked(text: &str, query: &str) -> String {
        excerpt(text, &terms(query))
            .into_iter()
            .map(|f| {
                if f.is_match {
                    format!("[{}]", f.text)
                } else {
                    f.text
                }
            })
            .collect()
    }

    #[test]
    fn matches_are_marked_as_written() {
        assert_eq!(marked("The Café opens", "cafe"), "The [Café] opens");
        assert_eq!(marked("meetings and meet", "meet"), "[meetings] and [meet]");
        assert_eq!(marked("今天的会议室在三楼", "会议"), "今天的[会议]室在三楼");
        assert_eq!(marked("开会，会后", "会"), "开[会]，[会]后");
        assert_eq!(marked("nothing", "else"), "nothing");
    }

    #[test]
    fn long_texts_are_cut_around_the_match() {
        let text = format!("{} kunci {}", "a ".repeat(500), "b ".repeat(500));
        let shown = marked(&text, "kunci");
        assert!(shown.starts_with('…') && shown.ends_with('…') && shown.contains("[kunci]"));
        assert!(shown.chars().count() < 260);
    }

    #[test]
    fn all_terms_must_be_held() {
        let holds = |query: &str| super::holds("Rapat di 会议室 besok", &terms(query));
        assert!(holds("rapat bes") && holds("议室 rapat") && holds("会 "));
        assert!(!holds("rapat lusa") && !holds("室会") && !holds("bes "));
    }

    proptest! {
        #[test]
        fn short_texts_are_shown_whole(text in "\\PC{0,100}", query in "\\PC{0,5}") {
            let whole: String = excerpt(&text, &terms(&query)).into_iter().map(|f| f.text).collect();
            if text.chars().count() <= BEFORE {
                prop_assert_eq!(whole, text);
            }
        }
    }
}
