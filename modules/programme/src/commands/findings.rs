//! What drills showed to be amiss, until a later drill shows that it is mended.

use super::drill_plans::scenario;
use super::{Deciding, note};
use crate::FindingId;
use crate::access::{Action, Keeper, require_active, require_site};
use crate::events::{Fact, FindingAssigned, FindingClosed, FindingRecorded, FindingSource};
use crate::limits::{DAY_MS, FINDINGS_OPEN_MAX};
use crate::rows::count;
use kernel::id::Uuid;
use kernel::{
    Actor, Command, CommandId, CommandSpec, DecideError, Decision, PersonId, Refusal, SiteName,
    Timestamp,
};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const TAKE_OVER_NAME: &str = "take-over-finding";
/// How long there is to mend what a drill told, where nobody says otherwise.
const MEND_MS: i64 = 30 * DAY_MS;
/// Findings taken over in one round.
const AT_ONCE: usize = 20;

/// How recording is offered.
pub const RECORD: CommandSpec = CommandSpec::new::<RecordFinding>(
    "record-finding",
    "Record what somebody saw amiss in a drill.",
);
/// How assigning is offered.
pub const ASSIGN: CommandSpec =
    CommandSpec::new::<AssignFinding>("assign-finding", "Say who mends a finding, and until when.");
/// How closing is offered.
pub const CLOSE: CommandSpec = CommandSpec::new::<CloseFinding>(
    "close-finding",
    "Close a finding by a later drill of its scenario that passed, or in words as a second person.",
);
/// How a site takes over what a drill told.
pub const TAKE_OVER: CommandSpec = CommandSpec::new::<TakeOverFinding>(
    TAKE_OVER_NAME,
    "Take over a finding that a planned drill told.",
)
.internal();

/// Record what somebody saw amiss.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordFinding {
    /// The finding's id.
    pub finding_id: FindingId,
    /// The scenario in which it was seen, and whose later drill may close it.
    pub scenario: String,
    /// What is amiss, 1 to 1,000 characters.
    pub words: String,
    /// Who mends it.
    #[serde(default)]
    pub owner: Option<PersonId>,
    /// Until when.
    pub due_at: Timestamp,
}

/// Say who mends a finding.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignFinding {
    /// The finding.
    pub finding_id: FindingId,
    /// Who.
    pub owner: PersonId,
    /// Until when.
    pub due_at: Timestamp,
}

/// Close a finding: by a drill, or with a reason.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseFinding {
    /// The finding.
    pub finding_id: FindingId,
    /// A drill of its scenario that began after it was recorded, and passed.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub drill_id: Option<Uuid>,
    /// Instead of a drill, why none is needed; by somebody who neither found it nor mends it.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Take over a finding of a drill.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeOverFinding {
    /// The drill.
    #[schema(value_type = String)]
    pub drill_id: Uuid,
    /// Which of its findings.
    pub number: u32,
}

struct Stored {
    scenario: String,
    recorded_at: i64,
    recorded_by: Option<PersonId>,
    owner: Option<PersonId>,
    is_closed: bool,
}

