//! Counting what is really there.

use super::{Outcome, Record};
use crate::{Client, Error};
use kernel::WorkspaceId;
use kernel::id::Uuid;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Duration;

/// What the installation holds of a load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verification {
    /// Messages that were sent.
    pub sent: u64,
    /// Messages the installation vouched for.
    pub acknowledged: u64,
    /// Acknowledged messages found at every site asked.
    pub present: u64,
    /// Acknowledged messages missing at one site or more.
    pub lost: u64,
    /// Messages found more than once at one site or more, or with another text than was sent.
    pub duplicated: u64,
    /// Messages without a final answer that are there all the same.
    pub unknown_present: u64,
    /// Messages that were refused.
    pub refused: u64,
    /// Ids of the lost ones.
    pub lost_ids: Vec<Uuid>,
    /// Ids of the duplicated ones.
    pub duplicated_ids: Vec<Uuid>,
    /// The same for every site.
    pub sites: Vec<SiteVerification>,
}

/// What one site holds of a load.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteVerification {
    /// The site's URL.
    pub url: String,
    /// Acknowledged messages found.
    pub present: u64,
    /// Acknowledged messages not found.
    pub lost: u64,
    /// Messages found more than once or altered.
    pub duplicated: u64,
}

/// A message as a site shows it.
#[derive(Clone, Debug, Deserialize)]
struct Found {
    id: Uuid,
    position: u64,
    #[serde(default)]
    text: Option<String>,
}

#[derive(Deserialize)]
struct FoundPage {
    items: Vec<Found>,
}

/// Largest page of a list.
const PAGE: usize = 200;

/// Reads the whole conversation at each of `sites` (indexes) and compares it with `records`.
/// Each answer waits for the last acknowledged entry. `after` is the position before the load.
///
/// # Errors
/// When a site does not answer within `patience` per page.
pub async fn verify(
    client: &Client,
    workspace: WorkspaceId,
    conversation: Uuid,
    after: u64,
    records: &[Record],
    sites: &[usize],
    patience: Duration,
) -> Result<Verification, Error> {
    let min_seq = records
        .iter()
        .filter_map(|record| match record.outcome {
            Outcome::Acknowledged { seq, .. } => Some(seq),
            _ => None,
        })
        .max()
        .unwrap_or(0);
    let mut found = Vec::new();
    for &site in sites {
        let read = read_all(
            client,
            site,
            workspace,
            conversation,
            after,
            min_seq,
            patience,
        );
        found.push((client.sites()[site].to_string(), read.await?));
    }
    Ok(compare(records, &found))
}

async fn read_all(
    client: &Client,
    site: usize,
    workspace: WorkspaceId,
    conversation: Uuid,
    mut after: u64,
    min_seq: u64,
    patience: Duration,
) -> Result<Vec<Found>, Error> {
    let mut all = Vec::new();
    loop {
        let asked = [
            ("conversation_id", conversation.to_string()),
            ("after", after.to_string()),
            ("limit", PAGE.to_string()),
            ("min_seq", min_seq.to_string()),
        ];
        let page: FoundPage = client
            .query_at(
                site,
                "messaging",
                "message-list",
                Some(workspace),
                &asked,
                patience,
            )
            .await?;
        let Some(last) = page.items.iter().map(|found| found.position).max() else {
            return Ok(all);
        };
        // A site that ignored `after` would otherwise be asked for ever.
        if last <= after {
            return Ok(all);
        }
        after = last;
        all.extend(page.items);
    }
}

