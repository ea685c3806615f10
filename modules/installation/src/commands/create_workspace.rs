//! Create a workspace.

use super::{Keyed, Wish, conflict, id_taken};
use crate::acting::{Asked, On};
use crate::events::{DataKeyAdded, Fact, WorkspaceCreated};
use crate::{fields, rows};
use kernel::{DecideError, Decision, KeyId, Refusal, WorkspaceId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Creates a workspace with its first data key. Its directory begins with `found-workspace`.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateWorkspace {
    /// The workspace's id, made by the client.
    pub workspace_id: WorkspaceId,
    /// Its name, 1 to 100 characters, unique ignoring case.
    pub name: String,
}

impl Wish for Keyed<CreateWorkspace> {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        asked.may("create-workspace", On::Installation)?;
        let workspace_id = self.wish.workspace_id;
        let name = fields::name("command.name", &self.wish.name)?;
        if workspace_id == WorkspaceId::INSTALLATION {
            let detail = "This id stands for the installation.";
            let field = "command.workspace_id";
            return Err(Refusal::invalid(field, "id_reserved", detail).into());
        }
        if let Some(present) = rows::workspace(asked.rows, workspace_id)? {
            return if present == name {
                Ok(Decision::unchanged())
            } else {
                Err(id_taken("command.workspace_id").into())
            };
        }
        if rows::workspace_named(asked.rows, &name)?.is_some() {
            let detail = "Another workspace has this name.";
            return Err(conflict("command.name", "name_taken", detail).into());
        }
        let key = DataKeyAdded {
            workspace_id,
            key_id: KeyId(1),
            bytes: self.bytes,
        };
        let created = WorkspaceCreated { workspace_id, name };
        Ok(Decision::accepted(vec![created.event(), key.event()]))
    }
}

#[cfg(test)]
mod tests {
    use crate::queries::{key_ring, workspaces};
    use crate::tests::{Sent, as_ann, founded, id};
    use kernel::WorkspaceId;
    use serde_json::json;

    #[test]
    fn a_workspace_has_a_key_and_a_name_of_its_own() {
        let mut given = founded();
        let body = json!({"workspace_id": id(70), "name": "Harbour"});
        given
            .send("create-workspace", body.clone())
            .accepted("workspace-created data-key-added");
        given.send("create-workspace", body).unchanged();
        assert_eq!(workspaces(given.rows()).unwrap()[0].name, "Harbour");
        assert_eq!(
            key_ring(given.rows(), WorkspaceId(id(70))).unwrap().len(),
            1
        );
        for (n, name, code) in [
            (71, "HARBOUR", "name_taken"),
            (70, "Pier", "id_taken"),
            (71, "", "too_short"),
            (0, "Pier", "id_reserved"),
        ] {
            given
                .send(
                    "create-workspace",
                    json!({"workspace_id": id(n), "name": name}),
                )
                .refused(code);
        }
    }

    #[test]
    fn only_operators_create_one() {
        as_ann()
            .send(
                "create-workspace",
                json!({"workspace_id": id(70), "name": "Harbour"}),
            )
            .refused("not_permitted");
    }
}
