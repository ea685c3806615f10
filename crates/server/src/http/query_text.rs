//! The query string of a query: what the gateway takes for itself, and what it hands on.

use super::envelope::{Scope, missing, uuid};
use super::moment::parse;
use crate::problem::Problem;
use kernel::{Seq, Timestamp, WorkspaceId};

/// A query string, split.
#[derive(Debug, PartialEq, Eq)]
pub struct QueryText {
    /// The workspace, where the module has one partition for each.
    pub workspace: Option<WorkspaceId>,
    /// Wait until this position is applied.
    pub min_seq: Option<Seq>,
    /// Answer as of this time.
    pub moment: Option<Timestamp>,
    /// The query's own parameters.
    pub parameters: String,
}

/// Splits a query string.
///
/// # Errors
/// 422 naming the parameter that is missing, repeated or malformed.
pub fn split(text: &str, scope: Scope) -> Result<QueryText, Problem> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(text)
        .map_err(|error| Problem::invalid("query", "malformed", error.to_string()))?;
    let (mut workspace, mut min_seq, mut moment, mut others) = (None, None, None, Vec::new());
    for (name, value) in pairs {
        match name.as_str() {
            "workspace_id" if scope == Scope::Workspace => {
                once(&name, workspace.replace(WorkspaceId(uuid(&name, &value)?)))?;
            }
            "min_seq" => {
                let seq = value.parse().map_err(|_| {
                    Problem::invalid(&name, "malformed", "It must be a whole number.")
                })?;
                once(&name, min_seq.replace(seq))?;
            }
            "moment" if scope == Scope::Workspace => {
                once(&name, moment.replace(parse(&name, &value)?))?;
            }
            "moment" => {
                let detail = "Only what belongs to a workspace is answered as of a moment.";
                return Err(Problem::invalid(&name, "unknown_field", detail));
            }
            _ => others.push((name, value)),
        }
    }
    if scope == Scope::Workspace && workspace.is_none() {
        return Err(missing("workspace_id"));
    }
    let parameters = serde_urlencoded::to_string(others)
        .map_err(|error| Problem::invalid("query", "malformed", error.to_string()))?;
    Ok(QueryText {
        workspace,
        min_seq,
        moment,
        parameters,
    })
}

fn once<T>(name: &str, before: Option<T>) -> Result<(), Problem> {
    match before {
        None => Ok(()),
        Some(_) => Err(Problem::invalid(
            name,
            "malformed",
            "It may be given only once.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "0190a6f0-0000-7000-8000-000000000001";

    #[test]
    fn the_gateways_own_parameters_are_taken_out() {
        let text = format!("search=a%26b&workspace_id={ID}&limit=5&min_seq=7&moment=9");
        let split = split(&text, Scope::Workspace).unwrap();
        assert_eq!(split.workspace.unwrap().to_string(), ID);
        assert_eq!(split.min_seq, Some(7));
        assert_eq!(split.moment, Some(Timestamp(9)));
        assert_eq!(split.parameters, "search=a%26b&limit=5");
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let field = |text: &str| split(text, Scope::Workspace).unwrap_err().field.unwrap();
        assert_eq!(field("limit=5"), "workspace_id");
        assert_eq!(field("workspace_id=5"), "workspace_id");
        assert_eq!(
            field(&format!("workspace_id={ID}&workspace_id={ID}")),
            "workspace_id"
        );
        assert_eq!(field(&format!("workspace_id={ID}&min_seq=-1")), "min_seq");
        assert_eq!(field(&format!("workspace_id={ID}&moment=x")), "moment");
        let installation = split("moment=1", Scope::Installation).unwrap_err();
        assert_eq!(installation.field.as_deref(), Some("moment"));
        let kept = split("workspace_id=x", Scope::Installation).unwrap();
        assert_eq!(
            kept.parameters, "workspace_id=x",
            "the query itself refuses it"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in ".{0,80}") {
            let _ = split(&text, Scope::Workspace);
        }
    }
}
