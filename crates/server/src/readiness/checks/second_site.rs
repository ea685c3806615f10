//! A second site and a witness answer.

use super::{Check, Seen, gap};

/// The check.
pub const CHECK: Check = Check {
    name: "second-site",
    weight: 10,
    asks: "Another site and a witness are there and answer.",
    fix: "Set up what is missing, or bring back what does not answer.",
    look: |facts| {
        let one_of = |is_site: bool, what: &str| {
            let mut there = facts.nodes.iter().filter(|node| node.is_site == is_site);
            let names: Vec<_> = there.clone().map(|node| node.name.as_str()).collect();
            match (names.is_empty(), there.any(|node| node.is_reachable)) {
                (true, _) => Some(gap(what, "There is none.")),
                (false, false) => Some(gap(names.join(", "), "It does not answer.")),
                (false, true) => None,
            }
        };
        let missing = [one_of(true, "second site"), one_of(false, "witness")];
        Seen::Looked {
            of: 2,
            gaps: missing.into_iter().flatten().collect(),
        }
    },
};

#[cfg(test)]
mod tests {
    use super::super::given;
    use super::*;
    use crate::readiness::facts::Node;

    #[test]
    fn both_have_to_answer() {
        let mut facts = given::facts(Vec::new());
        assert_eq!(
            given::missing(&(CHECK.look)(&facts)),
            ["second site", "witness"]
        );
        for (name, is_site, is_reachable) in [("b", true, true), ("w", false, false)] {
            facts.nodes.push(Node {
                name: name.into(),
                is_site,
                is_reachable,
            });
        }
        assert_eq!(given::missing(&(CHECK.look)(&facts)), ["w"]);
        facts.nodes[1].is_reachable = true;
        assert_eq!((CHECK.look)(&facts).share(), 1_000);
    }
}
