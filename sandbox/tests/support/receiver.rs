//! A receiver of webhooks, by http or by https.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::{BodyExt as _, Full};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

/// One webhook that arrived: its headers by name, and its body.
pub struct Arrived {
    pub headers: hyper::HeaderMap,
    pub body: Bytes,
}

impl Arrived {
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn event(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }

    /// Whether it is signed the Svix way with that secret.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
        mac.update(format!("{}.{}.", self.header("svix-id"), self.header("svix-timestamp")).as_bytes());
        mac.update(&self.body);
        self.header("svix-signature") == format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

pub type Arriving = mpsc::UnboundedReceiver<Arrived>;

/// A receiver that answers with these statuses in turn, and then with 204.
pub async fn receiver(statuses: &'static [u16]) -> (String, Arriving) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/hooks", listener.local_addr().unwrap());
    let (answering, arrived) = Answering::new(statuses);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answering.clone().serve(stream));
        }
    });
    (address, arrived)
}

/// A receiver that answers 204 over TLS.
pub async fn tls_receiver(acceptor: TlsAcceptor) -> (String, Arriving) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}/hooks", listener.local_addr().unwrap());
    let (answering, arrived) = Answering::new(&[]);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, answering) = (acceptor.clone(), answering.clone());
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    answering.serve(stream).await;
                }
            });
        }
    });
    (address, arrived)
}

#[derive(Clone)]
struct Answering {
    statuses: &'static [u16],
    turn: Arc<AtomicUsize>,
    arrived: mpsc::UnboundedSender<Arrived>,
}

impl Answering {
    fn new(statuses: &'static [u16]) -> (Self, Arriving) {
        let (sender, arrived) = mpsc::unbounded_channel();
        (Self { statuses, turn: Arc::default(), arrived: sender }, arrived)
    }

    async fn serve(self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let service = service_fn(|request: hyper::Request<hyper::body::Incoming>| async {
            let (parts, body) = request.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            let turn = self.turn.fetch_add(1, Ordering::Relaxed);
            // A test that has ended listens no longer.
            let _ = self.arrived.send(Arrived { headers: parts.headers, body });
            let status = self.statuses.get(turn).copied().unwrap_or(204);
            hyper::Response::builder().status(status).body(Full::<Bytes>::default())
        });
        let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
    }
}
