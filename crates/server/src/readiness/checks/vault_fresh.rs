//! The vault has the latest work.

use super::{Check, Seen, gap};

/// The check.
pub const CHECK: Check = Check {
    name: "vault-fresh",
    weight: 10,
    asks: "A third place has the latest work, sealed.",
    fix: "Set up a vault, or look at why sealing is behind.",
    look: |facts| {
        let Some(vault) = &facts.vault else {
            return Seen::one(Some(gap(
                "vault",
                "This site does not seal into any vault.",
            )));
        };
        if let Some(alarm) = vault.alarm {
            return Seen::one(Some(gap(
                "vault",
                format!("Sealing raises an alarm: {alarm}."),
            )));
        }
        match vault.rpo_ms {
            Some(_) => Seen::one(None),
            None => Seen::NotKnown("How far sealing is behind is not known yet."),
        }
    },
};

#[cfg(test)]
mod tests {
    use super::super::{CheckState, given};
    use super::*;
    use crate::readiness::facts::Vault;

    #[test]
    fn a_vault_that_is_silent_or_unknown_is_not_ready() {
        let mut facts = given::facts(Vec::new());
        assert_eq!((CHECK.look)(&facts).state(), CheckState::Missing);
        facts.vault = Some(Vault::default());
        assert_eq!((CHECK.look)(&facts).state(), CheckState::NotKnown);
        let fresh = Vault {
            rpo_ms: Some(4),
            ..Vault::default()
        };
        facts.vault = Some(fresh.clone());
        assert_eq!((CHECK.look)(&facts).state(), CheckState::Ok);
        facts.vault = Some(Vault {
            alarm: Some("silent"),
            ..fresh
        });
        assert_eq!((CHECK.look)(&facts).state(), CheckState::Missing);
    }
}
