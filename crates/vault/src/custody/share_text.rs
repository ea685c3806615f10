//! A share as text that is printed, scanned and, where need be, typed: bech32m, in groups of four.
//!
//! Blanks, line ends and upper or lower case play no part. One mistyped character is found and its
//! place named; it is not corrected, since the paper is what counts. A character left out, a wrong
//! order or more than one mistake is noticed, without a place.

use super::share::{Share, ShareError};
use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32m, Hrp};
use zeroize::Zeroizing;

/// How every share begins, with the separator.
pub const BEGINNING: &str = "skshare1";

/// Characters of the longest share there is, blanks not counted.
pub const LENGTH_MAX: usize = 300;

const HRP: Hrp = Hrp::parse_unchecked("skshare");
const CHARACTERS: &str = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GROUP: usize = 4;
const GROUPS_PER_LINE: usize = 8;

/// Where a character stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its number from 1, blanks not counted.
    pub number: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at = self.number - 1;
        write!(
            f,
            "character {} (on the printed page: line {}, group {}, character {})",
            self.number,
            at / (GROUP * GROUPS_PER_LINE) + 1,
            at / GROUP % GROUPS_PER_LINE + 1,
            at % GROUP + 1,
        )
    }
}

/// Why a text is no share. It repeats no more of the text than one wrong character.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShareTextError {
    /// It begins as something else.
    #[error("it is not a share: a share begins with {BEGINNING}")]
    Beginning,
    /// It is longer than any share.
    #[error("it has {0} characters; a share has at most {LENGTH_MAX}")]
    Long(usize),
    /// A character that occurs in no share.
    #[error("{place} is {character:?}, which occurs in no share: it is mistyped")]
    Character {
        /// The character.
        character: char,
        /// Where.
        place: Place,
    },
    /// The checksum says that one character is wrong, and which.
    #[error("{0} is mistyped: the checksum fits once it is another one")]
    Mistyped(Place),
    /// The checksum says that something is wrong.
    #[error(
        "the checksum does not fit: of its {0} characters more than one is mistyped, one is missing, or one is too many"
    )]
    Checksum(usize),
    /// The checksum is right, the share is not.
    #[error(transparent)]
    Share(#[from] ShareError),
}

impl Share {
    /// One line without blanks, upper case: what a QR code carries best.
    #[must_use]
    pub fn to_line(&self) -> Zeroizing<String> {
        let text = bech32::encode_upper::<Bech32m>(HRP, &self.to_bytes());
        Zeroizing::new(text.expect("a share is shorter than what bech32 takes"))
    }

    /// Lines of eight groups of four characters, lower case: what is printed.
    #[must_use]
    pub fn to_lines(&self) -> Zeroizing<String> {
        let line = self.to_line();
        // Twice the length is enough for all blanks, so that the text never moves.
        let mut text = Zeroizing::new(String::with_capacity(2 * line.len()));
        for (at, character) in line.chars().enumerate() {
            if at > 0 && at.is_multiple_of(GROUP * GROUPS_PER_LINE) {
                text.push('\n');
            } else if at > 0 && at.is_multiple_of(GROUP) {
                text.push(' ');
            }
            text.push(character.to_ascii_lowercase());
        }
        text
    }

    /// Reads either form, however it is spaced.
    ///
    /// # Errors
    /// What is wrong with it, and where as far as that can be known.
    pub fn from_text(text: &str) -> Result<Self, ShareTextError> {
        let text = squeezed(text);
        if !text.starts_with(BEGINNING) {
            return Err(ShareTextError::Beginning);
        }
        let length = text.chars().count();
        if length > LENGTH_MAX {
            return Err(ShareTextError::Long(length));
        }
        let data = text.chars().enumerate().skip(BEGINNING.len());
        if let Some((at, character)) = data
            .into_iter()
            .find(|(_, character)| !CHARACTERS.contains(*character))
        {
            let place = Place { number: at + 1 };
            return Err(ShareTextError::Character { character, place });
        }
        let Some(bytes) = decoded(&text) else {
            return Err(match mistyped(&text) {
                Some(place) => ShareTextError::Mistyped(place),
                None => ShareTextError::Checksum(length),
            });
        };
        Ok(Self::from_bytes(&bytes)?)
    }
}

/// Without blanks, lower case.
fn squeezed(text: &str) -> Zeroizing<String> {
    let mut squeezed = Zeroizing::new(String::with_capacity(text.len()));
    let characters = text.chars().filter(|character| !character.is_whitespace());
    squeezed.extend(characters.map(|character| character.to_ascii_lowercase()));
    squeezed
}

