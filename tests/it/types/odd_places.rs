//! In every answer, each scalar in turn is of another JSON type or format. The comparison with the description tells the place, and
//! what is read has all else as it came. Only a plain number, text or boolean of another JSON type costs its answer or its row.

use std::collections::{BTreeMap, BTreeSet};

use linkcy::OPERATIONS;
use linkcy::drift::{Description, Difference};
use serde_json::{Value, json};

use super::round_trip::SHAPES;
use crate::round_trip::difference;
use crate::round_trip::reach::Reach;
use crate::round_trip::values::{Optional, Values};

/// What stands in free JSON of `Values`, and its keys of maps.
const FREE: &str = "free";
const KEYS: [&str; 2] = ["one", "another key"];

/// Values of each answer.
const ANSWERS: usize = 14;

/// The pointers of the scalars.
fn scalars(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            let members = members.iter().filter(|(name, _)| *name != FREE);
            members.for_each(|(name, member)| scalars(member, &format!("{at}/{name}"), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| scalars(item, &format!("{at}/{index}"), found));
        }
        _ => found.push(at.to_owned()),
    }
}

/// A pointer as differences write it.
fn path(pointer: &str) -> String {
    let mut path = String::new();
    for step in pointer.split('/').skip(1) {
        match step {
            index if index.parse::<usize>().is_ok() => path.push_str("[]"),
            name => {
                let dot = if path.is_empty() { "" } else { "." };
                path.push_str(dot);
                path.push_str(if KEYS.contains(&name) { "*" } else { name });
            }
        }
    }
    path
}

/// What stands there for once: another JSON type, and a text that is none of the format that the usual one has.
fn odd_values(usual: &Value) -> Vec<Value> {
    let text = usual.as_str().unwrap_or_default();
    let is_uuid = uuid::Uuid::try_parse(text).is_ok();
    let is_day = text.get(..10).is_some_and(|day| day.parse::<jiff::civil::Date>().is_ok());
    let mut odd = vec![json!({ "odd": [null] })];
    if is_uuid || is_day {
        odd.push(json!("tomorrow"));
    }
    odd
}

fn without(value: &Value, pointer: &str) -> Value {
    let mut value = value.clone();
    if let Some(place) = value.pointer_mut(pointer) {
        *place = Value::Null;
    }
    value
}

#[test]
fn what_cannot_be_read_is_told_and_all_else_is_as_it_came() {
    let vendors: Value = serde_json::from_str(include_str!("../../../openapi/linkcy.json")).unwrap();
    let reach = Reach::of(&vendors);
    let types: BTreeMap<_, _> = SHAPES.answers.iter().copied().collect();
    let description = Description::built_from();
    let mut values = Values::of(&vendors, 17);
    let (mut operations, mut cases, mut problems) = (BTreeSet::new(), 0, BTreeSet::new());
    for (name, pointer) in &reach.answers {
        let Some(again) = types.get(name.as_str()) else { continue };
        let operation = OPERATIONS.iter().find(|row| *name == format!("{} {}", row.method, row.path)).unwrap();
        let status = pointer.split('/').nth(5).and_then(|status| status.parse().ok()).unwrap();
        let compare = |answer: &Value| -> Vec<Difference> {
            description.compare(operation, status, Some("application/json"), Some(answer))
        };
        for turn in 0..ANSWERS {
            values.optional = [Optional::In, Optional::Random][turn % 2];
            let answer = values.make(pointer);
            let mut places = Vec::new();
            scalars(&answer, "", &mut places);
            for place in places {
                for odd in odd_values(answer.pointer(&place).unwrap()) {
                    cases += 1;
                    operations.insert(operation.name);
                    let mut answer = answer.clone();
                    *answer.pointer_mut(&place).unwrap() = odd.clone();
                    let at = path(&place);
                    if !compare(&answer).iter().any(|found| found.path == at) {
                        problems.insert(format!("{name}: {odd} at {at} is not told"));
                    }
                    match again(&answer.to_string()) {
                        Ok(read) => {
                            let read: Value = serde_json::from_str(&read).unwrap();
                            let (answer, read) = (without(&answer, &place), without(&read, &place));
                            if let Some(changed) = difference(&answer, &read, "") {
                                problems.insert(format!("{name}: {odd} at {at} changes {changed}"));
                            }
                        }
                        Err(error) if odd.is_string() => {
                            problems.insert(format!("{name}: {odd} at {at} is not read: {error}"));
                        }
                        Err(_) => {}
                    }
                }
            }
        }
    }
    let shown: Vec<&String> = problems.iter().take(20).collect();
    assert!(problems.is_empty(), "{} of {cases}: {shown:#?}", problems.len());
    assert!(operations.len() >= 70 && cases >= 10_000, "{} operations, {cases} cases", operations.len());
}
