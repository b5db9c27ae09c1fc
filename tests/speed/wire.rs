//! What goes over the wire: connections are kept and shared, HTTP/2 is spoken where it is offered, and no encoding is
//! asked for.

use hyper::Version;
use hyper::header::ACCEPT_ENCODING;
use tokio::task::JoinSet;

use super::bank::Bank;
use super::{builder, ledger};

/// So many calls, so many at once.
async fn calls(client: &linkcy::Client, calls: usize, at_once: usize) {
    let mut callers = JoinSet::new();
    for _ in 0..at_once {
        let client = client.clone();
        callers.spawn(async move {
            for _ in 0..calls / at_once {
                client.ledgers().get(ledger()).await.unwrap();
            }
        });
    }
    callers.join_all().await;
}

/// While the first connections are being made, a call may be served by another's and leave a spare one behind: reqwest
/// by hand does the same. Sixteen at once need sixteen, and have at most as many spares.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_calls_sixteen_at_once_share_the_connections_of_the_first() {
    let bank = Bank::open().await;
    let client = builder(&bank.origin()).build().unwrap();
    calls(&client, 2_000, 16).await;
    assert_eq!(bank.heads().len(), 2_000);
    assert!(bank.connections() <= 2 * 16, "{} connections", bank.connections());
}

#[tokio::test]
async fn a_hundred_end_users_share_their_partners_connection() {
    let bank = Bank::open().await;
    let partner = builder(&bank.origin()).build().unwrap();
    for _ in 0..100 {
        let end_user = partner.end_user(linkcy::Credentials::tokens(super::answers::token(), None));
        end_user.ledgers().get(ledger()).await.unwrap();
    }
    // And at most its spare.
    assert!(bank.connections() <= 2, "{} connections", bank.connections());
}

async fn bank_and_client(offered: &[&[u8]]) -> (Bank, linkcy::Client) {
    let bank = Bank::open_with_tls(offered).await;
    let certificate = reqwest::Certificate::from_der(bank.certificate.as_deref().unwrap()).unwrap();
    let http = move || reqwest::Client::builder().tls_backend_rustls().tls_certs_only([certificate.clone()]);
    let client = builder(&bank.origin()).http(http).build().unwrap();
    (bank, client)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http_2_is_spoken_where_it_is_offered_on_one_connection_for_all() {
    let (bank, client) = bank_and_client(&[b"h2", b"http/1.1"]).await;
    client.ledgers().get(ledger()).await.unwrap();
    calls(&client, 640, 64).await;
    assert!(bank.heads().iter().all(|head| head.version == Version::HTTP_2));
    assert_eq!((bank.heads().len(), bank.connections()), (641, 1));
}

#[tokio::test]
async fn http_1_is_spoken_where_http_2_is_not_offered() {
    let (bank, client) = bank_and_client(&[b"http/1.1"]).await;
    client.ledgers().get(ledger()).await.unwrap();
    assert_eq!(bank.heads().first().map(|head| head.version), Some(Version::HTTP_11));
}

/// Also where another crate of the program switched reqwest's decoding on: `cargo test --test speed --features
/// reqwest/gzip,reqwest/brotli`.
#[tokio::test]
async fn no_encoding_is_asked_for() {
    let bank = Bank::open().await;
    builder(&bank.origin()).build().unwrap().ledgers().get(ledger()).await.unwrap();
    let heads = bank.heads();
    assert_eq!(heads.len(), 1);
    assert!(heads.iter().all(|head| !head.headers.contains_key(ACCEPT_ENCODING)), "{heads:?}");
}
