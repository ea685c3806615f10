//! Partitions: one chain, one view and one writer for each (workspace, module).

use crate::WorkspaceId;
use serde::{Deserialize, Serialize};

/// The name of a module, as in `POST /api/<module>/…`.
pub type ModuleName = &'static str;

/// A (workspace, module) pair. Its text form is `<workspace>/<module>`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PartitionId {
    /// The workspace, or [`WorkspaceId::INSTALLATION`].
    pub workspace: WorkspaceId,
    /// The module's name.
    pub module: String,
}

/// Text that is not a partition id.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is not a partition id (<workspace uuid>/<module>)")]
pub struct PartitionIdError(String);

impl PartitionId {
    /// The partition of `module` in `workspace`.
    #[must_use]
    pub fn new(workspace: WorkspaceId, module: &str) -> Self {
        Self {
            workspace,
            module: module.into(),
        }
    }
}

impl std::fmt::Display for PartitionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.workspace, self.module)
    }
}

impl std::str::FromStr for PartitionId {
    type Err = PartitionIdError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || PartitionIdError(text.into());
        let (workspace, module) = text.split_once('/').ok_or_else(bad)?;
        let named = !module.is_empty()
            && module.len() <= 32
            && module.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        if !named {
            return Err(bad());
        }
        Ok(Self {
            workspace: workspace.parse().map_err(|_| bad())?,
            module: module.into(),
        })
    }
}

impl TryFrom<String> for PartitionId {
    type Error = PartitionIdError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<PartitionId> for String {
    fn from(id: PartitionId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn text_form_round_trips(workspace: u128, module in "[a-z][a-z-]{0,31}") {
            let id = PartitionId::new(WorkspaceId(uuid::Uuid::from_u128(workspace)), &module);
            prop_assert_eq!(id.to_string().parse::<PartitionId>().unwrap(), id);
        }

        #[test]
        fn parsing_never_panics(text: String) {
            let _ = text.parse::<PartitionId>();
        }
    }
}
