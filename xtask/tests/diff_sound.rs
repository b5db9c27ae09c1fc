//! The diff against a validator: if a request is not called breaking, the new schema takes every value that the old one
//! takes; if an answer is called compatible, the old schema takes every value that the new one takes; if nothing is found,
//! both take the same values.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use xtask::diff::{Verdict, diff};
use xtask::document::{Document, Notation};

const NAMES: [&str; 4] = ["A", "B", "C", "D"];

fn named(index: usize) -> Value {
    json!({ "$ref": format!("#/components/schemas/{}", NAMES[index]) })
}

/// A value's schema; a reference is to any component.
fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({ "type": "string" })),
        Just(json!({ "type": "integer" })),
        Just(json!({ "type": "string", "maxLength": 1 })),
        Just(json!({ "type": "string", "enum": ["a", "bb"] })),
        (0..NAMES.len()).prop_map(named),
    ]
}

/// An object that describes both properties: a client does not send others.
fn object() -> impl Strategy<Value = Value> {
    let property = || (prop_oneof![2 => leaf().boxed(), 1 => Just(json!({})).boxed()], any::<bool>());
    (property(), property()).prop_map(|((p, p_needed), (q, q_needed))| {
        let needed = [("p", p_needed), ("q", q_needed)].into_iter().filter(|(_, needed)| *needed);
        let required: Vec<&str> = needed.map(|(name, _)| name).collect();
        let mut object = json!({ "type": "object", "properties": { "p": p, "q": q } });
        if !required.is_empty() {
            object["required"] = json!(required);
        }
        object
    })
}

/// A component as springdoc writes a family: children below it in anyOf, parents above it in allOf.
fn component(index: usize) -> impl Strategy<Value = Value> {
    let children =
        prop::collection::vec(prop_oneof![3 => (index + 1..NAMES.len() + 1).prop_map(Some), 1 => Just(None)], 0..3);
    let parent = if index == 0 { Just(None).boxed() } else { prop::option::of(0..index).boxed() };
    (object(), object(), children, parent).prop_map(move |(base, inline, children, parent)| {
        let mut schema = base;
        let branches: Vec<Value> = children
            .into_iter()
            .map(|child| child.filter(|child| *child < NAMES.len()).map_or_else(|| inline.clone(), named))
            .collect();
        if branches.len() > 1 {
            schema["anyOf"] = branches.into();
        }
        match parent {
            None => schema,
            Some(parent) => json!({ "allOf": [named(parent), schema] }),
        }
    })
}

fn components() -> impl Strategy<Value = Vec<Value>> {
    (component(0), component(1), component(2), component(3)).prop_map(|(a, b, c, d)| vec![a, b, c, d])
}

fn document(components: &[Value], sent: bool) -> Document {
    let content = json!({ "application/json": { "schema": named(0) } });
    let mut operation = json!({ "responses": { "200": { "description": "" } } });
    if sent {
        operation["requestBody"] = json!({ "content": content });
    } else {
        operation["responses"]["200"]["content"] = content;
    }
    let components: Map<String, Value> =
        NAMES.iter().zip(components).map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    let value = json!({
        "openapi": "3.0.1", "info": { "title": "t", "version": "1" },
        "paths": { "/a": { "post": operation } }, "components": { "schemas": components },
    });
    Document::from_value(value, Notation::Json).expect("a description")
}

/// Whether a schema takes a value. A schema that is met again at the same value takes it if all the rest does.
fn takes(components: &[Value], schema: &Value, value: &Value, met: &[(*const Value, *const Value)]) -> bool {
    let here = (std::ptr::from_ref(schema), std::ptr::from_ref(value));
    if met.contains(&here) {
        return true;
    }
    let met = &[met, &[here]].concat();
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        let index = NAMES.iter().position(|known| *known == name).expect("a component");
        return takes(components, &components[index], value, met);
    }
    let list = |keyword: &str| schema[keyword].as_array().map(Vec::as_slice).unwrap_or_default();
    let typed = match schema["type"].as_str() {
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64(),
        Some("object") => value.is_object(),
        _ => true,
    };
    let short =
        schema["maxLength"].as_u64().is_none_or(|most| value.as_str().is_none_or(|text| text.len() as u64 <= most));
    let listed = list("enum").is_empty() || list("enum").contains(value);
    let complete = list("required").iter().all(|name| value.get(name.as_str().expect("a name")).is_some());
    let properties = schema["properties"].as_object().into_iter().flatten();
    let mut properties = properties.filter_map(|(name, schema)| Some((schema, value.get(name)?)));
    typed
        && short
        && listed
        && complete
        && properties.all(|(schema, inner)| takes(components, schema, inner, met))
        && list("allOf").iter().all(|part| takes(components, part, value, met))
        && (list("anyOf").is_empty() || list("anyOf").iter().any(|branch| takes(components, branch, value, met)))
}

/// All objects of two properties, each of which may hold such an object again.
fn values() -> Vec<Value> {
    let scalars = [None, Some(json!("a")), Some(json!("ccc")), Some(json!(1))];
    let objects = |choices: &[Option<Value>]| -> Vec<Value> {
        let pairs = choices.iter().flat_map(|p| choices.iter().map(move |q| (p.clone(), q.clone())));
        pairs
            .map(|(p, q)| {
                let members =
                    [("p", p), ("q", q)].into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
                Value::Object(members.collect())
            })
            .collect()
    };
    let flat = objects(&scalars);
    let mut choices = scalars.to_vec();
    choices.extend(flat.into_iter().map(Some));
    objects(&choices)
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 300,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(8),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_not_breaking_takes_what_was_taken(old in components(), index in 0..NAMES.len(), others in components()) {
        let mut new = old.clone();
        new[index] = others[index].clone();
        let sent = diff(&document(&old, true), &document(&new, true));
        let received = diff(&document(&old, false), &document(&new, false));
        let unseen = received.changes.iter().all(|change| change.id == "arrangement-changed");
        let quiet = sent.verdict != Verdict::Breaking || received.verdict <= Verdict::Compatible;
        for value in values().into_iter().filter(|_| quiet) {
            let (before, after) = (takes(&old, &named(0), &value, &[]), takes(&new, &named(0), &value, &[]));
            prop_assert!(sent.verdict == Verdict::Breaking || !before || after, "{value} is no longer taken: {:#?}", sent.changes);
            prop_assert!(
                received.verdict > Verdict::Compatible || before || !after,
                "{value} may come now: {:#?}", received.changes
            );
            prop_assert!(!unseen || before == after, "{value} is taken in one of the two only, and nothing was seen");
        }
    }
}
