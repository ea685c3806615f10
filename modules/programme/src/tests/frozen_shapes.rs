//! Facts as they were stored by releases before.

use super::*;
use crate::events::*;

fn fixtures() -> Vec<Event> {
    serde_json::from_str(include_str!("../fixtures/events.json")).unwrap()
}

#[test]
fn every_stored_shape_still_applies_and_is_written_as_it_was() {
    let mut given = workspace();
    macro_rules! same {
        ($event:expr, $($fact:ident),* $(,)?) => {
            match $event.kind.as_str() {
                $($fact::KIND => $event.decode::<$fact>().unwrap().event(),)*
                kind => panic!("{kind} is not written any more: keep decoding it"),
            }
        };
    }
    for event in fixtures() {
        let again = same!(
            event,
            AssetRegistered,
            AssetEdited,
            AssetRetired,
            AssetReinstated,
            AssetsReviewed,
            DependenciesAdded,
            DependenciesRemoved,
            ImpactAnswered,
            ObjectiveSet,
            ObjectiveWithdrawn,
            CostStated,
            RolePlanned,
            FormPlanned,
            TemplateApplied,
            DrillPlanned,
            DrillPlanCancelled,
            FindingRecorded,
            FindingAssigned,
            FindingClosed,
            BreachNoted,
            BreachCleared,
            RolloutBegun,
            TaskTicked,
        );
        assert_eq!(again, event);
        given.event(event);
    }
    for kind in KINDS {
        assert!(fixtures().iter().any(|event| event.kind == *kind), "{kind}");
    }
    let facts = crate::queries::programme(given.rows()).unwrap();
    assert_eq!((facts.assets.len(), facts.calendar.len()), (2, 1));
    given.assert_replays();
}
