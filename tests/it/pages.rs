//! Lists beyond their first page, over TCP: each row once, filters kept, no request too many.

use std::collections::BTreeSet;
use std::task::Poll;

use linkcy::types::*;
use linkcy::{Credentials, Error};
use linkcy_sandbox::faults::{Effect, Fault};
use serde_json::{Value, json};

use crate::answers;
use crate::support::world::World;
use crate::support::{amount, client_at};

async fn pay(world: &World, times: usize) {
    for _ in 0..times {
        let payment = InterLedgerTransactionCreateRequest::new(InterLedgerTransactionCreateRequestRequired {
            amount: amount("0.10"),
            ledger_from_id: world.from,
            ledger_to_id: world.to,
        });
        world.client.transactions().create_inter_ledger(&payment).await.unwrap();
    }
}

#[tokio::test]
async fn a_list_by_date_gives_each_row_once_while_rows_arrive() {
    let world = World::new().await;
    pay(&world, 25).await;
    let mut rows = world.client.transactions().list().ledger_id(world.from).page_size(4).stream();
    let mut ids = Vec::new();
    while let Some(row) = rows.next().await {
        ids.push(row.unwrap().id().to_string());
        if ids.len() % 5 == 0 && ids.len() <= 20 {
            pay(&world, 1).await;
        }
    }
    let distinct: BTreeSet<_> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len());
    // The credit, and the payments.
    assert_eq!(ids.len(), 1 + 25 + 4);
}

#[tokio::test]
async fn the_other_direction_comes_newest_first() {
    let world = World::new().await;
    pay(&world, 10).await;
    let mut rows =
        world.client.transactions().list().ledger_id(world.from).page_size(3).sort_direction("DESC").stream();
    let mut dates = Vec::new();
    while let Some(row) = rows.next().await {
        dates.push(row.unwrap().creation_date().value().unwrap());
    }
    assert_eq!(dates.len(), 11);
    assert!(dates.is_sorted_by(|one, next| one >= next));
}

#[tokio::test]
async fn filters_are_kept_on_every_page_and_no_page_is_asked_for_twice() {
    let world = World::new().await;
    world.sandbox.control().clear_journal();
    let mut pages = world.client.ledgers().list().end_user_id(world.alice.into()).page_size(1).pages();
    let mut seen = 0;
    while let Some(page) = pages.next().await {
        seen += page.unwrap().content.len();
    }
    assert_eq!(seen, 2);
    let journal = world.sandbox.control().journal();
    let queries: Vec<&str> = journal.iter().filter_map(|entry| entry.query.as_deref()).collect();
    assert_eq!(queries.len(), 2, "{queries:?}");
    for (number, query) in queries.iter().enumerate() {
        for part in [format!("endUserId={}", world.alice), format!("page={number}"), "pageSize=1".into()] {
            assert!(query.split('&').any(|given| given == part), "{part} is not in {query}");
        }
    }
}

#[tokio::test]
async fn an_error_ends_the_stream() {
    let world = World::new().await;
    let fault = Fault::new(Effect::Status { status: 500, body: None });
    world.sandbox.control().inject(fault.on("GET", "/api/partner/ledgers").once());
    let mut rows = world.client.ledgers().list().stream();
    assert_eq!(rows.next().await.unwrap().unwrap_err().status(), Some(500));
    assert!(rows.next().await.is_none());
}

/// Has the list of ledgers answer with two pages of two rows: a good and an odd one, and the other way round.
fn answer_with_odd_rows(world: &World) -> Vec<String> {
    let ledgers: Value = serde_json::from_str(&answers::ledgers()).unwrap();
    let (one, two) = (&ledgers["content"][0], &ledgers["content"][1]);
    for (page, content) in [(0, json!([one, { "id": 7 }])), (1, json!([null, two]))] {
        let body = json!({ "content": content, "totalElements": 4, "page": page, "pageSize": 2 });
        let fault = Fault::new(Effect::Status { status: 200, body: Some(body) });
        world.sandbox.control().inject(fault.on("GET", "/api/partner/ledgers").once());
    }
    [one, two].map(|row| row["id"].as_str().unwrap().to_owned()).to_vec()
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_an_error_in_its_place_and_the_stream_goes_on() {
    let world = World::new().await;
    let ids = answer_with_odd_rows(&world);
    let mut rows = world.client.ledgers().list().page_size(2).stream();
    let mut seen = Vec::new();
    while let Some(row) = rows.next().await {
        seen.push(match row {
            Ok(row) => row.id.to_string(),
            Err(linkcy::Error::Decode(odd)) => format!("{} {}", odd.path, String::from_utf8_lossy(&odd.body)),
            Err(other) => panic!("{other}"),
        });
    }
    assert_eq!(seen, [ids[0].as_str(), r#"content[1] {"id":7}"#, "content[0] null", ids[1].as_str()]);
}

#[tokio::test]
async fn a_page_has_the_rows_that_cannot_be_read_beside_the_others() {
    let world = World::new().await;
    answer_with_odd_rows(&world);
    let mut pages = world.client.ledgers().list().page_size(2).pages();
    for index in [1, 0] {
        let page = pages.next().await.unwrap().unwrap();
        assert_eq!((page.content.len(), page.unreadable_rows.len(), page.unreadable_rows[0].index()), (1, 1, index));
    }
    assert!(pages.next().await.is_none());
}

#[test]
fn without_a_runtime_a_list_says_so() {
    let client = client_at("http://127.0.0.1:1", Credentials::tokens("opaque", None)).build().unwrap();
    let mut rows = client.ledgers().list().stream();
    let mut next = std::pin::pin!(rows.next());
    let polled = next.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
    assert!(matches!(polled, Poll::Ready(Some(Err(Error::NoRuntime)))), "{polled:?}");
}
