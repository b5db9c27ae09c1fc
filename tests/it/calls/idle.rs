//! A server that closes idle connections, and payments that are sent at the moment it does.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use linkcy::{Client, Credentials, Error, Method, ScaPolicy};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::support::client_at;
use crate::support::wire::read;

/// Keeps a connection for this long, as an impatient load balancer does. Node's servers and those of many gateways keep it for
/// five seconds, Apache's for five, nginx for seventy-five.
const SERVERS_PATIENCE: Duration = Duration::from_secs(2);

/// A bank that closes connections that were idle for its patience, without a word.
struct Impatient {
    address: String,
    connections: Arc<AtomicUsize>,
    payments: Arc<AtomicUsize>,
}

impl Impatient {
    async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let (connections, payments) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let counts = (Arc::clone(&connections), Arc::clone(&payments));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (connections, payments) = (Arc::clone(&counts.0), Arc::clone(&counts.1));
                connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    while let Ok(Some(_)) = timeout(SERVERS_PATIENCE, read(&mut stream)).await {
                        payments.fetch_add(1, Ordering::SeqCst);
                        let body = r#"{"id":"2f1c2a40-6c55-4c0e-9a3c-0c7d7d1b8a11"}"#;
                        let length = body.len();
                        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
                        let answer = format!("{head}content-length: {length}\r\n\r\n{body}");
                        if stream.write_all(answer.as_bytes()).await.is_err() {
                            break;
                        }
                    }
                });
            }
        });
        Ok(Self { address, connections, payments })
    }
}

async fn pay(client: &Client) -> Result<(), Error> {
    let body = json!({ "ledgerFromId": "a", "ledgerToId": "b", "amount": 1 });
    client.request(Method::POST, "/api/partner/transactions/inter-ledger").json(&body).await.map(|_| ())
}

/// As many payers as `payers` pay one after the other, `each` times, with a pause that ends about when the server closes. Gives
/// the number of connections that were made.
async fn payments_at_the_closing_moment(payers: usize, each: usize) -> usize {
    let bank = Impatient::start().await.unwrap();
    let mut paying = JoinSet::new();
    for payer in 0..payers {
        let client =
            client_at(&bank.address, Credentials::tokens("opaque", None)).sca(ScaPolicy::ByPass).build().unwrap();
        let mut random = fastrand::Rng::with_seed(payer as u64);
        paying.spawn(async move {
            for payment in 0..each {
                if payment > 0 {
                    // Real time: the connections are the system's.
                    sleep(SERVERS_PATIENCE - Duration::from_micros(random.u64(..25_000))).await;
                }
                pay(&client).await?;
            }
            Ok::<(), Error>(())
        });
    }
    while let Some(paid) = paying.join_next().await {
        paid.unwrap().unwrap_or_else(|error| panic!("{error}"));
    }
    assert_eq!(bank.payments.load(Ordering::SeqCst), payers * each, "each was sent once");
    bank.connections.load(Ordering::SeqCst)
}

#[tokio::test]
async fn a_payment_never_takes_a_connection_that_its_server_is_closing() {
    let connections = payments_at_the_closing_moment(60, 2).await;
    assert_eq!(connections, 120, "each payment after a pause has a new connection");
}

/// The measure of docs/CALLS.md: `cargo test --all-features --test it idle -- --ignored --nocapture`.
#[tokio::test]
#[ignore = "40 seconds"]
async fn twelve_hundred_payments_at_the_closing_moment_have_no_unknown_outcome() {
    let connections = payments_at_the_closing_moment(60, 20).await;
    println!("1,200 payments, {connections} connections, no unknown outcome");
}

/// Payments in a row share a connection: the care costs nothing to those who pay without a pause.
#[tokio::test]
async fn payments_without_a_pause_share_a_connection() {
    let bank = Impatient::start().await.unwrap();
    let client = client_at(&bank.address, Credentials::tokens("opaque", None)).sca(ScaPolicy::ByPass).build().unwrap();
    for _ in 0..20 {
        pay(&client).await.unwrap();
    }
    assert_eq!(bank.connections.load(Ordering::SeqCst), 1);
}
