//! Evidence that this site signs: only what is on record, with the heads of the journal it rests on.

mod signer;

pub use signer::Signer;

use crate::operations::must_be_operator;
use crate::problem::Problem;
use crate::session::installation;
use crate::site::Site;
use continuity::DrillRow;
use continuity::period::period;
use drill::scenario::builtin;
use evidence::{About, HeadOf, SIGNATURE, Trust, TrustedKey};
use installation::queries::evidence_keys;
use kernel::id::Uuid;
use kernel::{AccountId, Hash, PartitionId, Refusal, Timestamp, WorkspaceId};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// Which drill.
#[derive(Clone, Copy, Debug, ToSchema)]
pub struct DrillAsked {
    /// Its id.
    #[schema(value_type = String, format = Uuid)]
    pub drill_id: Uuid,
}

/// Which period: a year, or a quarter of it; UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
pub struct PeriodAsked {
    /// The year, 2020 to 2200.
    pub year: i16,
    /// The quarter, 1 to 4.
    pub quarter: Option<i8>,
}

impl PeriodAsked {
    /// From its beginning to the next one's.
    ///
    /// # Errors
    /// When there is no such period.
    pub fn bounds(self) -> Result<(Timestamp, Timestamp), Problem> {
        let bad = |field: &str, detail| Problem::invalid(field, "period_invalid", detail);
        if !(2020..=2200).contains(&self.year) {
            return Err(bad("year", "The year is between 2020 and 2200."));
        }
        let (first, months) = match self.quarter {
            None => (1, 12),
            Some(quarter @ 1..=4) => (quarter * 3 - 2, 3),
            Some(_) => return Err(bad("quarter", "The quarter is between 1 and 4.")),
        };
        let begin = |year: i16, month: i8| {
            let day = jiff::civil::date(year, month, 1).at(0, 0, 0, 0);
            let at = jiff::tz::Offset::UTC.to_timestamp(day);
            at.map(|at| Timestamp(at.as_millisecond()))
                .map_err(|error| Problem::internal(&error))
        };
        let next = first + months;
        let to = if next > 12 {
            begin(self.year + 1, 1)
        } else {
            begin(self.year, next)
        };
        Ok((begin(self.year, first)?, to?))
    }
}

impl Site {
    /// The report of a drill as it is on record, signed.
    ///
    /// # Errors
    /// When the account is no operator, there is no such drill with an end, or this site cannot sign now.
    pub async fn drill_evidence(&self, account: AccountId, drill: Uuid) -> Result<Value, Problem> {
        must_be_operator(self, account).await?;
        let row = self
            .query(&continuity(), None, move |rows| {
                Ok(continuity::drill(rows, drill)?)
            })
            .await?;
        let Some(row) = row else {
            let detail = "No drill with this id is on record.";
            return Err(Refusal::not_found("drill_id", "drill_not_found", detail).into());
        };
        let report = on_record(row)?;
        self.signed(report).await
    }

    /// What is on record of a period, signed.
    ///
    /// # Errors
    /// When the account is no operator, there is no such period, or this site cannot sign now.
    pub async fn period_evidence(
        &self,
        account: AccountId,
        asked: PeriodAsked,
    ) -> Result<Value, Problem> {
        must_be_operator(self, account).await?;
        let (from, to) = asked.bounds()?;
        let now = self.clock.now();
        // What has not been yet is not without a rehearsal.
        let until = to.min(now.max(from));
        let found = self
            .query(&continuity(), None, move |rows| {
                let scenarios: Vec<&str> = builtin().map(|(name, _)| name).collect();
                Ok(period(rows, from, until, &scenarios)?)
            })
            .await?;
        let found = serde_json::to_value(found).map_err(|error| Problem::internal(&error))?;
        let mut report = fields(json!({
            "kind": if asked.quarter.is_some() { "quarterly" } else { "annual" },
            "year": asked.year,
            "quarter": asked.quarter,
            "from": from,
            "to": to,
            "until": until,
            "is_complete": until == to,
        }));
        report.extend(fields(found));
        self.signed(report).await
    }

