//! The register has assets.

use super::{Check, Seen, empty};

/// The check.
pub const CHECK: Check = Check {
    name: "register-filled",
    weight: 5,
    asks: "The register says what the workspace depends on.",
    fix: "Apply a template, import a list, or register assets one by one.",
    look: |facts| Seen::one(facts.programme.assets.is_empty().then(empty)),
};

#[cfg(test)]
mod tests {
    use super::super::{CheckState, given};
    use super::*;

    #[test]
    fn one_asset_is_a_register() {
        let facts = given::facts(vec![given::asset("mail")]);
        assert_eq!((CHECK.look)(&facts).state(), CheckState::Ok);
    }
}
