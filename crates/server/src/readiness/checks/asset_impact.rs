//! What an outage does is answered for every asset.

use super::{Check, Seen};

/// The check.
pub const CHECK: Check = Check {
    name: "asset-impact",
    weight: 5,
    asks: "It is known what an outage of each asset does.",
    fix: "Answer the questions about its outage; class and tolerable outage follow.",
    look: |facts| {
        let unknown = || "Nobody answered what its outage does.".to_owned();
        Seen::assets(facts, |_| true, |asset| asset.class.is_none().then(unknown))
    },
};

#[cfg(test)]
mod tests {
    use super::super::given;
    use super::*;

    #[test]
    fn assets_without_a_class_are_named() {
        let mut known = given::asset("mail");
        known.class = Some(4);
        let seen = (CHECK.look)(&given::facts(vec![known, given::asset("power")]));
        assert_eq!(given::missing(&seen), ["POWER"]);
    }
}
