//! How a subcommand ends when it does not end well: one line on stderr and an exit code.

pub use kernel::with_sources;
use std::process::ExitCode;

/// Why a subcommand did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    code: u8,
    line: String,
}

impl Failure {
    /// Something went wrong (exit code 1).
    #[must_use]
    pub fn failed(line: impl Into<String>) -> Self {
        Self {
            code: 1,
            line: line.into(),
        }
    }

    /// The arguments cannot be used, or the installation refused (exit code 2).
    #[must_use]
    pub fn refused(line: impl Into<String>) -> Self {
        Self {
            code: 2,
            line: line.into(),
        }
    }

    /// An argument cannot be used (exit code 2).
    #[must_use]
    pub fn argument(name: &str, cause: impl std::fmt::Display) -> Self {
        Self::refused(format!("{name}: {cause}"))
    }

    /// Whether nothing was tried: an argument cannot be used, or the installation refused.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        self.code == 2
    }

    /// Prints the line and gives the exit code.
    #[must_use]
    pub fn report(&self) -> ExitCode {
        let line = self.line.replace(['\n', '\r'], " ");
        eprintln!("sekoci: {line}");
        ExitCode::from(self.code)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.line)
    }
}

impl From<client::Error> for Failure {
    fn from(error: client::Error) -> Self {
        match &error {
            client::Error::Refused(problem) if problem.status == 401 => {
                Self::refused(format!("user or password: {problem}"))
            }
            // A module that failed inside is our fault, not the caller's.
            client::Error::Refused(problem) if problem.status >= 500 => {
                Self::failed(error.to_string())
            }
            client::Error::Refused(_) => Self::refused(error.to_string()),
            client::Error::NoCredentials => Self::refused(
                "--user and --password-file (or SEKOCI_USER, SEKOCI_PASSWORD) are needed",
            ),
            client::Error::NoAnswer { .. } | client::Error::Unreadable { .. } => {
                Self::failed(error.to_string())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use client::{Error, Problem};

    fn refused(status: u16) -> Failure {
        Failure::from(Error::Refused(Problem {
            status,
            code: "some_code".into(),
            detail: "why".into(),
            field: Some("name".into()),
            retry_after_ms: None,
        }))
    }

    #[test]
    fn refusals_are_2_and_failures_are_1() {
        for status in [401, 403, 404, 409, 422] {
            assert_eq!(refused(status).code, 2);
        }
        assert_eq!(refused(500).code, 1);
        let no_answer = Error::NoAnswer {
            operation: "x/y".into(),
            waited: std::time::Duration::ZERO,
            attempts: 1,
            last: "connection refused".into(),
            may_have_taken_effect: false,
        };
        assert_eq!(Failure::from(no_answer).code, 1);
    }

    #[test]
    fn the_line_names_field_and_cause() {
        assert_eq!(refused(422).to_string(), "some_code (name): why");
    }
}
