//! Rules for the texts of the installation.

use kernel::{Refusal, check};

/// Login names: 1 to 64 letters, digits, `.`, `_`, `-`, `+` and `@`, starting with a letter or
/// digit; a mail address will do.
pub fn user(field: &str, text: &str) -> Result<String, Refusal> {
    let text = check::line(field, text, 1..=64)?;
    let is_fit = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '@');
    if text.starts_with(char::is_alphanumeric) && text.chars().all(is_fit) {
        return Ok(text);
    }
    let detail = "A login name has letters, digits and '._-+@', and starts with a letter or digit.";
    Err(Refusal::invalid(field, "bad_user", detail))
}

/// Display names of accounts and names of workspaces.
pub fn name(field: &str, text: &str) -> Result<String, Refusal> {
    check::line(field, text, 1..=100)
}

/// What somebody calls a passkey.
pub fn label(field: &str, text: &str) -> Result<String, Refusal> {
    check::line(field, text, 1..=60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn login_names_are_words_or_addresses() {
        for good in ["ann", "Ann.Lee+x@sea.example", "王小明", "7of9"] {
            assert_eq!(user("f", good).unwrap(), good);
        }
        for bad in [
            "",
            " ",
            "@ann",
            "a b",
            "a/b",
            "a\u{0}b",
            "a:b",
            &"a".repeat(65),
        ] {
            assert!(user("f", bad).is_err(), "{bad:?}");
        }
    }
}
