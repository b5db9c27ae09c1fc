//! Compressed answers that nobody asked for.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use linkcy::error::TransportCause;
use linkcy::{Credentials, Error};

use crate::support::wire::{Wire, answer};
use crate::support::{client_at, hasty};

const PAGE: &str = r#"{"content":[],"totalElements":0,"page":0,"pageSize":20}"#;

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

async fn list(encoding: &'static str, body: Vec<u8>) -> Result<i64, Error> {
    let wire = Wire::start(move |request| {
        assert!(!request.head.to_ascii_lowercase().contains("accept-encoding"), "{}", request.head);
        answer(200, &[("content-type", "application/json"), ("content-encoding", encoding)], &body)
    })
    .await;
    let client = client_at(wire.url(), Credentials::tokens("opaque", None)).retry(hasty()).build().unwrap();
    Ok(client.ledgers().list().await?.total_elements)
}

#[tokio::test]
async fn a_compressed_answer_is_read_or_its_encoding_is_named() {
    assert_eq!(list("identity", PAGE.into()).await.unwrap(), 0);
    assert_eq!(list("gzip", gzip(PAGE)).await.unwrap(), 0);
    for (encoding, body) in
        [("br", vec![1, 2, 3]), ("zstd", vec![1, 2, 3]), ("gzip", vec![1, 2, 3]), ("gzip, br", gzip(PAGE))]
    {
        let error = list(encoding, body).await.unwrap_err();
        let Error::Transport(lost) = &error else { panic!("{encoding}: {error}") };
        assert!(matches!(&lost.cause, TransportCause::Encoding(named) if named == encoding), "{encoding}: {error}");
        assert!(error.to_string().contains(encoding), "{error}");
    }
}
