//! The bank of the bench: a process of its own, so that neither its instructions nor its allocations are counted, that
//! answers from memory and does nothing else.

use std::convert::Infallible;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;

use anyhow::Context as _;
use base64::Engine as _;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::tls;
use crate::yardstick::answers;

/// The options that make this program the server: of HTTP/1.1, or of HTTP/2 over TLS.
pub const SERVE: &str = "--serve";
pub const SERVE_TLS: &str = "--serve-tls";

/// The server's process; it ends with this value.
pub struct Server {
    pub origin: String,
    /// The certificate it made, in DER, if it speaks TLS.
    pub certificate: Vec<u8>,
    process: Child,
    /// Closed, it tells the server to end.
    _stdin: ChildStdin,
}

impl Server {
    /// `option` is [`SERVE`] or [`SERVE_TLS`].
    pub fn start(option: &str) -> anyhow::Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg(option)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the bench's own server does not start")?;
        let stdin = process.stdin.take().context("no stdin")?;
        let mut told = String::new();
        BufReader::new(process.stdout.take().context("no stdout")?).read_line(&mut told)?;
        let (origin, certificate) = told.trim().split_once(' ').unwrap_or((told.trim(), ""));
        let certificate = base64::engine::general_purpose::STANDARD.decode(certificate)?;
        Ok(Self { origin: origin.to_owned(), certificate, process, _stdin: stdin })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Prints its address, and its certificate in Base64; serves on one thread, and ends with its standard input.
pub fn serve(is_tls: bool) -> anyhow::Result<()> {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let acceptor = if is_tls {
            let (mut config, certificate) = tls::server("127.0.0.1");
            config.alpn_protocols = vec![b"h2".to_vec()];
            println!("https://{address} {}", base64::engine::general_purpose::STANDARD.encode(certificate));
            Some(TlsAcceptor::from(Arc::new(config)))
        } else {
            println!("http://{address}");
            None
        };
        let answers = Arc::new(Answers::new());
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::spawn(connection(stream, acceptor.clone(), Arc::clone(&answers)));
        }
    })
}

async fn connection(stream: TcpStream, acceptor: Option<TlsAcceptor>, answers: Arc<Answers>) {
    let service = service_fn(move |request| {
        let answers = Arc::clone(&answers);
        async move { Ok::<_, Infallible>(answers.to(request).await) }
    });
    // A caller that goes away does not matter.
    match acceptor {
        None => {
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        }
        Some(acceptor) => {
            let Ok(stream) = acceptor.accept(stream).await else { return };
            let _ = http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
        }
    }
}

struct Answers {
    ledger: Bytes,
    ledgers: Bytes,
    transactions: Bytes,
    paid: Bytes,
    login: Bytes,
}

impl Answers {
    fn new() -> Self {
        Self {
            ledger: answers::ledger().into(),
            ledgers: answers::ledgers().into(),
            transactions: answers::transactions().into(),
            paid: answers::paid().into(),
            login: answers::login().into(),
        }
    }

    async fn to(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        let (status, answer) = match (&parts.method, parts.uri.path()) {
            (&Method::POST, "/api/partner/login") => (StatusCode::OK, &self.login),
            (&Method::POST, "/api/partner/transactions") => (StatusCode::CREATED, &self.paid),
            (&Method::GET, "/api/partner/transactions") => (StatusCode::OK, &self.transactions),
            (&Method::GET, "/api/partner/ledgers") => (StatusCode::OK, &self.ledgers),
            _ => (StatusCode::OK, &self.ledger),
        };
        let answer = answer.clone();
        let _ = body.collect().await;
        let mut response = Response::new(Full::new(answer));
        *response.status_mut() = status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }
}
