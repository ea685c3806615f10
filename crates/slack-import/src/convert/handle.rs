//! Handles: made to fit and unique, the same way every time.

use std::collections::HashSet;

/// Longest handle.
const CHARS_MAX: usize = 40;

/// The handles given out so far.
#[derive(Debug, Default)]
pub(crate) struct Handles(HashSet<String>);

impl Handles {
    /// The handle for `wanted`: letters, digits, `.`, `_` and `-`. Where it is taken, something
    /// that follows from `id` is added.
    pub fn take(&mut self, wanted: &str, id: &str) -> String {
        let fitted = fitted(wanted, id);
        if self.0.insert(fitted.to_lowercase()) {
            return fitted;
        }
        let distinct = distinct(&fitted, id);
        self.0.insert(distinct.to_lowercase());
        distinct
    }
}

fn fitted(wanted: &str, id: &str) -> String {
    let replaced: String = wanted
        .trim()
        .trim_start_matches(|c: char| !c.is_alphanumeric())
        .chars()
        .map(|c| {
            let is_fit = c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
            if is_fit { c } else { '_' }
        })
        .take(CHARS_MAX)
        .collect();
    if replaced.is_empty() {
        let tail: String = id.chars().filter(char::is_ascii_alphanumeric).collect();
        return format!("user-{}", tail.to_lowercase())
            .chars()
            .take(CHARS_MAX)
            .collect();
    }
    replaced
}

/// `handle` with something added that follows from `id`.
pub(crate) fn distinct(handle: &str, id: &str) -> String {
    let hash = blake3::hash(id.as_bytes()).to_hex();
    let stem: String = handle.chars().take(CHARS_MAX - 9).collect();
    format!("{stem}-{}", &hash.as_str()[..8])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn handles_are_made_to_fit() {
        let mut handles = Handles::default();
        assert_eq!(handles.take("night.lead", "U1"), "night.lead");
        assert_eq!(handles.take("[lock|smith]", "U2"), "lock_smith_");
        assert_eq!(handles.take("王小明", "U3"), "王小明");
        assert_eq!(handles.take("^_^", "U4"), "user-u4");
        let second = handles.take("Night.Lead", "U5");
        assert!(second.starts_with("Night.Lead-"), "{second}");
    }

    proptest! {
        #[test]
        fn every_handle_keeps_the_rules_and_is_unique(wanted in proptest::collection::vec(".*", 1..30)) {
            let mut handles = Handles::default();
            let mut given = HashSet::new();
            for (n, wanted) in wanted.iter().enumerate() {
                let handle = handles.take(wanted, &format!("U{n}"));
                let count = handle.chars().count();
                prop_assert!((1..=CHARS_MAX).contains(&count), "{}", handle);
                prop_assert!(handle.starts_with(char::is_alphanumeric), "{}", handle);
                let is_fit = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
                prop_assert!(handle.chars().all(is_fit), "{}", handle);
                prop_assert!(given.insert(handle.to_lowercase()));
            }
        }
    }
}
