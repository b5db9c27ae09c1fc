//! The bank of the bench: a process of its own, so that neither its instructions nor its allocations are counted, that
//! answers from memory and does nothing else.

use std::convert::Infallible;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;

use anyhow::Context as _;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use crate::yardstick::answers;

/// The option that makes this program the server.
pub const SERVE: &str = "--serve";

/// The server's process; it ends with this value.
pub struct Server {
    pub origin: String,
    process: Child,
    /// Closed, it tells the server to end.
    _stdin: ChildStdin,
}

impl Server {
    pub fn start() -> anyhow::Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg(SERVE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the bench's own server does not start")?;
        let stdin = process.stdin.take().context("no stdin")?;
        let mut origin = String::new();
        BufReader::new(process.stdout.take().context("no stdout")?).read_line(&mut origin)?;
        Ok(Self { origin: origin.trim().to_owned(), process, _stdin: stdin })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Says its address, serves on one thread, and ends with its standard input.
pub fn serve() -> anyhow::Result<()> {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("http://{}", listener.local_addr()?);
        let answers = Arc::new(Answers::new());
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::spawn(connection(stream, Arc::clone(&answers)));
        }
    })
}

async fn connection(stream: TcpStream, answers: Arc<Answers>) {
    let service = service_fn(move |request| {
        let answers = Arc::clone(&answers);
        async move { Ok::<_, Infallible>(answers.to(request).await) }
    });
    // A caller that goes away is no concern of ours.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
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
