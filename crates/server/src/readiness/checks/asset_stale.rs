//! What is known of assets was looked at lately.

use super::{Check, Seen, days};

/// The check.
pub const CHECK: Check = Check {
    name: "asset-stale",
    weight: 3,
    asks: "Somebody looked at each asset in time.",
    fix: "Look at the asset and say that it is still true, or change it.",
    look: |facts| {
        Seen::assets(
            facts,
            |_| true,
            |asset| {
                let late = facts.now.since(asset.review_due_at);
                (late > 0).then(|| format!("Its review is {} days late.", days(late)))
            },
        )
    },
};

#[cfg(test)]
mod tests {
    use super::super::given;
    use super::*;
    use programme::limits::DAY_MS;

    #[test]
    fn a_review_is_late_after_its_day() {
        let mut late = given::asset("power");
        late.review_due_at = given::NOW.plus_ms(-3 * DAY_MS);
        let seen = (CHECK.look)(&given::facts(vec![given::asset("mail"), late]));
        assert_eq!(given::missing(&seen), ["POWER"]);
        assert_eq!(seen.gaps()[0].detail, "Its review is 3 days late.");
    }
}
