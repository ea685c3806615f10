//! Order as clients saw it: a command that was begun after another was acknowledged comes after it
//! in the chain.

use crate::history::{History, Kind};

pub(super) fn check(history: &History) -> Vec<String> {
    let mut begun: Vec<(i64, u64, usize)> = Vec::new();
    let mut acknowledged: Vec<(i64, u64, usize)> = Vec::new();
    for (number, issue) in history.issues.iter().enumerate() {
        let Some(reply) = &issue.answer else { continue };
        let Some((seq, _)) = issue.accepted() else {
            continue;
        };
        if issue.kind == Kind::First {
            begun.push((issue.began_at, seq, number));
        }
        acknowledged.push((reply.at, seq, number));
    }
    begun.sort_unstable();
    acknowledged.sort_unstable();
    let mut found = Vec::new();
    let mut newest = (0, 0);
    let mut earlier = acknowledged.into_iter().peekable();
    for (began_at, seq, number) in begun {
        while let Some((_, seq, number)) = earlier.next_if(|(at, _, _)| *at < began_at) {
            newest = newest.max((seq, number));
        }
        if newest.0 >= seq {
            found.push(format!(
                "issue {number} is entry {seq}, but began after entry {} of issue {} was acknowledged",
                newest.0, newest.1
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::sample::bites;
    use super::check;
    use crate::history::Kind;

    #[test]
    fn an_entry_out_of_order_is_noticed() {
        bites(check, |history| {
            let last = history
                .issues
                .iter()
                .rposition(|issue| issue.kind == Kind::First && issue.accepted().is_some());
            let issue = &mut history.issues[last.expect("commands are accepted")];
            let reply = issue.answer.as_mut().expect("it was answered");
            reply.outcome = super::super::sample::accepted_at(1);
        });
    }
}
