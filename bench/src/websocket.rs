//! A reader of the event stream that costs as little as it can: the load generator shares the
//! machine with what it measures. It looks at frames as text and follows no failover.

use anyhow::{Context, bail};
use futures_util::{SinkExt, StreamExt};
use kernel::PartitionId;
use serde_json::json;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::http::Request;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

/// tungstenite takes 128 KiB for each connection unless told otherwise.
const BUFFER_BYTES: usize = 4 << 10;

/// A connection to one site's event stream.
pub struct Reader {
    socket: WebSocketStream<TcpStream>,
    partitions: Vec<PartitionId>,
}

impl Reader {
    /// Connects to the site at `url` (plain HTTP) and subscribes from now on. Returns once the site
    /// has answered every subscription.
    pub async fn connect(
        url: &str,
        token: &str,
        partitions: &[PartitionId],
    ) -> anyhow::Result<Self> {
        let authority = url
            .strip_prefix("http://")
            .context("only plain HTTP is measured")?
            .trim_end_matches('/');
        let tcp = TcpStream::connect(authority).await?;
        tcp.set_nodelay(true)?;
        let request = Request::builder()
            .uri(format!("ws://{authority}/api/events"))
            .header("Host", authority)
            .header("Connection", "Upgrade")
            .header("Upgrade", "websocket")
            .header("Sec-WebSocket-Version", "13")
            .header("Sec-WebSocket-Key", generate_key())
            .header("Sec-WebSocket-Protocol", format!("sekoci, bearer.{token}"))
            .body(())?;
        let config = WebSocketConfig::default().read_buffer_size(BUFFER_BYTES);
        let (socket, _) =
            tokio_tungstenite::client_async_with_config(request, tcp, Some(config)).await?;
        let mut reader = Self {
            socket,
            partitions: partitions.to_vec(),
        };
        reader.subscribe().await?;
        for _ in partitions {
            let answer = reader.next().await?;
            if !answer.contains("\"at\":") {
                bail!("the subscription was answered {answer}");
            }
        }
        Ok(reader)
    }

    /// Subscribes, again where the site said that this reader was too slow.
    pub async fn subscribe(&mut self) -> anyhow::Result<()> {
        let wished: Vec<_> = self
            .partitions
            .iter()
            .map(|partition| json!({ "partition": partition }))
            .collect();
        let text = json!({ "subscribe": wished }).to_string();
        Ok(self.socket.send(Message::text(text)).await?)
    }

    /// The next frame. May be dropped and called again without losing anything.
    pub async fn next(&mut self) -> anyhow::Result<Utf8Bytes> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => return Ok(text),
                Some(Ok(Message::Close(_))) | None => bail!("the site closed the stream"),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
            }
        }
    }
}

/// Connects `count` readers, spread over the sites, `WIDE` at a time.
pub async fn connect_all(
    urls: &[String],
    token: &str,
    partitions: &[PartitionId],
    count: usize,
) -> anyhow::Result<Vec<Reader>> {
    const WIDE: usize = 32;
    let connecting = (0..count).map(|n| {
        let url = &urls[n % urls.len()];
        async move {
            Reader::connect(url, token, partitions)
                .await
                .with_context(|| format!("reader {n} at {url}"))
        }
    });
    let mut connected = futures_util::stream::iter(connecting).buffered(WIDE);
    let mut readers = Vec::with_capacity(count);
    while let Some(reader) = connected.next().await {
        readers.push(reader?);
    }
    Ok(readers)
}
