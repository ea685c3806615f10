//! Limits on what one client may take: body sizes, request rates, connections.

mod address;
mod body;
mod connections;
mod requests;

pub use address::ClientAddress;
pub use body::{read, read_json};
pub use connections::{ConnectionPermit, Connections};
pub use requests::Requests;
