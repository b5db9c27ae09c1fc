//! Files come down from the address an answer gives: whole, in bounds, and without anything of the session.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderValue};
use linkcy::call::layer::AttemptInfo;
use linkcy::error::TransportCause;
use linkcy::types::*;
use linkcy::{Client, DownloadError, Environment, Error, Layer, ScaPolicy, Upload};
use linkcy_sandbox::Sandbox;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::{self, log::Log};

const PDF: &[u8] = b"%PDF-1.4 the passport of Alice";

/// Adds a header that is nobody's business but LinkCy's.
struct Stamp;

impl Layer for Stamp {
    fn attempt_starts(&self, _: &AttemptInfo<'_>, headers: &mut HeaderMap) {
        headers.insert("x-stamp", HeaderValue::from_static("for LinkCy alone"));
    }
}

/// A sandbox where Alice has uploaded her passport, and the partner's client.
async fn passport() -> (Sandbox, Client, Document) {
    let sandbox = Sandbox::start().await.unwrap();
    let client =
        support::client(&sandbox, support::partner(&sandbox)).sca(ScaPolicy::ByPass).layer(Stamp).build().unwrap();
    let alice = ConsumerCreateRequest::new(PhoneRequest::new(PhoneRequestRequired {
        country_code: "33".into(),
        number: "611111111".into(),
    }))
    .first_name("Alice");
    let alice = client.consumers().create(&alice).await.unwrap().id;
    let file = Upload::bytes("passport.pdf", PDF).content_type("application/pdf");
    let uploaded = client.documents().upload(file).end_user_id(alice.into()).await.unwrap();
    let document = client.documents().get(uploaded.id).await.unwrap();
    (sandbox, client, document)
}

/// A ledger of somebody who may have one.
async fn ledger(client: &Client, terms: &str) -> Result<LedgerId, Error> {
    let bob = ConsumerCreateRequest::new(PhoneRequest::new(PhoneRequestRequired {
        country_code: "33".into(),
        number: "622222222".into(),
    }))
    .first_name("Bob")
    .last_name("Durand")
    .email_address("bob@example.com")
    .last_terms_accepted(terms);
    let bob = client.consumers().create(&bob).await?.id;
    let send = ConsumerPhoneVerificationSendRequest::new().consumer_id(bob);
    client.verifications().send_phone_code(PhoneVerificationSendRequest::Consumer(send)).await?;
    let verify = ConsumerPhoneVerifyRequest::new("123456").consumer_id(bob);
    client.verifications().verify_phone(PhoneVerifyRequest::Consumer(verify)).await?;
    let kyc = KycSimulateConsumerRequest::new(KycStatus::Validated).consumer_id(bob);
    client.sandbox().simulate_kyc(KycSimulateRequest::Consumer(kyc)).await?;
    let ledger = ClassicLedgerCreateRequest::new(ClassicLedgerType::EurFrance).end_user_id(bob.into());
    Ok(client.ledgers().create(LedgerCreateRequest::Classic(ledger)).await?.id)
}

/// A client of this address that has not logged in and need not.
fn client_of(address: &str) -> Client {
    Client::builder(Environment::at(address).unwrap()).timeout(Duration::from_millis(300)).build().unwrap()
}

/// An answer that leads to this address.
fn leads_to(url: &str) -> TimedLink {
    serde_json::from_value(json!({ "url": url, "ttl": "PT10M" })).unwrap()
}

fn refused(error: Error) -> DownloadError {
    match error {
        Error::Download(error) => *error,
        other => panic!("{other}"),
    }
}

/// A server that answers every request with these bytes and then closes; gives its address and counts who asks.
async fn server(answer: impl Into<Vec<u8>>) -> (String, Arc<Mutex<usize>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (asked, answer) = (Arc::new(Mutex::new(0)), answer.into());
    let count = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            *count.lock().unwrap() += 1;
            let _ = stream.read(&mut [0; 4096]).await;
            stream.write_all(&answer).await.unwrap();
        }
    });
    (address, asked)
}

