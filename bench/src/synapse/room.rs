//! A room at Synapse and clients that send to it.

use anyhow::{Context, ensure};
use client::load::summarise;
use serde::Serialize;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Somebody who is signed in.
#[derive(Clone)]
pub struct User {
    /// Connections.
    pub http: reqwest::Client,
    /// Synapse.
    pub url: String,
    /// Their session.
    pub token: String,
}

/// What a load came to.
#[derive(Debug, Serialize)]
pub struct MatrixSends {
    /// Messages that were taken, a second.
    pub messages_per_s: f64,
    /// From sending to the answer, in milliseconds.
    pub p50_ms: f64,
    /// The same at the 99th percentile.
    pub p99_ms: f64,
    /// Messages that were taken.
    pub taken: u64,
    /// Those that were not.
    pub other: u64,
}

impl User {
    async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let answer = self
            .http
            .post(format!("{}{path}", self.url))
            .bearer_auth(&self.token)
            .json(body)
            .send()
            .await?;
        let status = answer.status();
        let told: Value = answer.json().await?;
        ensure!(status.is_success(), "{path}: {status} {told}");
        Ok(told)
    }

    async fn send(&self, room: &str, transaction: &str, text: &str) -> bool {
        let path = format!("/_matrix/client/v3/rooms/{room}/send/m.room.message/{transaction}");
        let answer = self
            .http
            .put(format!("{}{path}", self.url))
            .bearer_auth(&self.token)
            .json(&json!({ "msgtype": "m.text", "body": text }))
            .send()
            .await;
        let Ok(answer) = answer else { return false };
        let is_taken = answer.status().is_success();
        // Read to its end, so that the connection serves again.
        answer.bytes().await.is_ok() && is_taken
    }
}

/// Makes a room that all of them are in.
pub async fn make(users: &[User]) -> anyhow::Result<String> {
    let (first, others) = users.split_first().context("nobody is there")?;
    let wished = json!({ "preset": "public_chat", "name": "Measured" });
    let made = first.post("/_matrix/client/v3/createRoom", &wished).await?;
    let room = made["room_id"].as_str().context("a room without an id")?;
    for user in others {
        let path = format!("/_matrix/client/v3/rooms/{room}/join");
        user.post(&path, &json!({})).await?;
    }
    Ok(room.into())
}

/// Lets each of them send its next message as soon as the last one is answered.
pub async fn load(users: &[User], room: &str, lasts: Duration) -> anyhow::Result<MatrixSends> {
    let began = Instant::now();
    let mut sending = JoinSet::new();
    let tag = kernel::id::new_uuid(&kernel::clock::SystemClock, &kernel::random::OsRandom);
    for (k, user) in users.iter().enumerate() {
        let (user, room) = (user.clone(), room.to_owned());
        sending.spawn(async move {
            let (mut took, mut other) = (Vec::new(), 0_u64);
            for n in 0_u64.. {
                if began.elapsed() >= lasts {
                    break;
                }
                let sent = Instant::now();
                let text = format!("a message of a load, {tag}, number {n}");
                if user.send(&room, &format!("{tag}-{k}-{n}"), &text).await {
                    took.push(sent.elapsed().as_secs_f64() * 1000.0);
                } else {
                    other += 1;
                }
            }
            (took, other)
        });
    }
    let (mut took, mut other) = (Vec::new(), 0);
    while let Some(done) = sending.join_next().await {
        let (times, failed) = done?;
        took.extend(times);
        other += failed;
    }
    let lasted = began.elapsed().as_secs_f64();
    let times = summarise(took);
    ensure!(times.count > 0, "Synapse took nothing");
    #[expect(clippy::cast_precision_loss, reason = "counts lie far below 2^52")]
    let messages_per_s = times.count as f64 / lasted;
    Ok(MatrixSends {
        messages_per_s,
        p50_ms: times.p50,
        p99_ms: times.p99,
        taken: times.count,
        other,
    })
}