fn decoded(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let checked = CheckedHrpstring::new::<Bech32m>(text).ok()?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    bytes.extend(checked.byte_iter());
    Some(bytes)
}

/// The one place at which another character would make the checksum right. There is never more
/// than one, since no two good texts of this length differ in fewer than three characters.
fn mistyped(text: &str) -> Option<Place> {
    let mut other = Zeroizing::new(String::with_capacity(text.len()));
    (BEGINNING.len()..text.len()).find_map(|at| {
        CHARACTERS.chars().find_map(|character| {
            other.clear();
            other.push_str(&text[..at]);
            other.push(character);
            other.push_str(&text[at + 1..]);
            CheckedHrpstring::new::<Bech32m>(&other)
                .is_ok()
                .then_some(Place { number: at + 1 })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::share::tests::share;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_forms_come_back_whatever_the_spacing() {
        let longest = "n".repeat(super::super::share::CUSTODIAN_MAX);
        for name in ["A", "Ana Lestari", &longest] {
            let share = share(name);
            for text in [share.to_line(), share.to_lines()] {
                let spaced = text.replace(' ', " \t\n").replace('\n', "\r\n");
                assert_eq!(Share::from_text(&text), Ok(share.clone()));
                assert_eq!(Share::from_text(&spaced), Ok(share.clone()));
                assert_eq!(Share::from_text(&text.to_uppercase()), Ok(share.clone()));
                assert_eq!(Share::from_text(&text.to_lowercase()), Ok(share.clone()));
            }
            assert!(share.to_line().len() <= LENGTH_MAX);
        }
    }

    #[test]
    fn lines_are_short_enough_to_type() {
        let lines = share("Ana Lestari").to_lines();
        assert!(lines.lines().all(|line| line.len() <= 39), "{lines:?}");
        assert!(lines.starts_with("sksh are1 "));
    }

    #[test]
    fn a_mistyped_character_is_named_wherever_it_is() {
        let text = share("Ana").to_lines().replace([' ', '\n'], "");
        let ends = [BEGINNING.len(), text.len() - 1];
        for at in (BEGINNING.len()..text.len()).step_by(11).chain(ends) {
            let other = if &text[at..=at] == "q" { "p" } else { "q" };
            let typed = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            let found = Share::from_text(&typed).unwrap_err();
            assert_eq!(found, ShareTextError::Mistyped(Place { number: at + 1 }));
        }
        let place = Place { number: 45 };
        assert_eq!(
            place.to_string(),
            "character 45 (on the printed page: line 2, group 4, character 1)"
        );
    }

    #[test]
    fn what_no_share_holds_is_named() {
        let text = share("Ana").to_line();
        let fails = |text: &str| Share::from_text(text).unwrap_err();
        for bad in ["", "skshare", "hello", "age1qqqq"] {
            assert_eq!(fails(bad), ShareTextError::Beginning);
        }
        for character in ['b', 'i', 'o', '1', 'ä', '#'] {
            let typed = format!("{} {character}{}", &text[..12], &text[13..]);
            let place = Place { number: 13 };
            assert_eq!(
                fails(&typed),
                ShareTextError::Character { character, place }
            );
        }
        let long = format!("{}{}", text.as_str(), "q".repeat(LENGTH_MAX));
        assert_eq!(fails(&long), ShareTextError::Long(long.len()));
        let missing = format!("{}{}", &text[..40], &text[41..]);
        assert_eq!(fails(&missing), ShareTextError::Checksum(text.len() - 1));
    }

    proptest! {
        #[test]
        fn reading_never_panics(text: String, tail in "[qpzry9x8]{0,200}") {
            let _ = Share::from_text(&text);
            let _ = Share::from_text(&format!("{BEGINNING}{tail}{text}"));
        }
    }

    proptest! {
        // Each looks for the one mistake that it is not.
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn two_mistakes_never_pass(at in 8usize..170, after in 1usize..20, by in 1usize..31) {
            let text = share("Ana").to_line().to_lowercase();
            let shift = |character: char| {
                let index = CHARACTERS.find(character).unwrap();
                CHARACTERS.chars().nth((index + by) % 32).unwrap()
            };
            let second = (at + after).min(text.len() - 1);
            prop_assume!(at < second);
            let typed: String = text
                .chars()
                .enumerate()
                .map(|(i, c)| if i == at || i == second { shift(c) } else { c })
                .collect();
            prop_assert!(Share::from_text(&typed).is_err());
        }
    }
}
