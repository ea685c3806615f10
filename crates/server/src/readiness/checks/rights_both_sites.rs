//! People have their rights at both sites.

use super::{Check, Seen, gap};

/// The check.
pub const CHECK: Check = Check {
    name: "rights-both-sites",
    weight: 5,
    asks: "Who is here and may do what is the same at both sites.",
    fix: "Wait a moment; where it stays, look at the link and the other site's journal.",
    look: |facts| match facts.directory_behind {
        Some(0) => Seen::one(None),
        Some(behind) => {
            let detail = format!("The other site lacks {behind} changes of people and rights.");
            Seen::one(Some(gap("directory", detail)))
        }
        None => Seen::NotKnown("The other site does not say what it has applied."),
    },
};

#[cfg(test)]
mod tests {
    use super::super::{CheckState, given};
    use super::*;

    #[test]
    fn a_site_that_is_behind_is_told() {
        let mut facts = given::facts(Vec::new());
        assert_eq!((CHECK.look)(&facts).state(), CheckState::NotKnown);
        facts.directory_behind = Some(3);
        assert_eq!((CHECK.look)(&facts).state(), CheckState::Missing);
        facts.directory_behind = Some(0);
        assert_eq!((CHECK.look)(&facts).state(), CheckState::Ok);
    }
}
