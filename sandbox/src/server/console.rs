//! The console: a page that a browser gets at `/`, its two files, and the events by which it knows that something changed.

use hyper::header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Response};

use bytes::Bytes;

use super::reply::Reply;
use crate::http::answer::{Answer, Content};
use crate::shared::Shared;

/// The page and its files: where they are, what they are.
const FILES: &[(&str, &str, &str)] = &[
    ("/", "text/html; charset=utf-8", include_str!("../console/page.html")),
    ("/_sandbox/console.css", "text/css; charset=utf-8", include_str!("../console/console.css")),
    ("/_sandbox/console.js", "text/javascript; charset=utf-8", include_str!("../console/console.js")),
];

/// The file of the console that a request asks for; `/` is a browser's alone.
pub(super) fn file(shared: &Shared, parts: &Parts) -> Option<Response<Reply>> {
    let (path, content_type, text) = FILES.iter().find(|(path, _, _)| *path == parts.uri.path())?;
    let accepts = parts.headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if parts.method != Method::GET || *path == "/" && !accepts.contains("text/html") {
        return None;
    }
    let content = Content::Bytes((*content_type).to_owned(), text.as_bytes().to_vec());
    let mut reply = Reply::whole(Answer { content, ..Answer::empty() }.with_status(200), shared);
    let headers = reply.headers_mut();
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'self'; img-src 'self' data:; frame-ancestors 'none'"),
    );
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Some(reply)
}

/// Server-sent events: one whenever something changed, at most ten a second, until the reader goes.
pub(super) fn events(shared: &Shared) -> Response<Reply> {
    let mut changed = shared.changed.subscribe();
    let mut reply = Response::new(Reply::pieces(move |mut sender| async move {
        if sender.send_data(Bytes::from_static(b": the sandbox says when something changed\n\n")).await.is_err() {
            return;
        }
        // The sender of changes is gone when the sandbox stops.
        while changed.changed().await.is_ok() {
            let number = *changed.borrow_and_update();
            if sender.send_data(Bytes::from(format!("data: {number}\n\n"))).await.is_err() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    }));
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    reply
}
