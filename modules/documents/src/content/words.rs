//! Text cut into what is compared.

use search_text::tokens::{Piece, pieces};

/// The words of a text and what stands between them; put together they are the text. Scripts
/// without spaces are cut at every character.
#[must_use]
pub fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut at = 0;
    let mut cut = |from: usize, to: usize| {
        if at < from {
            words.push(&text[at..from]);
        }
        if from < to {
            words.push(&text[from..to]);
        }
        at = to;
    };
    for piece in pieces(text) {
        match piece {
            Piece::Word(word) => cut(word.start, word.end),
            Piece::Run(run) => run.iter().for_each(|span| cut(span.start, span.end)),
        }
    }
    cut(text.len(), text.len());
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_and_characters_are_cut() {
        assert_eq!(
            words("a bc, 会议!"),
            ["a", " ", "bc", ", ", "会", "议", "!"]
        );
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text: String) {
            prop_assert_eq!(words(&text).concat(), text);
        }
    }
}
