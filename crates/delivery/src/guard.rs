//! Where HTTP requests may go: not into the site's own network. Addresses of browsers come from people,
//! and a name may lead anywhere, so what counts is the address that is connected to.

use crate::{Failure, OpenError};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use url::{Host, Url};

/// A client that goes to public addresses only, or anywhere where `is_private_allowed`. It follows no
/// redirections: they could lead elsewhere.
pub fn client(is_private_allowed: bool) -> Result<reqwest::Client, OpenError> {
    use rustls_platform_verifier::BuilderVerifierExt;
    let _ = rustls::crypto::ring::default_provider().install_default();
    let tls = rustls::ClientConfig::builder()
        .with_platform_verifier()
        .map_err(|error| OpenError::setting("delivery", error))?
        .with_no_client_auth();
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(crate::TIMEOUT);
    if !is_private_allowed {
        builder = builder.dns_resolver(Arc::new(PublicOnly));
    }
    builder
        .build()
        .map_err(|error| OpenError::setting("delivery", error.without_url()))
}

/// Resolves names to public addresses alone.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|at| is_public(at.ip())).collect();
            if public.is_empty() {
                return Err("it leads to no public address".into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// The address, where a request may go there: `https`, and no address of a private network. Names are
/// looked at when they are resolved.
///
/// # Errors
/// Never to be taken otherwise.
pub fn checked(text: &str, is_private_allowed: bool) -> Result<Url, Failure> {
    let never = |detail: &str| Failure::Never(detail.into());
    let url = Url::parse(text).map_err(|_| never("This is no address."))?;
    let is_public = match url.host() {
        Some(Host::Ipv4(ip)) => is_public(ip.into()),
        Some(Host::Ipv6(ip)) => is_public(ip.into()),
        Some(Host::Domain(name)) => !is_local_name(name),
        None => false,
    };
    if !is_private_allowed && !is_public {
        return Err(never("This address is in a private network."));
    }
    if url.scheme() != "https" && !(is_private_allowed && url.scheme() == "http") {
        return Err(never("Only https is used."));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(never("An address has no name and password in it."));
    }
    Ok(url)
}

fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name == "localhost" || name.ends_with(".localhost") || !name.contains('.')
}

/// Whether an address is one of the public Internet (RFC 6890).
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(ip) => is_public_v4(ip),
            None => is_public_v6(ip),
        },
    }
}

const fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && b >= 64 && b < 128)
        || (a == 198 && (b == 18 || b == 19))
        || (a == 192 && b == 0 && c == 0))
}

/// Global unicast without what carries other addresses in it: translated and tunnelled ones lead back
/// into IPv4.
const fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [first, second, ..] = ip.segments();
    let is_global = first & 0xe000 == 0x2000;
    let is_special = first == 0x2001 && (second < 0x0200 || second == 0x0db8);
    is_global && !is_special && first != 0x2002
}

/// What an HTTP status means for trying again.
///
/// # Errors
/// Everything but success.
pub fn judged(status: reqwest::StatusCode, who: &str) -> Result<(), Failure> {
    let code = status.as_u16();
    match code {
        200..=299 => Ok(()),
        404 | 410 => Err(Failure::Never(format!("{who} knows it no more ({code})."))),
        408 | 425 | 429 | 500..=599 => Err(Failure::Again(format!(
            "{who} does not take it now ({code})."
        ))),
        _ => Err(Failure::Never(format!("{who} refuses it ({code})."))),
    }
}

/// Why there was no answer, without the address.
pub fn unanswered(error: &reqwest::Error, who: &str) -> Failure {
    let why = if error.is_timeout() {
        "does not answer in time"
    } else if error.is_connect() {
        "cannot be reached"
    } else {
        "broke off"
    };
    Failure::Again(format!("{who} {why}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_goes_into_private_networks() {
        for bad in [
            "https://127.0.0.1/x",
            "https://127.1/x",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0.0.0.0/",
            "https://10.1.2.3/",
            "https://172.16.0.1/",
            "https://192.168.1.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://100.64.0.1/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[fe80::1]/",
            "https://[fd00::1]/",
            "https://[2002:7f00:1::]/",
            "https://[64:ff9b::a00:1]/",
            "https://localhost/",
            "https://db/",
            "https://x.localhost./",
            "http://push.example.org/",
            "https://a:b@push.example.org/",
            "file:///etc/passwd",
            "nonsense",
        ] {
            assert!(checked(bad, false).is_err(), "{bad}");
        }
        for good in [
            "https://push.example.org/x",
            "https://8.8.8.8/",
            "https://[2606:4700::1111]/",
        ] {
            assert!(checked(good, false).is_ok(), "{good}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_home_is_not_followed() {
        use std::str::FromStr;
        let name = Name::from_str("localhost").unwrap();
        assert!(PublicOnly.resolve(name).await.is_err());
    }
}
