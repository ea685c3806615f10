//! Filling `@WORD@` in the templates under `deploy/patroni/`.

/// Why a template could not be filled.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// The template asks for a word nobody gave.
    #[error("the template asks for @{0}@, which has no value")]
    Missing(String),
    /// A value contains a character that would change the file's meaning.
    #[error("the value of @{0}@ may not contain quotes, backslashes, '@' or control characters")]
    Unsafe(String),
}

/// `template` with every `@WORD@` replaced. Lines given with [`Value::Lines`] stand as they are.
pub fn fill(template: &str, values: &[(&str, Value)]) -> Result<String, Error> {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = rest.find('@') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let word = rest[1..].split('@').next().unwrap_or_default();
        let is_word = !word.is_empty()
            && rest[1..].len() > word.len()
            && word.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        if !is_word {
            out.push('@');
            rest = &rest[1..];
            continue;
        }
        let (_, value) = values
            .iter()
            .find(|(name, _)| *name == word)
            .ok_or_else(|| Error::Missing(word.into()))?;
        match value {
            Value::Lines(text) => out.push_str(text),
            Value::Word(text) => {
                let bad = |c: char| matches!(c, '"' | '\'' | '\\' | '@') || c.is_control();
                if text.chars().any(bad) {
                    return Err(Error::Unsafe(word.into()));
                }
                out.push_str(text);
            }
        }
        rest = &rest[word.len() + 2..];
    }
    out.push_str(rest);
    Ok(out)
}

/// What a word stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text put between the quotes of the template; checked.
    Word(String),
    /// Whole lines made by us; not checked.
    Lines(String),
}

impl<T: std::fmt::Display> From<T> for Value {
    fn from(value: T) -> Self {
        Self::Word(value.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_replaced_and_everything_else_stays() {
        let filled = fill(
            "a: \"@NAME@\" # a@b @ C@d\n@LINES@",
            &[
                ("NAME", "x".into()),
                ("LINES", Value::Lines("- 'q'".into())),
            ],
        );
        assert_eq!(filled.expect("filled"), "a: \"x\" # a@b @ C@d\n- 'q'");
    }

    #[test]
    fn a_word_without_a_value_is_an_error() {
        assert_eq!(fill("@NAME@", &[]), Err(Error::Missing("NAME".into())));
    }

    #[test]
    fn a_value_cannot_leave_its_quotes() {
        let value = [("NAME", Value::from("a\"\nroot: x"))];
        assert_eq!(fill("@NAME@", &value), Err(Error::Unsafe("NAME".into())));
    }
}
