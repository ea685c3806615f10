//! What was promised of an asset against what drills and the site itself measure.
//!
//! A proof is a drill that ended within the last 92 days. Without one nothing is proven, whatever the
//! live figures say: they tell what would be lost now, not that anybody ever got it back.

use kernel::Timestamp;
use programme::AssetId;
use programme::limits::{DAY_MS, PROOF_MS_MAX};
use programme::queries::{LastDrill, MeasuredAsset};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A proof that soon will be none.
const PROOF_FADES_MS: i64 = 75 * DAY_MS;

/// How a promise stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PromiseState {
    /// What was measured is worse than what was promised.
    Breached,
    /// No drill within 92 days measured it.
    NeverProven,
    /// Kept, by less than a fifth; or the proof is older than 75 days; or what would be lost now is
    /// not known.
    AtRisk,
    /// Kept.
    Met,
}

/// What this site sees at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Live {
    /// How much of acknowledged work the loss of one site would cost, in milliseconds of it; none:
    /// not known, because fewer copies confirm than were promised.
    pub one_site_lost_ms: Option<i64>,
    /// Whether there is a vault.
    pub has_vault: bool,
    /// How much the loss of both sites would cost; none: not known, or no vault.
    pub both_sites_lost_ms: Option<i64>,
}

/// One of the two promises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Promise {
    /// What was promised.
    pub target_ms: i64,
    /// What was measured; none: nothing, or it did not come back.
    pub measured_ms: Option<i64>,
    /// What measured it: `drill`, `live`, `vault`; none: nothing.
    pub measured_by: Option<&'static str>,
    /// How it stands.
    pub state: PromiseState,
}

/// The drill that proves something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Proof {
    /// The drill.
    #[schema(value_type = String)]
    pub drill_id: kernel::id::Uuid,
    /// Its scenario.
    pub scenario: String,
    /// When it ended.
    pub ended_at: Timestamp,
    /// How long ago, in milliseconds.
    pub age_ms: i64,
    /// Whether it is older than 92 days and so proves nothing.
    pub is_too_old: bool,
    /// Acknowledged writes that were lost; none: not counted.
    pub lost: Option<i64>,
}

/// How the promises of an asset stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ObjectiveStanding {
    /// The asset.
    pub asset_id: AssetId,
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its priority class.
    pub class: Option<u8>,
    /// The worse of both.
    pub state: PromiseState,
    /// How fast it is back.
    pub rto: Promise,
    /// How much is lost.
    pub rpo: Promise,
    /// The last drill that measured it.
    pub proof: Option<Proof>,
    /// Whether the recovery time is longer than the outage that can be borne, as it is answered now.
    pub exceeds_tolerance: bool,
}

/// How an asset's promises stand; `None` where nothing was promised.
#[must_use]
pub fn judge(asset: &MeasuredAsset, live: Live, now: Timestamp) -> Option<ObjectiveStanding> {
    let (rto_target, rpo_target) = asset.promised?;
    let drill = asset.proof.as_ref();
    let proof = drill.map(|drill| proof(drill, now));
    let valid = drill.zip(proof.as_ref());
    let valid = valid.filter(|(_, proof)| !proof.is_too_old);
    let fades = valid.is_some_and(|(_, proof)| proof.age_ms > PROOF_FADES_MS);
    let rto = recovery_time(rto_target, valid.map(|(drill, _)| drill), fades);
    let rpo = recovery_point(rpo_target, valid.map(|(drill, _)| drill), fades, live);
    Some(ObjectiveStanding {
        asset_id: asset.id,
        key: asset.key.clone(),
        name: asset.name.clone(),
        class: asset.class,
        state: rto.state.min(rpo.state),
        exceeds_tolerance: asset.tolerable_ms.is_some_and(|most| rto_target > most),
        rto,
        rpo,
        proof,
    })
}

fn proof(drill: &LastDrill, now: Timestamp) -> Proof {
    // The site that wrote the entry may be ahead by what clocks differ.
    let age_ms = now.since(drill.ended_at).max(0);
    Proof {
        drill_id: drill.drill_id,
        scenario: drill.scenario.clone(),
        ended_at: drill.ended_at,
        age_ms,
        is_too_old: age_ms > PROOF_MS_MAX,
        lost: drill.lost,
    }
}

fn recovery_time(target_ms: i64, drill: Option<&LastDrill>, fades: bool) -> Promise {
    let measured_ms = drill.and_then(|drill| drill.rto_ms);
    let state = match (drill, measured_ms) {
        (None, _) => PromiseState::NeverProven,
        // It was tried and did not come back.
        (Some(_), None) => PromiseState::Breached,
        (Some(_), Some(ms)) => kept(ms, target_ms, fades),
    };
    Promise {
        target_ms,
        measured_ms,
        measured_by: drill.map(|_| "drill"),
        state,
    }
}

