//! Whether a text is one, or ciphertext that was encoded to pass as one.

use super::{MilliBits, entropy, per_mille};
use std::collections::BTreeMap;

/// Characters of a text that are looked at, from its beginning.
const CHARS_MAX: usize = 4_096;
/// Fewer characters than this that are no white space say nothing.
const SOLID_MIN: usize = 48;
/// Changes between small letters, capitals and digits within words, in thousandths of neighbours,
/// from which a text is noise. Prose has below 30 and source code below 150; hexadecimal has 470,
/// base64 640, base85 620, base32 300 (they follow from the shares of the three in each alphabet).
const CHANGES: u32 = 270;
/// Letters and digits in unbroken runs longer than [`RUN`], in thousandths of all, from which a text
/// is noise: no language writes them in ASCII, and addresses and paths are broken by punctuation.
const LONG_RUNS: u32 = 600;
const RUN: usize = 40;
/// Noise has at least the entropy of ten equally likely characters; ornaments have less.
const ENTROPY_MIN: MilliBits = 3_300;
/// In a text of large alphabets characters come again (`的`, `の`, `이`): of its first
/// [`REPEATS_OF`] letters beyond ASCII fewer than this, in thousandths, are distinct. Uniformly
/// random ones from 4,096 or more are distinct to 950 and more.
const DISTINCT: u32 = 930;
const REPEATS_OF: usize = 200;

/// What a text looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextSample {
    /// Its length in characters.
    pub chars: u32,
    /// Entropy of a character that is no white space, in the part that was looked at.
    pub entropy: MilliBits,
    /// Whether it looks like encoded ciphertext.
    pub is_noise: bool,
}

impl TextSample {
    /// Measures a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let chars = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        let looked: Vec<char> = text.chars().take(CHARS_MAX).collect();
        let solid: Vec<char> = looked
            .iter()
            .copied()
            .filter(|c| !c.is_whitespace())
            .collect();
        let mut counts = BTreeMap::new();
        for c in &solid {
            *counts.entry(*c).or_insert(0_u64) += 1;
        }
        let entropy = entropy(counts.values().copied());
        let is_noise = solid.len() >= SOLID_MIN
            && entropy >= ENTROPY_MIN
            && (is_ascii_noise(&looked, solid.len())
                || is_wide_noise(&solid)
                || is_unreadable(&solid));
        Self {
            chars,
            entropy,
            is_noise,
        }
    }
}

/// Neighbouring letters and digits that change their class, and runs longer than any word.
fn is_ascii_noise(text: &[char], solid: usize) -> bool {
    let (mut pairs, mut changes, mut alnum, mut in_long_runs) = (0, 0, 0, 0);
    for run in text.split(|c| !c.is_ascii_alphanumeric()) {
        alnum += run.len();
        if run.len() > RUN {
            in_long_runs += run.len();
        }
        for pair in run.windows(2) {
            pairs += 1;
            changes += u64::from(class(pair[0]) != class(pair[1]));
        }
    }
    // Mostly something else: not to be judged by its few letters and digits.
    if alnum * 2 < solid || pairs < SOLID_MIN as u64 / 2 {
        return false;
    }
    per_mille(changes, pairs) >= CHANGES
        || per_mille(in_long_runs as u64, alnum as u64) >= LONG_RUNS
}

fn class(c: char) -> u8 {
    match c {
        'a'..='z' => 0,
        'A'..='Z' => 1,
        _ => 2,
    }
}

/// Letters beyond ASCII that do not come again.
fn is_wide_noise(solid: &[char]) -> bool {
    let wide: Vec<char> = solid
        .iter()
        .copied()
        .filter(|c| !c.is_ascii() && c.is_alphanumeric())
        .take(REPEATS_OF)
        .collect();
    let distinct: std::collections::BTreeSet<_> = wide.iter().collect();
    wide.len() == REPEATS_OF && per_mille(distinct.len() as u64, REPEATS_OF as u64) >= DISTINCT
}

