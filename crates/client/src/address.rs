//! Addresses of sites.

use reqwest::Url;

/// The base URL of a site: `http` or `https`, a host, an optional port, nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SiteUrl(Url);

/// Text that is not the base URL of a site.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{text:?} is not a site's URL: {cause}")]
pub struct AddressError {
    /// What was given.
    pub text: String,
    /// What is wrong with it.
    pub cause: String,
}

impl SiteUrl {
    /// Checks and takes a URL.
    ///
    /// # Errors
    /// When it is not a URL, not HTTP or carries more than scheme, host and port.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let bad = |cause: &str| AddressError {
            text: text.into(),
            cause: cause.into(),
        };
        let url = Url::parse(text.trim()).map_err(|e| bad(&e.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(bad("it must start with http:// or https://"));
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(bad("it names no host"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad("it must not carry a user or a password"));
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(bad("it must end after host and port"));
        }
        Ok(Self(url))
    }

    /// The URL of `path` (starting with `/`) at this site.
    #[must_use]
    pub(crate) fn at(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(path);
        url
    }

    /// Whether the connection is encrypted.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Host name or address, without brackets.
    pub(crate) fn host(&self) -> &str {
        self.0
            .host_str()
            .unwrap_or_default()
            .trim_start_matches('[')
            .trim_end_matches(']')
    }

    /// The port, the scheme's own where none was given.
    pub(crate) fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or(80)
    }

    /// Host and port as in a `Host` header.
    pub(crate) fn authority(&self) -> &str {
        self.0.authority()
    }
}

impl std::fmt::Display for SiteUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl std::str::FromStr for SiteUrl {
    type Err = AddressError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_urls_are_taken() {
        let site = SiteUrl::parse("http://127.0.0.1:7100/").unwrap();
        assert_eq!(site.to_string(), "http://127.0.0.1:7100");
        assert_eq!(
            site.at("/api/status").as_str(),
            "http://127.0.0.1:7100/api/status"
        );
        assert_eq!(SiteUrl::parse("https://[::1]:9").unwrap().host(), "::1");
        assert_eq!(
            SiteUrl::parse("https://site-a.example").unwrap().port(),
            443
        );
    }

    #[test]
    fn everything_else_is_refused() {
        for bad in [
            "",
            "127.0.0.1:7100",
            "ftp://a",
            "http://",
            "http://user:pw@a",
            "http://a/api",
            "http://a?x=1",
        ] {
            assert!(SiteUrl::parse(bad).is_err(), "{bad:?}");
        }
    }
}
