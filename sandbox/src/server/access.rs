//! Who may use the control interface: it hands out credentials, so a page of another site must not reach it, neither by
//! a name of its own that leads here nor by a request across origins.

use std::net::SocketAddr;

use hyper::Uri;
use hyper::header::{HOST, ORIGIN};
use hyper::http::request::Parts;

use crate::shared::Shared;

/// Names of this machine.
const LOOPBACK: &[&str] = &["localhost", "127.0.0.1", "[::1]"];

/// Why a request to the control interface is refused, if it is.
pub(super) fn refusal(shared: &Shared, parts: &Parts, peer: SocketAddr) -> Option<String> {
    let header = |name| parts.headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let repeated = [HOST, ORIGIN].into_iter().find(|name| parts.headers.get_all(name).iter().nth(1).is_some());
    if let Some(name) = repeated {
        return Some(format!("the control interface needs one {name} header, and more were sent"));
    }
    let Some(host) = parts.uri.host().or_else(|| header(HOST).map(host_of)) else {
        return Some("the control interface needs a Host header".to_owned());
    };
    let named = |host: &str| shared.settings.allowed_hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(host));
    let own = |host: &str| {
        let listened = shared.url.strip_prefix("http://").map(host_of);
        LOOPBACK.iter().any(|name| name.eq_ignore_ascii_case(host)) || listened == Some(host)
    };
    if !named(host) && !own(host) {
        return Some(format!("the control interface does not answer as {host:?}; start with --allow-host {host}"));
    }
    if !peer.ip().is_loopback() && !named(host) {
        return Some(
            "the control interface answers on loopback only; --allow-host NAME opens it under a name".to_owned(),
        );
    }
    let origin = header(ORIGIN)?;
    let from = origin.parse::<Uri>().ok().and_then(|uri| uri.host().map(str::to_owned)).unwrap_or_default();
    let known = named(&from) || own(&from);
    (!known).then(|| format!("the control interface does not answer to pages of {origin:?}"))
}

/// The host in `host:port`.
fn host_of(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        // The last colon of a bare `[::1]` is inside the brackets.
        Some((host, port)) if !port.contains(']') => host,
        _ => authority,
    }
}
