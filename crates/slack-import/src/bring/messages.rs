//! Bringing messages: conversations side by side, each one's batches in order.

use super::conversations::refused_row;
use super::people::People;
use super::reader::{Batch, BatchFile, read};
use super::{Bringing, ImportError, Stage};
use crate::Rows;
use kernel::id::Uuid;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc;

/// Batches that are read ahead while one is on its way.
const AHEAD: usize = 2;

/// Conversations that wait for a lane.
type Waiting = Arc<Mutex<VecDeque<(usize, Uuid)>>>;

/// Brings the messages of every conversation; returns the rows that could not be brought.
pub(super) async fn bring(
    bringing: &Arc<Bringing>,
    people: Arc<People>,
    places: Vec<Option<Uuid>>,
    lanes: usize,
) -> Result<Rows, ImportError> {
    let total = bringing.survey.counts.messages;
    bringing.progress.begin(Stage::Messages, Some(total));
    let mut waiting: Vec<(usize, Uuid)> = places
        .into_iter()
        .enumerate()
        .filter_map(|(place, id)| Some((place, id?)))
        .collect();
    // The longest first, so that the last lane does not go on alone for long.
    waiting.sort_by_key(|(place, _)| std::cmp::Reverse(bringing.export.days[*place].len()));
    let waiting: Waiting = Arc::new(Mutex::new(waiting.into()));
    let mut under_way = tokio::task::JoinSet::new();
    for _ in 0..lanes {
        under_way.spawn(lane(
            Arc::clone(bringing),
            Arc::clone(&people),
            Arc::clone(&waiting),
        ));
    }
    let mut skipped = Rows::default();
    while let Some(done) = under_way.join_next().await {
        skipped.extend(done.map_err(|e| ImportError::Interrupted(e.to_string()))??);
    }
    Ok(skipped)
}

async fn lane(
    bringing: Arc<Bringing>,
    people: Arc<People>,
    waiting: Waiting,
) -> Result<Rows, ImportError> {
    let mut skipped = Rows::default();
    loop {
        let next = waiting
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .pop_front();
        let Some((place, conversation)) = next else {
            return Ok(skipped);
        };
        let (to, mut batches) = mpsc::channel(AHEAD);
        let reading = tokio::task::spawn_blocking({
            let (bringing, people) = (Arc::clone(&bringing), Arc::clone(&people));
            move || read(&bringing, &people, place, conversation, &to)
        });
        while let Some(batch) = batches.recv().await {
            send(&bringing, batch, &mut skipped).await?;
        }
        let unread = reading
            .await
            .map_err(|e| ImportError::Interrupted(e.to_string()))??;
        skipped.extend(unread);
    }
}

/// Sends a batch; rows that are refused are left out and the others sent again.
async fn send(
    bringing: &Bringing,
    mut batch: Batch,
    skipped: &mut Rows,
) -> Result<(), ImportError> {
    for row in &mut batch.rows {
        let mut attachments = Vec::new();
        for file in row.files.drain(..) {
            attachments.push(upload(bringing, file).await?);
        }
        if !attachments.is_empty() {
            row.json["attachments"] = json!(attachments);
        }
    }
    bringing.progress.advance(batch.rows.len() as u64);
    while !batch.rows.is_empty() {
        let rows: Vec<&Value> = batch.rows.iter().map(|row| &row.json).collect();
        let body = json!({ "messages": rows });
        let command = bringing.command("messaging", "import-messages", body);
        match bringing.send(&command).await {
            Ok(_) => return Ok(()),
            Err(error) => {
                let Some(index) = refused_row(&error, "messages", batch.rows.len()) else {
                    return Err(error.into());
                };
                let row = batch.rows.remove(index);
                skipped.add(&row.entry, Some(row.index), error.to_string());
            }
        }
    }
    Ok(())
}

async fn upload(bringing: &Bringing, file: BatchFile) -> Result<Value, ImportError> {
    let content = tokio::fs::File::from_std(file.content);
    let uploaded = bringing
        .client
        .upload(bringing.workspace, content)
        .await
        .map_err(|source| ImportError::File {
            name: file.name.clone(),
            source,
        })?;
    Ok(uploaded.as_attachment(file.id, &file.name, &file.content_type))
}
