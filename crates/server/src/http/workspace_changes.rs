//! `GET /api/workspace-changes`: who changed what in a workspace, from its entries.
//!
//! Kinds of events, ids of objects and actors, and nothing of what was written: whoever asks may see
//! less of the workspace than what its entries hold.

use super::Api;
use super::Session;
use super::envelope::{missing, uuid};
use super::moment::{may_look_back, parse};
use crate::moments::{MomentError, OpenedEntry, Pace, Span};
use crate::problem::Problem;
use crate::runtime::Partition;
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kernel::id::Uuid;
use kernel::{Actor, Event, PartitionId, Seq, Timestamp, WorkspaceId, page};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use utoipa::ToSchema;

/// What concerns one person alone, or a site's own housekeeping, and changes nothing for anybody.
const UNTOLD: [&str; 3] = ["draft-saved", "read-marked", "document-settled"];
/// The most entries of one chain read at once.
const READ_MAX: usize = 50;
/// The most entries looked at until a page is full.
const LOOKED_MAX: usize = 1_000;

/// A page of changes.
#[derive(Debug, Serialize, ToSchema)]
pub struct Changes {
    /// The changes, in the order asked for.
    pub items: Vec<Change>,
    /// Where the next page begins; null at the end. A page may have no items and still not be the last.
    pub next: Option<String>,
}

/// One entry.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct Change {
    /// The module in whose chain it is.
    pub module: String,
    /// Its position there.
    pub seq: Seq,
    /// When it was decided, in milliseconds since 1970.
    pub time: i64,
    /// Who did it.
    #[schema(value_type = Object)]
    pub actor: Actor,
    /// Name of the command.
    pub command: String,
    /// What happened.
    pub events: Vec<ChangeEvent>,
}

/// One event of an entry.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct ChangeEvent {
    /// Its kind.
    pub kind: String,
    /// The objects it names, by the event's own names for them.
    #[schema(value_type = Object)]
    pub objects: BTreeMap<String, Vec<Uuid>>,
}

/// What is asked for.
struct Asked {
    workspace: WorkspaceId,
    from: Timestamp,
    to: Timestamp,
    is_newest_first: bool,
    limit: u32,
    /// By module: what was told before.
    cursor: Option<BTreeMap<String, Seq>>,
}

/// Answers it.
pub(super) async fn workspace_changes(
    State(api): State<Api>,
    Session(session): Session,
    RawQuery(text): RawQuery,
) -> Result<Response, Problem> {
    let asked = Asked::parse(&text.unwrap_or_default(), api.site().clock.now())?;
    may_look_back(&api, session, asked.workspace).await?;
    let changes = changes(&api, &asked).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(changes)).into_response())
}

impl Asked {
    fn parse(text: &str, now: Timestamp) -> Result<Self, Problem> {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(text)
            .map_err(|error| Problem::invalid("query", "malformed", error.to_string()))?;
        let mut given = BTreeMap::new();
        for (name, value) in pairs {
            if !["workspace_id", "from", "to", "order", "limit", "cursor"].contains(&name.as_str())
            {
                let detail = "The request must not have this field.";
                return Err(Problem::invalid(&name, "unknown_field", detail));
            }
            if given.insert(name.clone(), value).is_some() {
                let detail = "It may be given only once.";
                return Err(Problem::invalid(&name, "malformed", detail));
            }
        }
        let get = |name: &str| given.get(name).map(String::as_str);
        let workspace = get("workspace_id").ok_or_else(|| missing("workspace_id"))?;
        let malformed = |name: &str, detail: &str| Problem::invalid(name, "malformed", detail);
        let limit = get("limit").map(str::parse).transpose();
        let limit = limit.map_err(|_| malformed("limit", "It must be a whole number."))?;
        let (from, to) = (get("from"), get("to"));
        Ok(Self {
            workspace: WorkspaceId(uuid("workspace_id", workspace)?),
            from: from.map_or(Ok(Timestamp(0)), |from| parse("from", from))?,
            to: to.map_or(Ok(now), |to| parse("to", to))?,
            is_newest_first: match get("order") {
                None | Some("newest_first") => true,
                Some("oldest_first") => false,
                Some(_) => {
                    return Err(malformed(
                        "order",
                        "It must be newest_first or oldest_first.",
                    ));
                }
            },
            limit: page::limit(limit)?,
            cursor: page::after(get("cursor"))?,
        })
    }
}

/// One chain: what of it is still to be told lies after `low` and up to `high`.
struct Chain {
    partition: Arc<Partition>,
    low: Seq,
    high: Seq,
    /// What was read of that already, in the order asked for.
    unread: VecDeque<Looked>,
    pace: Pace,
}

/// An entry, and what is told of it.
struct Looked {
    time: Timestamp,
    seq: Seq,
    change: Option<Change>,
}

async fn changes(api: &Api, asked: &Asked) -> Result<Changes, Problem> {
    let mut chains = chains(api, asked).await?;
    let mut items = Vec::new();
    for _ in 0..LOOKED_MAX {
        let Some(looked) = next(api, asked, &mut chains).await? else {
            break;
        };
        items.extend(looked.change);
        if items.len() == asked.limit as usize {
            break;
        }
    }
    let is_left = chains.iter().any(|chain| chain.low < chain.high);
    let next = is_left.then(|| {
        let told = chains.iter().map(|chain| {
            let seq = if asked.is_newest_first {
                chain.high
            } else {
                chain.low
            };
            (chain.partition.id.module.clone(), seq)
        });
        page::cursor(&told.collect::<BTreeMap<String, Seq>>())
    });
    Ok(Changes { items, next })
}

