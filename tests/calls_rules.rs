//! The rules of one call over TCP: tokens, deadlines, cancellation, pressure, layers.

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::HeaderMap;
use linkcy::call::layer::{AttemptInfo, CallEnd, Layer, Outcome, SessionKind};
use linkcy::call::{CircuitBreaker, Recorder};
use linkcy::error::Lost;
use linkcy::types::*;
use linkcy::{Client, ClientBuilder, Error};
use linkcy_sandbox::Sandbox;
use linkcy_sandbox::faults::{Effect, Fault, RetryAfter};
use serde_json::json;
use support::{amount, arrived, client, hasty, partner};

const LEDGERS: &str = "/api/partner/ledgers";

/// A client that has logged in, on a sandbox whose journal is empty.
async fn logged_in(configured: impl FnOnce(ClientBuilder) -> ClientBuilder) -> (Sandbox, Client) {
    let sandbox = Sandbox::start().await.unwrap();
    let client = configured(client(&sandbox, partner(&sandbox)).retry(hasty())).build().unwrap();
    client.partner().get().await.unwrap();
    sandbox.control().clear_journal();
    (sandbox, client)
}

fn payment() -> InterLedgerTransactionCreateRequest {
    let nowhere = LedgerId::from(uuid::Uuid::from_u128(7));
    InterLedgerTransactionCreateRequest::new(amount("1"), nowhere, nowhere)
}

#[tokio::test]
async fn a_401_about_the_token_refreshes_and_repeats_once() {
    let (sandbox, client) = logged_in(|builder| builder).await;
    sandbox.control().expire_access_tokens();
    client.ledgers().list().await.unwrap();
    assert_eq!(arrived(&sandbox, LEDGERS), 2);
    assert_eq!(arrived(&sandbox, "/api/partner/refresh"), 1);
}

#[tokio::test]
async fn a_second_401_is_the_callers_error_and_refreshes_no_more() {
    let (sandbox, client) = logged_in(|builder| builder).await;
    sandbox.control().inject(Fault::new(Effect::Status { status: 401, body: None }).on("GET", LEDGERS));
    let error = client.ledgers().list().await.unwrap_err();
    assert_eq!(error.status(), Some(401));
    assert_eq!(arrived(&sandbox, LEDGERS), 2);
    assert_eq!(arrived(&sandbox, "/api/partner/refresh"), 1);
}

#[tokio::test]
async fn a_401_that_speaks_of_sca_is_not_refreshed() {
    let (sandbox, client) = logged_in(|builder| builder).await;
    let body = json!({ "status": 401, "error": "linkcy.unauthorized", "errorCode": "SCA_SIGNATURE_DOES_NOT_MATCH", "message": "no" });
    let fault = Fault::new(Effect::Status { status: 401, body: Some(body) });
    sandbox.control().inject(fault.on("POST", "/api/partner/transactions/inter-ledger"));
    let error = client.transactions().create_inter_ledger(&payment()).await.unwrap_err();
    assert!(matches!(error, Error::Sca(_)), "{error}");
    assert_eq!(sandbox.control().journal().len(), 1);
}

#[tokio::test]
async fn a_call_that_is_made_once_says_why_it_was_not_repeated() {
    let (sandbox, client) = logged_in(|builder| builder).await;
    sandbox.control().expire_access_tokens();
    let error = client.ledgers().list().once().await.unwrap_err();
    assert!(error.to_string().contains("to be sent once"), "{error}");
    assert_eq!(arrived(&sandbox, LEDGERS), 1);
    client.ledgers().list().once().await.expect("the next call has the new token");
}

#[tokio::test]
async fn a_deadline_that_passes_in_the_login_leaves_nothing_in_doubt() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = client(&sandbox, partner(&sandbox)).deadline(Duration::from_millis(300)).build().unwrap();
    sandbox.control().inject(Fault::new(Effect::Hang).on("POST", "/api/partner/login"));
    let error = client.transactions().create_inter_ledger(&payment()).await.unwrap_err();
    let Error::Transport(lost) = &error else { panic!("{error}") };
    assert!(matches!(lost.cause, Lost::NotSent(_)) && error.is_timeout() && !error.may_have_happened(), "{error}");
    assert_eq!(arrived(&sandbox, "/api/partner/transactions/inter-ledger"), 0);
}

