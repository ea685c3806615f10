//! Every promise was proven by a drill of the last 92 days.

use super::super::objective::{PromiseState, judge};
use super::{Check, Seen, gap};

/// The check.
pub const CHECK: Check = Check {
    name: "objective-proven",
    weight: 15,
    asks: "A drill of the last 92 days measured what was promised, and nothing was worse.",
    fix: "Run a drill that measures it; where nothing does, say by what it is measured.",
    look: |facts| {
        let is_promised = facts
            .programme
            .assets
            .iter()
            .any(|asset| asset.promised.is_some());
        if !is_promised {
            return Seen::one(Some(gap("objectives", "Nothing is promised of any asset.")));
        }
        Seen::assets(
            facts,
            |asset| asset.promised.is_some(),
            |asset| match judge(asset, facts.live, facts.now)?.state {
                PromiseState::NeverProven if asset.measured_by.is_none() => {
                    Some("Nothing measures it.".into())
                }
                PromiseState::NeverProven => Some("No drill of the last 92 days proves it.".into()),
                PromiseState::Breached => Some("What was measured is worse.".into()),
                PromiseState::AtRisk | PromiseState::Met => None,
            },
        )
    },
};

#[cfg(test)]
mod tests {
    use super::super::given;
    use super::*;
    use kernel::id::Uuid;
    use programme::limits::DAY_MS;
    use programme::queries::LastDrill;

    #[test]
    fn an_old_drill_proves_nothing() {
        let asset = |days: i64, rto_ms: i64| {
            let mut asset = given::asset("mail");
            asset.promised = Some((1_000, 1_000));
            asset.measured_by = Some("module:messaging".into());
            asset.proof = Some(LastDrill {
                drill_id: Uuid::nil(),
                scenario: "site-loss".into(),
                ended_at: given::NOW.plus_ms(-days * DAY_MS),
                rto_ms: Some(rto_ms),
                lost: Some(0),
            });
            asset
        };
        let shares = |asset| {
            let mut facts = given::facts(vec![asset]);
            facts.live.one_site_lost_ms = Some(0);
            (CHECK.look)(&facts).share()
        };
        assert_eq!(shares(asset(1, 5)), 1_000);
        assert_eq!(shares(asset(93, 5)), 0);
        assert_eq!(shares(asset(1, 5_000)), 0);
        assert_eq!(shares(given::asset("mail")), 0, "nothing is promised");
    }
}
