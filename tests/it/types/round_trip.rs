//! Every schema of the description this library is built from: values made from the vendor's own file go
//! through the types and come out equal. `tests/old` does the same for the earlier version.

use linkcy::types;

use crate::round_trip;

include!(concat!(env!("OUT_DIR"), "/shapes.rs"));

const DESCRIPTION: &str = include_str!("../../../openapi/linkcy.json");

#[test]
fn every_schema_that_is_a_type_reads_and_writes_its_values_unchanged() {
    round_trip::every_schema(&SHAPES, DESCRIPTION);
}

#[test]
fn every_answer_survives_fields_and_values_and_branches_of_tomorrow() {
    round_trip::every_answer_of_tomorrow(&SHAPES, DESCRIPTION);
}
