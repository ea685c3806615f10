//! `GET /api/workspace-changes`: who changed what in a workspace, from its entries.
//!
//! Kinds of events, ids of objects and actors, and nothing of what was written: whoever asks may see
//! less of the workspace than what its entries hold.

use super::Api;
use super::Session;
use super::envelope::{missing, uuid};
use super::moment::{may_look_back, parse};
use crate::moments::{MomentError, OpenedEntry, read_opened};
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
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// What concerns one person alone, or a site's own housekeeping, and changes nothing for anybody.
const UNTOLD: [&str; 3] = ["draft-saved", "read-marked", "document-settled"];
/// Entries of one chain read at once: some hold a whole document.
const READ_MAX: usize = 50;
/// How often more is read at most until a page is full.
const ROUNDS_MAX: usize = 20;

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
}

async fn changes(api: &Api, asked: &Asked) -> Result<Changes, Problem> {
    let mut chains = chains(api, asked).await?;
    let mut items = Vec::new();
    for _ in 0..ROUNDS_MAX {
        let wanted = READ_MAX.min(asked.limit as usize - items.len());
        let entries = round(api, asked, &mut chains, wanted).await?;
        items.extend(entries.iter().filter_map(told));
        if entries.is_empty() || items.len() == asked.limit as usize {
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
        });
    }
    Ok(chains)
}

/// The next entries of all chains together, at most `wanted`.
async fn round(
    api: &Api,
    asked: &Asked,
    chains: &mut [Chain],
    wanted: usize,
) -> Result<Vec<OpenedEntry>, MomentError> {
    let mut entries = Vec::new();
    for chain in chains.iter().filter(|chain| chain.low < chain.high) {
        let count = (chain.high - chain.low).min(wanted as u64);
        let after = if asked.is_newest_first {
            chain.high - count
        } else {
            chain.low
        };
        let read = read_opened(&*api.site().engine, &chain.partition, after, count).await?;
        entries.extend(read);
    }
    // Equal times keep the order of their chain.
    entries.sort_by_key(|entry| (entry.header.time, entry.header.seq));
    if asked.is_newest_first {
        entries.reverse();
    }
    entries.truncate(wanted);
    for entry in &entries {
        let of_it = |chain: &&mut Chain| chain.partition.id == entry.header.partition;
        if let Some(chain) = chains.iter_mut().find(of_it) {
            if asked.is_newest_first {
                chain.high = entry.header.seq - 1;
            } else {
                chain.low = entry.header.seq;
            }
        }
    }
    Ok(entries)
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
