//! The vault can be opened, also when one custodian more is gone.

use super::{Check, Seen, gap};

/// The check.
pub const CHECK: Check = Check {
    name: "custodians",
    weight: 10,
    asks: "More custodians are here than opening the vault takes.",
    fix: "Make new shares for people who are here: `sekoci keys rotate`.",
    look: |facts| {
        let Some(vault) = &facts.vault else {
            return Seen::one(Some(gap("custodians", "There is no vault to open.")));
        };
        let Some((count, threshold)) = vault.custodians else {
            return Seen::NotKnown("The trust does not say how many custodians there are.");
        };
        let here = usize::from(count).saturating_sub(vault.departed.len());
        let mut gaps: Vec<_> = vault
            .departed
            .iter()
            .map(|name| gap(name.clone(), "This custodian has left."))
            .collect();
        if here <= usize::from(threshold) {
            let detail =
                format!("{here} are here and {threshold} are needed: none may be missing.");
            gaps.push(gap("custodians", detail));
        }
        Seen::Looked {
            of: usize::from(count) + 1,
            gaps,
        }
    },
};

#[cfg(test)]
mod tests {
    use super::super::given;
    use super::*;
    use crate::readiness::facts::Vault;

    #[test]
    fn one_may_be_missing() {
        let shares = |count, threshold, departed: &[&str]| {
            let mut facts = given::facts(Vec::new());
            facts.vault = Some(Vault {
                custodians: Some((count, threshold)),
                departed: departed.iter().map(|name| (*name).into()).collect(),
                ..Vault::default()
            });
            let seen = (CHECK.look)(&facts);
            given::missing(&seen)
                .into_iter()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert!(shares(3, 2, &[]).is_empty());
        assert_eq!(shares(2, 2, &[]), ["custodians"]);
        assert_eq!(shares(3, 2, &["Kim"]), ["Kim", "custodians"]);
        assert_eq!(shares(5, 2, &["Kim"]), ["Kim"]);
    }
}
