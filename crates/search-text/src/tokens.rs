//! How text is cut into what search finds.
//!
//! Words (letters and digits of scripts with spaces) are folded: lower case, without diacritics,
//! full-width forms as plain ones. Runs of Han, kana and hangul have no spaces to cut at, so they
//! become overlapping pairs, and the last character by itself: 会议室 gives 会议, 议室 and 室. A
//! query of two or more characters is a phrase of pairs; one of a single character is a prefix of
//! pairs, and finds the last character of a run too.
//!
//! Simplified and traditional characters are different characters here: 会议 does not find 會議.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A piece of text that search treats as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A word, folded.
    Word(Span),
    /// A run of characters of a script without spaces, in order.
    Run(Vec<Span>),
}

/// Folded text and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The folded text.
    pub folded: String,
    /// Where it starts in the original, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// Cuts a text into pieces.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (start, c) in text.char_indices() {
        let end = start + c.len_utf8();
        if is_unspaced(c) {
            let folded: String = std::iter::once(c).nfkc().collect();
            push_unspaced(&mut pieces, Span { folded, start, end });
        } else if c.is_ascii() {
            if c.is_ascii_alphanumeric() {
                push_word(&mut pieces, start, end, |word| {
                    word.push(c.to_ascii_lowercase());
                });
            }
        } else if c.is_alphanumeric() || is_combining_mark(c) {
            push_word(&mut pieces, start, end, |word| fold_into(word, c));
        }
    }
    pieces
}

fn fold_into(word: &mut String, c: char) {
    // Alphanumeric once more: ⑴ is, and decomposes into (1).
    let plain = std::iter::once(c)
        .nfkd()
        .filter(|c| !is_combining_mark(*c) && c.is_alphanumeric());
    word.extend(plain.flat_map(char::to_lowercase));
}

fn push_word(pieces: &mut Vec<Piece>, start: usize, end: usize, push: impl FnOnce(&mut String)) {
    if let Some(Piece::Word(word)) = pieces.last_mut()
        && word.end == start
    {
        push(&mut word.folded);
        word.end = end;
        return;
    }
    let mut folded = String::new();
    push(&mut folded);
    if !folded.is_empty() {
        pieces.push(Piece::Word(Span { folded, start, end }));
    }
}

fn push_unspaced(pieces: &mut Vec<Piece>, span: Span) {
    match pieces.last_mut() {
        Some(Piece::Run(run)) if run.last().is_some_and(|last| last.end == span.start) => {
            run.push(span);
        }
        _ => pieces.push(Piece::Run(vec![span])),
    }
}

/// Whether the character belongs to a script that is cut into pairs.
const fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{3005}' | '\u{3007}' // 々 〇
        | '\u{3041}'..='\u{3096}' | '\u{309d}'..='\u{309f}' // hiragana
        | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' // katakana
        | '\u{ff66}'..='\u{ff9d}' // half-width katakana
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' // Han
        | '\u{20000}'..='\u{323af}'
        | '\u{1100}'..='\u{11ff}' | '\u{3131}'..='\u{318e}' | '\u{ac00}'..='\u{d7a3}' // hangul
    )
}

/// Pairs of a run, and its last character.
#[must_use]
pub fn pairs(run: &[Span]) -> Vec<String> {
    let pair = |spans: &[Span]| spans.iter().map(|span| span.folded.as_str()).collect();
    let last = &run[run.len().saturating_sub(1)..];
    run.windows(2).map(pair).chain([pair(last)]).collect()
}

/// What is given to the index for a text: its tokens, separated by spaces.
#[must_use]
pub fn indexed(text: &str) -> String {
    let mut tokens = String::with_capacity(text.len() + text.len() / 2);
    let mut push = |token: &str| {
        if !tokens.is_empty() {
            tokens.push(' ');
        }
        tokens.push_str(token);
    };
    for piece in pieces(text) {
        match piece {
            Piece::Word(word) => push(&word.folded),
            Piece::Run(run) => pairs(&run).iter().for_each(|token| push(token)),
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_folded_and_runs_become_pairs() {
        for (text, tokens) in [
            ("Rapat besok, jam 9!", "rapat besok jam 9"),
            ("Café naïve ＡＢＣ", "cafe naive abc"),
            ("cafe\u{301}", "cafe"),
            ("会议室", "会议 议室 室"),
            ("會", "會"),
            ("在A楼开会", "在 a 楼开 开会 会"),
            ("東京タワー", "東京 京タ タワ ワー ー"),
            ("회의실 예약", "회의 의실 실 예약 약"),
            ("👍 … \u{301}", ""),
        ] {
            assert_eq!(indexed(text), tokens, "{text}");
        }
    }

    proptest! {
        #[test]
        fn pieces_lie_in_the_text_in_order(text: String) {
            let mut at = 0;
            for piece in pieces(&text) {
                let spans = match piece {
                    Piece::Word(word) => vec![word],
                    Piece::Run(run) => run,
                };
                for span in spans {
                    prop_assert!(span.start >= at && span.end > span.start);
                    prop_assert!(text.get(span.start..span.end).is_some());
                    at = span.end;
                }
            }
        }

        #[test]
        fn tokens_hold_no_syntax(text: String) {
            prop_assert!(!indexed(&text).contains(['"', '*', '(', ')', ':', '^', '-', '+']));
        }
    }
}
