//! The languages of readable reports, and their fixed words.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A language of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    En,
    /// Indonesian.
    Id,
    /// Chinese, simplified.
    ZhHans,
    /// Chinese, traditional.
    ZhHant,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::En, Self::Id, Self::ZhHans, Self::ZhHant];

    /// Its tag (BCP 47).
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Id => "id",
            Self::ZhHans => "zh-Hans",
            Self::ZhHant => "zh-Hant",
        }
    }
}

impl std::str::FromStr for Language {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|one| one.tag() == text)
            .ok_or(())
    }
}

/// A text in every language, by tag.
pub(crate) type Texts = BTreeMap<String, String>;

static WORDS: LazyLock<BTreeMap<String, Texts>> = LazyLock::new(|| {
    toml::from_str(include_str!("../data/words.toml")).expect("a test reads the words")
});

/// A text of the four in this language.
pub(crate) fn of(texts: &Texts, language: Language) -> &str {
    texts.get(language.tag()).map_or("", String::as_str)
}

/// The words of a language.
#[derive(Clone, Copy)]
pub(crate) struct Words(pub Language);

impl Words {
    /// A fixed text.
    pub fn word(self, key: &str) -> &'static str {
        // A test finds keys that are not there.
        WORDS.get(key).map_or("", |texts| of(texts, self.0))
    }

    /// The text for something the record names, or that name itself where it is not ours.
    pub fn named(self, group: &str, name: &str) -> String {
        let known = self.word(&format!("{group}.{name}"));
        if known.is_empty() {
            name.to_owned()
        } else {
            known.to_owned()
        }
    }

    /// A fixed text with what belongs into its places: `{name}`.
    pub fn say(self, key: &str, values: &[(&str, &str)]) -> String {
        let mut said = String::new();
        let mut rest = self.word(key);
        // One pass: what is put in is never looked through for places.
        while let Some((before, after)) = rest.split_once('{') {
            let (name, behind) = after.split_once('}').unwrap_or((after, ""));
            let value = values.iter().find(|(known, _)| *known == name);
            said.push_str(before);
            said.push_str(value.map_or("", |(_, value)| value));
            rest = behind;
        }
        said.push_str(rest);
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> Vec<&str> {
        let mut found: Vec<&str> = text
            .split('{')
            .skip(1)
            .filter_map(|part| part.split('}').next())
            .collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn every_word_is_there_in_four_languages_with_the_same_places() {
        for (key, texts) in WORDS.iter() {
            let tags: Vec<&str> = texts.keys().map(String::as_str).collect();
            assert_eq!(tags, ["en", "id", "zh-Hans", "zh-Hant"], "{key}");
            for language in Language::ALL {
                let text = of(texts, language);
                assert!(!text.is_empty(), "{key} {language:?}");
                assert_eq!(places(text), places(&texts["en"]), "{key} {language:?}");
            }
        }
    }

    /// Keys in the sources of this crate: `word("…")` and `say("…"`.
    #[test]
    fn every_key_that_is_used_is_there() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/readable");
        let mut used = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            for call in [".word(\"", ".say(\"", ".say(\n"] {
                for (at, _) in text.match_indices(call) {
                    let rest = text[at + call.len()..].trim_start().trim_start_matches('"');
                    let key = rest.split('"').next().unwrap();
                    used += 1;
                    assert!(WORDS.contains_key(key), "{key:?} is no word");
                }
            }
        }
        assert!(used > 40, "{used}");
    }

    #[test]
    fn what_is_put_in_is_not_looked_through() {
        let words = Words(Language::En);
        let said = words.say("summary.drill", &[("scenario", "{site}"), ("site", "B")]);
        assert!(said.contains("{site}"), "{said}");
    }
}
