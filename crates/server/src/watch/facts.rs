//! What this site knows besides what the vantage points see.

use crate::rehearsal::{self, Standing, State};
use crate::sealing::Sealing;
use crate::site::Site;
use failover::{Facts, RehearsalFact, VaultFact};
use kernel::SiteName;
use std::time::Duration;

/// Asks the engine how it is, and looks how sealing stands.
pub async fn gather(site: &Site, patience: Duration) -> Facts {
    let described = tokio::time::timeout(patience, site.engine.describe()).await;
    let primary = described
        .ok()
        .and_then(|engine| engine["primary"].as_str().map(String::from));
    let is_protected = site
        .durability()
        .map(|durability| durability == journal::Durability::Protected);
    let vault = site
        .look_at_sealing()
        .and_then(|sealing| vault_fact(&site.name, &sealing));
    let rehearsal = match rehearsal::is_record_read(site) {
        true => rehearsal::look(site)
            .await
            .as_ref()
            .and_then(rehearsal_fact),
        false => None,
    };
    Facts {
        primary,
        is_protected,
        vault,
        rehearsal,
    }
}

/// What there is to say about the way back. That it was never rehearsed is no news: the page says it.
fn rehearsal_fact(standing: &Standing) -> Option<RehearsalFact> {
    let detail = match standing.state {
        State::Never => return None,
        State::Fresh => "A rehearsal brought everything back from the vault.",
        State::Stale => "The last rehearsal is too long ago: the way back is not proven any more.",
        State::Failed => "The last rehearsal failed: the way back is not proven.",
    };
    Some(RehearsalFact {
        is_proven: standing.state == State::Fresh,
        detail: detail.into(),
        evidence: serde_json::to_value(standing).unwrap_or_default(),
    })
}

/// What there is to say about the vault. Good news needs an answer from the vault and word from every
/// partition: right after a start nothing is wrong only because nothing is known. A trust that the
/// vault lacks is no silence.
fn vault_fact(site: &SiteName, sealing: &Sealing) -> Option<VaultFact> {
    let is_silent = matches!(sealing.alarm, Some("silent" | "behind"));
    let is_known = sealing.last_contact.is_some() && sealing.rpo_seconds.is_some();
    (is_silent || is_known).then(|| VaultFact {
        site: site.clone(),
        is_silent,
        evidence: serde_json::json!({
            "alarm": sealing.alarm,
            "last_contact_at": sealing.last_contact,
            "last_success_at": sealing.last_success,
            "backlog": sealing.backlog,
            "failure": sealing.failure,
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sealing::PartitionLine;
    use kernel::{PartitionId, Timestamp, WorkspaceId};

    fn sealing() -> Sealing {
        Sealing {
            alarm: None,
            rpo_seconds: Some(0.0),
            backlog: 0,
            last_contact: Some(Timestamp(5)),
            last_success: None,
            failure: None,
            custodians: None,
            custodians_departed: Vec::new(),
            partitions: vec![PartitionLine {
                partition: PartitionId::new(WorkspaceId::INSTALLATION, "m"),
                sealed_seq: Some(3),
                backlog: 0,
                rpo_seconds: Some(0.0),
                last_success: None,
                files_waiting: 0,
                failure: None,
            }],
        }
    }

    fn is_proven(state: State) -> Option<bool> {
        let standing = Standing {
            state,
            ..Standing::of(None, crate::config::REHEARSAL_MAX_HOURS, Timestamp(0))
        };
        rehearsal_fact(&standing).map(|fact| fact.is_proven)
    }

    #[test]
    fn a_vault_that_was_never_rehearsed_is_no_news() {
        assert_eq!(is_proven(State::Never), None);
        assert_eq!(is_proven(State::Fresh), Some(true));
        assert_eq!(is_proven(State::Stale), Some(false));
        assert_eq!(is_proven(State::Failed), Some(false));
    }

    fn is_silent(sealing: &Sealing) -> Option<bool> {
        let site = SiteName::new("a").unwrap();
        vault_fact(&site, sealing).map(|fact| fact.is_silent)
    }

    #[test]
    fn good_news_needs_word_from_the_vault_and_from_every_partition() {
        assert_eq!(is_silent(&sealing()), Some(false));
        let mut unheard = sealing();
        unheard.last_contact = None;
        assert_eq!(is_silent(&unheard), None);
        let mut unknown = sealing();
        unknown.rpo_seconds = None;
        assert_eq!(is_silent(&unknown), None);
    }

    #[test]
    fn silence_and_waiting_are_told_whatever_else_is_unknown() {
        for alarm in ["silent", "behind"] {
            let mut wrong = sealing();
            wrong.alarm = Some(alarm);
            wrong.last_contact = None;
            wrong.rpo_seconds = None;
            assert_eq!(is_silent(&wrong), Some(true));
        }
        let mut untrusted = sealing();
        untrusted.alarm = Some("trust_missing");
        assert_eq!(is_silent(&untrusted), Some(false));
    }
}
