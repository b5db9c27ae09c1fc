//! The rules of one call: tokens, deadlines, cancellation, answers that cannot be read.

use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use linkcy::error::TransportCause;
use linkcy::types::*;
use linkcy::{Credentials, Error, RetryPolicy};
use linkcy_sandbox::Sandbox;
use linkcy_sandbox::faults::{Effect, Fault, RetryAfter};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{amount, arrived, client, client_at, logged_in, partner};

pub const LEDGERS: &str = "/api/partner/ledgers";
const TRANSFER: &str = "/api/partner/transactions/inter-ledger";
const REFRESH: &str = "/api/partner/refresh";

pub fn payment() -> InterLedgerTransactionCreateRequest {
    let nowhere = LedgerId::from(uuid::Uuid::from_u128(7));
    InterLedgerTransactionCreateRequest::new(InterLedgerTransactionCreateRequestRequired {
        amount: amount("1"),
        ledger_from_id: nowhere,
        ledger_to_id: nowhere,
    })
}

#[tokio::test]
async fn a_401_about_the_token_refreshes_and_repeats_once() {
    let (sandbox, client) = logged_in(|builder| builder).await;
    sandbox.control().expire_access_tokens();
    client.ledgers().list().await.unwrap();
    assert_eq!(arrived(&sandbox, LEDGERS), 2);
    assert_eq!(arrived(&sandbox, REFRESH), 1);
}

#[tokio::test]
async fn a_second_401_is_the_callers_error_and_refreshes_no_more() {
    let (sandbox, client) = logged_in(|builder| builder).await;
    sandbox.control().inject(Fault::new(Effect::Status { status: 401, body: None }).on("GET", LEDGERS));
    let error = client.ledgers().list().await.unwrap_err();
    assert_eq!(error.status(), Some(401));
    assert!(error.to_string().contains("refreshed token was rejected"), "{error}");
    assert_eq!(arrived(&sandbox, LEDGERS), 2);
    assert_eq!(arrived(&sandbox, REFRESH), 1);
}

#[tokio::test]
async fn an_operation_that_always_rejects_the_token_says_so_each_time() {
    let (sandbox, client) = logged_in(|builder| builder).await;
    sandbox.control().inject(Fault::new(Effect::Status { status: 401, body: None }).on("GET", LEDGERS));
    for _ in 0..4 {
        let error = client.ledgers().list().await.unwrap_err();
        assert_eq!(error.status(), Some(401), "{error}");
    }
    assert_eq!(arrived(&sandbox, REFRESH), 3, "the fourth came too soon");
    let error = client.ledgers().list().await.unwrap_err();
    assert!(error.to_string().contains("its token is new and was rejected"), "{error}");
}

#[tokio::test]
async fn a_401_that_speaks_of_sca_is_not_refreshed() {
    let (sandbox, client) = logged_in(|builder| builder).await;
    let body = json!({ "status": 401, "error": "linkcy.unauthorized", "errorCode": "SCA_SIGNATURE_DOES_NOT_MATCH", "message": "no" });
    let fault = Fault::new(Effect::Status { status: 401, body: Some(body) });
    sandbox.control().inject(fault.on("POST", TRANSFER));
    let error = client.transactions().create_inter_ledger(payment()).await.unwrap_err();
    assert!(matches!(error, Error::Sca(_)), "{error}");
    assert_eq!(sandbox.control().journal().len(), 1);
}

#[tokio::test]
async fn a_call_that_is_made_once_says_why_it_was_not_repeated() {
    let (sandbox, client) = logged_in(|builder| builder).await;
    sandbox.control().expire_access_tokens();
    let error = client.ledgers().list().once().await.unwrap_err();
    assert!(error.to_string().contains("`once()` is set"), "{error}");
    assert_eq!(arrived(&sandbox, LEDGERS), 1);
    client.ledgers().list().once().await.expect("the next call has the new token");
}

#[tokio::test]
async fn a_deadline_that_passes_in_the_login_leaves_nothing_in_doubt() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = client(&sandbox, partner(&sandbox)).deadline(Duration::from_millis(300)).build().unwrap();
    sandbox.control().inject(Fault::new(Effect::Hang).on("POST", "/api/partner/login"));
    let error = client.transactions().create_inter_ledger(payment()).await.unwrap_err();
    let Error::Transport(lost) = &error else { panic!("{error}") };
    assert!(
        matches!(lost.cause, TransportCause::DeadlineExceeded(_)) && error.is_timeout() && !error.may_have_happened(),
        "{error}"
    );
    assert_eq!(arrived(&sandbox, TRANSFER), 0);
}

