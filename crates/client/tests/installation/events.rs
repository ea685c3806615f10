//! The event stream of a test site: what it sends is pushed by the test.

use super::Shared;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use serde_json::Value;
use tokio::sync::{Mutex, broadcast};

pub struct Stream {
    frames: broadcast::Sender<Option<String>>,
    /// What was subscribed, oldest first.
    pub subscribed: Mutex<Vec<Value>>,
    pub connected: tokio::sync::Notify,
}

impl Default for Stream {
    fn default() -> Self {
        Self {
            frames: broadcast::channel(100).0,
            subscribed: Mutex::default(),
            connected: tokio::sync::Notify::new(),
        }
    }
}

impl Stream {
    pub fn push(&self, frame: &Value) {
        self.frames.send(Some(frame.to_string())).unwrap();
    }

    pub async fn close(&self) {
        // Nobody connected: nothing to close.
        let _ = self.frames.send(None);
    }
}

pub async fn serve(State(shared): State<Shared>, upgrade: WebSocketUpgrade) -> Response {
    upgrade
        .protocols(["sekoci"])
        .on_upgrade(move |socket| run(shared, socket))
}

async fn run(shared: Shared, mut socket: WebSocket) {
    let Some(Ok(Message::Text(text))) = socket.recv().await else {
        return;
    };
    let mut frames = shared.stream.frames.subscribe();
    let asked = serde_json::from_str(text.as_str()).unwrap();
    shared.stream.subscribed.lock().await.push(asked);
    shared.stream.connected.notify_one();
    while let Ok(Some(frame)) = frames.recv().await {
        if socket.send(Message::text(frame)).await.is_err() {
            return;
        }
    }
}
