//! The chain is whole, and every site has seen that chain and no other.

use crate::history::{History, Sighting};
use journal::chain;
use kernel::Head;

pub(super) fn check(history: &History) -> Vec<String> {
    let mut found = Vec::new();
    let mut head = Head::GENESIS;
    for entry in &history.chain {
        match chain::verify(head, entry) {
            Ok(next) => head = next,
            Err(error) => {
                found.push(error.to_string());
                break;
            }
        }
    }
    if history.payloads.len() != history.chain.len() {
        found.push("a payload cannot be opened".into());
    }
    for (site, sightings) in history.sightings.iter().enumerate() {
        found.extend(check_site(history, site, sightings));
    }
    found
}

fn check_site(history: &History, site: usize, sightings: &[Sighting]) -> Vec<String> {
    let mut found = Vec::new();
    let mut before: Option<Sighting> = None;
    for seen in sightings {
        let place = usize::try_from(seen.seq).unwrap_or(0).wrapping_sub(1);
        let entry = history.chain.get(place);
        if entry.is_none_or(|entry| entry.hash != seen.hash) {
            found.push(format!(
                "site {site} showed an entry {} that is not in the chain",
                seen.seq
            ));
        }
        if let Some(before) = before.filter(|before| before.life == seen.life)
            && seen.seq != before.seq + 1
        {
            found.push(format!(
                "site {site} showed entry {} after {}",
                seen.seq, before.seq
            ));
        }
        before = Some(*seen);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::sample::bites;
    use super::check;
    use kernel::Hash;

    #[test]
    fn an_altered_entry_is_noticed() {
        bites(check, |history| history.chain[3].sealed[40] ^= 1);
    }

    #[test]
    fn a_missing_entry_is_noticed() {
        bites(check, |history| {
            history.chain.remove(2);
        });
    }

    #[test]
    fn an_entry_shown_that_never_was_is_noticed() {
        bites(check, |history| history.sightings[0][4].hash = Hash::ZERO);
    }

    #[test]
    fn an_entry_not_shown_is_noticed() {
        bites(check, |history| {
            history.sightings[1].remove(4);
        });
    }
}