#[tokio::test]
async fn a_deadline_that_passes_in_a_payment_leaves_it_unknown() {
    let (sandbox, client) = logged_in(|builder| builder).await;
    sandbox.control().inject(Fault::new(Effect::Hang).on("POST", TRANSFER));
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
async fn connections_are_used_again() {
    let (sandbox, client) = logged_in(|builder| builder).await;
    for _ in 0..20 {
        client.ledgers().list().await.unwrap();
    }
    assert_eq!(sandbox.control().connections(), 2, "one for the login, which is not repeated, and one for the lists");
}

#[tokio::test]
async fn a_deadline_spans_all_attempts_and_pauses() {
    let (sandbox, client) = logged_in(|builder| builder.retry(RetryPolicy::default().max_retries(u32::MAX))).await;
    sandbox.control().inject(Fault::new(Effect::Status { status: 503, body: None }).on("GET", LEDGERS));
    let started = Instant::now();
    let error = client.ledgers().list().deadline(Duration::from_millis(400)).await.unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(5), "{error}");
    assert!(arrived(&sandbox, LEDGERS) > 1 && error.is_retryable(), "{error}");
}

#[tokio::test]
async fn a_deadline_spans_the_refresh_and_leaves_a_rejected_payment_not_done() {
    let (sandbox, client) = logged_in(|builder| builder).await;
    sandbox.control().expire_access_tokens();
    sandbox.control().inject(Fault::new(Effect::Hang).on("POST", REFRESH));
    let transactions = client.transactions();
    let payment = payment();
    let error = transactions.create_inter_ledger(&payment).deadline(Duration::from_millis(300)).await.unwrap_err();
    let Error::Transport(lost) = &error else { panic!("{error}") };
    assert!(matches!(lost.cause, TransportCause::DeadlineExceeded(_)), "{error}");
    assert_eq!((arrived(&sandbox, TRANSFER), arrived(&sandbox, REFRESH)), (1, 1));
}

#[tokio::test]
async fn a_call_has_a_time_out_of_its_own() {
    let (sandbox, client) = logged_in(|builder| builder).await;
    sandbox.control().inject(Fault::new(Effect::Hang).on("GET", LEDGERS));
    let error = client.ledgers().list().timeout(Duration::from_millis(100)).once().await.unwrap_err();
    let Error::Transport(lost) = &error else { panic!("{error}") };
    assert!(matches!(lost.cause, TransportCause::TimedOut(limit) if limit == Duration::from_millis(100)), "{error}");
}

#[tokio::test]
async fn a_read_whose_answer_cannot_be_read_says_where_and_keeps_it() {
    let (sandbox, client) = logged_in(|builder| builder).await;
    let ledgers = json!({ "content": [], "page": "first", "pageSize": 20, "totalElements": 0 });
    let fault = Fault::new(Effect::Status { status: 200, body: Some(ledgers) });
    sandbox.control().inject(fault.on("GET", LEDGERS));
    let error = client.ledgers().list().await.unwrap_err();
    let Error::Decode(unreadable) = &error else { panic!("{error}") };
    assert_eq!((unreadable.path.as_str(), unreadable.status), ("page", 200), "{error}");
    assert!(unreadable.body.starts_with(b"{") && !error.to_string().contains("first"), "{error}");
    assert_eq!(arrived(&sandbox, LEDGERS), 1);
}

#[tokio::test]
async fn a_payment_whose_answer_cannot_be_read_is_unknown_and_keeps_the_answer() {
    let (sandbox, client) = logged_in(|builder| builder).await;
    let fault = Fault::new(Effect::Status { status: 200, body: Some(json!({ "number": 7 })) });
    sandbox.control().inject(fault.on("POST", TRANSFER));
    let error = client.transactions().create_inter_ledger(payment()).await.unwrap_err();
    let Error::OutcomeUnknown(unknown) = &error else { panic!("{error}") };
    let TransportCause::Unreadable(answer) = &unknown.cause else { panic!("{error}") };
    assert_eq!((&answer.body[..], error.status()), (&br#"{"number":7}"#[..], Some(200)));
    assert!(unknown.sent.as_deref().unwrap().contains("ledgerFromId"), "{error}");
    assert!(error.to_string().contains("missing field"), "{error}");
    assert_eq!(arrived(&sandbox, TRANSFER), 1);
}

#[tokio::test]
async fn an_answer_that_is_read_as_it_comes_has_the_time_of_one_attempt() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let half = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 100\r\n\r\n<html>";
        assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
        stream.write_all(half).await.unwrap();
        std::future::pending::<()>().await;
    });
    let client = client_at(&address, Credentials::Anonymous).timeout(Duration::from_millis(200)).build().unwrap();
    let mut page = client.web_pages().get(uuid::Uuid::from_u128(7).into()).await.unwrap();
    assert_eq!(page.next().await.unwrap().unwrap(), "<html>");
    let rest = tokio::time::timeout(Duration::from_secs(10), page.next()).await;
    assert!(rest.expect("it ends").unwrap().unwrap_err().is_timeout());
}

#[test]
fn errors_name_their_operation_in_short() {
    let info = linkcy::OPERATIONS.iter().find(|info| info.name == "transactions.create_inter_ledger").unwrap();
    assert_eq!(format!("{info:?}"), format!("transactions.create_inter_ledger (POST {TRANSFER})"));
}
