//! Asking a Patroni whether its node is the primary.

use http_body_util::{BodyExt, Empty, Limited};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use std::time::Duration;
use tokio::net::TcpStream;

/// The longest answer that is read, in bytes.
const ANSWER_MAX: usize = 1 << 20;

type Broken = Box<dyn std::error::Error + Send + Sync>;

#[derive(Deserialize)]
struct Answer {
    timeline: Option<u32>,
}

/// The host and port in `http://host:port`, if the address is one.
pub fn authority(url: &str) -> Option<&str> {
    let authority = url.strip_prefix("http://")?.trim_end_matches('/');
    let (host, port) = authority.rsplit_once(':')?;
    (!host.is_empty() && port.parse::<u16>().is_ok()).then_some(authority)
}

/// The primary's timeline, if the Patroni at `authority` says that its node is the primary
/// (`GET /primary` is 200 only while it holds the lease).
pub async fn primary_timeline(authority: &str, limit: Duration) -> Option<u32> {
    match tokio::time::timeout(limit, ask(authority)).await {
        Ok(Ok(timeline)) => timeline,
        Ok(Err(error)) => {
            tracing::trace!(authority, %error, "no answer from Patroni");
            None
        }
        Err(_) => None,
    }
}

async fn ask(authority: &str) -> Result<Option<u32>, Broken> {
    let stream = TcpStream::connect(authority).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::get("/primary")
        .header("host", authority)
        .body(Empty::<Bytes>::new())?;
    let exchange = async move {
        let response = sender.send_request(request).await?;
        let is_primary = response.status().as_u16() == 200;
        let body = Limited::new(response.into_body(), ANSWER_MAX)
            .collect()
            .await?;
        let answer: Answer = serde_json::from_slice(&body.to_bytes())?;
        Ok::<_, Broken>((is_primary, answer.timeline))
    };
    let mut exchange = std::pin::pin!(exchange);
    let mut connection = std::pin::pin!(connection);
    let (is_primary, timeline) = tokio::select! {
        answer = &mut exchange => answer?,
        ended = &mut connection => {
            ended?;
            exchange.await?
        }
    };
    Ok(timeline.filter(|_| is_primary))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked() {
        assert_eq!(authority("http://10.0.0.1:8008"), Some("10.0.0.1:8008"));
        assert_eq!(authority("http://a:8008/"), Some("a:8008"));
        for bad in [
            "a:8008",
            "https://a:8008",
            "http://a",
            "http://:1",
            "http://a:x",
        ] {
            assert_eq!(authority(bad), None, "{bad}");
        }
    }
}
