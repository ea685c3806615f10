//! The event stream of one site, without any of the client's patience: one connection, its frames.

use crate::door::Door;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::time::Duration;
use tokio_tungstenite::tungstenite::{self, Message, http};

const SOON: Duration = Duration::from_secs(10);

/// An event stream, frame by frame.
pub struct Events(tokio_tungstenite::WebSocketStream<tokio::net::TcpStream>);

impl Events {
    /// Connects with the door's session.
    pub async fn open(door: &Door) -> Self {
        let authority = door.url.trim_start_matches("http://").to_owned();
        let token = door.token.as_deref().expect("a session");
        let request = http::Request::builder()
            .uri(format!("ws://{authority}/api/events"))
            .header("Host", &authority)
            .header("Connection", "Upgrade")
            .header("Upgrade", "websocket")
            .header("Sec-WebSocket-Version", "13")
            .header(
                "Sec-WebSocket-Key",
                tungstenite::handshake::client::generate_key(),
            )
            .header("Sec-WebSocket-Protocol", format!("sekoci, bearer.{token}"))
            .body(())
            .expect("a request");
        let stream = tokio::net::TcpStream::connect(&authority)
            .await
            .expect("connected");
        let (socket, _) = tokio_tungstenite::client_async(request, stream)
            .await
            .expect("upgraded");
        Self(socket)
    }

    /// Asks for a partition from its first entry.
    pub async fn subscribe(&mut self, partition: &str) {
        let wish = json!({ "subscribe": [{ "partition": partition, "after": 0 }] });
        self.0
            .send(Message::text(wish.to_string()))
            .await
            .expect("sent");
    }

    /// The next frame that fits.
    pub async fn until(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        let looking = async {
            while let Some(Ok(frame)) = self.0.next().await {
                let Message::Text(text) = frame else { continue };
                let frame: Value = serde_json::from_str(&text).expect("frames are JSON");
                if fits(&frame) {
                    return frame;
                }
            }
            panic!("the stream ended before");
        };
        tokio::time::timeout(SOON, looking)
            .await
            .expect("a frame in time")
    }

    /// Waits for the goodbye and the end after it.
    pub async fn goodbye(&mut self) -> Value {
        let frame = self.until(|frame| frame.get("goodbye").is_some()).await;
        let ended = async {
            loop {
                match self.0.next().await {
                    None | Some(Err(_) | Ok(Message::Close(_))) => return,
                    Some(Ok(_)) => {}
                }
            }
        };
        tokio::time::timeout(SOON, ended)
            .await
            .expect("closed after the goodbye");
        frame["goodbye"].clone()
    }
}