fn compare(records: &[Record], sites: &[(String, Vec<Found>)]) -> Verification {
    let texts: HashMap<&str, Uuid> = records
        .iter()
        .map(|record| (record.text.as_str(), record.message_id))
        .collect();
    let sent: HashMap<Uuid, &Record> = records.iter().map(|r| (r.message_id, r)).collect();
    let (mut lost, mut duplicated) = (BTreeSet::new(), BTreeSet::new());
    let mut unknown_present = HashSet::new();
    let mut per_site = Vec::new();
    for (url, found) in sites {
        // Counted by id and by text: a second effect would carry the text under another id.
        let mut times: BTreeMap<Uuid, u64> = BTreeMap::new();
        let mut times_by_text: BTreeMap<Uuid, u64> = BTreeMap::new();
        for message in found {
            if sent.contains_key(&message.id) {
                *times.entry(message.id).or_default() += 1;
            }
            if let Some(id) = message.text.as_deref().and_then(|text| texts.get(text)) {
                *times_by_text.entry(*id).or_default() += 1;
            }
        }
        let site_lost: BTreeSet<Uuid> = records
            .iter()
            .filter(|r| r.is_acknowledged() && !times.contains_key(&r.message_id))
            .map(|r| r.message_id)
            .collect();
        let site_duplicated: BTreeSet<Uuid> = times
            .iter()
            .filter(|(id, n)| **n > 1 || times_by_text.get(id) != Some(&1))
            .chain(times_by_text.iter().filter(|(_, n)| **n > 1))
            .map(|(id, _)| *id)
            .collect();
        unknown_present.extend(
            times
                .keys()
                .filter(|id| !sent[id].is_acknowledged())
                .copied(),
        );
        let acknowledged = records.iter().filter(|r| r.is_acknowledged()).count();
        per_site.push(SiteVerification {
            url: url.clone(),
            present: (acknowledged - site_lost.len()) as u64,
            lost: site_lost.len() as u64,
            duplicated: site_duplicated.len() as u64,
        });
        lost.extend(site_lost);
        duplicated.extend(site_duplicated);
    }
    let acknowledged = records.iter().filter(|r| r.is_acknowledged()).count() as u64;
    Verification {
        sent: records.len() as u64,
        acknowledged,
        present: acknowledged - lost.len() as u64,
        lost: lost.len() as u64,
        duplicated: duplicated.len() as u64,
        unknown_present: unknown_present.len() as u64,
        refused: records
            .iter()
            .filter(|r| matches!(r.outcome, Outcome::Refused { .. }))
            .count() as u64,
        lost_ids: lost.into_iter().collect(),
        duplicated_ids: duplicated.into_iter().collect(),
        sites: per_site,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(n: u128, outcome: Outcome) -> Record {
        Record {
            index: u64::try_from(n).unwrap(),
            message_id: Uuid::from_u128(n),
            command_id: Uuid::from_u128(n + 1000),
            text: format!("load {n}"),
            sent_us: 0,
            ended_us: 1,
            attempts: 1,
            outcome,
        }
    }

    fn acknowledged(n: u128) -> Record {
        let outcome = Outcome::Acknowledged {
            site: "a".into(),
            site_index: 0,
            seq: 1,
            durability: "protected".into(),
        };
        record(n, outcome)
    }

    fn found(id: u128, text: u128) -> Found {
        Found {
            id: Uuid::from_u128(id),
            position: 1,
            text: Some(format!("load {text}")),
        }
    }

    fn at(messages: Vec<Found>) -> (String, Vec<Found>) {
        ("site".into(), messages)
    }

    #[test]
    fn everything_there_once_is_well() {
        let records = [acknowledged(1), acknowledged(2)];
        let both = vec![found(1, 1), found(2, 2), found(77, 77)];
        let v = compare(&records, &[at(both.clone()), at(both)]);
        assert_eq!(
            (v.acknowledged, v.present, v.lost, v.duplicated),
            (2, 2, 0, 0)
        );
    }

    #[test]
    fn a_message_missing_at_one_site_is_lost() {
        let records = [acknowledged(1), acknowledged(2)];
        let v = compare(
            &records,
            &[at(vec![found(1, 1), found(2, 2)]), at(vec![found(1, 1)])],
        );
        assert_eq!((v.present, v.lost), (1, 1));
        assert_eq!(v.lost_ids, [Uuid::from_u128(2)]);
        assert_eq!((v.sites[0].lost, v.sites[1].lost), (0, 1));
    }

    #[test]
    fn a_second_effect_under_another_id_is_found_by_its_text() {
        let v = compare(&[acknowledged(1)], &[at(vec![found(1, 1), found(50, 1)])]);
        assert_eq!((v.lost, v.duplicated), (0, 1));
    }

    #[test]
    fn an_altered_text_is_not_passed_over() {
        let v = compare(&[acknowledged(1)], &[at(vec![found(1, 9)])]);
        assert_eq!(v.duplicated, 1);
    }

    #[test]
    fn unknown_ones_that_are_there_are_counted_apart() {
        let records = [record(1, Outcome::Unknown), record(2, Outcome::NotTaken)];
        let v = compare(&records, &[at(vec![found(1, 1)])]);
        assert_eq!((v.acknowledged, v.unknown_present, v.lost), (0, 1, 0));
    }
}
