//! A bank that speaks HTTP/1 and HTTP/2, with TLS or without, counts the connections made to it and keeps the heads of the
//! requests.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, http::request::Parts};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use super::{answers, tls};

pub struct Bank {
    pub address: SocketAddr,
    /// What the bank signs its certificate with, where it speaks TLS.
    pub certificate: Option<Vec<u8>>,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    heads: Mutex<Vec<Parts>>,
    refreshes: Refreshes,
}

/// Refreshes arrive, and are answered once that is allowed.
struct Refreshes {
    arrived: Semaphore,
    allowed: Semaphore,
}

impl Default for Refreshes {
    fn default() -> Self {
        Self { arrived: Semaphore::new(0), allowed: Semaphore::new(0) }
    }
}

impl Bank {
    pub async fn open() -> Self {
        Self::with(None, None).await
    }

    /// With TLS, offering these protocols.
    pub async fn open_with_tls(offered: &[&[u8]]) -> Self {
        let (mut config, certificate) = tls::server("127.0.0.1");
        config.alpn_protocols = offered.iter().map(|protocol| protocol.to_vec()).collect();
        Self::with(Some(TlsAcceptor::from(Arc::new(config))), Some(certificate)).await
    }

    async fn with(tls: Option<TlsAcceptor>, certificate: Option<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let seen = Arc::new(Seen::default());
        let all = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                all.connections.fetch_add(1, Ordering::SeqCst);
                let (tls, seen) = (tls.clone(), Arc::clone(&all));
                tokio::spawn(async move {
                    match tls {
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, seen).await;
                            }
                        }
                        None => serve(stream, seen).await,
                    }
                });
            }
        });
        Self { address, certificate, seen }
    }

    pub fn origin(&self) -> String {
        let scheme = if self.certificate.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// Connections made to it so far.
    pub fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// The heads of the requests so far.
    pub fn heads(&self) -> Vec<Parts> {
        self.seen.heads.lock().expect("the heads").clone()
    }

    /// Comes back when a refresh has arrived, which is then held.
    pub async fn refresh_arrives(&self) {
        self.seen.refreshes.arrived.acquire().await.expect("open").forget();
    }

    pub fn answer_refresh(&self) {
        self.seen.refreshes.allowed.add_permits(1);
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, seen: Arc<Seen>) {
    let service = service_fn(move |request| {
        let seen = Arc::clone(&seen);
        async move { Ok::<_, Infallible>(answer(request, &seen).await) }
    });
    // A caller that goes away is no concern of the bank's.
    let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(request: Request<Incoming>, seen: &Seen) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let refreshes = head.uri.path() == "/api/partner/refresh";
    seen.heads.lock().expect("the heads").push(head);
    let _ = body.collect().await;
    let answer = if refreshes {
        seen.refreshes.arrived.add_permits(1);
        seen.refreshes.allowed.acquire().await.expect("open").forget();
        answers::login()
    } else {
        answers::ledger()
    };
    Response::new(Full::new(answer.into()))
}