fn recovery_point(target_ms: i64, drill: Option<&LastDrill>, fades: bool, live: Live) -> Promise {
    let now = [
        live.one_site_lost_ms.map(|ms| (ms, "live")),
        live.both_sites_lost_ms.map(|ms| (ms, "vault")),
    ];
    let worst = now.into_iter().flatten().max();
    let (measured_ms, measured_by) = worst.unzip();
    let lost = drill.and_then(|drill| drill.lost);
    let is_known =
        live.one_site_lost_ms.is_some() && (!live.has_vault || live.both_sites_lost_ms.is_some());
    let state = match (measured_ms, lost) {
        (Some(ms), _) if ms > target_ms => PromiseState::Breached,
        // Something was lost where nothing may be.
        (_, Some(1..)) if target_ms == 0 => PromiseState::Breached,
        (_, None) => PromiseState::NeverProven,
        (_, Some(1..)) => PromiseState::AtRisk,
        (Some(ms), _) if is_known => kept(ms, target_ms, fades),
        _ => PromiseState::AtRisk,
    };
    Promise {
        target_ms,
        measured_ms,
        measured_by,
        state,
    }
}

fn kept(ms: i64, target_ms: i64, fades: bool) -> PromiseState {
    let is_close = ms > 0 && i128::from(ms) * 5 > i128::from(target_ms) * 4;
    match () {
        () if ms > target_ms => PromiseState::Breached,
        () if is_close || fades => PromiseState::AtRisk,
        () => PromiseState::Met,
    }
}

#[cfg(test)]
mod tests {
    use super::PromiseState::{AtRisk, Breached, Met, NeverProven};
    use super::*;
    use crate::readiness::checks::given;

    const NOW: Timestamp = Timestamp(500 * DAY_MS);

    fn live(one: Option<i64>, both: Option<i64>) -> Live {
        Live {
            one_site_lost_ms: one,
            has_vault: both.is_some(),
            both_sites_lost_ms: both,
        }
    }

    fn judged(
        promised: (i64, i64),
        drill: Option<(i64, Option<i64>, Option<i64>)>,
        live: Live,
    ) -> (PromiseState, PromiseState) {
        let mut asset = given::asset("mail");
        asset.promised = Some(promised);
        asset.proof = drill.map(|(days, rto_ms, lost)| LastDrill {
            drill_id: kernel::id::Uuid::nil(),
            scenario: "site-loss".into(),
            ended_at: NOW.plus_ms(-days * DAY_MS),
            rto_ms,
            lost,
        });
        let standing = judge(&asset, live, NOW).unwrap();
        assert_eq!(standing.state, standing.rto.state.min(standing.rpo.state));
        (standing.rto.state, standing.rpo.state)
    }

    #[test]
    fn recovery_time_is_proven_by_drills_and_by_nothing_else() {
        let safe = live(Some(0), Some(0));
        let rto = |drill| judged((1_000, 1_000), drill, safe).0;
        assert_eq!(rto(None), NeverProven);
        assert_eq!(rto(Some((1, Some(800), Some(0)))), Met);
        assert_eq!(rto(Some((1, Some(801), Some(0)))), AtRisk);
        assert_eq!(rto(Some((1, Some(1_001), Some(0)))), Breached);
        assert_eq!(rto(Some((1, None, Some(0)))), Breached, "it is not back");
        assert_eq!(rto(Some((76, Some(5), Some(0)))), AtRisk);
        assert_eq!(rto(Some((92, Some(5), Some(0)))), AtRisk);
        assert_eq!(rto(Some((93, Some(5), Some(0)))), NeverProven);
        assert_eq!(rto(Some((93, Some(9_999), Some(0)))), NeverProven);
        assert_eq!(rto(Some((-1, Some(5), Some(0)))), Met, "a clock ahead");
    }

    #[test]
    fn recovery_point_is_what_would_be_lost_now_and_what_was() {
        let good = Some((1, Some(5), Some(0)));
        let rpo = |target, drill, live| judged((1_000, target), drill, live).1;
        assert_eq!(rpo(0, good, live(Some(0), None)), Met);
        assert_eq!(rpo(1_000, good, live(Some(0), Some(500))), Met);
        assert_eq!(rpo(1_000, good, live(Some(0), Some(900))), AtRisk);
        assert_eq!(rpo(1_000, good, live(Some(0), Some(1_001))), Breached);
        assert_eq!(rpo(1_000, None, live(Some(0), Some(1_001))), Breached);
        assert_eq!(rpo(1_000, None, live(Some(0), Some(0))), NeverProven);
        assert_eq!(rpo(1_000, good, live(None, Some(0))), AtRisk, "not known");
        let lost = Some((1, Some(5), Some(2)));
        assert_eq!(rpo(0, lost, live(Some(0), None)), Breached);
        assert_eq!(rpo(1_000, lost, live(Some(0), None)), AtRisk);
        let uncounted = Some((1, Some(5), None));
        assert_eq!(rpo(1_000, uncounted, live(Some(0), None)), NeverProven);
        let blind = Live {
            has_vault: true,
            ..live(Some(0), None)
        };
        assert_eq!(rpo(1_000, good, blind), AtRisk, "the vault is not known");
    }

    #[test]
    fn a_promise_longer_than_what_can_be_borne_is_told() {
        let mut asset = given::asset("mail");
        asset.promised = Some((1_000, 0));
        asset.tolerable_ms = Some(999);
        let standing = judge(&asset, Live::default(), NOW).unwrap();
        assert!(standing.exceeds_tolerance);
        asset.promised = None;
        assert!(judge(&asset, Live::default(), NOW).is_none());
    }
}
