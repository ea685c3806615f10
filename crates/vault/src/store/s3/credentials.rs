//! With which key a bucket is asked.

use aws_sdk_s3::config::Credentials;
use std::path::Path;

const KEY: &str = "aws_access_key_id";
const SECRET: &str = "aws_secret_access_key";
const TOKEN: &str = "aws_session_token";

/// A key of the provider. What is printed of it is not the secret.
#[derive(Clone, Debug)]
pub struct S3Credentials(pub(super) Credentials);

impl S3Credentials {
    /// From the variables that everybody knows: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and,
    /// where there is one, `AWS_SESSION_TOKEN`.
    ///
    /// # Errors
    /// Which variable is missing.
    pub fn from_environment() -> Result<Self, String> {
        made(|name| std::env::var(name.to_ascii_uppercase()).ok())
            .map_err(|name| format!("{} is missing", name.to_ascii_uppercase()))
    }

    /// From a file as the provider's own tools keep it: lines `aws_access_key_id = …`,
    /// `aws_secret_access_key = …`; a heading `[default]` may be above. It is read once: a session
    /// token, which ends while a site runs, is refused there.
    ///
    /// # Errors
    /// When it cannot be read, or which line cannot be used; never with what stands there.
    pub fn from_file(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        Self::from_text(&text).map_err(|cause| format!("{}: {cause}", path.display()))
    }

    fn from_text(text: &str) -> Result<Self, String> {
        let mut found: Vec<(&str, &str)> = Vec::new();
        for (number, line) in text.lines().map(str::trim).enumerate() {
            if line.is_empty() || line.starts_with(['#', ';']) || line == "[default]" {
                continue;
            }
            let entry = line.split_once('=').map(|(n, v)| (n.trim(), v.trim()));
            match entry {
                Some((name @ (KEY | SECRET), value)) => found.push((name, value)),
                Some((TOKEN, _)) => {
                    return Err(format!(
                        "line {} is {TOKEN}: it ends, and the file is read once; give a key that \
                         lasts, or the token in the environment",
                        number + 1
                    ));
                }
                _ => return Err(format!("line {} is none of {KEY} and {SECRET}", number + 1)),
            }
        }
        let value = |name: &str| found.iter().find(|(n, _)| *n == name).map(|(_, v)| *v);
        made(|name| value(name).map(str::to_owned)).map_err(|name| format!("{name} is missing"))
    }
}

/// # Errors
/// The name of what is missing.
fn made(value: impl Fn(&'static str) -> Option<String>) -> Result<S3Credentials, &'static str> {
    let given = |name| value(name).filter(|value| !value.is_empty());
    let key = given(KEY).ok_or(KEY)?;
    let secret = given(SECRET).ok_or(SECRET)?;
    let credentials = Credentials::new(key, secret, given(TOKEN), None, "sekoci");
    Ok(S3Credentials(credentials))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_providers_tools_is_read() {
        let text =
            "[default]\n# of site a\naws_access_key_id = AK\naws_secret_access_key=hunter2\n";
        let read = S3Credentials::from_text(text).unwrap();
        assert_eq!(read.0.access_key_id(), "AK");
        assert_eq!(read.0.secret_access_key(), "hunter2");
        assert!(!format!("{read:?}").contains("hunter2"));
    }

    #[test]
    fn what_cannot_be_used_is_named_but_not_repeated() {
        for (bad, named) in [
            ("", KEY),
            ("aws_access_key_id = AK", SECRET),
            ("aws_access_key_id = AK\naws_secret_access_key =", SECRET),
            ("aws_access_key_id = AK\nhunter2", "line 2"),
            (
                "aws_access_key_id = AK\naws_session_token = hunter2",
                "line 2 is aws_session_token",
            ),
            ("[other]\naws_access_key_id = AK", "line 1"),
        ] {
            let refused = S3Credentials::from_text(bad).unwrap_err();
            assert!(refused.contains(named), "{bad:?}: {refused}");
            assert!(!refused.contains("hunter2"), "{refused}");
        }
    }
}
