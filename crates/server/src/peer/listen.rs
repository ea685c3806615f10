//! Accepting TLS connections without letting a slow handshake hold up the next one.

use super::tls::fingerprint;
use crate::config::NodeConfig;
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use kernel::SiteName;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

const HANDSHAKE_MAX: Duration = Duration::from_secs(5);
const HANDSHAKEN_WAITING_MAX: usize = 64;

/// Who is at the other end of a connection.
#[derive(Clone, Debug)]
pub struct PeerName {
    /// The node whose certificate was shown; `None` on listeners that ask for none.
    pub node: Option<SiteName>,
    /// Its address.
    pub address: SocketAddr,
}

/// A TCP listener behind TLS.
pub struct TlsListener {
    ready: mpsc::Receiver<(TlsStream<TcpStream>, PeerName)>,
    address: SocketAddr,
}

impl TlsListener {
    /// Wraps a bound listener. With `nodes`, only connections that show a certificate named there
    /// are let in.
    ///
    /// # Errors
    /// When the listener has no local address.
    pub fn new(
        listener: TcpListener,
        config: rustls::ServerConfig,
        nodes: Option<Vec<NodeConfig>>,
    ) -> std::io::Result<Self> {
        let address = listener.local_addr()?;
        let (done, ready) = mpsc::channel(HANDSHAKEN_WAITING_MAX);
        tokio::spawn(accept_all(
            listener,
            TlsAcceptor::from(Arc::new(config)),
            nodes,
            done,
        ));
        Ok(Self { ready, address })
    }
}

async fn accept_all(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    nodes: Option<Vec<NodeConfig>>,
    done: mpsc::Sender<(TlsStream<TcpStream>, PeerName)>,
) {
    let nodes = nodes.map(Arc::new);
    while !done.is_closed() {
        let (stream, address) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "accepting failed");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let (acceptor, nodes, done) = (acceptor.clone(), nodes.clone(), done.clone());
        tokio::spawn(async move {
            // Small messages go back and forth; waiting to fill packets would only delay them.
            let _ = stream.set_nodelay(true);
            let Ok(Ok(tls)) = tokio::time::timeout(HANDSHAKE_MAX, acceptor.accept(stream)).await
            else {
                tracing::debug!(%address, "TLS handshake failed");
                return;
            };
            let node = nodes.as_ref().map(|nodes| name_of(&tls, nodes));
            if node == Some(None) {
                tracing::warn!(%address, "certificate of no known node");
                return;
            }
            // The receiver is gone when the server shuts down.
            let _ = done
                .send((
                    tls,
                    PeerName {
                        node: node.flatten(),
                        address,
                    },
                ))
                .await;
        });
    }
}

fn name_of(tls: &TlsStream<TcpStream>, nodes: &[NodeConfig]) -> Option<SiteName> {
    let shown = fingerprint(tls.get_ref().1.peer_certificates()?.first()?);
    nodes
        .iter()
        .find(|node| node.fingerprint == shown)
        .map(|node| node.name.clone())
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = PeerName;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(accepted) => accepted,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        Ok(PeerName {
            node: None,
            address: self.address,
        })
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for PeerName {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        stream.remote_addr().clone()
    }
}
