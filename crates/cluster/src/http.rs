//! Plain HTTP/1.1 requests with a limit on time and size, one connection each.

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use std::time::Duration;
use tokio::net::TcpStream;

/// The longest answer that is read, in bytes.
const ANSWER_MAX: usize = 4 << 20;

/// Why there was no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No connection, or it broke.
    #[error("connection")]
    Connection(#[source] std::io::Error),
    /// Not HTTP, or the connection ended in the middle.
    #[error("exchange")]
    Exchange(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Nothing within the limit.
    #[error("no answer within {0:?}")]
    Silent(Duration),
}

/// An answer of any status.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

/// Sends a request to `url` (`http://host:port`) and reads the answer whole, within `limit`.
pub async fn request(
    method: Method,
    url: &str,
    path: &str,
    body: Vec<u8>,
    limit: Duration,
) -> Result<Answer, Error> {
    tokio::time::timeout(limit, exchange(method, url, path, body))
        .await
        .unwrap_or(Err(Error::Silent(limit)))
}

async fn exchange(method: Method, url: &str, path: &str, body: Vec<u8>) -> Result<Answer, Error> {
    fn broken<E: Into<Box<dyn std::error::Error + Send + Sync>>>(error: E) -> Error {
        Error::Exchange(error.into())
    }
    let host = url.strip_prefix("http://").unwrap_or(url);
    let stream = TcpStream::connect(host).await.map_err(Error::Connection)?;
    stream.set_nodelay(true).map_err(Error::Connection)?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(broken)?;
    let driver = tokio::spawn(connection);
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", host)
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(body)))
        .map_err(broken)?;
    let answered = async {
        let response = sender.send_request(request).await.map_err(broken)?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), ANSWER_MAX)
            .collect()
            .await;
        Ok(Answer {
            status,
            body: body.map_err(Error::Exchange)?.to_bytes().to_vec(),
        })
    }
    .await;
    driver.abort();
    answered
}
