//! One address that webhooks go to: its secret, and an attempt.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::Mac as _;
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper::rt::{Read, Write};
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use serde::Serialize;
use tokio::net::TcpStream;
use tokio_rustls::rustls::pki_types::ServerName;

use super::trust::Trust;
use crate::auth::token::mac;
use crate::seed::Seed;

/// An answer later than this is none, by Svix.
const PATIENCE: Duration = Duration::from_secs(15);

/// What is wrong with an address for webhooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressFault {
    /// It has not the form of one.
    #[error("webhooks go to addresses of the form http://host:port/path or https://host:port/path")]
    Form,
    /// It is https, and nobody is trusted.
    #[error(
        "https needs --webhooks-ca FILE, the certificate authorities to trust, in PEM; that of the machine is often \
         /etc/ssl/certs/ca-certificates.crt"
    )]
    NoAuthorities,
    /// It was given before.
    #[error("webhooks go to each address once, and this one is given twice")]
    Twice,
}

/// Where webhooks go, as control shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WebhookEndpoint {
    /// The address.
    pub address: String,
    /// What a receiver checks signatures with, in Svix's form.
    pub secret: String,
}

/// Where webhooks go, and what they are signed with.
#[derive(Clone)]
pub(crate) struct Endpoint {
    /// `host:port`.
    authority: String,
    path: String,
    key: [u8; 32],
    tls: Option<(Trust, ServerName<'static>)>,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Endpoint({})", self.address())
    }
}

impl Endpoint {
    /// An `http://host:port/path`, or `https://` where somebody is trusted.
    pub(super) fn parse(address: &str, trust: Option<&Trust>, seed: &mut Seed) -> Result<Self, AddressFault> {
        let uri: Uri = address.parse().map_err(|_| AddressFault::Form)?;
        let host = uri.host().filter(|host| !host.is_empty()).ok_or(AddressFault::Form)?;
        let authority =
            uri.authority().map(|authority| authority.as_str()).filter(|authority| !authority.contains('@'));
        let authority = authority.ok_or(AddressFault::Form)?;
        let (usual_port, tls) = match uri.scheme_str() {
            Some("http") => (80, None),
            Some("https") => {
                let trust = trust.ok_or(AddressFault::NoAuthorities)?;
                let name = host.trim_start_matches('[').trim_end_matches(']').to_owned();
                (443, Some((trust.clone(), ServerName::try_from(name).map_err(|_| AddressFault::Form)?)))
            }
            _ => return Err(AddressFault::Form),
        };
        // `http://host:` and `http://host:99999` have a colon and no port.
        let port = match (uri.port_u16(), authority.len() == host.len()) {
            (Some(port), _) if port > 0 => port,
            (None, true) => usual_port,
            _ => return Err(AddressFault::Form),
        };
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Ok(Self { authority: format!("{host}:{port}"), path, key: seed.bytes(), tls })
    }

    /// The address, with its port and path.
    pub(crate) fn address(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}{}", self.authority, self.path)
    }

    /// The secret a receiver checks signatures with, in Svix's form.
    pub(crate) fn secret(&self) -> String {
        format!("whsec_{}", STANDARD.encode(self.key))
    }

    /// As control shows it.
    pub(crate) fn view(&self) -> WebhookEndpoint {
        WebhookEndpoint { address: self.address(), secret: self.secret() }
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
        match &self.tls {
            None => exchange(TokioIo::new(stream), request).await,
            Some((trust, name)) => exchange(TokioIo::new(trust.connect(name.clone(), stream).await?), request).await,
        }
    }
}

/// One request on a connection of its own; the status of its answer.
async fn exchange(
    stream: impl Read + Write + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> Result<u16, String> {
    let (mut sender, connection) = http1::handshake(stream).await.map_err(|error| error.to_string())?;
    let connection = tokio::spawn(connection);
    let answer = sender.send_request(request).await.map_err(|error| error.to_string());
    connection.abort();
    Ok(answer?.status().as_u16())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_scheme_a_host_and_a_port_that_there_is() {
        let parse =
            |address: &str| Endpoint::parse(address, None, &mut Seed::new(1)).map(|endpoint| endpoint.address());
        for (given, parsed) in [
            ("http://localhost", "http://localhost:80/"),
            ("http://localhost:8080/hooks?a=b", "http://localhost:8080/hooks?a=b"),
            ("http://[::1]:8080/", "http://[::1]:8080/"),
        ] {
            assert_eq!(parse(given).as_deref(), Ok(parsed), "{given}");
        }
        let wrong = [
            "http://",
            "http:///hooks",
            "http://:80",
            "http://a:",
            "http://a:99999",
            "http://a:0",
            "ftp://a",
            "a",
            "",
            "http://u:p@a",
        ];
        for given in wrong {
            assert_eq!(parse(given), Err(AddressFault::Form), "{given}");
        }
        assert_eq!(parse("https://a"), Err(AddressFault::NoAuthorities));
    }
}
