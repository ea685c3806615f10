//! Integrations know both sites.

use super::{Check, Seen, empty};

/// The check.
pub const CHECK: Check = Check {
    name: "integration-sites",
    weight: 5,
    asks: "Every integration goes on at the other site when one is lost.",
    fix: "Give the integration the addresses of both sites.",
    look: |facts| {
        let assets = &facts.programme.assets;
        if assets.is_empty() {
            return Seen::one(Some(empty()));
        }
        if assets.iter().any(|asset| asset.kind == "integration") {
            return Seen::NotKnown(
                "Nothing shows which sites an integration knows before it calls them.",
            );
        }
        Seen::one(None)
    },
};

#[cfg(test)]
mod tests {
    use super::super::{CheckState, given};
    use super::*;

    #[test]
    fn an_integration_is_not_taken_for_one_that_knows_both() {
        let mut facts = given::facts(vec![given::asset("mail")]);
        assert_eq!((CHECK.look)(&facts).state(), CheckState::Ok);
        facts.programme.assets[0].kind = "integration".into();
        assert_eq!((CHECK.look)(&facts).state(), CheckState::NotKnown);
    }
}