#[tokio::test]
async fn a_document_comes_down_as_it_went_up() {
    let (_sandbox, client, document) = passport().await;
    let came = Arc::new(Mutex::new(Vec::new()));
    let reported = Arc::clone(&came);
    let file = client.fetch(&document.download).await.unwrap();
    assert_eq!(file.content_type(), Some("application/pdf"));
    assert_eq!(file.length(), Some(PDF.len() as u64));
    let file = file.on_progress(move |bytes| reported.lock().unwrap().push(bytes));
    assert_eq!(file.bytes(1_000).await.unwrap(), PDF);
    assert_eq!(came.lock().unwrap().last(), Some(&(PDF.len() as u64)));
}

#[tokio::test]
async fn statements_and_terms_come_down_too() {
    let (sandbox, client, _) = passport().await;
    let terms = client.terms().get(Language::En, UserType::Consumer).await.unwrap();
    let text = client.fetch(&terms).await.unwrap().bytes(1_000).await.unwrap();
    assert!(text.starts_with(b"Terms and conditions"));
    let ledger = ledger(&client, &terms.version).await.unwrap();
    let statement = client.ledgers().statement(ledger).await.unwrap();
    let mut text = Vec::new();
    client.fetch(&statement).await.unwrap().write_to(&mut text).await.unwrap();
    assert!(text.starts_with(format!("Statement of ledger {ledger}").as_bytes()));
    assert_eq!(sandbox.control().file_requests().len(), 2);
}

#[tokio::test]
async fn nothing_of_the_session_reaches_whoever_has_the_file() {
    let (sandbox, client, document) = passport().await;
    let known = sandbox.control().journal();
    let asked = known.last().unwrap();
    for header in ["authorization", "x-request-id", "x-stamp"] {
        assert!(asked.header(header).is_some(), "LinkCy itself gets {header}");
    }
    client.fetch(&document.download).await.unwrap().bytes(1_000).await.unwrap();
    let requests = sandbox.control().file_requests();
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    let mut headers: Vec<&str> = request.headers.iter().map(|(name, _)| name.as_str()).collect();
    headers.sort_unstable();
    assert_eq!(headers, ["accept", "host", "user-agent"]);
    assert_eq!((request.method.as_str(), request.body_size), ("GET", 0));
    assert_eq!(sandbox.control().journal().len(), known.len(), "LinkCy is not asked again");
}

#[tokio::test]
async fn an_address_whose_time_is_over_is_not_even_asked() {
    let (sandbox, client, mut document) = passport().await;
    let Some(long_ago) = Instant::now().checked_sub(Duration::from_secs(601)) else { return };
    document.download.url = document.download.url.received_at(long_ago);
    let error = refused(client.fetch(&document.download).await.unwrap_err());
    assert!(matches!(error, DownloadError::Ended(_)) && error.wants_new_address(), "{error:?}");
    assert_eq!(
        error.to_string(),
        "the file is not fetched: its address was good for PT10M and that is over; ask LinkCy for a new one"
    );
    assert_eq!(sandbox.control().file_requests(), []);
}

#[tokio::test]
async fn an_address_that_ended_before_its_time_says_to_ask_for_a_new_one() {
    let (sandbox, client, document) = passport().await;
    sandbox.control().advance("PT11M".parse().unwrap());
    let error = client.fetch(&document.download).await.unwrap_err();
    assert!(!error.is_retryable());
    let error = refused(error);
    assert!(matches!(error, DownloadError::Status { status: 403, .. }) && error.wants_new_address(), "{error:?}");
    assert!(error.to_string().starts_with("127.0.0.1 answered 403: the address may have ended; ask"), "{error}");
    assert!(error.to_string().contains("AccessDenied"), "{error}");
}

