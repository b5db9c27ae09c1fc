//! The examples of the docs: each compiles, and makes a request within its bounds. The tests of the docs leave them out, as sixty
//! programs would take minutes to link.

use linkcy::{Error, ScaPolicy};
use linkcy_sandbox::Sandbox;

use crate::support;

mod generated {
    include!(concat!(env!("OUT_DIR"), "/examples.rs"));
}

const DESCRIPTION: &str = include_str!("../../openapi/linkcy.json");

#[tokio::test]
async fn every_operation_with_a_body_has_an_example_whose_request_keeps_its_bounds() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = support::client(&sandbox, support::partner(&sandbox)).sca(ScaPolicy::ByPass).build().unwrap();
    let outcomes = generated::examples(&client).await;
    assert_eq!(outcomes.len(), DESCRIPTION.matches("\"requestBody\":").count(), "one for each operation with a body");
    for (operation, outcome) in outcomes {
        // What the sandbox refuses is refused for its state: the ids of an example belong to nobody.
        match outcome.err().map(|error| error.downcast::<Error>()) {
            None => {}
            Some(Ok(error)) => assert!(!matches!(*error, Error::Invalid { .. }), "{operation}: {error}"),
            Some(Err(error)) => panic!("{operation}: a value cannot be read: {error}"),
        }
    }
}
