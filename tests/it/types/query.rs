//! What stands in the query and in the path, on the wire: each kind of parameter as the description's style asks for.
//!
//! The description names no style, so OpenAPI's own holds: a list is `key=a&key=b`, all else one text.

include!(concat!(env!("OUT_DIR"), "/every.rs"));

use std::collections::{BTreeMap, BTreeSet};

use linkcy::types::*;
use linkcy::{Client, Error, RetryPolicy};
use linkcy_sandbox::Sandbox;
use serde_json::Value;

use crate::support;

const ID: &str = "6f1d3c1e-8a52-4c0b-9f6e-2b7a90d4c3aa";

async fn sandbox() -> (Sandbox, Client) {
    let sandbox = Sandbox::start().await.unwrap();
    let client = support::client(&sandbox, support::partner(&sandbox)).retry(RetryPolicy::never()).build().unwrap();
    client.partner().get().await.unwrap();
    (sandbox, client)
}

/// Path and query of the last request, as they were sent.
fn last(sandbox: &Sandbox) -> (String, String) {
    let journal = sandbox.control().journal();
    let last = journal.last().unwrap();
    (last.path.clone(), last.query.clone().unwrap_or_default())
}

fn id<T: From<uuid::Uuid>>() -> T {
    T::from(ID.parse().unwrap())
}

#[tokio::test]
async fn each_kind_of_parameter_is_written_as_its_style_asks() {
    let (sandbox, client) = sandbox().await;
    let query = || last(&sandbox).1;

    let list = client.transactions().list();
    list.status([TransactionStatus::Pending, TransactionStatus::Approved]).await.unwrap();
    assert_eq!(query(), "status=PENDING&status=APPROVED");

    client.transactions().list().status([]).await.unwrap();
    assert_eq!(query(), "", "an empty list is none");

    client.transactions().list().sort_attribute("CREATION_DATE").sort_direction(SortDirection::Desc).await.unwrap();
    assert_eq!(query(), "sortAttribute=CREATION_DATE&sortDirection=DESC");

    let list = client.transactions().list().ledger_id(id()).card_id(id());
    list.await.unwrap();
    assert_eq!(query(), format!("cardId={ID}&ledgerId={ID}"));

    let list = client.transactions().list().show_declined_transaction(false).show_released_transaction(true);
    list.page(3).page_size(50).await.unwrap();
    assert_eq!(query(), "page=3&pageSize=50&showDeclinedTransaction=false&showReleasedTransaction=true");

    // A plus sign would be read as a space.
    let list = client.transactions().list().start_date("2024-03-26T13:59:07.120+02:00".parse().unwrap());
    list.end_date("2024-03-27T00:00".parse().unwrap()).await.unwrap();
    assert_eq!(query(), "endDate=2024-03-27T00%3A00%3A00Z&startDate=2024-03-26T13%3A59%3A07.120%2B02%3A00");

    let _: Result<_, Error> = client.ledgers().statement(id()).start_date("2024-02-29".parse().unwrap()).await;
    assert_eq!(query(), "startDate=2024-02-29");

    client.consumers().list().last_name("d'Été & fils+1=2").await.unwrap();
    assert_eq!(query(), "lastName=d%27%C3%89t%C3%A9+%26+fils%2B1%3D2");
}

/// A value that the description does not list is sent as it is, and cannot become anything else on the way.
#[tokio::test]
async fn a_value_of_ones_own_changes_neither_path_nor_query() {
    let (sandbox, client) = sandbox().await;
    let _ = client.transactions().list().status(["A&page=7#x".into()]).await;
    assert_eq!(last(&sandbox).1, "status=A%26page%3D7%23x");
    let _ = client.cards().delete_rule(id(), "../../ledgers?x=1#y").await;
    assert_eq!(last(&sandbox), (format!("/api/partner/cards/{ID}/rules/..%2F..%2Fledgers%3Fx=1%23y"), String::new()));
}

#[tokio::test]
async fn a_date_that_an_answer_had_and_nobody_could_read_is_not_sent() {
    let (sandbox, client) = sandbox().await;
    sandbox.control().clear_journal();
    let soon: Timestamp = serde_json::from_str("\"soon\"").unwrap();
    let error = client.transactions().list().start_date(soon).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }) && error.to_string().contains("`startDate`"), "{error}");
    assert!(sandbox.control().journal().is_empty());
}

struct Calling;

impl Caller for Calling {
    async fn call<O: linkcy::call::Operation>(&mut self, call: linkcy::Call<'_, O>) {
        // Most things that the samples speak of are not there; what was asked is in the journal.
        let _ = call.send().await;
    }
}

/// Each operation is called with everything that can be set.
#[tokio::test]
async fn every_parameter_of_every_operation_reaches_the_wire_under_its_name() {
    let (sandbox, client) = sandbox().await;
    every(&client, &mut Calling).await;
    let description: Value = serde_json::from_str(include_str!("../../../openapi/linkcy.json")).unwrap();
    let mut sent: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for entry in sandbox.control().journal() {
        let query = entry.query.unwrap_or_default();
        let keys = query.split('&').filter_map(|pair| Some(pair.split_once('=')?.0.to_owned()));
        sent.entry((entry.method, entry.template.unwrap_or_default())).or_default().extend(keys);
    }
    let mut parameters = 0;
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap().iter().filter(|(_, one)| one.is_object()) {
            let sent = &sent[&(method.to_uppercase(), path.clone())];
            let expected: BTreeSet<String> = in_query(&description, operation).into_iter().collect();
            assert_eq!(sent, &expected, "{method} {path}");
            parameters += expected.len();
        }
    }
    println!("{parameters} parameters");
    assert!(parameters > 100);
}

/// The names that a query may have; those of an object are its fields'.
fn in_query(description: &Value, operation: &Value) -> Vec<String> {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let mut names = Vec::new();
    for parameter in parameters.filter(|parameter| parameter["in"] == "query") {
        match parameter["schema"]["$ref"].as_str() {
            Some(reference) => {
                let schema = description.pointer(reference.trim_start_matches('#')).unwrap();
                names.extend(schema["properties"].as_object().unwrap().keys().cloned());
            }
            None => names.push(parameter["name"].as_str().unwrap().to_owned()),
        }
    }
    names
}