#[tokio::test]
async fn the_address_is_seen_nowhere() {
    let (sandbox, client, document) = passport().await;
    let log = Log::default();
    let _guard = log.on_this_thread();
    let file = client.fetch(&document.download).await.unwrap();
    let mut seen = format!("{document:?} {:#?} {file:?}", document.download);
    file.bytes(1_000).await.unwrap();
    sandbox.control().advance("PT11M".parse().unwrap());
    let error = client.fetch(&document.download).await.unwrap_err();
    seen.push_str(&format!("{error} {error:?} {error:#?}"));
    let (nobody, _) = server("").await;
    let broken = leads_to(&format!("{nobody}/1?signature=0123456789abcdef0123456789abcdef"));
    let error = client.fetch(&broken).await.unwrap_err();
    seen.push_str(&format!("{error} {error:?} {error:#?}"));
    seen.push_str(&log.text());
    assert!(seen.contains("linkcy.fetch"), "the fetch has a span");
    let address = reqwest::Url::parse(document.download.url.expose()).unwrap();
    let secrets = address.query_pairs().map(|(_, value)| value.into_owned()).chain(["0123456789abcdef".to_owned()]);
    for secret in secrets {
        let line = seen.lines().find(|line| line.contains(&secret));
        assert!(line.is_none(), "{secret} in {line:?}");
    }
}

#[tokio::test]
async fn a_redirection_is_not_followed() {
    let (elsewhere, asked) = server("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nfoo").await;
    let (address, _) =
        server(format!("HTTP/1.1 302 Found\r\nlocation: {elsewhere}/file\r\ncontent-length: 0\r\n\r\n")).await;
    let error = refused(client_of(&address).fetch(&leads_to(&format!("{address}/1"))).await.unwrap_err());
    assert!(matches!(error, DownloadError::Status { status: 302, .. }), "{error:?}");
    assert_eq!(error.to_string(), "127.0.0.1 answered 302, a redirection, which is not followed");
    assert_eq!(*asked.lock().unwrap(), 0);
}

#[tokio::test]
async fn only_https_is_fetched_from_but_for_loopback_by_a_client_of_loopback() {
    let (address, asked) = server("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nfoo").await;
    let of_bank = client_of("https://api.bank.example");
    let of_loopback = client_of("http://127.0.0.1:1");
    for (client, url) in [
        (&of_bank, address.as_str()),
        (&of_bank, "http://files.example/1"),
        (&of_loopback, "http://files.example/1"),
        (&of_loopback, "ftp://127.0.0.1/1"),
        (&of_loopback, "file:///etc/passwd"),
        (&of_loopback, "/files/1"),
        (&of_loopback, ""),
    ] {
        let error = refused(client.fetch(&leads_to(url)).await.unwrap_err());
        assert!(matches!(error, DownloadError::NotHttps), "{url}: {error}");
    }
    assert_eq!(*asked.lock().unwrap(), 0);
    assert_eq!(of_loopback.fetch(&leads_to(&address)).await.unwrap().bytes(3).await.unwrap(), "foo");
}

#[tokio::test]
async fn a_file_is_saved_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("passport.pdf");
    let names = || -> Vec<_> { std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect() };

    let (half, _) = server("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf of it").await;
    let file = client_of(&half).fetch(&leads_to(&half)).await.unwrap();
    let error = refused(file.save_to(&path).await.unwrap_err());
    assert!(matches!(error, DownloadError::Lost { received: 10, cause: TransportCause::Broken(_), .. }), "{error:?}");
    assert!(error.to_string().starts_with("the file from 127.0.0.1 broke off after 10 bytes: "), "{error}");
    assert!(names().is_empty(), "{:?}", names());

    let (_sandbox, client, document) = passport().await;
    std::fs::write(&path, "an older one").unwrap();
    let length = client.fetch(&document.download).await.unwrap().save_to(&path).await.unwrap();
    assert_eq!((length, std::fs::read(&path).unwrap().as_slice()), (PDF.len() as u64, PDF));
    assert_eq!(names(), ["passport.pdf"]);

    let nowhere = folder.path().join("no such folder").join("passport.pdf");
    let error = refused(client.fetch(&document.download).await.unwrap().save_to(nowhere).await.unwrap_err());
    assert!(matches!(error, DownloadError::NotWritten(_)), "{error:?}");
}

#[tokio::test]
async fn a_file_longer_than_wanted_is_not_read_into_memory() {
    let (_sandbox, client, document) = passport().await;
    let error = refused(client.fetch(&document.download).await.unwrap().bytes(10).await.unwrap_err());
    assert!(matches!(error, DownloadError::TooLong(10)), "{error:?}");
    let exactly = client.fetch(&document.download).await.unwrap().bytes(PDF.len()).await.unwrap();
    assert_eq!(exactly, PDF);
}

