//! What follows from a verdict: an alarm, and quarantine where there is little doubt.

use super::{Failure, Watch};
use crate::quarantine::Alarm;
use detector::{Level, Verdict};
use journal::partition::Outcome;
use kernel::{Actor, Command, CommandId, PartitionId};
use protection::AlarmId;
use protection::commands::alarms::RaiseAlarm;
use protection::events::{AlarmLevel, Finding, Reason};
use serde::Serialize;

/// Nobody is put in quarantine for what was found so much later: a site that was away, or watches a
/// chain again from its beginning, leaves that to those who were there.
const ACT_WITHIN_MS: i64 = 10 * 60_000;

impl Watch {
    /// Raises the alarm and puts the person in quarantine.
    ///
    /// # Errors
    /// When either cannot be recorded now; to be tried again.
    pub(super) async fn act(&self, verdict: &Verdict) -> Result<(), Failure> {
        let (Some(person_id), Some(level)) = (verdict.actor.person(), level(verdict.level)) else {
            return Ok(());
        };
        let workspace = verdict.entry.partition.workspace;
        let alarm_id = alarm_id(verdict);
        let alarm = RaiseAlarm {
            alarm_id,
            person_id,
            level,
            finding: finding(verdict),
        };
        if level == AlarmLevel::High && self.is_fresh(verdict) {
            let words = alarm.finding.reasons.iter().map(|r| r.words.as_str());
            let order = Alarm {
                workspace,
                person: person_id,
                reason: words.collect::<Vec<_>>().join("; "),
                id: directory::events::AlarmId(alarm_id.0),
            };
            settled(self.site.quarantine(order).await, "quarantine-person")?;
            tracing::warn!(%person_id, %workspace, score = verdict.score, "put in quarantine");
        }
        let protection = PartitionId::new(workspace, "protection");
        self.record(&protection, "raise-alarm", alarm_id, &alarm)
            .await?;
        metrics::counter!("sekoci_alarms_raised_total", "level" => label(level)).increment(1);
        tracing::warn!(%person_id, %workspace, level = label(level), "alarm raised");
        Ok(())
    }

    fn is_fresh(&self, verdict: &Verdict) -> bool {
        self.site.clock.now().since(verdict.at) < ACT_WITHIN_MS
    }

    /// Submits a command whose id follows from the alarm. The other site may have been first, with the
    /// same words or not: either is as good.
    async fn record<T: Serialize>(
        &self,
        partition: &PartitionId,
        name: &str,
        alarm: AlarmId,
        body: &T,
    ) -> Result<(), Failure> {
        let actor = Actor::Site(self.site.name.clone());
        let body = serde_json::to_value(body).expect("commands are plain values");
        let key = self.site.installation_key();
        let command = Command {
            id: CommandId::derived(&format!("{name} {alarm}")),
            name: name.into(),
            digest: Command::digest_of(key.as_bytes(), name, &actor, &body),
            actor,
            body,
        };
        settled(self.site.submit(partition, command).await, name)
    }
}

/// Nothing, where an order took effect, now or when the other site gave it.
fn settled(outcome: Outcome, name: &str) -> Result<(), Failure> {
    match outcome {
        Outcome::Accepted { .. } | Outcome::Unchanged { .. } => Ok(()),
        Outcome::Refused(refusal) if refusal.code == "command_id_reused" => Ok(()),
        Outcome::Refused(refusal) => {
            tracing::error!(%refusal, name, "what detectors found was refused");
            Ok(())
        }
        other => Err(Failure::NotRecorded(format!("{other:?}"))),
    }
}

const fn level(level: Level) -> Option<AlarmLevel> {
    match level {
        Level::Low => None,
        Level::Medium => Some(AlarmLevel::Medium),
        Level::High => Some(AlarmLevel::High),
    }
}

const fn label(level: AlarmLevel) -> &'static str {
    match level {
        AlarmLevel::Medium => "medium",
        AlarmLevel::High => "high",
    }
}

fn alarm_id(verdict: &Verdict) -> AlarmId {
    let entry = &verdict.entry;
    AlarmId(CommandId::derived(&format!("alarm {} {}", entry.partition, entry.seq)).0)
}

fn finding(verdict: &Verdict) -> Finding {
    let reasons = verdict.evidence.iter().map(|evidence| Reason {
        detector: format!("{:?}", evidence.detector).to_lowercase(),
        score: evidence.score,
        words: evidence.words.clone(),
    });
    Finding {
        module: verdict.entry.partition.module.clone(),
        seq: verdict.entry.seq,
        first_at: verdict.first_at,
        at: verdict.at,
        score: verdict.score,
        reasons: reasons.collect(),
        objects_hit: verdict.objects_hit,
    }
}
