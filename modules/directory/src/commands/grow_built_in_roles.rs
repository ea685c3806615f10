//! Give the built-in roles the permissions that came with a later release. Issued by the leading site;
//! see [`crate::due`].

use super::Wish;
use crate::acting::{Asked, On};
use crate::events::{Fact, RoleDefined};
use crate::{roles, rows};
use kernel::{DecideError, Decision};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// Add permissions to built-in roles. Nothing is ever taken away from them: while two sites run two
/// releases, the older one must not undo what the newer one did.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrowBuiltInRoles {
    /// What is missing, by role.
    pub missing: BTreeMap<String, Vec<String>>,
}

impl Wish for GrowBuiltInRoles {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        asked.may("grow-built-in-roles", On::Workspace)?;
        let mut events = Vec::new();
        for (role, missing) in roles::BUILT_IN.iter().filter_map(|(role, allowed)| {
            let missing = self.missing.get(*role)?.iter();
            let allowed = missing.filter(|p| allowed.contains(&p.as_str())).cloned();
            Some((*role, allowed.collect::<BTreeSet<String>>()))
        }) {
            let present: BTreeSet<String> =
                rows::permissions(asked.rows, role)?.into_iter().collect();
            if rows::role(asked.rows, role)?.is_some() && !missing.is_subset(&present) {
                let grown = RoleDefined {
                    role: role.into(),
                    permissions: present.union(&missing).cloned().collect(),
                    built_in: true,
                };
                events.push(grown.event());
            }
        }
        Ok(match events.is_empty() {
            true => Decision::unchanged(),
            false => Decision::accepted(events),
        })
    }
}
