//! Rules for the texts of a directory.

use kernel::{Refusal, check};

/// Names of people, departments and groups.
pub fn name(field: &str, text: &str) -> Result<String, Refusal> {
    check::line(field, text, 1..=100)
}

/// Handles: 1 to 40 letters, digits, `.`, `_` and `-`, starting with a letter or digit.
pub fn handle(field: &str, text: &str) -> Result<String, Refusal> {
    let text = check::line(field, text, 1..=40)?;
    let starts_well = text.starts_with(char::is_alphanumeric);
    if starts_well
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-'))
    {
        return Ok(text);
    }
    let detail =
        "A handle has letters, digits, '.', '_' and '-', and starts with a letter or digit.";
    Err(Refusal::invalid(field, "bad_handle", detail))
}

/// A mail address as far as one can tell without writing to it; empty: none.
pub fn email(field: &str, text: Option<&str>) -> Result<Option<String>, Refusal> {
    let Some(text) = optional(field, text, 254)? else {
        return Ok(None);
    };
    let looks_well = text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !domain.contains('@')
    });
    if looks_well && !text.contains(char::is_whitespace) {
        return Ok(Some(text));
    }
    let detail = "This does not look like a mail address.";
    Err(Refusal::invalid(field, "bad_email", detail))
}

/// A job title; empty: none.
pub fn title(field: &str, text: Option<&str>) -> Result<Option<String>, Refusal> {
    optional(field, text, 100)
}

/// A language tag such as `id` or `zh-Hant-HK`; empty: none.
pub fn locale(field: &str, text: Option<&str>) -> Result<Option<String>, Refusal> {
    let Some(text) = optional(field, text, 35)? else {
        return Ok(None);
    };
    let parts_well = text
        .split('-')
        .all(|part| matches!(part.len(), 1..=8) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    if parts_well {
        return Ok(Some(text));
    }
    let detail = "A language tag looks like 'en' or 'zh-Hant-HK'.";
    Err(Refusal::invalid(field, "bad_locale", detail))
}

/// The name of a role: 1 to 40 of `a-z`, `0-9` and `-`, starting with a letter.
pub fn role(field: &str, text: &str) -> Result<String, Refusal> {
    let well = matches!(text.len(), 1..=40)
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if well {
        return Ok(text.into());
    }
    let detail = "A role's name has 1 to 40 of a-z, 0-9 and '-', and starts with a letter.";
    Err(Refusal::invalid(field, "bad_role_name", detail))
}

/// Why something is done to somebody, in a sentence or two.
pub fn explanation(field: &str, text: &str) -> Result<String, Refusal> {
    check::line(field, text, 1..=500)
}

/// The id a person has elsewhere.
pub fn external_id(field: &str, text: &str) -> Result<String, Refusal> {
    check::line(field, text, 1..=200)
}

fn optional(field: &str, text: Option<&str>, most: usize) -> Result<Option<String>, Refusal> {
    match text {
        None => Ok(None),
        Some(text) => Ok(Some(check::line(field, text, 0..=most)?).filter(|t| !t.is_empty())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_are_words() {
        for good in ["a", "ann.lee", "王小明", "7of9", "x_y-z"] {
            assert_eq!(handle("f", good).unwrap(), good);
        }
        for bad in [
            "",
            "@ann",
            ".ann",
            "ann lee",
            "ann@x",
            "a/b",
            &"a".repeat(41),
        ] {
            assert!(handle("f", bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn addresses_have_two_sides() {
        assert_eq!(
            email("f", Some(" a@b.c ")).unwrap().as_deref(),
            Some("a@b.c")
        );
        assert_eq!(email("f", Some("")).unwrap(), None);
        for bad in ["a", "@b", "a@", "a@b@c", "a b@c"] {
            assert_eq!(
                email("f", Some(bad)).unwrap_err().code,
                "bad_email",
                "{bad:?}"
            );
        }
    }

    #[test]
    fn language_tags_have_short_parts() {
        for good in ["en", "id-ID", "zh-Hant-HK"] {
            assert!(locale("f", Some(good)).is_ok(), "{good:?}");
        }
        for bad in ["e n", "-en", "en-", "abcdefghi", "中文"] {
            assert!(locale("f", Some(bad)).is_err(), "{bad:?}");
        }
    }
}
