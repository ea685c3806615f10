//! No breach is open.

use super::{Check, Seen};

/// The check.
pub const CHECK: Check = Check {
    name: "objective-breached",
    weight: 10,
    asks: "No objective is missed at this moment.",
    fix: "Look at what measured it and mend the cause; a later drill clears it.",
    look: |facts| {
        Seen::assets(
            facts,
            |_| true,
            |asset| {
                let breaches = facts.programme.breaches.iter();
                let missed: Vec<_> = breaches
                    .filter(|breach| breach.asset == asset.id)
                    .map(|breach| breach.missed.as_str().to_uppercase())
                    .collect();
                (!missed.is_empty()).then(|| format!("Missed: {}.", missed.join(", ")))
            },
        )
    },
};

#[cfg(test)]
mod tests {
    use super::super::{CheckState, given};
    use super::*;
    use kernel::id::Uuid;
    use programme::BreachId;
    use programme::events::Missed;
    use programme::queries::OpenBreach;

    #[test]
    fn open_breaches_are_named() {
        let mut facts = given::facts(vec![given::asset("mail")]);
        assert_eq!((CHECK.look)(&facts).state(), CheckState::Ok);
        facts.programme.breaches.push(OpenBreach {
            id: BreachId(Uuid::nil()),
            asset: facts.programme.assets[0].id,
            missed: Missed::Rto,
        });
        assert_eq!((CHECK.look)(&facts).gaps()[0].detail, "Missed: RTO.");
    }
}
