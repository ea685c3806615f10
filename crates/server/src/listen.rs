//! Serving people: plain or TLS, with a limit on open connections.

use crate::limits::{ConnectionPermit, Connections};
use crate::peer::{PeerName, TlsListener};
use axum::Router;
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A listener whose connections hold a permit as long as they are open; those beyond the limit are
/// closed at once.
struct Limited<L> {
    listener: L,
    connections: Connections,
}

/// An open connection with its permit.
struct Held<I> {
    io: I,
    _permit: ConnectionPermit,
}

/// Where a connection comes from.
trait HasAddress: Clone + Send {
    fn socket_address(&self) -> SocketAddr;
}

impl HasAddress for SocketAddr {
    fn socket_address(&self) -> SocketAddr {
        *self
    }
}

impl HasAddress for PeerName {
    fn socket_address(&self) -> SocketAddr {
        self.address
    }
}

/// The address of a client, as [`axum::extract::ConnectInfo`].
#[derive(Clone, Copy, Debug)]
struct ClientSocket(SocketAddr);

impl<L> Listener for Limited<L>
where
    L: Listener,
    L::Addr: HasAddress,
{
    type Io = Held<L::Io>;
    type Addr = ClientSocket;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (io, from) = self.listener.accept().await;
            let from = from.socket_address();
            match self.connections.admit(from.ip()) {
                Some(permit) => {
                    return (
                        Held {
                            io,
                            _permit: permit,
                        },
                        ClientSocket(from),
                    );
                }
                None => metrics::counter!("sekoci_connections_refused_total").increment(1),
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener
            .local_addr()
            .map(|address| ClientSocket(address.socket_address()))
    }
}

impl<L> Connected<IncomingStream<'_, Limited<L>>> for ClientSocket
where
    L: Listener,
    L::Addr: HasAddress,
{
    fn connect_info(stream: IncomingStream<'_, Limited<L>>) -> Self {
        *stream.remote_addr()
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Held<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Held<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}

/// A TCP listener that sends small answers at once.
struct Tcp(TcpListener);

impl Listener for Tcp {
    type Io = tokio::net::TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (io, from) = Listener::accept(&mut self.0).await;
        // Waiting to fill packets would only delay them; where it cannot be set, nothing is lost.
        let _ = io.set_nodelay(true);
        (io, from)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

/// Serves `routes` until `stop` ends and open requests are answered.
///
/// # Errors
/// When the listener has no local address.
pub fn serve(
    listener: TcpListener,
    tls: Option<rustls::ServerConfig>,
    routes: Router,
    connections: Connections,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    Ok(match tls {
        None => spawn(
            Limited {
                listener: Tcp(listener),
                connections,
            },
            routes,
            stop,
        ),
        Some(tls) => {
            let listener = TlsListener::new(listener, tls, None)?;
            spawn(
                Limited {
                    listener,
                    connections,
                },
                routes,
                stop,
            )
        }
    })
}

fn spawn<L>(
    listener: Limited<L>,
    routes: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> JoinHandle<()>
where
    L: Listener,
    L::Addr: HasAddress,
{
    // Handlers ask for the address as axum's own listeners give it.
    let routes = routes.layer(axum::middleware::map_request(
        |mut request: axum::extract::Request| async move {
            let from = request
                .extensions()
                .get::<axum::extract::ConnectInfo<ClientSocket>>()
                .map(|c| c.0.0);
            if let Some(from) = from {
                request
                    .extensions_mut()
                    .insert(axum::extract::ConnectInfo(from));
            }
            request
        },
    ));
    let service = routes.into_make_service_with_connect_info::<ClientSocket>();
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, service)
            .with_graceful_shutdown(stop)
            .await
        {
            tracing::error!(%error, "the listener for people ended");
        }
    })
}
