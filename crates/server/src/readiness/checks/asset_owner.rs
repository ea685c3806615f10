//! Every asset has an owner.

use super::{Check, Seen};

/// The check.
pub const CHECK: Check = Check {
    name: "asset-owner",
    weight: 5,
    asks: "Somebody answers for every asset.",
    fix: "Name an owner for each asset.",
    look: |facts| {
        let nobody = || "Nobody answers for it.".to_owned();
        Seen::assets(facts, |_| true, |asset| asset.owner.is_none().then(nobody))
    },
};

#[cfg(test)]
mod tests {
    use super::super::given;
    use super::*;

    #[test]
    fn assets_without_an_owner_are_named() {
        let mut owned = given::asset("mail");
        owned.owner = Some(("Kim".into(), true));
        let facts = given::facts(vec![owned, given::asset("power")]);
        let seen = (CHECK.look)(&facts);
        assert_eq!((given::missing(&seen), seen.share()), (vec!["POWER"], 500));
    }
}