#[tokio::test]
async fn a_deadline_that_passes_in_a_payment_leaves_it_unknown() {
    let (sandbox, client) = logged_in(|builder| builder).await;
    sandbox.control().inject(Fault::new(Effect::Hang).on("POST", "/api/partner/transactions/inter-ledger"));
    let call = client.transactions();
    let payment = payment().reference("Rent of Alice");
    let error = call.create_inter_ledger(&payment).deadline(Duration::from_millis(300)).await.unwrap_err();
    let Error::OutcomeUnknown(unknown) = &error else { panic!("{error}") };
    let sent = unknown.sent.as_deref().unwrap();
    assert!(sent.contains("amount") && !format!("{error:?}{error}").contains("Rent"), "{sent}");
    assert_eq!(unknown.look_at().unwrap().name, "transactions.list");
    assert!(error.to_string().contains("transactions.list"), "{error}");
    assert_eq!(sandbox.control().journal().len(), 1);
}

#[tokio::test]
async fn a_pause_beyond_the_deadline_is_not_waited_for() {
    let (sandbox, client) = logged_in(|builder| builder.deadline(Duration::from_secs(10))).await;
    let fault = Effect::TooManyRequests { retry_after: RetryAfter::Seconds(15) };
    sandbox.control().inject(Fault::new(fault).on("GET", LEDGERS));
    let started = std::time::Instant::now();
    let error = client.ledgers().list().await.unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(15)));
    assert!(error.is_rate_limited() && error.is_retryable(), "{error}");
}

#[tokio::test]
async fn a_dropped_call_leaves_pool_session_and_queue_whole() {
    let (sandbox, client) = logged_in(|builder| builder.max_in_flight(1)).await;
    let held = sandbox.control().inject(Fault::new(Effect::Hold).on("GET", LEDGERS).once());
    let call = {
        let client = client.clone();
        tokio::spawn(async move { client.ledgers().list().await.map(drop) })
    };
    held.wait_until_struck(1).await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    client.ledgers().list().await.unwrap();
    held.release();
    client.ledgers().list().await.unwrap();
    assert_eq!(arrived(&sandbox, "/api/partner/login"), 0);
}

#[tokio::test]
async fn calls_in_flight_are_bounded_over_all_clients_of_a_pool() {
    let (sandbox, client) = logged_in(|builder| builder.max_in_flight(2)).await;
    let held = sandbox.control().inject(Fault::new(Effect::Hold).on("GET", LEDGERS));
    let calls: Vec<_> = (0..10)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.ledgers().list().await.map(drop) })
        })
        .collect();
    held.wait_until_struck(2).await;
    assert_eq!(arrived(&sandbox, LEDGERS), 2);
    sandbox.control().clear_faults();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(arrived(&sandbox, LEDGERS), 10);
}

#[tokio::test]
async fn an_open_circuit_fails_fast_and_sends_nothing() {
    let breaker = CircuitBreaker::after(2).rest(Duration::from_secs(3600));
    let (sandbox, client) = logged_in(|builder| builder.circuit_breaker(breaker)).await;
    sandbox.control().inject(Fault::new(Effect::Status { status: 503, body: None }).on("GET", LEDGERS));
    for _ in 0..2 {
        let _ = client.ledgers().list().once().await.unwrap_err();
    }
    let error = client.transactions().create_inter_ledger(&payment()).await.unwrap_err();
    let Error::Transport(lost) = &error else { panic!("{error}") };
    assert!(matches!(lost.cause, Lost::LeftAlone(_)) && error.is_retryable(), "{error}");
    assert_eq!(sandbox.control().journal().len(), 2);
}

#[tokio::test]
async fn an_unreadable_success_keeps_its_body() {
    let (sandbox, client) = logged_in(|builder| builder).await;
    sandbox.control().inject(Fault::new(Effect::NotJson).on("GET", LEDGERS));
    let error = client.ledgers().list().await.unwrap_err();
    let Error::Decode(unreadable) = &error else { panic!("{error}") };
    assert!(!unreadable.body.is_empty() && error.may_have_happened(), "{error}");
}

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
async fn connections_are_used_again() {
    let (sandbox, client) = logged_in(|builder| builder).await;
    for _ in 0..20 {
        client.ledgers().list().await.unwrap();
    }
    assert_eq!(sandbox.control().connections(), 1);
}
