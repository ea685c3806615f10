//! Facts to test checks with.

use crate::readiness::facts::Facts;
use kernel::Timestamp;
use kernel::id::Uuid;
use programme::AssetId;
use programme::limits::DAY_MS;
use programme::queries::MeasuredAsset;

/// The present of [`facts`].
pub const NOW: Timestamp = Timestamp(500 * DAY_MS);

/// An asset of which only the key is known.
pub fn asset(key: &str) -> MeasuredAsset {
    MeasuredAsset {
        id: AssetId(Uuid::from_u128(1)),
        key: key.into(),
        kind: "module".into(),
        name: key.to_uppercase(),
        owner: None,
        class: None,
        tolerable_ms: None,
        promised: None,
        review_due_at: NOW.plus_ms(DAY_MS),
        measured_by: None,
        proof: None,
    }
}

/// Facts with these assets and nothing else.
pub fn facts(assets: Vec<MeasuredAsset>) -> Facts {
    let mut facts = Facts {
        now: NOW,
        ..Facts::default()
    };
    facts.programme.assets = assets;
    facts
}

/// What is not protected, by name.
pub fn missing(seen: &super::Seen) -> Vec<&str> {
    seen.gaps().iter().map(|gap| gap.what.as_str()).collect()
}
