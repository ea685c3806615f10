//! How many connections may be open, in all and from one address.

use super::ClientAddress;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Counts open connections. The accept loop asks it before it serves one.
#[derive(Clone)]
pub struct Connections {
    max: usize,
    per_address_max: usize,
    exempt: Arc<[IpAddr]>,
    open: Arc<Mutex<Open>>,
}

#[derive(Default)]
struct Open {
    all: usize,
    by_address: HashMap<ClientAddress, usize>,
}

/// Held as long as a connection is open.
pub struct ConnectionPermit {
    address: ClientAddress,
    open: Arc<Mutex<Open>>,
}

impl Connections {
    /// Allows `max` connections in all and half of them from one address; load balancers (`exempt`)
    /// may use all.
    #[must_use]
    pub fn new(max: usize, exempt: &[IpAddr]) -> Self {
        Self {
            max: max.max(1),
            per_address_max: (max / 2).max(1),
            exempt: exempt.into(),
            open: Arc::default(),
        }
    }

    /// A permit for a connection from `from`; `None`: too many are open, close it at once.
    #[must_use]
    pub fn admit(&self, from: IpAddr) -> Option<ConnectionPermit> {
        let is_exempt = self.exempt.contains(&from.to_canonical());
        let address = ClientAddress::of(from);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let here = open.by_address.get(&address).copied().unwrap_or(0);
        if open.all >= self.max || (!is_exempt && here >= self.per_address_max) {
            return None;
        }
        open.all += 1;
        open.by_address.insert(address, here + 1);
        drop(open);
        Some(ConnectionPermit {
            address,
            open: Arc::clone(&self.open),
        })
    }

    /// How many are open.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).all
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all -= 1;
        if let Some(count) = open.by_address.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.by_address.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permits_are_limited_in_all_and_for_one_address_and_come_back() {
        let (one, two): (IpAddr, IpAddr) =
            ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let connections = Connections::new(4, &[]);
        let first = connections.admit(one).unwrap();
        let _second = connections.admit(one).unwrap();
        assert!(connections.admit(one).is_none(), "half for one address");
        let _third = connections.admit(two).unwrap();
        let _fourth = connections.admit(two).unwrap();
        assert_eq!(connections.open(), 4);
        assert!(
            connections.admit("192.0.2.3".parse().unwrap()).is_none(),
            "all are taken"
        );
        drop(first);
        assert!(connections.admit(one).is_some());
    }

    #[test]
    fn a_load_balancer_may_use_all() {
        let balancer: IpAddr = "10.0.0.1".parse().unwrap();
        let connections = Connections::new(4, &[balancer]);
        let permits: Vec<_> = (0..4).map_while(|_| connections.admit(balancer)).collect();
        assert_eq!(permits.len(), 4);
    }
}
