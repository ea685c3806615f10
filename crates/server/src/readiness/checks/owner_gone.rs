//! No owner has left.

use super::{Check, Seen};

/// The check.
pub const CHECK: Check = Check {
    name: "owner-gone",
    weight: 5,
    asks: "Every owner takes part in the workspace.",
    fix: "Give the asset to somebody who is here.",
    look: |facts| {
        Seen::assets(
            facts,
            |_| true,
            |asset| match &asset.owner {
                Some((name, false)) => Some(format!("{name} has left.")),
                _ => None,
            },
        )
    },
};

#[cfg(test)]
mod tests {
    use super::super::given;
    use super::*;

    #[test]
    fn owners_who_left_are_named() {
        let mut here = given::asset("mail");
        here.owner = Some(("Kim".into(), true));
        let mut gone = given::asset("power");
        gone.owner = Some(("Fay".into(), false));
        let seen = (CHECK.look)(&given::facts(vec![here, gone]));
        assert_eq!(given::missing(&seen), ["POWER"]);
        assert_eq!(seen.gaps()[0].detail, "Fay has left.");
    }
}
