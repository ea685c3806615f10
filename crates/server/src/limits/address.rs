//! Whose request it is, as far as the network tells.

use axum::extract::ConnectInfo;
use axum::http::Extensions;
use axum::http::HeaderMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The address a client is limited by: an IPv4 address, or the /64 network of an IPv6 address, which
/// is what one subscriber gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientAddress(IpAddr);

impl ClientAddress {
    /// The limited form of an address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(v6) => {
                let network = u128::from(v6) & !u128::from(u64::MAX);
                IpAddr::V6(Ipv6Addr::from(network))
            }
            v4 @ IpAddr::V4(_) => v4,
        })
    }

    /// Finds out whose request it is. `X-Forwarded-For` is believed only as far as it was written by
    /// the load balancers in `trusted`.
    #[must_use]
    pub fn find(extensions: &Extensions, headers: &HeaderMap, trusted: &[IpAddr]) -> Self {
        let peer = extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| {
                info.0.ip().to_canonical()
            });
        if !trusted.contains(&peer) {
            return Self::of(peer);
        }
        let forwarded = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|text| text.split(','))
            .map(|text| text.trim().parse::<IpAddr>());
        // From the nearest hop outwards; the first that is not one of ours is the client.
        let mut client = peer;
        for hop in forwarded.collect::<Vec<_>>().into_iter().rev() {
            let Ok(hop) = hop else { break };
            client = hop.to_canonical();
            if !trusted.contains(&client) {
                break;
            }
        }
        Self::of(client)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(peer: &str, forwarded: Option<&str>) -> ClientAddress {
        let mut extensions = Extensions::new();
        let peer: IpAddr = peer.parse().unwrap();
        extensions.insert(ConnectInfo(SocketAddr::new(peer, 1)));
        let mut headers = HeaderMap::new();
        if let Some(text) = forwarded {
            headers.insert("x-forwarded-for", text.parse().unwrap());
        }
        ClientAddress::find(&extensions, &headers, &["10.0.0.1".parse().unwrap()])
    }

    fn is(address: &str) -> ClientAddress {
        ClientAddress::of(address.parse().unwrap())
    }

    #[test]
    fn strangers_cannot_claim_another_address() {
        assert_eq!(find("192.0.2.7", Some("198.51.100.1")), is("192.0.2.7"));
    }

    #[test]
    fn a_trusted_load_balancer_is_believed_for_its_own_hop() {
        assert_eq!(find("10.0.0.1", Some("198.51.100.1")), is("198.51.100.1"));
        assert_eq!(
            find("10.0.0.1", Some("1.1.1.1, 198.51.100.1")),
            is("198.51.100.1")
        );
        assert_eq!(
            find("10.0.0.1", Some("198.51.100.1, 10.0.0.1")),
            is("198.51.100.1")
        );
        assert_eq!(
            find("10.0.0.1", Some("198.51.100.1, garbage")),
            is("10.0.0.1")
        );
        assert_eq!(find("10.0.0.1", None), is("10.0.0.1"));
    }

    #[test]
    fn one_subscriber_is_one_address() {
        assert_eq!(is("2001:db8::1"), is("2001:db8::ffff:2"));
        assert_ne!(is("2001:db8::1"), is("2001:db8:0:1::1"));
        assert_eq!(is("::ffff:192.0.2.7"), is("192.0.2.7"));
    }
}
