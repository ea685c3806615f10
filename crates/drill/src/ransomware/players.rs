//! What the attacker and the others do.

use super::model::Expected;
use super::pen::Pen;
use super::stage::Stage;
use crate::cast::Player;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use client::Error;
use kernel::id::Uuid;
use kernel::{Clock, Timestamp};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

/// One call of a player.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a site is asked whether it still lets the attacker in.
const ASK_EVERY: Duration = Duration::from_millis(50);
/// How often each of the others does something.
const WORKS_EVERY: Duration = Duration::from_millis(1_000);

/// What the attacker managed.
#[derive(Clone, Debug, Default)]
pub(super) struct Attack {
    /// When the first change was acknowledged.
    pub first_hit_at: Option<Timestamp>,
    /// Documents with at least one change acknowledged.
    pub hit: u64,
    /// Why the attacker stopped.
    pub stopped_by: Option<String>,
}

/// Overwrites one document after the other with noise, and renames it, `rate` times a second; until
/// stopped, or until all are spoilt.
pub(super) async fn attack(stage: &Stage, rate: u32, clock: &dyn Clock) -> Attack {
    let mut attack = Attack::default();
    let mut every = interval(Duration::from_secs(1) / rate.max(1));
    every.set_missed_tick_behavior(MissedTickBehavior::Burst);
    for document in stage.expected.ids() {
        every.tick().await;
        match spoil(stage, &stage.attacker, document).await {
            Ok(()) => {
                attack.first_hit_at.get_or_insert_with(|| clock.now());
                attack.hit += 1;
            }
            Err(failure) => {
                attack.stopped_by = Some(failure);
                break;
            }
        }
    }
    attack
}

async fn spoil(stage: &Stage, attacker: &Player, document: Uuid) -> Result<(), String> {
    let pen = open(stage, attacker, document).await?;
    let noise = STANDARD.encode(noise(document));
    let update = json!({ "document_id": document, "update": pen.replace(&noise) });
    send(stage, attacker, "documents", "update-document", update).await?;
    let rename = json!({ "document_id": document, "title": format!("{document}.locked") });
    // The text is spoilt already.
    let _ = send(stage, attacker, "documents", "rename-document", rename).await;
    Ok(())
}

/// What a cipher would leave: bytes without any order.
fn noise(seed: Uuid) -> Vec<u8> {
    let mut bytes = vec![0; 1_200];
    let mut reader = blake3::Hasher::new().update(seed.as_bytes()).finalize_xof();
    reader.fill(&mut bytes);
    bytes
}

/// Waits until a site refuses the attacker.
pub(super) async fn locked_out(stage: &Stage, site: usize, within: Duration) -> bool {
    let refused = async {
        loop {
            let asked = stage
                .attacker
                .client
                .query_at::<Value>(
                    site,
                    "directory",
                    "person-list",
                    Some(stage.workspace),
                    &[],
                    PATIENCE,
                )
                .await;
            if asked.is_err_and(|error| error.problem().is_some()) {
                return;
            }
            sleep(ASK_EVERY).await;
        }
    };
    timeout(within, refused).await.is_ok()
}

/// Writes, renames and chats about a share of the documents until told to stop; what is acknowledged
/// is expected to stay.
pub(super) async fn work(
    stage: Arc<Stage>,
    worker: usize,
    expected: Arc<Mutex<Expected>>,
    mut stop: watch::Receiver<bool>,
) -> Vec<String> {
    let player = &stage.workers[worker];
    let share: Vec<Uuid> = stage
        .expected
        .ids()
        .into_iter()
        .skip(worker)
        .step_by(stage.workers.len())
        .collect();
    let mut failures = Vec::new();
    let mut every = interval(WORKS_EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for turn in 0_usize.. {
        tokio::select! {
            _ = every.tick() => {}
            _ = stop.wait_for(|is_over| *is_over) => break,
        }
        let Some(document) = share.get(turn % share.len().max(1)).copied() else {
            break;
        };
        if let Err(failure) = one_turn(&stage, player, document, turn, &expected).await {
            failures.push(failure);
        }
    }
    failures
}

async fn one_turn(
    stage: &Stage,
    player: &Player,
    document: Uuid,
    turn: usize,
    expected: &Mutex<Expected>,
) -> Result<(), String> {
    let expect = || expected.lock().unwrap_or_else(PoisonError::into_inner);
    match turn % 4 {
        0 | 1 => {
            let text = format!("Added in turn {turn} and to be kept.");
            let update = open(stage, player, document).await?.append(&text);
            let body = json!({ "document_id": document, "update": update });
            send(stage, player, "documents", "update-document", body).await?;
            expect().appended(document, &text);
        }
        2 => {
            let title = format!("Plan renamed in turn {turn}");
            let body = json!({ "document_id": document, "title": title });
            send(stage, player, "documents", "rename-document", body).await?;
            expect().renamed(document, &title);
        }
        _ => {
            let body = json!({ "message_id": player.client.new_uuid(),
                "conversation_id": stage.conversation, "text": format!("turn {turn}") });
            send(stage, player, "messaging", "post-message", body).await?;
        }
    }
    Ok(())
}

async fn open(stage: &Stage, player: &Player, document: Uuid) -> Result<Pen, String> {
    let asked = [("document_id", document.to_string())];
    let workspace = Some(stage.workspace);
    let details: Value = player
        .client
        .query("documents", "document", workspace, &asked)
        .await
        .map_err(|error| error.to_string())?;
    let number = drawn(player.client.new_uuid());
    let state = details["state"].as_str().unwrap_or_default();
    Pen::open(number, state).map_err(|error| error.to_string())
}

/// The part of an id that is drawn.
fn drawn(id: Uuid) -> u32 {
    let bytes = id.into_bytes();
    u32::from_be_bytes([bytes[12], bytes[13], bytes[14], bytes[15]])
}

async fn send(
    stage: &Stage,
    player: &Player,
    module: &str,
    name: &str,
    body: Value,
) -> Result<(), String> {
    let command = stage.command(&player.client, module, name, body);
    let sent: Result<_, Error> = player.client.command_within(&command, PATIENCE).await;
    sent.map(drop).map_err(|error| error.to_string())
}

/// How long something took until now, in milliseconds.
pub(super) fn millis_since(began: Instant) -> i64 {
    i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX)
}
