//! Lists beyond their first page, over TCP: each row once, filters kept, no request too many.

mod support;

use std::collections::BTreeSet;

use linkcy::types::*;
use linkcy_sandbox::faults::{Effect, Fault};
use support::amount;
use support::world::World;

async fn pay(world: &World, times: usize) {
    for _ in 0..times {
        let payment = InterLedgerTransactionCreateRequest::new(amount("0.10"), world.from, world.to);
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
