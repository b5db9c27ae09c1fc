//! What users put in without forking: layers, and an HTTP client of their own.

use std::sync::{Arc, Mutex};

use http::{HeaderMap, HeaderValue};
use linkcy::Credentials;
use linkcy::call::layer::{AttemptInfo, CallEnd, Layer, Outcome, SessionKind};
use linkcy_sandbox::Sandbox;
use linkcy_sandbox::faults::{Effect, Fault};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::rules::LEDGERS;
use crate::support::recorder::Recorder;
use crate::support::{client_at, http, logged_in, partner};

/// Adds headers, and keeps how calls ended.
#[derive(Clone, Default)]
struct Meddling(Arc<Mutex<Vec<Ended>>>);

/// Whose call, how it ended, after how many attempts, with which status.
type Ended = (SessionKind, Outcome, u32, Option<u16>);

impl Layer for Meddling {
    fn attempt_starts(&self, attempt: &AttemptInfo<'_>, headers: &mut HeaderMap) {
        headers.insert("x-attempt", attempt.number.into());
        headers.insert("authorization", "Bearer mine".parse().unwrap());
        headers.insert("x-request-id", "mine".parse().unwrap());
    }

    fn call_ended(&self, call: &CallEnd<'_>) {
        self.0.lock().unwrap().push((call.session, call.outcome, call.attempts, call.status));
    }
}

#[tokio::test]
async fn a_layer_adds_headers_and_hears_of_every_end_but_cannot_take_the_clients_place() {
    let (meddling, recorder) = (Meddling::default(), Recorder::default());
    let (sandbox, client) = logged_in(|builder| builder.layer(meddling.clone()).layer(recorder.clone())).await;
    recorder.clear();
    meddling.0.lock().unwrap().clear();
    sandbox.control().inject(Fault::new(Effect::Drop).on("GET", LEDGERS).once());
    let reply = client.ledgers().list().send().await.unwrap();
    let journal = sandbox.control().journal();
    let attempts: Vec<_> =
        journal.iter().filter(|entry| entry.path == LEDGERS).map(|entry| entry.header("x-attempt")).collect();
    assert_eq!(attempts, [Some("1"), Some("2")]);
    assert!(journal.iter().all(|entry| entry.header("x-request-id") == Some(reply.request_id.as_str())));
    assert_eq!(*meddling.0.lock().unwrap(), [(SessionKind::Partner, Outcome::Done, 2, Some(200))]);
    let statuses: Vec<_> = recorder.attempts().iter().map(|attempt| attempt.status).collect();
    assert_eq!(statuses, [None, Some(200)]);
}

#[tokio::test]
async fn an_http_client_of_the_users_is_built_upon() {
    let mine = HeaderMap::from_iter([("x-mine".parse().unwrap(), HeaderValue::from_static("yes"))]);
    let (sandbox, client) = logged_in(|builder| builder.http(move || http().default_headers(mine.clone()))).await;
    client.ledgers().list().await.unwrap();
    assert_eq!(sandbox.control().journal()[0].header("x-mine"), Some("yes"));
}

#[tokio::test]
async fn a_proxy_of_the_users_is_gone_through() {
    let sandbox = Sandbox::start().await.unwrap();
    // The sandbox stands for the proxy: it looks at the path, whatever host is asked for.
    let proxy = sandbox.url().to_owned();
    let proxied = move || http().proxy(reqwest::Proxy::http(&*proxy).unwrap());
    let client = client_at("http://127.0.0.1:1", partner(&sandbox)).http(proxied).build().unwrap();
    client.ledgers().list().await.unwrap();
    assert_eq!(sandbox.control().journal().len(), 2, "the login, and the call");
}

#[tokio::test]
async fn no_redirect_is_followed_and_no_bearer_leaves_for_elsewhere_whatever_the_http_client_says() {
    let elsewhere = Sandbox::start().await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let answer = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nlocation: {}{LEDGERS}\r\ncontent-length: 0\r\n\r\n",
        elsewhere.url()
    );
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
        stream.write_all(answer.as_bytes()).await.unwrap();
        std::future::pending::<()>().await;
    });
    let eager = || http().redirect(reqwest::redirect::Policy::limited(10));
    let client = client_at(&address, Credentials::tokens("opaque", None)).http(eager).build().unwrap();
    let error = client.ledgers().list().await.unwrap_err();
    assert_eq!((error.status(), elsewhere.control().journal().len()), (Some(307), 0), "{error}");
}
