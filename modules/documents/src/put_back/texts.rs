//! The fact that makes a document's text what it was, or what it would be without somebody's updates.

use super::aspects::Item;
use crate::commands::{require_fit, unfit};
use crate::content::Content;
use crate::events::{DocumentUpdated, Fact, ItemKind, Origin};
use crate::store::{Progress, load_at, load_for, load_without, seq_of, unusable, update_key};
use crate::{DocumentId, base64};
use kernel::{CommandId, Event, NotPutBack, PuttingBack, TextWish};
use rusqlite::Connection;

/// The fact; none where it is so already.
pub fn facts(
    rows: &Connection,
    putting: &PuttingBack<'_>,
    id: DocumentId,
    wish: &TextWish,
) -> Result<Vec<Event>, NotPutBack> {
    let item = Item::find(rows, ItemKind::Document, id.into())?
        .ok_or_else(|| NotPutBack::because("There is no such document."))?;
    let last = Progress::of(rows, item.key)?.last_seq;
    let named = match wish {
        TextWish::AsOf(seq) => *seq,
        TextWish::Without(all) => all.iter().copied().max().unwrap_or(0),
    };
    if named > last {
        return Err(NotPutBack::because("The document has no such update."));
    }
    let without = match wish {
        TextWish::AsOf(_) => Vec::new(),
        TextWish::Without(all) => still_there(rows, item.key, all)?,
    };
    let wanted = match wish {
        TextWish::AsOf(seq) => load_at(rows, item.key, *seq)?.blocks().map_err(unusable)?,
        TextWish::Without(_) if without.is_empty() => return Ok(Vec::new()),
        TextWish::Without(_) => load_without(rows, item.key, &without)?
            .map_err(|why| NotPutBack::because(format!("{why}.")))?,
    };
    // A number for each change: one command may change a document more than once.
    let number = CommandId::derived(&format!("put-back/{}/{last}", putting.command));
    let content: Content = load_for(rows, item.key, number)?;
    let update = content
        .rewrite(&wanted)
        .map_err(|broken| unfit("value", &broken))?;
    let Some(update) = update else {
        return Ok(Vec::new());
    };
    require_fit(&content, "value")?;
    let fact = DocumentUpdated {
        document_id: id,
        seq: last + 1,
        author: putting.by,
        update: base64::encode(&update),
        origin: Some(Origin::PutBack {
            rewind_id: putting.rewind_id,
            seq: match wish {
                TextWish::AsOf(seq) => Some(*seq),
                TextWish::Without(_) => None,
            },
            without,
        }),
    };
    Ok(vec![fact.event()])
}

/// Those of the updates that no later change by the server has taken back already: what it wrote in
/// their place would be there twice.
fn still_there(rows: &Connection, item: i64, all: &[u64]) -> rusqlite::Result<Vec<u64>> {
    let mut left = all.to_vec();
    left.sort_unstable();
    left.dedup();
    let mut query = rows.prepare_cached(
        "SELECT key, origin FROM document_update
         WHERE key BETWEEN ?1 AND ?2 AND origin IS NOT NULL ORDER BY key",
    )?;
    let keys = (update_key(item, 0), update_key(item, u64::from(u32::MAX)));
    let mut changes = query.query(keys)?;
    while let Some(row) = changes.next()? {
        let at = seq_of(row.get(0)?);
        match serde_json::from_str(&row.get::<_, String>(1)?) {
            Ok(Origin::PutBack {
                seq: None, without, ..
            }) => {
                left.retain(|seq| !without.contains(seq));
            }
            Ok(Origin::Restore { seq, .. } | Origin::PutBack { seq: Some(seq), .. }) => {
                left.retain(|left| *left <= seq || *left >= at);
            }
            Ok(Origin::Import) | Err(_) => {}
        }
    }
    Ok(left)
}