#[tokio::test]
async fn whoever_never_answers_is_given_up_and_may_be_asked_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let client = client_of(&address);
    let error = client.fetch(&leads_to(&address)).await.unwrap_err();
    assert!(error.is_timeout() && error.is_retryable(), "{error}");
    assert!(matches!(refused(error), DownloadError::Lost { received: 0, cause: TransportCause::TimedOut(_), .. }));
    drop(listener);
    let error = client.fetch(&leads_to(&address)).await.unwrap_err();
    assert!(error.is_retryable() && !error.is_timeout(), "{error}");
    assert!(matches!(refused(error), DownloadError::Lost { cause: TransportCause::NotConnected(_), .. }));
}

#[tokio::test]
async fn an_address_that_came_through_a_queue_still_leads_there() {
    let (_sandbox, client, document) = passport().await;
    let queued = serde_json::to_string(&document).unwrap();
    let document: Document = serde_json::from_str(&queued).unwrap();
    assert_eq!(client.fetch(&document.download).await.unwrap().bytes(1_000).await.unwrap(), PDF);
}

#[tokio::test]
async fn a_part_of_a_file_and_an_answer_without_one_are_not_taken_for_the_file() {
    for status in ["202 Accepted", "204 No Content", "206 Partial Content"] {
        let length = if status.starts_with("204") { "" } else { "content-length: 4\r\n" };
        let body = if length.is_empty() { "" } else { "half" };
        let (address, _) = server(format!("HTTP/1.1 {status}\r\n{length}\r\n{body}")).await;
        let error = refused(client_of(&address).fetch(&leads_to(&address)).await.unwrap_err());
        let DownloadError::Status { status: seen, .. } = error else { panic!("{status}: {error}") };
        assert!(status.starts_with(&seen.to_string()), "{status}: {seen}");
    }
}

#[tokio::test]
async fn a_length_that_nobody_can_have_is_not_believed() {
    let (address, _) = server("HTTP/1.1 200 OK\r\ncontent-length: 9223372036854775808\r\n\r\nshort").await;
    let file = client_of(&address).fetch(&leads_to(&address)).await.unwrap();
    let error = refused(file.bytes(usize::MAX).await.unwrap_err());
    assert!(matches!(error, DownloadError::Lost { received: 5, .. }), "{error}");
}

#[test]
fn a_save_that_is_dropped_before_its_file_is_made_leaves_none() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(1).build().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let (address, _) = server("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nfoo").await;
        let file = client_of(&address).fetch(&leads_to(&address)).await.unwrap();
        // The thread that makes files has something else to do.
        let (go_on, wait) = std::sync::mpsc::channel::<()>();
        let busy = tokio::task::spawn_blocking(move || wait.recv());
        let mut saving = Box::pin(file.save_to(folder.path().join("file")));
        let polled = saving.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
        assert!(polled.is_pending());
        drop(saving);
        go_on.send(()).unwrap();
        busy.await.unwrap().unwrap();
        tokio::task::spawn_blocking(|| ()).await.unwrap();
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    });
}

#[tokio::test]
async fn a_file_that_grows_goes_up_as_it_was_and_a_folder_is_no_file() {
    let (_sandbox, client, document) = passport().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.pdf");
    std::fs::write(&path, PDF).unwrap();
    let file = Upload::path(&path).await.unwrap().content_type("application/pdf");
    std::fs::write(&path, [PDF, &[b'x'; 100_000]].concat()).unwrap();
    let uploaded = client.documents().upload(file).end_user_id(document.end_user.id).await.unwrap();
    let document = client.documents().get(uploaded.id).await.unwrap();
    assert_eq!(client.fetch(&document.download).await.unwrap().bytes(1_000_000).await.unwrap(), PDF);
    let error = Upload::path(folder.path()).await.unwrap_err();
    assert!(matches!(error, Error::Upload { .. }), "{error}");
}
