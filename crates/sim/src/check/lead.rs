//! The lead stays where it is: it changes by switchover, to the site that was named, or because
//! something was wrong shortly before.

use crate::history::History;
use journal::partition::SWITCH_OVER;

/// How long the consequences of a fault may last: clients' and forwards' time-outs.
const AFTERMATH_MS: i64 = 12_000;

pub(super) fn check(history: &History) -> Vec<String> {
    let mut found = Vec::new();
    let pairs = history.chain.iter().zip(history.chain.iter().skip(1));
    for ((before, entry), (payload, landed)) in
        pairs.zip(history.payloads.iter().zip(&history.landed_at).skip(1))
    {
        let is_switch = payload.name == SWITCH_OVER;
        if !is_switch && entry.header.lead != entry.header.site {
            found.push(format!(
                "entry {} of site {} gives the lead away",
                entry.header.seq, entry.header.site
            ));
        }
        // An entry by the site that did not lead is a takeover, a switchover by it included.
        let is_takeover = entry.header.site != before.header.lead;
        if is_takeover && !was_trouble(history, *landed) {
            found.push(format!(
                "site {} took the lead with entry {} at {landed} for no reason",
                entry.header.site, entry.header.seq
            ));
        }
    }
    found
}

fn was_trouble(history: &History, at: i64) -> bool {
    history
        .troubles
        .iter()
        .any(|(began, ended)| *began <= at && at <= *ended + AFTERMATH_MS)
}

#[cfg(test)]
mod tests {
    use super::super::sample::bites;
    use super::check;
    use kernel::SiteName;

    #[test]
    fn a_takeover_without_a_reason_is_noticed() {
        bites(check, |history| {
            let header = &mut history.chain[5].header;
            let other = if header.site.as_str() == "a" {
                "b"
            } else {
                "a"
            };
            header.site = SiteName::new(other).expect("a valid name");
            header.lead = header.site.clone();
        });
    }

    #[test]
    fn a_lead_given_away_is_noticed() {
        bites(check, |history| {
            let plain = history
                .payloads
                .iter()
                .rposition(|payload| payload.name == "deposit");
            let header = &mut history.chain[plain.expect("there are deposits")].header;
            let other = if header.site.as_str() == "a" {
                "b"
            } else {
                "a"
            };
            header.lead = SiteName::new(other).expect("a valid name");
        });
    }
}