/// Decides recording.
///
/// # Errors
/// `finding_exists`, `bad_scenario_name`, `person_not_found`, `person_deactivated`,
/// `too_many_findings`.
pub fn record(of: &Deciding<'_>, body: RecordFinding) -> Result<Decision, DecideError> {
    let keeper = of.keeper()?;
    let scenario = scenario("command.scenario", &body.scenario)?;
    let words = note("command.words", &body.words)?;
    if let Some(owner) = body.owner {
        require_active(of.rows, "command.owner", owner)?;
    }
    if find(of, body.finding_id)?.is_some() {
        let detail = "There is a finding with this id already.";
        return Err(Refusal::conflict("finding_exists", detail).into());
    }
    let open = count(
        of.rows,
        "SELECT count(*) FROM finding WHERE closed_at IS NULL",
    )?;
    if open >= FINDINGS_OPEN_MAX {
        let detail = format!("{open} findings are open; close some first.");
        return Err(Refusal::conflict("too_many_findings", detail).into());
    }
    let fact = FindingRecorded {
        finding_id: body.finding_id,
        scenario,
        words,
        source: FindingSource::Person {
            person_id: keeper.id,
        },
        owner: body.owner,
        due_at: body.due_at,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides assigning.
///
/// # Errors
/// `finding_not_found`, `finding_closed`, `person_not_found`, `person_deactivated`.
pub fn assign(of: &Deciding<'_>, body: AssignFinding) -> Result<Decision, DecideError> {
    let keeper = of.keeper()?;
    open(of, body.finding_id)?;
    require_active(of.rows, "command.owner", body.owner)?;
    let fact = FindingAssigned {
        finding_id: body.finding_id,
        owner: body.owner,
        due_at: body.due_at,
        assigned_by: keeper.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides closing.
///
/// # Errors
/// `finding_not_found`, `finding_closed`, `drill_does_not_close`, `second_person_needed`,
/// `malformed` unless exactly one of drill and reason is given.
pub fn close(of: &Deciding<'_>, body: CloseFinding) -> Result<Decision, DecideError> {
    let keeper = Keeper::of(of.rows, of.actor)?;
    keeper.require(Action::CloseFinding, false)?;
    let finding = open(of, body.finding_id)?;
    let reason = match (body.drill_id, body.reason) {
        (Some(drill), None) => {
            require_proof(of, drill, &finding)?;
            None
        }
        (None, Some(reason)) => {
            let own = [finding.recorded_by, finding.owner].contains(&Some(keeper.id));
            keeper.require(Action::CloseFinding, own)?;
            Some(note("command.reason", &reason)?)
        }
        _ => {
            let detail = "Name a drill that passed, or a reason why none is needed.";
            return Err(Refusal::invalid("command.drill_id", "malformed", detail).into());
        }
    };
    let fact = FindingClosed {
        finding_id: body.finding_id,
        drill_id: body.drill_id,
        reason,
        closed_by: keeper.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

fn require_proof(of: &Deciding<'_>, drill: Uuid, finding: &Stored) -> Result<(), DecideError> {
    let found: Option<(String, i64, Option<bool>)> = of
        .rows
        .prepare_cached("SELECT scenario, started_at, passed FROM drill WHERE id = ?1")?
        .query_row([drill.as_bytes().as_slice()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let cause = match found {
        None => "There is no such drill in the continuity record.".into(),
        Some((scenario, ..)) if scenario != finding.scenario => {
            format!(
                "It drilled {scenario}; the finding is one of {}.",
                finding.scenario
            )
        }
        Some((_, started_at, _)) if started_at <= finding.recorded_at => {
            "It began before the finding was recorded.".into()
        }
        Some((_, _, Some(true))) => return Ok(()),
        Some((_, _, Some(false))) => "It did not pass.".into(),
        Some((_, _, None)) => "It has not ended.".to_owned(),
    };
    Err(Refusal::conflict("drill_does_not_close", cause).into())
}

/// Decides taking over.
///
/// # Errors
/// `not_permitted` for everybody but sites; `finding_not_found`.
pub fn take_over(of: &Deciding<'_>, body: TakeOverFinding) -> Result<Decision, DecideError> {
    require_site(of.actor)?;
    let id = body.drill_id.as_bytes().as_slice();
    let is_taken: bool = of
        .rows
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM finding WHERE drill = ?1 AND drill_number = ?2)",
        )?
        .query_row((id, body.number), |row| row.get(0))?;
    if is_taken {
        return Ok(Decision::unchanged());
    }
    let told: Option<(String, String, Option<PersonId>)> = of
        .rows
        .prepare_cached(
            "SELECT d.scenario, f.words, p.assignee FROM drill_finding f
             JOIN drill d ON d.id = f.drill LEFT JOIN drill_plan p ON p.scenario = d.scenario
             WHERE f.drill = ?1 AND f.number = ?2",
        )?
        .query_row((id, body.number), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let Some((scenario, words, owner)) = told else {
        return Err(not_found().into());
    };
    let text = format!("{TAKE_OVER_NAME} {} {}", body.drill_id, body.number);
    let fact = FindingRecorded {
        finding_id: FindingId(CommandId::derived(&format!("{text} {}", of.command)).0),
        scenario,
        words,
        source: FindingSource::Drill {
            drill_id: body.drill_id,
            number: body.number,
        },
        owner,
        due_at: of.time.plus_ms(MEND_MS),
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Findings of planned scenarios that nobody has taken over, for drills that ended since the plan.
///
/// # Errors
/// When the view cannot be read.
pub fn due(rows: &Connection, _: Timestamp) -> rusqlite::Result<Vec<Command>> {
    let found: Vec<(Vec<u8>, u32, Vec<u8>)> = rows
        .prepare_cached(
            "SELECT f.drill, f.number, p.id FROM drill_plan p
             JOIN drill d ON d.scenario = p.scenario AND d.ended_at >= p.planned_at
             JOIN drill_finding f ON f.drill = d.id
             WHERE p.cancelled_at IS NULL AND NOT EXISTS (
               SELECT 1 FROM finding o WHERE o.drill = f.drill AND o.drill_number = f.number)
             ORDER BY d.number, f.number LIMIT ?1",
        )?
        .query_map([AT_ONCE], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    let actor = Actor::Site(SiteName::new("lead").expect("a valid name"));
    let commands = found.into_iter().filter_map(|(drill, number, plan)| {
        let drill_id = Uuid::from_slice(&drill).ok()?;
        let plan = Uuid::from_slice(&plan).ok()?;
        let wish = TakeOverFinding { drill_id, number };
        let body = serde_json::to_value(wish).ok()?;
        Some(Command {
            // The plan's id is the workspace's own: other workspaces take it over as well.
            id: CommandId::derived(&format!("{TAKE_OVER_NAME}/{plan}/{drill_id}/{number}")),
            name: TAKE_OVER_NAME.into(),
            digest: Command::digest_of(&[0; 32], TAKE_OVER_NAME, &actor, &body),
            actor: actor.clone(),
            body,
        })
    });
    Ok(commands.collect())
}

fn open(of: &Deciding<'_>, id: FindingId) -> Result<Stored, DecideError> {
    let finding = find(of, id)?.ok_or_else(not_found)?;
    if finding.is_closed {
        let detail = "This finding is closed already.";
        return Err(Refusal::conflict("finding_closed", detail).into());
    }
    Ok(finding)
}

fn not_found() -> Refusal {
    let detail = "There is no such finding in this workspace.";
    Refusal::not_found("command.finding_id", "finding_not_found", detail)
}

fn find(of: &Deciding<'_>, id: FindingId) -> rusqlite::Result<Option<Stored>> {
    of.rows
        .prepare_cached(
            "SELECT scenario, recorded_at, recorded_by, owner, closed_at IS NOT NULL
             FROM finding WHERE id = ?1",
        )?
        .query_row([id], |row| {
            Ok(Stored {
                scenario: row.get(0)?,
                recorded_at: row.get(1)?,
                recorded_by: row.get(2)?,
                owner: row.get(3)?,
                is_closed: row.get(4)?,
            })
        })
        .optional()
}
