//! Where the files are: another origin than the API's, like an object store. An address opens by the signature in its query;
//! a bearer has no business here, and the journal shows whether one came.

use std::convert::Infallible;
use std::sync::{Arc, OnceLock};

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use uuid::Uuid;

use super::reply::Reply;
use crate::api::pages::download_signature;
use crate::http::answer::{Answer, Content};
use crate::http::call::Raw;
use crate::shared::Shared;

/// Accepts connections for files.
pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        let (stream, _) = super::next_connection(&listener).await;
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(|request| std::future::ready(Ok::<_, Infallible>(handle(request, &shared))));
            // A connection that ends badly is the client's affair.
            let _ =
                http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

fn handle(request: Request<Incoming>, shared: &Shared) -> Response<Reply> {
    let (parts, _) = request.into_parts();
    let method = parts.method.clone();
    let raw = Raw { parts, bytes: bytes::Bytes::new(), caller: OnceLock::new() };
    let started = std::time::Instant::now();
    let entry = shared.files_journal.arrived(&method, &raw.parts, None, shared.clock.now());
    let answer = match raw.parts.method.as_str() {
        "GET" | "HEAD" => file(shared, &raw),
        _ => refusal(405, "MethodNotAllowed", &raw),
    };
    shared.files_journal.answered(entry, Some(answer.status), None, None, started.elapsed());
    Reply::whole(answer, shared)
}

fn file(shared: &Shared, raw: &Raw) -> Answer {
    let path = raw.parts.uri.path().trim_start_matches('/');
    let bytes = |content_type: &str, bytes| {
        Answer { content: Content::Bytes(content_type.to_owned(), bytes), ..Answer::empty() }.with_status(200)
    };
    if let Some(version) = path.strip_prefix("terms/") {
        let text = format!("Terms and conditions of the sandbox, version {version}.\n");
        return bytes("text/plain", text.into_bytes());
    }
    let id = path.parse::<Uuid>().unwrap_or_default();
    let bank = shared.bank();
    let Some(page) = bank.tables.pages.get(id) else {
        return refusal(404, "NoSuchKey", raw);
    };
    let is_signed = raw.parts.uri.query() == Some(&format!("signature={}", download_signature(id)));
    if !is_signed || shared.clock.now() >= page.expires {
        return refusal(403, "AccessDenied", raw);
    }
    bytes(&page.content_type, page.bytes())
}

/// In the words of an object store, which repeats what it was asked.
fn refusal(status: u16, code: &str, raw: &Raw) -> Answer {
    let query = raw.parts.uri.query().unwrap_or_default();
    let xml = format!("<Error><Code>{code}</Code> <Message>Request refused</Message> <Query>{query}</Query></Error>");
    Answer { content: Content::Bytes("application/xml".to_owned(), xml.into_bytes()), ..Answer::empty() }
        .with_status(status)
}
