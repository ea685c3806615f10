//! How many copies confirm a commit, from the settings that were in force.

use journal::Durability;

/// The settings that decide how well a commit is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `synchronous_commit` of the session that committed.
    pub commit: String,
    /// `synchronous_standby_names` of the primary.
    pub standby_names: String,
}

impl Settings {
    /// Whether the session waits for standbys at all.
    pub fn session_waits(&self) -> bool {
        matches!(self.commit.as_str(), "on" | "remote_apply")
    }

    /// Copies a commit is on when it is answered, the primary's included.
    pub fn copies(&self) -> usize {
        if self.session_waits() {
            1 + standbys_confirming(&self.standby_names)
        } else {
            1
        }
    }

    /// How well a commit is kept if `copies_min` copies are promised.
    pub fn durability(&self, copies_min: usize) -> Durability {
        if self.copies() >= copies_min {
            Durability::Protected
        } else {
            Durability::StoredHere
        }
    }
}

/// How many standbys confirm before a commit is answered, for a value of
/// `synchronous_standby_names`: empty, `names`, `N (names)`, `FIRST N (names)` or `ANY N (names)`.
fn standbys_confirming(names: &str) -> usize {
    let names = names.trim();
    if names.is_empty() {
        return 0;
    }
    let Some((method, _)) = names.split_once('(') else {
        return 1;
    };
    // A quoted name may hold a bracket; then this is a plain list, which counts one.
    method
        .split_whitespace()
        .next_back()
        .and_then(|number| number.parse().ok())
        .unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(commit: &str, names: &str) -> Settings {
        Settings {
            commit: commit.into(),
            standby_names: names.into(),
        }
    }

    #[test]
    fn copies_follow_from_the_settings() {
        for (commit, names, copies) in [
            ("on", "", 1),
            ("on", "  ", 1),
            ("on", "*", 2),
            ("on", "b", 2),
            ("on", "b,w", 2),
            ("on", "\"b(1)\"", 2),
            ("on", "2 (b,w)", 3),
            ("on", "FIRST 1 (b, w)", 2),
            ("on", "ANY 2 (b, w)", 3),
            ("remote_apply", "any 2(b,w)", 3),
            ("local", "b", 1),
            ("off", "ANY 2 (b, w)", 1),
            ("remote_write", "b", 1),
        ] {
            assert_eq!(settings(commit, names).copies(), copies, "{commit} {names}");
        }
    }

    #[test]
    fn fewer_copies_than_promised_are_stored_here_only() {
        let alone = settings("on", "");
        assert_eq!(alone.durability(2), Durability::StoredHere);
        assert_eq!(alone.durability(1), Durability::Protected);
        assert_eq!(settings("on", "b").durability(2), Durability::Protected);
        assert_eq!(settings("on", "b").durability(3), Durability::StoredHere);
        assert_eq!(settings("local", "b").durability(2), Durability::StoredHere);
    }
}
