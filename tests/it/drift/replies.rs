//! What a reply tells of itself is what an observer is told of its answer.

use std::sync::{Arc, Mutex};

use linkcy::drift::{ComparedAnswer, Difference, DriftLog, DriftObserver, Sampling};
use linkcy::{Credentials, Method};
use serde_json::json;

use crate::support::client_at;
use crate::support::wire::{Wire, answer};

/// Keeps all it is told.
#[derive(Default)]
struct Kept(Mutex<Vec<Difference>>);

impl DriftObserver for Kept {
    fn compared(&self, answer: ComparedAnswer<'_>) {
        self.0.lock().unwrap().extend_from_slice(answer.differences);
    }
}

async fn told_by_an_observer_and_by_the_reply(path: &str, body: Vec<u8>) -> (Vec<Difference>, Vec<Difference>) {
    let wire = Wire::start(move |_| answer(200, &[("content-type", "application/json")], &body)).await;
    let observer = Arc::new(Kept::default());
    let client = client_at(wire.url(), Credentials::tokens("opaque", None))
        .drift(Sampling::All, Arc::clone(&observer))
        .build()
        .unwrap();
    let reply = client.request(Method::GET, path).send().await.unwrap();
    let observed = observer.0.lock().unwrap().clone();
    (observed, reply.differences())
}

#[tokio::test]
async fn a_reply_tells_what_an_observer_is_told() {
    let design = json!({ "content": [{ "colour": "red" }], "page": "0", "pageSize": 100, "totalElements": 1 });
    let (observed, told) = told_by_an_observer_and_by_the_reply("/api/partner/cards", design.to_string().into()).await;
    assert_eq!(observed, told);
    assert!(told.iter().any(|found| found.path == "page" && found.kind.as_str() == "other-type"), "{told:#?}");

    // It is read as the value is: with a byte order mark, and a number that no double holds.
    let page = b"\xef\xbb\xbf{\"content\":[],\"page\":1e400,\"pageSize\":100,\"totalElements\":1}".to_vec();
    let (observed, told) = told_by_an_observer_and_by_the_reply("/api/partner/cards", page).await;
    let shown: Vec<String> = told.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["cards.list 200: other-type at page (string)"]);
    assert_eq!(observed, told);
}

#[tokio::test]
async fn nothing_is_told_of_an_endpoint_that_is_not_described() {
    let (observed, told) = told_by_an_observer_and_by_the_reply("/api/partner/limits", b"{\"daily\":5}".to_vec()).await;
    assert_eq!((observed, told), (vec![], vec![]));
}

#[tokio::test]
async fn the_sampling_says_how_many_answers_are_compared() {
    for (sampling, compared) in [
        (Sampling::All, 10),
        (Sampling::OneIn(0), 0),
        (Sampling::OneIn(1), 10),
        (Sampling::OneIn(4), 3),
        (Sampling::FirstOfEach(0), 0),
        (Sampling::FirstOfEach(2), 4),
    ] {
        let wire = Wire::start(move |_| answer(200, &[("content-type", "application/json")], b"{}")).await;
        let log = DriftLog::new();
        let client =
            client_at(wire.url(), Credentials::tokens("opaque", None)).drift(sampling, log.clone()).build().unwrap();
        for path in ["/api/partner/cards", "/api/partner/ledgers"].repeat(5) {
            client.request(Method::GET, path).send().await.unwrap();
        }
        assert_eq!(log.compared(), compared, "{sampling:?}");
    }
}

#[tokio::test]
async fn the_typed_value_and_its_reply_are_of_one_answer() {
    let body = br#"{"content":[],"page":0,"pageSize":100,"totalElements":0,"cursor":"next"}"#;
    let wire = Wire::start(move |_| answer(200, &[("content-type", "application/json")], body)).await;
    let client = client_at(wire.url(), Credentials::tokens("opaque", None)).build().unwrap();
    let reply = client.ledgers().list().send().await.unwrap();
    assert_eq!((reply.value.total_elements, reply.operation.name), (0, "ledgers.list"));
    let told: Vec<String> = reply.differences().iter().map(ToString::to_string).collect();
    assert_eq!(told, ["ledgers.list 200: unknown-field at cursor (string)"]);
}