/// Bytes that were forced into text: control and replacement characters, private use.
fn is_unreadable(solid: &[char]) -> bool {
    let unreadable = solid
        .iter()
        .filter(|c| c.is_control() || **c == '\u{fffd}' || ('\u{e000}'..='\u{f8ff}').contains(*c))
        .count();
    per_mille(unreadable as u64, solid.len() as u64) >= 100
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::random::{Random, SeededRandom};

    fn from(alphabet: &[char], len: usize) -> String {
        let dice = SeededRandom::new(5);
        let of = alphabet.len() as u64;
        (0..len)
            .map(|_| alphabet[usize::try_from(dice.next_u64() % of).unwrap()])
            .collect()
    }

    fn ascii(pattern: impl Fn(char) -> bool) -> Vec<char> {
        (' '..='~').filter(|c| pattern(*c)).collect()
    }

    #[test]
    fn encoded_ciphertext_is_noise() {
        let base64 = ascii(|c| c.is_ascii_alphanumeric() || c == '+' || c == '/');
        let hex = ascii(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
        let base32 = ascii(|c| c.is_ascii_uppercase() || ('2'..='7').contains(&c));
        let base85 = ascii(|c| ('!'..='u').contains(&c));
        let nibbles = ascii(|c| ('a'..='p').contains(&c));
        let wide: Vec<char> = ('\u{4e00}'..='\u{9fff}').collect();
        let raw: Vec<char> = ('\u{0}'..='\u{ff}').collect();
        for (name, alphabet) in [
            ("base64", base64),
            ("hex", hex),
            ("base32", base32),
            ("base85", base85),
            ("nibbles", nibbles),
            ("ideographs", wide),
            ("latin1", raw),
        ] {
            for len in [256, 1_000, 20_000] {
                let sample = TextSample::of(&from(&alphabet, len));
                assert!(sample.is_noise, "{name} of {len}: {sample:?}");
            }
        }
    }

    #[test]
    fn wrapped_ciphertext_is_noise() {
        let base64 = ascii(|c| c.is_ascii_alphanumeric() || c == '+' || c == '/');
        for width in [8, 64, 76] {
            let lines: Vec<String> = from(&base64, 2_000)
                .as_bytes()
                .chunks(width)
                .map(|line| String::from_utf8_lossy(line).into_owned())
                .collect();
            assert!(TextSample::of(&lines.join("\n")).is_noise, "{width}");
            assert!(TextSample::of(&lines.join(" ")).is_noise, "{width}");
        }
    }

    #[test]
    fn what_people_write_is_no_noise() {
        for text in [
            "The tide is at six and the boats go out at four; bring the second rope. Ask Harbour \
             Office (room 12) about the permit, it ends on 2024-05-01.",
            "Die Donaudampfschifffahrtsgesellschaft lädt zur Hauptversammlung; bitte bestätigen \
             Sie Ihre Teilnahme bis Freitag bei der Geschäftsstelle.",
            "我们明天早上八点在港口集合，请带好雨衣和午餐。如果下雨，我们就改到下午两点，\
             地点不变。请大家在今天晚上之前在这里回复，谢谢大家的配合，明天见。",
            "明日の朝八時に港に集合してください。雨の場合は午後二時に変更になります。場所は変わりません。\
             今晩までにここに返信をお願いします。よろしくお願いいたします。",
            "Завтра утром в восемь часов собираемся в порту, возьмите с собой дождевики и обед. \
             Если пойдёт дождь, переносим на два часа дня.",
            "fn per_mille(part: u64, whole: u64) -> u32 { if whole == 0 { return 0; } let shareOf = \
             u128::from(part.min(whole)) * 1_000 / u128::from(whole); }",
            "12, 394, 55\n88, 120, 4\n73, 9, 1011\n41, 5, 66\n19, 20, 21\n34, 55, 89\n1, 1, 2\n3, 5, 8\n",
            "https://example.org/docs/en/latest/getting-started/install.html?lang=en and \
             /usr/share/doc/some-package/examples/configuration.conf",
            "==================================================================================",
            "hahahahahahahahahahahahahahahahahahahahahahahahahahahahahahahahahahahahahahahaha",
            "",
        ] {
            let sample = TextSample::of(text);
            assert!(!sample.is_noise, "{text}: {sample:?}");
        }
    }
}
