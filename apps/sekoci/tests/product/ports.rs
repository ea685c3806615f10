//! Thirty free ports in a row, kept from other tests while they are in use.

use std::net::{Ipv4Addr, TcpListener};

/// Ports of the three nodes of a demo; the last one is not used by any node and marks the row as taken.
const ROW: u16 = 30;
/// Below the ports that the system gives to outgoing connections.
const FIRST: u16 = 12_000;
const ROWS: u16 = 600;

/// A row of ports.
pub struct Row {
    /// The first port.
    pub first: u16,
    _mark: TcpListener,
}

impl Row {
    /// Takes a free row.
    pub fn take() -> Self {
        let start = u16::try_from(std::process::id() % u32::from(ROWS)).unwrap_or(0);
        (0..ROWS)
            .map(|n| FIRST + (start + n) % ROWS * ROW)
            .find_map(|first| {
                let mark = bind(first + ROW - 1)?;
                let is_free = (first..first + ROW - 1).all(|port| bind(port).is_some());
                is_free.then_some(Self { first, _mark: mark })
            })
            .expect("there are thirty free ports in a row")
    }
}

fn bind(port: u16) -> Option<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok()
}
