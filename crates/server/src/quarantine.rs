//! Quarantine of a person of a workspace: how a site orders it, and what a site does about it besides
//! turning the person away.
//!
//! The order is a command like any other. What follows from a site's own order – the person's
//! sessions end, in every workspace – is a command of the installation that every site issues once it has read the fact; its id follows from
//! the fact, so it takes effect once, and the entry `sessions-ended` is its completion.

use crate::runtime::{Partition, QueryFailure};
use crate::session::installation;
use crate::site::Site;
use directory::commands::QuarantinePerson;
use directory::events::AlarmId;
use directory::queries::{Confined, confined, own_quarantine};
use installation::commands::EndSessionsPrepared;
use journal::partition::Outcome;
use kernel::{AccountId, Actor, Command, CommandId, PartitionId, PersonId, WorkspaceId};
use serde::Serialize;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// The pause after which what failed is tried again.
const AGAIN: Duration = Duration::from_millis(500);

/// The longest reason the directory takes, in characters.
const REASON_MAX: usize = 500;

/// What a site finds somebody has to be put into quarantine for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Who.
    pub person: PersonId,
    /// Why; the person is told. What does not fit into a line of 500 characters is left out.
    pub reason: String,
    /// The alarm's id. Of several orders about the same alarm, from either site, one takes effect.
    pub id: AlarmId,
}

impl Site {
    /// Puts a person into quarantine because of an alarm, the last owner too.
    pub async fn quarantine(&self, alarm: Alarm) -> Outcome {
        let Alarm {
            workspace,
            person,
            reason,
            id,
        } = alarm;
        let body = QuarantinePerson {
            person_id: person,
            reason: fitting(&reason),
            alarm_id: Some(id),
        };
        let name = format!("quarantine-person/{workspace}/{person}/{id}");
        // The sites may word the reason differently; it is the same order.
        let about = (&person, &id);
        let command = self.order("quarantine-person", &name, &body, &about);
        let partition = PartitionId::new(workspace, "directory");
        self.submit(&partition, command).await
    }

    /// Whether an account is in quarantine in a workspace, as far as this site can tell.
    pub async fn is_confined(&self, account: AccountId, workspace: WorkspaceId) -> bool {
        let id = PartitionId::new(workspace, "directory");
        let found = self.query(&id, None, move |rows| own_quarantine(rows, account));
        matches!(found.await, Ok(Some(_)))
    }

    /// A command that either site may issue about the fact that `derived_from` names.
    pub(crate) fn order(
        &self,
        name: &str,
        derived_from: &str,
        body: &impl Serialize,
        about: &impl Serialize,
    ) -> Command {
        let plain = |value: serde_json::Result<_>| value.expect("a struct of plain values");
        // Not the site's own name: the other one must find the same request.
        let nobody = Actor::Account(AccountId(kernel::id::Uuid::nil()));
        let about = plain(serde_json::to_value(about));
        let key = self.installation_key().as_bytes();
        Command {
            id: CommandId::derived(derived_from),
            name: name.into(),
            actor: Actor::Site(self.name.clone()),
            digest: Command::digest_of(key, name, &nobody, &about),
            body: plain(serde_json::to_value(body)),
        }
    }

    /// Ends the sessions that an account had when it was put into quarantine. Whether that is settled.
    async fn end_sessions(&self, workspace: WorkspaceId, whose: Confined) -> bool {
        let Confined {
            person_id,
            account_id,
            seq,
        } = whose;
        let body = EndSessionsPrepared {
            account_id: Some(account_id),
            spared: None,
        };
        let name = format!("end-sessions/{workspace}/{person_id}/{seq}");
        let command = self.order("end-sessions", &name, &body, &account_id);
        match self.submit(&installation(), command).await {
            Outcome::Accepted { .. } | Outcome::Unchanged { .. } => true,
            Outcome::Refused(refusal) => {
                // Such an account has no sessions.
                tracing::warn!(%account_id, %refusal, "sessions of a quarantined account");
                true
            }
            outcome => {
                tracing::warn!(%account_id, ?outcome, "sessions are not ended yet");
                false
            }
        }
    }
}

/// A reason that is not refused: whatever its wording, it must not be in the way of a quarantine.
fn fitting(reason: &str) -> String {
    let is_plain = |c: &char| {
        !c.is_control() && !matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let lines = reason.replace(char::is_whitespace, " ");
    let plain: String = lines.chars().filter(is_plain).take(REASON_MAX).collect();
    match plain.trim() {
        "" => "An alarm was raised.".into(),
        plain => plain.into(),
    }
}

/// Ends the sessions of whomever a site puts into quarantine in a workspace, for as long as its directory
/// is open.
pub async fn keep_signed_out(site: Arc<Site>, directory: Arc<Partition>) {
    let mut applied = directory.applied();
    let mut settled = HashSet::new();
    loop {
        applied.borrow_and_update();
        let all_settled = sign_out(&site, &directory, &mut settled).await;
        let changed = match all_settled {
            Ok(true) => applied.changed().await,
            Ok(false) | Err(_) => tokio::time::timeout(AGAIN, applied.changed())
                .await
                .unwrap_or(Ok(())),
        };
        if changed.is_err() {
            return;
        }
    }
}

async fn sign_out(
    site: &Site,
    directory: &Partition,
    settled: &mut HashSet<(PersonId, u64)>,
) -> Result<bool, QueryFailure> {
    let all = directory.query(None, |rows| Ok(confined(rows)?)).await?;
    settled.retain(|(person, seq)| {
        let is_same = |one: &Confined| one.person_id == *person && one.seq == *seq;
        all.iter().any(is_same)
    });
    let mut all_settled = true;
    for one in all {
        let key = (one.person_id, one.seq);
        if settled.contains(&key) {
            continue;
        }
        if site.end_sessions(directory.id.workspace, one).await {
            settled.insert(key);
        } else {
            all_settled = false;
        }
    }
    Ok(all_settled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_wording_is_in_the_way() {
        assert_eq!(fitting(" rate\n\tof 9 "), "rate  of 9");
        assert_eq!(fitting("a\0\u{202e}b"), "ab");
        assert_eq!(fitting(" \n"), "An alarm was raised.");
        let long = fitting(&"隔".repeat(900));
        assert_eq!(long.chars().count(), 500);
        for text in [fitting("a\u{2028}b\u{85}c"), long] {
            assert!(kernel::check::line("f", &text, 1..=500).is_ok(), "{text:?}");
        }
    }
}
