//! The whole text of an error.

/// An error's text with those of its causes, joined by colons; a cause that its error quotes already
/// is not said twice.
#[must_use]
pub fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::with_sources;

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct Outer(#[source] Inner);

    #[derive(Debug, thiserror::Error)]
    #[error("inner")]
    struct Inner;

    #[test]
    fn causes_are_said_once_and_in_order() {
        assert_eq!(with_sources(&Outer(Inner)), "outer: inner");
        let quoted = std::io::Error::other(Inner);
        assert_eq!(with_sources(&quoted), "inner");
    }
}
