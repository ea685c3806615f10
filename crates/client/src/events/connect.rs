//! One WebSocket connection to one site.

use crate::SiteUrl;
use rustls::pki_types::ServerName;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite;
use tokio_tungstenite::tungstenite::http::{Request, StatusCode};

/// A byte stream, encrypted or not.
pub(super) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// A connected WebSocket.
pub(super) type Socket = WebSocketStream<Box<dyn Wire>>;

/// Why there is no connection.
#[derive(Debug)]
pub(super) enum ConnectError {
    NotSignedIn,
    Failed(String),
}

/// Connects to `GET /api/events` of `site` with a session's token.
pub(super) async fn connect(
    site: &SiteUrl,
    tls: &Arc<rustls::ClientConfig>,
    token: &str,
) -> Result<Socket, ConnectError> {
    let failed = |cause: &dyn std::fmt::Display| ConnectError::Failed(cause.to_string());
    let tcp = TcpStream::connect((site.host(), site.port()))
        .await
        .map_err(|e| failed(&e))?;
    tcp.set_nodelay(true).map_err(|e| failed(&e))?;
    let (wire, scheme): (Box<dyn Wire>, _) = if site.is_tls() {
        let name = ServerName::try_from(site.host().to_owned()).map_err(|e| failed(&e))?;
        let connector = tokio_rustls::TlsConnector::from(Arc::clone(tls));
        let encrypted = connector.connect(name, tcp).await.map_err(|e| failed(&e))?;
        (Box::new(encrypted), "wss")
    } else {
        (Box::new(tcp), "ws")
    };
    let request = Request::builder()
        .uri(format!("{scheme}://{}/api/events", site.authority()))
        .header("Host", site.authority())
        .header("Connection", "Upgrade")
        .header("Upgrade", "websocket")
        .header("Sec-WebSocket-Version", "13")
        .header(
            "Sec-WebSocket-Key",
            tungstenite::handshake::client::generate_key(),
        )
        .header("Sec-WebSocket-Protocol", format!("sekoci, bearer.{token}"))
        .body(())
        .map_err(|e| failed(&e))?;
    match tokio_tungstenite::client_async(request, wire).await {
        Ok((socket, _)) => Ok(socket),
        Err(tungstenite::Error::Http(answer)) if answer.status() == StatusCode::UNAUTHORIZED => {
            Err(ConnectError::NotSignedIn)
        }
        Err(tungstenite::Error::Http(answer)) => {
            Err(ConnectError::Failed(format!("HTTP {}", answer.status())))
        }
        Err(error) => Err(failed(&error)),
    }
}
