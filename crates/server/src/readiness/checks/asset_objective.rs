//! Every asset that is missed soon has an objective.

use super::{Check, Seen};

/// The check.
pub const CHECK: Check = Check {
    name: "asset-objective",
    weight: 10,
    asks: "Of every asset of class 1 to 3, or without a class, it is promised how fast it is back.",
    fix: "Set a recovery time and a recovery point.",
    look: |facts| {
        let nothing = || "Nothing is promised of it.".to_owned();
        Seen::assets(
            facts,
            |asset| asset.class != Some(4),
            |asset| asset.promised.is_none().then(nothing),
        )
    },
};

#[cfg(test)]
mod tests {
    use super::super::given;
    use super::*;

    #[test]
    fn assets_that_can_wait_need_no_promise() {
        let mut promised = given::asset("mail");
        promised.promised = Some((1, 1));
        let mut waits = given::asset("club");
        waits.class = Some(4);
        let facts = given::facts(vec![promised, waits, given::asset("power")]);
        let seen = (CHECK.look)(&facts);
        assert_eq!((given::missing(&seen), seen.share()), (vec!["POWER"], 500));
    }
}
