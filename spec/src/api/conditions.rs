//! Properties that a schema has under a condition alone (`then`, `else`, `dependentSchemas`): they are not typed, and each
//! is a finding.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::reference::References;
use crate::finding::Finding;
use crate::pointer::Pointer;

const PASS: &str = "schema";

/// Keywords that hold the parts and branches of a schema.
const PARTS: [&str; 3] = ["allOf", "oneOf", "anyOf"];

/// How many references and parts are followed one into the other.
const REACH: usize = 16;

/// A finding for each property that stands under a condition and nowhere else in the schema or in its parts.
/// The conditions of a part or a branch count as the whole schema's.
pub(super) fn conditional_properties(
    references: &References<'_>,
    members: &Map<String, Value>,
    at: &Pointer,
) -> Vec<Finding> {
    if is_part(at) {
        return Vec::new();
    }
    let mut conditional = BTreeMap::new();
    conditions(members, at, REACH, &mut conditional);
    if conditional.is_empty() {
        return Vec::new();
    }
    let mut known = BTreeSet::new();
    names(references, members, at, REACH, &mut known);
    conditional.retain(|name, _| !known.contains(name));
    let finding = |(name, (place, schema)): (&String, (Pointer, &Value))| {
        let problem = format!("`{name}` is described under a condition alone and is not typed");
        Finding::aside(PASS, "conditional-property", &place, problem).or_update(
            at,
            json!({ "properties": { name: schema } }),
            "The object has this property, under a condition.",
        )
    };
    conditional.into_iter().map(finding).collect()
}

/// The properties under the conditions of the schema, of its inline parts and of its branches.
fn conditions<'s>(
    members: &'s Map<String, Value>,
    at: &Pointer,
    reach: usize,
    found: &mut BTreeMap<&'s String, (Pointer, &'s Value)>,
) {
    let Some(reach) = reach.checked_sub(1) else { return };
    let mut branches: Vec<(Pointer, &Value)> = Vec::new();
    branches.extend(["then", "else"].iter().filter_map(|key| Some((at.child(key), members.get(*key)?))));
    let dependent = members.get("dependentSchemas").and_then(Value::as_object).into_iter().flatten();
    branches.extend(dependent.map(|(name, branch)| (at.child("dependentSchemas").child(name), branch)));
    for (at, branch) in branches {
        let properties = branch.get("properties").and_then(Value::as_object).into_iter().flatten();
        for (name, property) in properties.filter(|(_, property)| **property != Value::Bool(false)) {
            found.entry(name).or_insert_with(|| (at.child("properties").child(name), property));
        }
        if let Some(branch) = branch.as_object() {
            conditions(branch, &at, reach, found);
        }
    }
    for (key, index, part) in parts(members) {
        conditions(part, &at.child(key).child(index), reach, found);
    }
}

/// The names of the schema's properties, of its parts' and of its branches'.
fn names<'s>(
    references: &References<'s>,
    members: &'s Map<String, Value>,
    at: &Pointer,
    reach: usize,
    known: &mut BTreeSet<&'s String>,
) {
    let Some(reach) = reach.checked_sub(1) else { return };
    known.extend(members.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name));
    for (key, index, part) in parts(members) {
        names(references, part, &at.child(key).child(index), reach, known);
    }
    let target = members.get("$ref").and_then(Value::as_str).and_then(|text| references.schema(text, at));
    if let Some((Value::Object(target), at)) = target {
        names(references, target, &at, reach, known);
    }
}

/// The parts and branches that are described in place.
fn parts(members: &Map<String, Value>) -> impl Iterator<Item = (&'static str, usize, &Map<String, Value>)> {
    let of = |key: &'static str| {
        let all = members.get(key).and_then(Value::as_array).into_iter().flatten().enumerate();
        all.filter_map(move |(index, part)| Some((key, index, part.as_object()?)))
    };
    PARTS.into_iter().flat_map(of)
}

fn is_part(at: &Pointer) -> bool {
    let segments: Vec<String> = at.segments().collect();
    matches!(segments.as_slice(), [.., key, index] if PARTS.contains(&key.as_str()) && index.parse::<usize>().is_ok())
}
