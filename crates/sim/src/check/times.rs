//! Time in a chain never goes back, whatever the sites' clocks do.

use crate::history::History;

pub(super) fn check(history: &History) -> Vec<String> {
    let pairs = history.chain.iter().zip(history.chain.iter().skip(1));
    pairs
        .filter(|(before, entry)| entry.header.time < before.header.time)
        .map(|(_, entry)| format!("entry {} is older than the one before", entry.header.seq))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample::bites;
    use super::check;
    use kernel::Timestamp;

    #[test]
    fn a_step_back_is_noticed() {
        bites(check, |history| {
            history.chain[7].header.time = Timestamp(0);
        });
    }
}