async fn chains(api: &Api, asked: &Asked) -> Result<Vec<Chain>, Problem> {
    let site = api.site();
    let mut chains = Vec::new();
    for module in site.modules() {
        let id = PartitionId::new(asked.workspace, module.name());
        let Some(partition) = site.partition(&id) else {
            continue;
        };
        let mut low = site.position_at(&id, asked.from.plus_ms(-1)).await?;
        let mut high = site.position_at(&id, asked.to).await?;
        if let Some(at) = asked
            .cursor
            .as_ref()
            .and_then(|told| told.get(module.name()))
        {
            if asked.is_newest_first {
                high = high.min(*at);
            } else {
                low = low.max(*at);
            }
        }
        chains.push(Chain {
            partition,
            low,
            high,
            unread: VecDeque::new(),
            pace: Pace::new(READ_MAX.min(asked.limit as usize)),
        });
    }
    Ok(chains)
}

/// The next entry of all chains together. Equal times keep the order of their chain.
async fn next(
    api: &Api,
    asked: &Asked,
    chains: &mut [Chain],
) -> Result<Option<Looked>, MomentError> {
    for chain in chains.iter_mut() {
        chain.read_on(api, asked.is_newest_first).await?;
    }
    let fronts = chains.iter().enumerate().filter_map(|(at, chain)| {
        let front = chain.unread.front()?;
        Some((front.time, front.seq, at))
    });
    let chosen = if asked.is_newest_first {
        fronts.max()
    } else {
        fronts.min()
    };
    Ok(chosen.and_then(|(_, _, at)| chains[at].take(asked.is_newest_first)))
}

impl Chain {
    /// Reads more where nothing is left of what was read.
    async fn read_on(&mut self, api: &Api, is_newest_first: bool) -> Result<(), MomentError> {
        if !self.unread.is_empty() || self.low >= self.high {
            return Ok(());
        }
        let left = usize::try_from(self.high - self.low).unwrap_or(usize::MAX);
        let count = left.min(self.pace.next());
        let span = Span {
            after: if is_newest_first {
                self.high - count as u64
            } else {
                self.low
            },
            count,
            is_newest_first,
        };
        let (site, pace) = (api.site(), &mut self.pace);
        let read = site.read_opened(&self.partition, span, pace, |entry| Looked {
            time: entry.header.time,
            seq: entry.header.seq,
            change: told(&entry),
        });
        self.unread = read.await?.into();
        Ok(())
    }

    fn take(&mut self, is_newest_first: bool) -> Option<Looked> {
        let looked = self.unread.pop_front()?;
        if is_newest_first {
            self.high = looked.seq - 1;
        } else {
            self.low = looked.seq;
        }
        Some(looked)
    }
}

fn told(entry: &OpenedEntry) -> Option<Change> {
    let module = entry.header.partition.module.as_str();
    let events = entry.payload.events.iter();
    let events: Vec<_> = events
        .filter(|event| !UNTOLD.contains(&event.kind.as_str()))
        .map(|event| ChangeEvent {
            kind: event.kind.clone(),
            objects: objects(module, event),
        })
        .collect();
    (!events.is_empty()).then(|| Change {
        module: module.to_owned(),
        seq: entry.header.seq,
        time: entry.header.time.millis(),
        actor: entry.header.actor.clone(),
        command: entry.payload.name.clone(),
        events,
    })
}

/// The ids in an event. Of the directory, which everybody in a workspace may read, also which people
/// are concerned; who is in a conversation or has access to a document may be nobody's business.
fn objects(module: &str, event: &Event) -> BTreeMap<String, Vec<Uuid>> {
    let Value::Object(fields) = &event.data else {
        return BTreeMap::new();
    };
    let id = |value: &Value| value.as_str().and_then(|text| Uuid::parse_str(text).ok());
    let named = fields.iter().filter_map(|(name, value)| {
        let ids: Vec<Uuid> = match (name.as_str(), value) {
            ("people", Value::Array(people)) if module == "directory" => {
                people.iter().filter_map(id).collect()
            }
            ("id", value) => return Some(("message_id".into(), vec![id(value)?])),
            (name, value) if name.ends_with("_id") => id(value).into_iter().collect(),
            _ => Vec::new(),
        };
        (!ids.is_empty()).then(|| (name.clone(), ids))
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ID: &str = "0190a6f0-0000-7000-8000-000000000001";

    fn event(data: Value) -> Event {
        Event {
            kind: "x".into(),
            version: 1,
            data,
        }
    }

    #[test]
    fn only_ids_are_told() {
        let data = json!({ "id": ID, "conversation_id": ID, "external_id": "U1", "text": ID,
                           "author": ID, "people": [ID], "group_id": null });
        let id = Uuid::parse_str(ID).unwrap();
        let told = objects("messaging", &event(data.clone()));
        let names: Vec<_> = told.keys().map(String::as_str).collect();
        assert_eq!(names, ["conversation_id", "message_id"]);
        assert_eq!(objects("directory", &event(data))["people"], [id]);
        assert!(objects("directory", &event(json!("x"))).is_empty());
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let field = |text: &str| {
            let problem = Asked::parse(text, Timestamp(5)).err().unwrap();
            problem.field.unwrap()
        };
        assert_eq!(field(""), "workspace_id");
        for (parameter, value) in [
            ("from", "x"),
            ("to", "x"),
            ("order", "x"),
            ("limit", "0"),
            ("limit", "x"),
            ("cursor", "x"),
            ("until", "5"),
        ] {
            assert_eq!(
                field(&format!("workspace_id={ID}&{parameter}={value}")),
                parameter
            );
        }
        assert_eq!(field(&format!("workspace_id={ID}&from=1&from=2")), "from");
        let asked = Asked::parse(&format!("workspace_id={ID}&from=3"), Timestamp(5)).unwrap();
        assert_eq!((asked.from, asked.to), (Timestamp(3), Timestamp(5)));
    }
}
