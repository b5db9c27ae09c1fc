//! 107 of 107: every operation of the vendor's description has a row in the table and a method of the client
//! that goes to its method and path.

use std::collections::BTreeSet;

use linkcy_sandbox::Sandbox;
use serde_json::Value;

use crate::support;

include!(concat!(env!("OUT_DIR"), "/every.rs"));

const DESCRIPTION: &str = include_str!("../../openapi/linkcy.json");
const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// Method and path template.
type Endpoint = (String, String);

/// What the description itself has.
fn described() -> BTreeSet<Endpoint> {
    let description: Value = serde_json::from_str(DESCRIPTION).unwrap();
    let paths = description["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        METHODS.iter().filter(|method| item.get(**method).is_some()).map(|method| (method.to_uppercase(), path.clone()))
    });
    operations.collect()
}

#[test]
fn every_operation_of_the_description_has_its_row() {
    let rows: BTreeSet<Endpoint> =
        linkcy::OPERATIONS.iter().map(|row| (row.method.to_owned(), row.path.to_owned())).collect();
    assert_eq!(rows, described());
    assert_eq!(linkcy::OPERATIONS.len(), 107);
    let names: BTreeSet<&str> = linkcy::OPERATIONS.iter().map(|row| row.name).collect();
    assert_eq!(names.len(), 107);
}

/// Makes each call against the sandbox, whatever it answers, and looks where it went.
struct Recorder {
    sandbox: Sandbox,
    reached: BTreeSet<Endpoint>,
    astray: Vec<String>,
}

impl Caller for Recorder {
    async fn call<O: linkcy::call::Operation>(&mut self, call: linkcy::Call<'_, O>) {
        self.sandbox.control().clear_journal();
        let outcome = call.await.map(|_| ());
        let arrived: Vec<Endpoint> = self
            .sandbox
            .control()
            .journal()
            .into_iter()
            .map(|entry| (entry.method, entry.template.unwrap_or(entry.path)))
            .collect();
        let own = (O::INFO.method.to_owned(), O::INFO.path.to_owned());
        if arrived.contains(&own) {
            self.reached.insert(own);
        } else {
            self.astray.push(format!("{} went to {arrived:?}: {outcome:?}", O::INFO.name));
        }
    }
}

#[tokio::test]
async fn every_operation_has_a_method_that_goes_to_its_method_and_path() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = support::client(&sandbox, support::partner(&sandbox)).build().unwrap();
    let mut recorder = Recorder { sandbox, reached: BTreeSet::new(), astray: Vec::new() };
    every(&client, &mut recorder).await;
    println!("{} of {} operations reached", recorder.reached.len(), described().len());
    assert_eq!(recorder.astray, [""; 0]);
    assert_eq!(recorder.reached, described());
}
