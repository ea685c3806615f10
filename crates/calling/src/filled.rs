//! How many places a set of people fills, one person filling one place: as many as can be. Somebody
//! who holds two roles says yes once and is there once.

use crate::Call;
use kernel::PersonId;
use std::collections::BTreeMap;

/// The number of places that people for whom `is_in` holds fill at most.
pub(crate) fn count(call: &Call, is_in: &dyn Fn(PersonId) -> bool) -> u32 {
    let filled = places(call, is_in).into_iter().filter(|filled| *filled);
    u32::try_from(filled.count()).unwrap_or(u32::MAX)
}

/// Which places they fill. Earlier places are filled first.
pub(crate) fn places(call: &Call, is_in: &dyn Fn(PersonId) -> bool) -> Vec<bool> {
    let chains: Vec<Vec<PersonId>> = call
        .places
        .iter()
        .map(|place| place.chain.iter().copied().filter(|p| is_in(*p)).collect())
        .collect();
    // Who fills which place; a person is moved to another place where that makes room.
    let mut at: BTreeMap<PersonId, usize> = BTreeMap::new();
    (0..chains.len())
        .map(|place| fill(place, &chains, &mut at, &mut Vec::new()))
        .collect()
}

fn fill(
    place: usize,
    chains: &[Vec<PersonId>],
    at: &mut BTreeMap<PersonId, usize>,
    tried: &mut Vec<PersonId>,
) -> bool {
    for person in &chains[place] {
        if tried.contains(person) {
            continue;
        }
        tried.push(*person);
        let is_free = match at.get(person).copied() {
            None => true,
            Some(other) => fill(other, chains, at, tried),
        };
        if is_free {
            at.insert(*person, place);
            return true;
        }
    }
    false
}