    /// The keys with which sites sign, for whoever verifies.
    ///
    /// # Errors
    /// When this site cannot read them now.
    pub async fn evidence_trust(&self) -> Result<Trust, Problem> {
        let rows = self
            .query(&installation(), None, |rows| Ok(evidence_keys(rows)?))
            .await?;
        let keys = rows.into_iter().map(|row| TrustedKey {
            key: evidence::PublicKey(row.key),
            site: row.site,
            since: row.published_at,
            retired_at: row.retired_at,
            revoked: row.is_revoked,
        });
        Ok(Trust {
            installation: self.installation_id().await?,
            published_at: self.clock.now(),
            keys: keys.collect(),
        })
    }

    /// The hash of the first entry of the installation's own chain: no other installation has it.
    async fn installation_id(&self) -> Result<Hash, Problem> {
        let read = self.engine.read(&installation(), 0, 1).await;
        let run = read.map_err(|error| Problem::unavailable(error.to_string()))?;
        let first = run.first().map(|entry| entry.hash);
        first.ok_or_else(|| Problem::unavailable("The installation is not founded yet."))
    }

    async fn signed(&self, mut report: Map<String, Value>) -> Result<Value, Problem> {
        let Some(key) = self.signer.key(self).await else {
            let detail = "This site's key for signing evidence is not on record yet.";
            return Err(Problem::unavailable(detail));
        };
        let workspace = report.get("workspace").and_then(Value::as_str);
        let workspace = workspace.and_then(|id| id.parse().ok());
        let about = About {
            installation: self.installation_id().await?,
            workspace,
            site: self.name.clone(),
            signed_at: self.clock.now(),
            heads: self.heads(workspace),
        };
        let value = Value::Object(report.clone());
        let envelope = evidence::sign(&value, about, &key).map_err(|error| unsignable(&error))?;
        let envelope = serde_json::to_value(envelope).map_err(|error| Problem::internal(&error))?;
        report.insert(SIGNATURE.into(), envelope);
        Ok(Value::Object(report))
    }

    /// The heads a report rests on: the record's, the keys', and those of the workspace it concerns.
    fn heads(&self, workspace: Option<WorkspaceId>) -> Vec<HeadOf> {
        let all = self.partition_statuses().into_iter();
        let concerned = all.filter(|status| {
            let of = status.partition.workspace;
            of == WorkspaceId::INSTALLATION || Some(of) == workspace
        });
        let heads = concerned.filter_map(|status| {
            let head = status.core?.head;
            (head.seq > 0).then_some(HeadOf {
                partition: status.partition,
                seq: head.seq,
                hash: head.hash,
            })
        });
        heads.collect()
    }
}

fn continuity() -> PartitionId {
    PartitionId::new(WorkspaceId::INSTALLATION, "continuity")
}

/// The report of a drill with what the record itself says of it, which no reporter can choose.
fn on_record(row: DrillRow) -> Result<Map<String, Value>, Problem> {
    let (Some(report), Some(ended_at)) = (row.report, row.ended_at) else {
        let detail = "This drill has no end on record.";
        return Err(Refusal::conflict("drill_not_ended", detail).into());
    };
    let Value::Object(mut report) = report else {
        return Err(unsignable(&evidence::NotSignable::NotAnObject));
    };
    let record = json!({
        "drill_id": row.drill_id,
        "scenario": row.scenario,
        "site": row.site,
        "started_by": row.started_by,
        "started_at": row.started_at,
        "ended_at": ended_at,
        "passed": row.passed,
    });
    report.insert("on_record".into(), record);
    Ok(report)
}

fn unsignable(error: &evidence::NotSignable) -> Problem {
    Refusal::conflict(
        "evidence_not_signable",
        format!("It cannot be signed: {error}."),
    )
    .into()
}

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_ends_where_the_next_begins() {
        let bounds = |year, quarter| PeriodAsked { year, quarter }.bounds().unwrap();
        let year = bounds(2026, None);
        assert_eq!(
            year,
            (Timestamp(1_767_225_600_000), Timestamp(1_798_761_600_000))
        );
        assert_eq!(bounds(2026, Some(1)).0, year.0);
        assert_eq!(bounds(2026, Some(1)).1, bounds(2026, Some(2)).0);
        assert_eq!(bounds(2026, Some(4)).1, year.1);
        for (year, quarter) in [(2019, None), (2201, None), (2026, Some(0)), (2026, Some(5))] {
            let problem = PeriodAsked { year, quarter }.bounds().unwrap_err();
            assert_eq!(problem.code, "period_invalid");
        }
    }
}
