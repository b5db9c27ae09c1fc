//! Where LinkCy is: the origin that calls, bearers and passwords go to, and nowhere else.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;

/// The vendor's sandbox ([178], [R/card] in the guide's notation: docs/ARCHITECTURE.md names the sources).
const SANDBOX: &str = "https://api.sandbox.linkcy.cloud";

/// One installation of LinkCy.
///
/// The production address is in no public document, so it is never guessed: your LinkCy representative gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Without path, query and user.
    url: Url,
}

/// Why calls cannot go to an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvironmentError {
    /// It is not an address.
    #[error("`{address}` is not an address: write it as https://host")]
    NotAnAddress {
        /// What was given.
        address: String,
    },
    /// Passwords and money do not travel in clear.
    #[error("`{origin}` is not https: only loopback may be reached over http")]
    NotHttps {
        /// What was given, without user, path and query.
        origin: String,
    },
    /// The paths of the API are absolute.
    #[error("`{origin}` was given with a path, a query or a user: write scheme, host and port only")]
    NotAnOrigin {
        /// What was given, without user, path and query.
        origin: String,
    },
}

impl Environment {
    /// The vendor's sandbox, `https://api.sandbox.linkcy.cloud`.
    pub fn sandbox() -> Self {
        Self::at(SANDBOX).unwrap_or_else(|_| unreachable!("a test reads this address"))
    }

    /// LinkCy at this address: production, or a local sandbox on loopback.
    ///
    /// # Errors
    /// When it is not an origin, or neither https nor loopback.
    pub fn at(address: &str) -> Result<Self, EnvironmentError> {
        let url = Url::parse(address.trim())
            .ok()
            .filter(Url::has_host)
            .ok_or_else(|| EnvironmentError::NotAnAddress { address: address.to_owned() })?;
        let origin = url.origin().ascii_serialization();
        if url.as_str().strip_suffix('/') != Some(&*origin) {
            return Err(EnvironmentError::NotAnOrigin { origin });
        }
        if !is_safe(&url) {
            return Err(EnvironmentError::NotHttps { origin });
        }
        Ok(Self { url })
    }

    /// Scheme, host and port, as `https://host`.
    pub fn origin(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    /// The same, parsed.
    pub(crate) fn url(&self) -> Url {
        self.url.clone()
    }

    /// Host alone, for spans.
    pub(crate) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Port, the scheme's own where none is written.
    pub(crate) fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or_default()
    }

    /// Whether calls stay on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        is_loopback(&self.url)
    }

    /// Whether a file may be fetched from that address, which LinkCy gave: over https, or in clear where everything stays on
    /// this machine.
    pub(crate) fn lets_fetch(&self, url: &Url) -> bool {
        is_safe(url) && (url.scheme() == "https" || self.is_loopback())
    }

    /// Whether SCA may be bypassed here: the vendor's sandbox and loopback, nothing else.
    pub fn allows_bypass(&self) -> bool {
        self.is_loopback() || self.origin() == SANDBOX
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.origin())
    }
}

/// Passwords and money do not travel in clear, except on this machine.
fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url))
}

/// An address of this machine. The name `localhost` counts (RFC 6761); a name that merely resolves to loopback does
/// not, because the owner of the name can change that.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_https_and_loopback_only() {
        for address in ["https://api.bank.example", "http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:9"] {
            assert!(Environment::at(address).is_ok(), "{address}");
        }
        for address in ["http://api.bank.example", "http://127.0.0.1.example", "ftp://localhost", "api.bank.example"] {
            assert!(Environment::at(address).is_err(), "{address}");
        }
        for address in ["https://a.example/v1", "https://user@a.example", "https://a.example?x=1"] {
            let error = Environment::at(address).unwrap_err();
            assert!(matches!(error, EnvironmentError::NotAnOrigin { .. }), "{address}: {error}");
        }
    }

    #[test]
    fn knows_the_sandbox_from_its_look_alikes() {
        assert!(Environment::sandbox().allows_bypass());
        assert_eq!(Environment::at("https://api.sandbox.linkcy.cloud/"), Ok(Environment::sandbox()));
        assert_eq!(Environment::at("HTTPS://API.sandbox.LINKCY.cloud:443"), Ok(Environment::sandbox()));
        for address in [
            "https://api.sandbox.linkcy.cloud.example",
            "https://api-sandbox.linkcy.cloud",
            "https://sandbox.linkcy.cloud",
            "https://api.sandbox.linkcy.cloud:8443",
            "https://api.sandbox.linkcy.cloud.",
            "https://api.linkcy.cloud",
            "https://127.0.0.1.nip.example",
            "https://localhost.example",
        ] {
            assert!(!Environment::at(address).unwrap().allows_bypass(), "{address}");
        }
    }
}
