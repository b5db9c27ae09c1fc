//! The two real descriptions, and copies of one that say the same in other words.

mod support;

use std::path::Path;

use serde_json::{Map, Value};
use support::{real, whole};
use xtask::check;
use xtask::diff::rules::Severity;
use xtask::diff::{Report, Verdict, diff, render};
use xtask::document::{Document, METHODS, Notation};
use xtask::tree::Tree;

const OLD: &str = include_str!("../../openapi/archive/1.78.0.json");

fn document(value: Value) -> Document {
    Document::from_value(value, Notation::Json).expect("a description")
}

fn report(old: Value, new: Value) -> Report {
    diff(&document(old), &document(new))
}

fn old() -> Value {
    serde_json::from_str(OLD).expect("JSON")
}

#[test]
fn from_1_78_to_1_114_it_is_what_was_read_by_eye() {
    let report = report(old(), whole()).without_prose();
    insta::assert_snapshot!(render::text(&report, false));
}

#[test]
fn the_changes_everyone_knows_of_are_found() {
    let report = report(old(), whole());
    let has = |id: &str, operation: &str, words: &str| {
        assert!(
            report.changes.iter().any(|change| {
                change.id == id && change.operation().as_deref() == Some(operation) && change.message.contains(words)
            }),
            "no {id} of {operation} with {words:?}"
        );
    };
    let rules = "PUT /api/partner/card-profiles/{cardProfileId}/rules";
    has("operation-moved", rules, "moved to PUT /api/partner/card-profiles/{cardProfileId}/rules/{ruleType}");
    has("request-parameter-removed", "POST /api/partner/cards", "Linkcy-SCA-Factor");
    has("request-parameter-removed", "POST /api/partner/cards", "Linkcy-SCA-Id");
    has("request-enum-value-removed", "POST /api/partner/cards", "JOIN_CODE");
    has("request-parameter-added", "POST /api/partner/cards", "Linkcy-SCA-Signature");
    has("request-maximum-tightened", "GET /api/partner/cards", "maximum is 500, was none");
    has("operation-removed", "PATCH /api/partner/sca/{scaDeviceId}", "gone");
    has("request-enum-value-removed", "POST /api/partner/ledgers", "EUR_LITHUANIA");
}

#[test]
fn operation_ids_are_cosmetic_however_many_change() {
    let mut renumbered = whole();
    let paths = renumbered["paths"].as_object_mut().expect("paths").values_mut();
    let operations = paths.flat_map(|path| path.as_object_mut().expect("a path").values_mut());
    for (number, operation) in operations.filter(|operation| operation.get("operationId").is_some()).enumerate() {
        operation["operationId"] = format!("op_{number}").into();
    }
    let report = report(whole(), renumbered);
    assert_eq!(report.worst(), Some(Severity::Cosmetic));
    assert!(report.changes.iter().all(|change| change.id == "operation-id-changed"));
    assert_eq!(report.changes.len(), 107);
}

#[test]
fn a_description_is_identical_to_itself() {
    for value in [whole(), old()] {
        let report = report(value.clone(), value);
        assert_eq!((report.verdict, report.changes.len()), (Verdict::Identical, 0));
    }
}

/// Members and lists turned round wherever order means nothing, component schemas renamed, prose rewritten.
#[test]
fn a_shuffled_copy_with_other_names_is_cosmetic_only() {
    for value in [whole(), old()] {
        let mut copy = value.clone();
        turn(&mut copy);
        rename_schemas(&mut copy);
        assert_ne!(copy, value);
        let report = report(value, copy);
        let worse: Vec<_> = report.changes.iter().filter(|change| change.severity > Severity::Cosmetic).collect();
        assert!(worse.is_empty(), "{worse:#?}");
    }
}

/// Every reference replaced by what it stands for, and every other schema wrapped in allOf.
#[test]
fn an_inlined_copy_is_cosmetic_only() {
    let mut copy = real();
    let schemas = copy["components"]["schemas"].clone();
    inline(&mut copy["paths"], &schemas, 0);
    let report = report(real(), copy);
    let worse: Vec<_> = report.changes.iter().filter(|change| change.severity > Severity::Cosmetic).collect();
    assert!(worse.is_empty(), "{worse:#?}");
}

#[test]
fn the_tree_is_what_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
    assert_eq!(check::faults(&Tree::new(root)).expect("it can be read"), [""; 0]);
}

fn turn(value: &mut Value) {
    match value {
        Value::Object(map) => {
            let turned: Map<String, Value> = std::mem::take(map).into_iter().rev().collect();
            *map = turned;
            for (key, inner) in map.iter_mut() {
                if key == "description" && inner.is_string() {
                    *inner = "other words".into();
                }
                if ["required", "enum", "parameters", "tags", "anyOf", "oneOf", "allOf"].contains(&key.as_str()) {
                    inner.as_array_mut().into_iter().for_each(|list| list.reverse());
                }
                turn(inner);
            }
        }
        Value::Array(list) => list.iter_mut().for_each(turn),
        _ => {}
    }
}

/// All but those a discriminator names, whose names are values on the wire.
fn rename_schemas(root: &mut Value) {
    let text = root.to_string();
    let schemas = root["components"]["schemas"].as_object_mut().expect("schemas");
    let tagged = schemas.values().any(|schema| schema.get("discriminator").is_some());
    let kept = |name: &str| {
        tagged && text.contains(&format!("\":\"{name}\""))
            || text.contains(&format!(":\"#/components/schemas/{name}\"}}}}"))
    };
    let names: Vec<String> = schemas.keys().filter(|name| !kept(name)).cloned().collect();
    let renamed: Map<String, Value> = std::mem::take(schemas)
        .into_iter()
        .map(|(name, schema)| (if names.contains(&name) { format!("New{name}") } else { name }, schema))
        .collect();
    *schemas = renamed;
    let mut todo = vec![root];
    while let Some(value) = todo.pop() {
        match value {
            Value::Object(map) => {
                for (key, inner) in map.iter_mut() {
                    let name = inner.as_str().and_then(|text| text.strip_prefix("#/components/schemas/"));
                    if let Some(name) = name.filter(|name| key == "$ref" && names.iter().any(|other| other == name)) {
                        *inner = format!("#/components/schemas/New{name}").into();
                    } else {
                        todo.push(inner);
                    }
                }
            }
            Value::Array(list) => todo.extend(list),
            _ => {}
        }
    }
}

fn inline(value: &mut Value, schemas: &Value, depth: usize) {
    match value {
        Value::Object(map) => {
            let name =
                map.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix("#/components/schemas/"));
            if let Some(schema) = name.and_then(|name| schemas.get(name)).filter(|_| depth < 12) {
                let mut schema = schema.clone();
                inline(&mut schema, schemas, depth + 1);
                *value = if depth.is_multiple_of(2) { serde_json::json!({ "allOf": [schema] }) } else { schema };
            } else {
                map.values_mut().for_each(|inner| inline(inner, schemas, depth));
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|inner| inline(inner, schemas, depth)),
        _ => {}
    }
}

#[test]
fn every_operation_has_a_method_we_know() {
    let whole = whole();
    let paths = whole["paths"].as_object().expect("paths").values();
    assert!(paths.flat_map(|path| path.as_object().expect("a path").keys()).all(|key| METHODS.contains(&key.as_str())));
}
