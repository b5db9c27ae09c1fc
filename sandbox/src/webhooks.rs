//! Where webhooks go and how they are signed: the Svix way. Which events there are is in the guide; what their payload
//! looks like is not documented, so it is the sandbox's own and says so.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::Mac as _;
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use tokio::net::TcpStream;

use crate::auth::token::mac;
use crate::seed::Seed;

/// When an attempt follows the one before, by the sandbox's clock: Svix's schedule. The first is at once.
pub(crate) const PAUSES: &[Duration] = &[
    Duration::from_secs(5),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 3600),
    Duration::from_secs(5 * 3600),
    Duration::from_secs(10 * 3600),
    Duration::from_secs(10 * 3600),
];

/// An answer later than this is none, by Svix.
const PATIENCE: Duration = Duration::from_secs(15);

/// Where webhooks go, and what they are signed with.
#[derive(Clone)]
pub(crate) struct Endpoint {
    /// `host:port`.
    authority: String,
    path: String,
    key: [u8; 32],
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Endpoint(http://{}{})", self.authority, self.path)
    }
}

impl Endpoint {
    /// An `http://host:port/path`; none when the address is not of that form.
    pub(crate) fn parse(address: &str, seed: &mut Seed) -> Option<Self> {
        let uri: Uri = address.parse().ok()?;
        let host = uri.host().filter(|host| !host.is_empty())?;
        if uri.scheme_str() != Some("http") || uri.authority()?.as_str().contains('@') {
            return None;
        }
        // `http://host:` and `http://host:99999` have a colon and no port.
        let port = match (uri.port_u16(), uri.authority()?.as_str().len() == host.len()) {
            (Some(port), _) if port > 0 => port,
            (None, true) => 80,
            _ => return None,
        };
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Some(Self { authority: format!("{host}:{port}"), path, key: seed.bytes() })
    }

    /// The address, as it was given.
    pub(crate) fn address(&self) -> String {
        format!("http://{}{}", self.authority, self.path)
    }

    /// The secret a receiver checks signatures with, in Svix's form.
    pub(crate) fn secret(&self) -> String {
        format!("whsec_{}", STANDARD.encode(self.key))
    }

    /// Sends one attempt; the status of its answer.
    ///
    /// # Errors
    /// Why there was no answer, for people.
    pub(crate) async fn send(&self, id: &str, body: String) -> Result<u16, String> {
        match tokio::time::timeout(PATIENCE, self.post(id, Bytes::from(body))).await {
            Ok(sent) => sent,
            Err(_) => Err(format!("no answer within {} seconds", PATIENCE.as_secs())),
        }
    }

    async fn post(&self, id: &str, body: Bytes) -> Result<u16, String> {
        // By the machine's clock, whatever the sandbox's says: receivers refuse what is minutes off.
        let timestamp = Timestamp::now().as_second();
        let signed = [format!("{id}.{timestamp}.").as_bytes(), &body].concat();
        let signature = STANDARD.encode(mac(&self.key, &signed).finalize().into_bytes());
        let request = Request::post(self.path.as_str())
            .header("host", self.authority.as_str())
            .header("content-type", "application/json")
            .header("svix-id", id)
            .header("svix-timestamp", timestamp)
            .header("svix-signature", format!("v1,{signature}"))
            .body(Full::new(body))
            .map_err(|error| error.to_string())?;
        let stream = TcpStream::connect(&self.authority).await.map_err(|error| error.to_string())?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
        let connection = tokio::spawn(connection);
        let answer = sender.send_request(request).await.map_err(|error| error.to_string());
        connection.abort();
        Ok(answer?.status().as_u16())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_http_with_a_host_and_a_port_that_there_is() {
        let parse = |address: &str| Endpoint::parse(address, &mut Seed::new(1)).map(|endpoint| endpoint.address());
        for (given, parsed) in [
            ("http://localhost", Some("http://localhost:80/")),
            ("http://localhost:8080/hooks?a=b", Some("http://localhost:8080/hooks?a=b")),
            ("http://[::1]:8080/", Some("http://[::1]:8080/")),
        ] {
            assert_eq!(parse(given).as_deref(), parsed, "{given}");
        }
        let wrong = [
            "http://",
            "http:///hooks",
            "http://:80",
            "http://a:",
            "http://a:99999",
            "http://a:0",
            "https://a",
            "a",
            "",
            "http://u:p@a",
        ];
        for given in wrong {
            assert_eq!(parse(given), None, "{given}");
        }
    }
}
