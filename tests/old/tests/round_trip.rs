//! Every schema of version 1.78.0: values made from its own file go through its types and come out equal.

#[macro_use]
#[path = "../../support/round_trip/mod.rs"]
mod round_trip;

use linkcy_old::types;

include!(concat!(env!("OUT_DIR"), "/shapes.rs"));

const DESCRIPTION: &str = include_str!("../../../openapi/archive/1.78.0.json");

#[test]
fn every_schema_that_is_a_type_reads_and_writes_its_values_unchanged() {
    round_trip::every_schema(&SHAPES, DESCRIPTION);
}

#[test]
fn every_answer_survives_fields_and_values_and_branches_of_tomorrow() {
    round_trip::every_answer_of_tomorrow(&SHAPES, DESCRIPTION);
}

#[test]
fn it_is_the_version_it_says() {
    assert_eq!(linkcy_old::API_VERSION, "1.78.0");
    assert_eq!(linkcy_old::OPERATIONS.len(), 102);
}
