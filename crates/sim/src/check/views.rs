//! After quiet both sites hold the same rows, down to the last column, and so would a new site that
//! replays the chain.

use crate::history::{Dump, History};

pub(super) fn check(history: &History) -> Vec<String> {
    let mut found = Vec::new();
    let [a, b] = &history.views;
    if a.is_empty() || b.is_empty() {
        found.push("a site has no view at the end".into());
    }
    found.extend(difference("site a and site b", a, b));
    found.extend(difference("site a and a replay", a, &history.replay));
    found
}

fn difference(what: &str, one: &Dump, other: &Dump) -> Option<String> {
    if one == other {
        return None;
    }
    let row = one.iter().find(|row| !other.contains(row));
    let row = row.or_else(|| other.iter().find(|row| !one.contains(row)));
    Some(format!(
        "{what} differ: {}",
        row.map_or("a row is there more than once", String::as_str)
    ))
}

#[cfg(test)]
mod tests {
    use super::super::sample::bites;
    use super::check;

    #[test]
    fn a_row_missing_at_one_site_is_noticed() {
        bites(check, |history| {
            history.views[1].pop();
        });
    }

    #[test]
    fn a_row_that_replay_does_not_give_is_noticed() {
        bites(check, |history| {
            let row = history.views[0][0].clone();
            history
                .views
                .iter_mut()
                .for_each(|view| view.push(row.clone()));
        });
    }
}
