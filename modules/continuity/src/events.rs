//! Facts of the continuity record. Stored shapes are frozen by kind and version.

use kernel::id::Uuid;
use kernel::{Event, SiteName, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// What a note on the timeline is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NoteKind {
    /// Two of three vantage points no longer get answers from a site.
    SiteLost,
    /// Two of three get answers again.
    SiteBack,
    /// The database's lease was ended early, behind its guard.
    LeaseHastened,
    /// Another node of the database became primary.
    PrimaryMoved,
    /// A user's write was acknowledged and read back again.
    WritableAgain,
    /// Fewer copies confirm than promised: RPO is not guaranteed.
    ProtectionLost,
    /// All promised copies confirm again.
    ProtectionBack,
    /// A drill broke something on purpose.
    FaultInjected,
    /// A drill put it back.
    FaultRemoved,
    /// For a minute a site got nothing into the vault, or no sign of life from it.
    VaultSilent,
    /// The vault answers that site again and has its work.
    VaultBack,
    /// The last rehearsal failed, or was too long ago: the way back from the vault is not proven.
    RecoveryUnproven,
    /// A rehearsal has passed again.
    RecoveryProven,
}

impl NoteKind {
    /// Its stored name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SiteLost => "site-lost",
            Self::SiteBack => "site-back",
            Self::LeaseHastened => "lease-hastened",
            Self::PrimaryMoved => "primary-moved",
            Self::WritableAgain => "writable-again",
            Self::ProtectionLost => "protection-lost",
            Self::ProtectionBack => "protection-back",
            Self::FaultInjected => "fault-injected",
            Self::FaultRemoved => "fault-removed",
            Self::VaultSilent => "vault-silent",
            Self::VaultBack => "vault-back",
            Self::RecoveryUnproven => "recovery-unproven",
            Self::RecoveryProven => "recovery-proven",
        }
    }
}

/// Something was seen or done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimelineNoted {
    /// Its id.
    pub note_id: Uuid,
    /// The incident it belongs to; the first note of an incident opens it.
    pub incident: Option<Uuid>,
    /// What it is about.
    pub kind: NoteKind,
    /// The site concerned.
    pub site: Option<SiteName>,
    /// When it was seen or done, by the noting node's clock.
    pub at: Timestamp,
    /// Which node noted it.
    pub noted_by: SiteName,
    /// One English sentence.
    pub detail: String,
    /// How it is known: the observations behind it.
    pub evidence: Value,
}

/// A drill began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DrillStarted {
    /// Its id.
    pub drill_id: Uuid,
    /// The scenario's name.
    pub scenario: String,
    /// The site it breaks.
    pub site: SiteName,
    /// Who runs it.
    pub started_by: String,
}

/// A drill ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DrillEnded {
    /// Its id.
    pub drill_id: Uuid,
    /// Whether everything it promised was seen.
    pub passed: bool,
    /// What was measured.
    pub report: Value,
}

/// How often each step worked in the minutes of a window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AvailabilityMeasured {
    /// When the window of five minutes began.
    pub started_at: Timestamp,
    /// The site that recorded it.
    pub recorded_by: SiteName,
    /// Minutes of which the record knew nothing, or clearly less.
    pub lines: Vec<MeasuredLine>,
}

/// A step at a site in five minutes; a minute with nothing tried says nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasuredLine {
    /// The site.
    pub site: SiteName,
    /// The module that had to answer.
    pub module: String,
    /// The step.
    pub step: String,
    /// How often it was tried.
    pub tried: [u32; 5],
    /// How often it failed.
    pub failed: [u32; 5],
    /// The longest it took, in milliseconds.
    pub worst_ms: [i64; 5],
}

/// A time was agreed not to count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExclusionDeclared {
    /// Its id.
    pub exclusion_id: Uuid,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Why.
    pub reason: String,
    /// Who declared it.
    pub declared_by: String,
}

/// It counts again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExclusionWithdrawn {
    /// Its id.
    pub exclusion_id: Uuid,
    /// Who withdrew it.
    pub withdrawn_by: String,
}

impl AvailabilityMeasured {
    /// Its kind.
    pub const KIND: &'static str = "availability-measured";
}

impl ExclusionDeclared {
    /// Its kind.
    pub const KIND: &'static str = "exclusion-declared";
}

impl ExclusionWithdrawn {
    /// Its kind.
    pub const KIND: &'static str = "exclusion-withdrawn";
}

/// Somebody asked that a drill be stopped and everything put back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DrillStopAsked {
    /// Its id.
    pub drill_id: Uuid,
    /// Who asked.
    pub asked_by: String,
}

impl TimelineNoted {
    /// Its kind.
    pub const KIND: &'static str = "timeline-noted";
}

impl DrillStarted {
    /// Its kind.
    pub const KIND: &'static str = "drill-started";
}

impl DrillEnded {
    /// Its kind.
    pub const KIND: &'static str = "drill-ended";
}

impl DrillStopAsked {
    /// Its kind.
    pub const KIND: &'static str = "drill-stop-asked";
}

/// A fact as an event of its first version.
pub fn event<T: Serialize>(kind: &str, fact: &T) -> Event {
    Event::new(kind, 1, fact)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_stored_by_its_name() {
        use NoteKind::*;
        for kind in [
            SiteLost,
            SiteBack,
            LeaseHastened,
            PrimaryMoved,
            WritableAgain,
            ProtectionLost,
            ProtectionBack,
            FaultInjected,
            FaultRemoved,
            VaultSilent,
            VaultBack,
            RecoveryUnproven,
            RecoveryProven,
        ] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }

    /// Written by the first release; must decode for ever.
    #[test]
    fn stored_shapes_decode_for_ever() {
        let note = r#"{"note_id":"00000000-0000-7000-8000-000000000001","incident":null,
            "kind":"site-lost","site":"a","at":1,"noted_by":"w","detail":"lost","evidence":{}}"#;
        let started = r#"{"drill_id":"00000000-0000-7000-8000-000000000001",
            "scenario":"site-loss","site":"a","started_by":"captain"}"#;
        let ended = r#"{"drill_id":"00000000-0000-7000-8000-000000000001","passed":true,
            "report":{"rto_ms":1}}"#;
        let measured = r#"{"started_at":300000,"recorded_by":"a","lines":[{"site":"b",
            "module":"messaging","step":"post","tried":[1,0,0,0,0],"failed":[0,0,0,0,0],
            "worst_ms":[9,0,0,0,0]}]}"#;
        let declared = r#"{"exclusion_id":"00000000-0000-7000-8000-000000000001","from":1,"until":2,
            "reason":"new disks","declared_by":"captain"}"#;
        let withdrawn = r#"{"exclusion_id":"00000000-0000-7000-8000-000000000001",
            "withdrawn_by":"captain"}"#;
        assert!(serde_json::from_str::<AvailabilityMeasured>(measured).is_ok());
        assert!(serde_json::from_str::<ExclusionDeclared>(declared).is_ok());
        assert!(serde_json::from_str::<ExclusionWithdrawn>(withdrawn).is_ok());
        assert!(serde_json::from_str::<TimelineNoted>(note).is_ok());
        assert!(serde_json::from_str::<DrillStarted>(started).is_ok());
        assert!(serde_json::from_str::<DrillEnded>(ended).is_ok());
        let asked = r#"{"drill_id":"00000000-0000-7000-8000-000000000001","asked_by":"captain"}"#;
        assert!(serde_json::from_str::<DrillStopAsked>(asked).is_ok());
    }
}
