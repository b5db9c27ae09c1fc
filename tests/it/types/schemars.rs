//! With the feature `schemars`: the JSON schema of a type accepts what the type writes.

use std::collections::{BTreeMap, BTreeSet};

use linkcy::types;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::round_trip::reach::Reach;
use crate::round_trip::values::Values;

type Again = fn(&str) -> serde_json::Result<Value>;

/// The schema of a type, and the way through it.
type Way = (fn() -> Schema, Again);

macro_rules! shapes {
    (
        types { $($name:literal => $type:ty,)* }
        origins { $($vendor:literal => $known:literal,)* }
        requests { $($requests:tt)* }
        answers { $($answers:tt)* }
    ) => {
        const TYPES: &[(&str, Way)] = &[$(($name, (schema::<$type>, again::<$type>))),*];
        const ORIGINS: &[(&str, &str)] = &[$(($vendor, $known)),*];
    };
}

include!(concat!(env!("OUT_DIR"), "/shapes.rs"));

fn schema<T: JsonSchema>() -> Schema {
    SchemaGenerator::default().into_root_schema_for::<T>()
}

fn again<T: DeserializeOwned + Serialize>(json: &str) -> serde_json::Result<Value> {
    serde_json::to_value(serde_json::from_str::<T>(json)?)
}

#[test]
fn the_schema_of_every_type_accepts_what_the_type_writes() {
    let description: Value = serde_json::from_str(include_str!("../../../openapi/linkcy.json")).unwrap();
    let reach = Reach::of(&description);
    let types: BTreeMap<&str, Way> = TYPES.iter().copied().collect();
    let mut values = Values::of(&description, 7);
    let (mut checked, mut refused) = (0, BTreeSet::new());
    for (vendor, name) in ORIGINS.iter().filter(|(vendor, _)| !reach.is_only_a_branch(vendor)) {
        let (schema, again) = types[name];
        let validator = jsonschema::validator_for(schema().as_value()).unwrap();
        for value in values.all(&format!("/components/schemas/{vendor}")).iter().take(20) {
            checked += 1;
            let written = again(&value.to_string()).unwrap();
            if let Err(error) = validator.validate(&written) {
                refused.insert(format!("{name}: {error} at {}", error.instance_path()));
            }
        }
    }
    println!("{checked} values");
    assert!(checked > 1_000);
    assert!(refused.is_empty(), "{refused:#?}");
}
