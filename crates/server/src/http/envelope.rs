//! The envelope around a command: `{ "command_id", "workspace_id"?, "command" }`, read strictly and
//! with errors that name the field.

use crate::problem::Problem;
use kernel::id::Uuid;
use kernel::{CommandId, WorkspaceId};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// What a module's commands and queries are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The installation as a whole: no `workspace_id`.
    Installation,
    /// One workspace, named by `workspace_id`.
    Workspace,
}

impl Scope {
    /// The scope of a module.
    #[must_use]
    pub fn of(module: &str) -> Self {
        match module {
            "installation" | "continuity" => Self::Installation,
            _ => Self::Workspace,
        }
    }
}

/// A command as a client sent it.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    /// The client's id for it.
    pub command_id: CommandId,
    /// The workspace, where the module has one partition for each.
    pub workspace: Option<WorkspaceId>,
    /// The parameters.
    pub command: Value,
}

/// The answer to a command that took effect, or had taken effect before.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommandAnswer {
    /// The command's id.
    pub command_id: CommandId,
    /// Position of its entry; null when nothing had to be changed.
    pub seq: Option<u64>,
    /// What was wished was so already.
    pub unchanged: bool,
    /// The site that answers.
    pub site: String,
    /// How well it is kept: at every copy the installation promises, or on fewer.
    #[schema(value_type = String)]
    pub durability: journal::Durability,
    /// What the command answers.
    #[schema(value_type = Object)]
    pub answer: Value,
}

/// Reads an envelope.
///
/// # Errors
/// 422 naming the field that is missing, unknown or malformed.
pub fn parse(body: Value, scope: Scope) -> Result<Envelope, Problem> {
    let Value::Object(mut fields) = body else {
        return Err(Problem::invalid(
            "body",
            "malformed",
            "The body must be a JSON object.",
        ));
    };
    let command_id = CommandId(take_uuid(&mut fields, "command_id")?);
    if command_id.is_of_a_site() {
        return Err(Problem::invalid(
            "command_id",
            "command_id_reserved",
            "Ids of this form (UUID version 8) are those of the sites' own commands.",
        ));
    }
    let workspace = match scope {
        Scope::Workspace => Some(WorkspaceId(take_uuid(&mut fields, "workspace_id")?)),
        Scope::Installation => None,
    };
    let command = match fields.remove("command") {
        Some(command @ Value::Object(_)) => command,
        Some(_) => return Err(malformed("command", "It must be an object.")),
        None => return Err(missing("command")),
    };
    match fields.into_iter().next() {
        None => Ok(Envelope {
            command_id,
            workspace,
            command,
        }),
        Some((field, _)) => Err(Problem::invalid(
            &field,
            "unknown_field",
            "The request must not have this field.",
        )),
    }
}

fn take_uuid(fields: &mut Map<String, Value>, field: &str) -> Result<Uuid, Problem> {
    let value = fields.remove(field).ok_or_else(|| missing(field))?;
    uuid(field, value.as_str().unwrap_or_default())
}

/// A UUID that stands for something.
///
/// # Errors
/// 422 naming the field.
pub fn uuid(field: &str, text: &str) -> Result<Uuid, Problem> {
    match Uuid::parse_str(text) {
        Ok(id) if !id.is_nil() && !id.is_max() => Ok(id),
        Ok(_) | Err(_) => Err(malformed(field, "It must be a UUID.")),
    }
}

/// A field that is not there.
#[must_use]
pub fn missing(field: &str) -> Problem {
    Problem::invalid(field, "missing_field", "The request needs this field.")
}

fn malformed(field: &str, detail: &str) -> Problem {
    Problem::invalid(field, "malformed", detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const ID: &str = "0190a6f0-0000-7000-8000-000000000001";

    #[test]
    fn ids_of_the_sites_own_commands_are_theirs() {
        let of = |id: CommandId| {
            let body = json!({ "command_id": id, "command": {} });
            parse(body, Scope::Installation).map_err(|problem| problem.code.into_owned())
        };
        let taken = of(CommandId::derived("advance-call/1/2"));
        assert_eq!(taken.unwrap_err(), "command_id_reserved");
        assert!(of(CommandId::of_client("slack import/1")).is_ok());
        assert!(of(CommandId(ID.parse().unwrap())).is_ok());
    }

    fn refused(body: Value, scope: Scope) -> (String, String) {
        let problem = parse(body, scope).unwrap_err();
        (problem.field.unwrap(), problem.code.into_owned())
    }

    #[test]
    fn a_complete_envelope_is_read() {
        let body = json!({"command_id": ID, "workspace_id": ID, "command": {"name": "x"}});
        let envelope = parse(body, Scope::Workspace).unwrap();
        assert_eq!(envelope.workspace.unwrap().to_string(), ID);
        assert_eq!(envelope.command, json!({"name": "x"}));
    }

    #[test]
    fn every_error_names_its_field() {
        let whole = json!({"command_id": ID, "workspace_id": ID, "command": {}});
        for (field, value, code) in [
            ("command_id", None, "missing_field"),
            ("command_id", Some(json!(7)), "malformed"),
            ("command_id", Some(json!("7")), "malformed"),
            (
                "command_id",
                Some(json!(Uuid::nil().to_string())),
                "malformed",
            ),
            ("workspace_id", None, "missing_field"),
            ("workspace_id", Some(json!(null)), "malformed"),
            ("command", None, "missing_field"),
            ("command", Some(json!([])), "malformed"),
            ("comand", Some(json!({})), "unknown_field"),
        ] {
            let mut body = whole.clone();
            match value {
                Some(value) => body[field] = value,
                None => drop(body.as_object_mut().unwrap().remove(field)),
            }
            assert_eq!(refused(body, Scope::Workspace), (field.into(), code.into()));
        }
        assert_eq!(
            refused(whole, Scope::Installation),
            ("workspace_id".into(), "unknown_field".into())
        );
        assert_eq!(
            refused(json!([]), Scope::Workspace),
            ("body".into(), "malformed".into())
        );
    }

    proptest! {
        #[test]
        fn any_json_is_read_without_panic(text in ".{0,80}") {
            if let Ok(body) = serde_json::from_str(&text) {
                let _ = parse(body, Scope::Workspace);
            }
        }
    }
}
