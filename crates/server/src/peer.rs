//! The link between the nodes of an installation, over mutual TLS.
//!
//! Every node has a certificate of the installation's own authority, and the configuration names
//! each node's certificate by fingerprint: a certificate speaks for its own node only.

mod chunks;
mod forward;
mod link;
mod listen;
mod serve;
mod tls;

pub use chunks::LinkedChunks;
pub use forward::{ForwardedCommand, Forwarder};
pub use link::{LinkError, PeerLink};
pub use listen::{PeerName, TlsListener};
pub use serve::{SiteDoors, site_routes, witness_routes};
pub use tls::{TlsError, client_config, fingerprint, server_config, server_config_for_people};
