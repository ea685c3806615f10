//! A core never fails unless its module was made to, answers everyone once, and rests when there
//! is nothing to do.

use crate::history::History;

/// More steps than this in one millisecond, asked for by the core itself, are a loop.
const BUSY: u32 = 20;

pub(super) fn check(history: &History) -> Vec<String> {
    let mut found: Vec<String> = history
        .failures
        .iter()
        .filter(|(_, is_planned)| !is_planned)
        .map(|(text, _)| text.clone())
        .collect();
    if history.busiest_tick > BUSY {
        found.push(format!(
            "a core asked for {} ticks in one millisecond",
            history.busiest_tick
        ));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::sample::bites;
    use super::check;

    #[test]
    fn a_failure_is_noticed() {
        bites(check, |history| {
            history.failures.push(("broken".into(), false));
        });
    }

    #[test]
    fn a_loop_is_noticed() {
        bites(check, |history| history.busiest_tick = 1_000);
    }
}
