//! Every command role is taken and has a deputy.

use super::{Check, Seen, gap};

/// The check.
pub const CHECK: Check = Check {
    name: "role-deputies",
    weight: 10,
    asks: "Every command role is taken by somebody who is here and has a deputy who is.",
    fix: "Name holders and deputies of the command roles.",
    look: |facts| {
        let Some(response) = &facts.response else {
            return Seen::NotKnown(
                "This release does not know who takes command roles; the roles are planned only.",
            );
        };
        if response.roles.is_empty() {
            return Seen::one(Some(gap("command roles", "There are none.")));
        }
        let gaps = response.roles.iter().filter_map(|role| {
            let detail = match (role.is_taken, role.deputies) {
                (false, _) => "Nobody who is here has it.",
                (true, 0) => "It has no deputy who is here.",
                (true, _) => return None,
            };
            Some(gap(role.name.clone(), detail))
        });
        Seen::Looked {
            gaps: gaps.collect(),
            of: response.roles.len(),
        }
    },
};

#[cfg(test)]
mod tests {
    use super::super::{CheckState, given};
    use super::*;
    use crate::readiness::facts::{CommandRole, Response};

    #[test]
    fn roles_need_a_holder_and_a_deputy() {
        let mut facts = given::facts(Vec::new());
        assert_eq!((CHECK.look)(&facts).state(), CheckState::NotKnown);
        let role = |name: &str, is_taken, deputies| CommandRole {
            name: name.into(),
            is_taken,
            deputies,
        };
        facts.response = Some(Response {
            roles: vec![
                role("commander", true, 1),
                role("recovery", true, 0),
                role("voice", false, 2),
            ],
            ..Response::default()
        });
        assert_eq!(given::missing(&(CHECK.look)(&facts)), ["recovery", "voice"]);
    }
}
