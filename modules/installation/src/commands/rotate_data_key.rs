//! Seal a workspace's new entries with a new key.

use super::{Keyed, Wish};
use crate::acting::{Asked, On};
use crate::events::{DataKeyAdded, Fact};
use crate::rows;
use kernel::{DecideError, Decision, KeyId, Refusal, WorkspaceId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// Adds a data key to a workspace. Earlier keys stay: they open the entries they sealed.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateDataKey {
    /// The workspace.
    pub workspace_id: WorkspaceId,
}

impl Wish for Keyed<RotateDataKey> {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        asked.may("rotate-data-key", On::Installation)?;
        let workspace_id = self.wish.workspace_id;
        let KeyId(latest) = rows::latest_data_key(asked.rows, workspace_id)?.ok_or_else(|| {
            let field = "command.workspace_id";
            Refusal::not_found(field, "workspace_not_found", "There is no such workspace.")
        })?;
        let fact = DataKeyAdded {
            workspace_id,
            key_id: KeyId(latest + 1),
            bytes: self.bytes,
        };
        Ok(Decision::Accepted {
            answer: json!({"key_id": fact.key_id}),
            events: vec![fact.event()],
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::queries::key_ring;
    use crate::tests::{Sent, as_ann, founded, id};
    use kernel::{KeyId, WorkspaceId};
    use serde_json::json;

    #[test]
    fn keys_are_added_and_none_is_lost() {
        let mut given = founded();
        let _ = given
            .send(
                "create-workspace",
                json!({"workspace_id": id(70), "name": "Harbour"}),
            )
            .accepted_events();
        let first = key_ring(given.rows(), WorkspaceId(id(70))).unwrap();
        let answer = given
            .send("rotate-data-key", json!({"workspace_id": id(70)}))
            .accepted("data-key-added");
        assert_eq!(answer["key_id"], json!(2));
        let ring = key_ring(given.rows(), WorkspaceId(id(70))).unwrap();
        assert_eq!((ring[0], ring[1].0), (first[0], KeyId(2)));
        assert_ne!(ring[0].1, ring[1].1);
        given
            .send("rotate-data-key", json!({"workspace_id": id(71)}))
            .refused("workspace_not_found");
        as_ann()
            .send("rotate-data-key", json!({"workspace_id": id(70)}))
            .refused("not_permitted");
    }
}
