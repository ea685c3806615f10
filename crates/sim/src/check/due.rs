//! What is due by itself happens, once.

use crate::history::History;
use std::collections::BTreeMap;

pub(super) fn check(history: &History) -> Vec<String> {
    let mut timers: BTreeMap<String, (i64, u32)> = BTreeMap::new();
    for event in history.payloads.iter().flat_map(|payload| &payload.events) {
        let timer = event.data["timer"].as_str().unwrap_or_default().to_owned();
        match event.kind.as_str() {
            "scheduled" => {
                let due_at = event.data["due_at"].as_i64().unwrap_or(0);
                timers.insert(timer, (due_at, 0));
            }
            "rung" => timers.entry(timer).or_default().1 += 1,
            _ => {}
        }
    }
    timers
        .into_iter()
        .filter(|(_, (_, rung))| *rung != 1)
        .map(|(timer, (due_at, rung))| format!("{timer}, due at {due_at}, rang {rung} times"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample::bites;
    use super::check;
    use crate::history::History;

    fn rings(history: &History) -> usize {
        let found = history
            .payloads
            .iter()
            .position(|payload| payload.name == "ring");
        found.expect("a calm run has timers")
    }

    #[test]
    fn a_timer_that_stays_silent_is_noticed() {
        bites(check, |history| {
            let ring = rings(history);
            history.payloads.remove(ring);
        });
    }

    #[test]
    fn a_timer_that_rings_twice_is_noticed() {
        bites(check, |history| {
            let ring = history.payloads[rings(history)].clone();
            history.payloads.push(ring);
        });
    }
}
