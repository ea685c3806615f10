//! Every contact point of the command team was tried.

use super::{Check, Seen, gap};

/// The check.
pub const CHECK: Check = Check {
    name: "contacts-verified",
    weight: 5,
    asks: "Every way to reach somebody of the command team was tried.",
    fix: "Send a test to each contact point and have it confirmed.",
    look: |facts| {
        let Some(response) = &facts.response else {
            return Seen::NotKnown("This release does not know how people are reached.");
        };
        if response.contacts == 0 {
            return Seen::one(Some(gap("contact points", "There are none.")));
        }
        let gaps = response.unverified_contacts.iter();
        let gaps = gaps.map(|name| gap(name.clone(), "It was never tried."));
        Seen::Looked {
            gaps: gaps.collect(),
            of: response.contacts,
        }
    },
};

#[cfg(test)]
mod tests {
    use super::super::{CheckState, given};
    use super::*;
    use crate::readiness::facts::Response;

    #[test]
    fn contacts_that_were_never_tried_are_named() {
        let mut facts = given::facts(Vec::new());
        assert_eq!((CHECK.look)(&facts).state(), CheckState::NotKnown);
        facts.response = Some(Response::default());
        assert_eq!((CHECK.look)(&facts).state(), CheckState::Missing);
        facts.response = Some(Response {
            contacts: 2,
            unverified_contacts: vec!["Kim by e-mail".into()],
            ..Response::default()
        });
        assert_eq!(given::missing(&(CHECK.look)(&facts)), ["Kim by e-mail"]);
    }
}
