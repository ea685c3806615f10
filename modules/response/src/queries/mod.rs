//! The queries: the team, calls, incidents, requests for break-glass access, and what is missing.

mod calls;
mod contacts;
mod gaps;
mod incidents;
mod outgoing;
mod status_page;
mod succession;
mod team;

pub use calls::{
    CallDetail, CallListParams, CallParams, CallSettings, CallSummary, Message, call_of,
};
pub use contacts::{ContactListParams, OwnPoint, OwnPoints, PersonContacts};
pub use gaps::{Gap, Gaps, gaps_of};
pub use incidents::{
    Incident, IncidentDetail, IncidentListParams, IncidentParams, Line, OpenRoom, Task,
    TimelineParams, open_rooms,
};
pub use kernel::page::Page;
pub use outgoing::{Content, Outgoing, outgoing};
pub use status_page::{PublicIncident, PublicUpdate, StatusPage, public_incidents, status_page_of};
pub use succession::{Grant, SuccessionListParams, SuccessionRequest, SuccessionSettings, grants};
pub use team::{CommandTeam, Role, Shift, ShiftListParams, Staff, command_team_of};

use kernel::{QuerySpec, SchemaOf, run_query};
use serde::Deserialize;
use utoipa::ToSchema;

/// Nothing is asked for but the whole.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoParams {}

/// The queries of this module.
pub const QUERIES: &[QuerySpec] = &[
    QuerySpec {
        name: "command-team",
        summary: "Command roles in order, with holders and deputies.",
        parameters: SchemaOf::of::<NoParams>(),
        answer: SchemaOf::of::<CommandTeam>(),
        run: |rows, actor, text| run_query(rows, actor, text, team::command_team),
    },
    QuerySpec {
        name: "shift-list",
        summary: "The on-call calendar.",
        parameters: SchemaOf::of::<ShiftListParams>(),
        answer: Page::<Shift>::schema_of(),
        run: |rows, actor, text| run_query(rows, actor, text, team::shift_list),
    },
    QuerySpec {
        name: "own-contact-points",
        summary: "How you are reached.",
        parameters: SchemaOf::of::<NoParams>(),
        answer: SchemaOf::of::<OwnPoints>(),
        run: |rows, actor, text| run_query(rows, actor, text, contacts::own_contact_points),
    },
    QuerySpec {
        name: "contact-list",
        summary: "How the people of the command team are reached, masked.",
        parameters: SchemaOf::of::<ContactListParams>(),
        answer: Page::<PersonContacts>::schema_of(),
        run: |rows, actor, text| run_query(rows, actor, text, contacts::contact_list),
    },
    QuerySpec {
        name: "call-list",
        summary: "Calls, the newest first: all, or those that call you.",
        parameters: SchemaOf::of::<CallListParams>(),
        answer: Page::<CallSummary>::schema_of(),
        run: |rows, actor, text| run_query(rows, actor, text, calls::call_list),
    },
    QuerySpec {
        name: "call",
        summary: "A call: who was told how and when, and who has answered.",
        parameters: SchemaOf::of::<CallParams>(),
        answer: SchemaOf::of::<CallDetail>(),
        run: |rows, actor, text| run_query(rows, actor, text, calls::call),
    },
    QuerySpec {
        name: "call-settings",
        summary: "Whom an incident calls by itself, and how insistently.",
        parameters: SchemaOf::of::<NoParams>(),
        answer: SchemaOf::of::<CallSettings>(),
        run: |rows, actor, text| run_query(rows, actor, text, calls::call_settings),
    },
    QuerySpec {
        name: "incident-list",
        summary: "Incidents, the newest first.",
        parameters: SchemaOf::of::<IncidentListParams>(),
        answer: Page::<Incident>::schema_of(),
        run: |rows, actor, text| run_query(rows, actor, text, incidents::incident_list),
    },
    QuerySpec {
        name: "incident",
        summary: "An incident's room: roles taken, tasks, calls.",
        parameters: SchemaOf::of::<IncidentParams>(),
        answer: SchemaOf::of::<IncidentDetail>(),
        run: |rows, actor, text| run_query(rows, actor, text, incidents::incident),
    },
    QuerySpec {
        name: "incident-timeline",
        summary: "What happened in and around an incident, in the order of the record.",
        parameters: SchemaOf::of::<TimelineParams>(),
        answer: Page::<Line>::schema_of(),
        run: |rows, actor, text| run_query(rows, actor, text, incidents::incident_timeline),
    },
    QuerySpec {
        name: "status-page",
        summary: "The status page as it is set.",
        parameters: SchemaOf::of::<NoParams>(),
        answer: SchemaOf::of::<StatusPage>(),
        run: |rows, actor, text| run_query(rows, actor, text, status_page::status_page),
    },
    QuerySpec {
        name: "succession-settings",
        summary: "The rules of break-glass access.",
        parameters: SchemaOf::of::<NoParams>(),
        answer: SchemaOf::of::<SuccessionSettings>(),
        run: |rows, actor, text| run_query(rows, actor, text, succession::succession_settings),
    },
    QuerySpec {
        name: "succession-list",
        summary: "Requests for break-glass access, the newest first.",
        parameters: SchemaOf::of::<SuccessionListParams>(),
        answer: Page::<SuccessionRequest>::schema_of(),
        run: |rows, actor, text| run_query(rows, actor, text, succession::succession_list),
    },
    QuerySpec {
        name: "response-gaps",
        summary: "What is missing for people to be reached and to act.",
        parameters: SchemaOf::of::<NoParams>(),
        answer: SchemaOf::of::<Gaps>(),
        run: |rows, actor, text| run_query(rows, actor, text, gaps::response_gaps),
    },
];

/// A stored JSON column. What apply wrote reads back; anything else is a damaged view.
pub(crate) fn json<T: serde::de::DeserializeOwned>(
    row: &rusqlite::Row<'_>,
    column: usize,
) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(
            column,
            rusqlite::types::Type::Text,
            Box::new(error),
        )
    })
}

/// The same, where there may be none.
fn json_or_none<T: serde::de::DeserializeOwned>(
    row: &rusqlite::Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<T>> {
    match row.get_ref(column)? {
        rusqlite::types::ValueRef::Null => Ok(None),
        _ => json(row, column).map(Some),
    }
}
