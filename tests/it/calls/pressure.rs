//! How hard all clients of a pool press on LinkCy together: calls in flight, calls a second, and the circuit breaker.

use std::time::{Duration, Instant};

use linkcy::call::CircuitBreaker;
use linkcy::error::TransportCause;
use linkcy::{Client, Credentials, Error};
use linkcy_sandbox::faults::{Effect, Fault};
use tokio::task::JoinHandle;

use super::rules::{LEDGERS, payment};
use crate::support::{arrived, client_at, logged_in, partner};

fn listing(client: &Client) -> JoinHandle<Result<(), Error>> {
    let client = client.clone();
    tokio::spawn(async move { client.ledgers().list().await.map(drop) })
}

fn left_alone(error: &Error) -> bool {
    matches!(error, Error::Transport(lost) if matches!(lost.cause, TransportCause::CircuitOpen(_)))
}

#[tokio::test]
async fn calls_in_flight_are_bounded_over_all_clients_of_a_pool() {
    let (sandbox, client) = logged_in(|builder| builder.max_in_flight(2)).await;
    let held = sandbox.control().inject(Fault::new(Effect::Hold).on("GET", LEDGERS));
    let clients: Vec<_> = (0..10).map(|_| client.end_user(partner(&sandbox))).collect();
    let calls: Vec<_> = clients.iter().map(listing).collect();
    held.wait_until_struck(2).await;
    assert_eq!(arrived(&sandbox, LEDGERS), 2);
    sandbox.control().clear_faults();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(arrived(&sandbox, LEDGERS), 10);
}

#[tokio::test]
async fn who_waits_for_a_place_is_served_in_order() {
    let (sandbox, client) = logged_in(|builder| builder.max_in_flight(1)).await;
    let others: Vec<_> = (0..5).map(|_| client.end_user(partner(&sandbox))).collect();
    for other in &others {
        other.session().authorization().await.unwrap();
    }
    let held = sandbox.control().inject(Fault::new(Effect::Hold).on("GET", LEDGERS).once());
    let first = listing(&client);
    held.wait_until_struck(1).await;
    let mut waiting = Vec::new();
    for (number, other) in others.into_iter().enumerate() {
        let size = i32::try_from(number).unwrap() + 1;
        waiting.push(tokio::spawn(async move { other.ledgers().list().page_size(size).await.map(drop) }));
        // On this one thread the task runs until it has to wait.
        tokio::task::yield_now().await;
    }
    held.release();
    first.await.unwrap().unwrap();
    for call in waiting {
        call.await.unwrap().unwrap();
    }
    let journal = sandbox.control().journal();
    let sizes: Vec<_> = journal.iter().filter_map(|entry| entry.query.as_deref()?.strip_prefix("pageSize=")).collect();
    assert_eq!(sizes, ["1", "2", "3", "4", "5"]);
}

#[tokio::test]
async fn calls_a_second_are_bounded_over_all_clients_of_a_pool() {
    let (sandbox, client) = logged_in(|builder| builder.max_per_second(50)).await;
    let other = client.end_user(partner(&sandbox));
    other.session().authorization().await.unwrap();
    let started = Instant::now();
    let calls: Vec<_> = (0..10).flat_map(|_| [listing(&client), listing(&other)]).collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert!(started.elapsed() >= Duration::from_millis(19 * 20), "{:?}", started.elapsed());
}

#[tokio::test]
async fn an_open_circuit_fails_fast_and_sends_nothing() {
    let breaker = CircuitBreaker::after(2).open_for(Duration::from_secs(3600));
    let (sandbox, client) = logged_in(|builder| builder.circuit_breaker(breaker)).await;
    sandbox.control().inject(Fault::new(Effect::Status { status: 503, body: None }).on("GET", LEDGERS));
    for _ in 0..2 {
        let _ = client.ledgers().list().once().await.unwrap_err();
    }
    let error = client.transactions().create_inter_ledger(payment()).await.unwrap_err();
    assert!(left_alone(&error) && error.is_retryable() && !error.may_have_happened(), "{error}");
    assert_eq!(sandbox.control().journal().len(), 2);
}

#[tokio::test]
async fn a_circuit_opens_for_connections_that_are_not_made() {
    let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let breaker = CircuitBreaker::after(2).open_for(Duration::from_secs(3600));
    let client = client_at(&format!("http://127.0.0.1:{port}"), Credentials::tokens("opaque", None));
    let client = client.circuit_breaker(breaker).build().unwrap();
    for _ in 0..2 {
        assert!(!left_alone(&client.ledgers().list().once().await.unwrap_err()));
    }
    assert!(left_alone(&client.ledgers().list().once().await.unwrap_err()));
}

#[tokio::test]
async fn after_its_rest_one_call_tries_and_closes_the_circuit() {
    let breaker = CircuitBreaker::after(1).open_for(Duration::ZERO);
    let (sandbox, client) = logged_in(|builder| builder.circuit_breaker(breaker)).await;
    sandbox.control().inject(Fault::new(Effect::Drop).on("GET", LEDGERS).once());
    assert!(client.ledgers().list().once().await.is_err());
    let held = sandbox.control().inject(Fault::new(Effect::Hold).on("GET", LEDGERS).once());
    let trial = listing(&client);
    held.wait_until_struck(1).await;
    let meanwhile = client.ledgers().list().await.unwrap_err();
    assert!(left_alone(&meanwhile), "{meanwhile}");
    held.release();
    trial.await.unwrap().unwrap();
    client.ledgers().list().await.unwrap();
}
