//! Whatever comes in, an answer or an error goes out: garbage, circles, depth, and changes in places nobody thought of.

mod support;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use support::real;
use xtask::diff::{Report, Verdict, diff, render};
use xtask::document::{Document, Notation};

fn report(old: Value, new: Value) -> Report {
    let document = |value| Document::from_value(value, Notation::Json).expect("a description");
    diff(&document(old), &document(new))
}

/// A description whose only operation sends and receives a schema.
fn with(schema: Value, components: Value) -> Value {
    let content = json!({ "application/json": { "schema": schema } });
    json!({
        "openapi": "3.0.1", "info": { "title": "t", "version": "1" },
        "paths": { "/a": { "post": {
            "requestBody": { "content": content }, "responses": { "200": { "description": "", "content": content } },
        } } },
        "components": { "schemas": components },
    })
}

#[test]
fn a_thousand_levels_are_no_trouble() {
    let nested = |leaf: &str| {
        (0..1_000).fold(json!({ "type": leaf }), |inner, level| match level % 4 {
            0 => json!({ "type": "object", "properties": { "p": inner } }),
            1 => json!({ "type": "array", "items": inner }),
            2 => json!({ "allOf": [inner, { "description": "x" }] }),
            _ => json!({ "anyOf": [inner, { "type": "boolean" }] }),
        })
    };
    assert_eq!(
        report(with(nested("string"), json!({})), with(nested("string"), json!({}))).verdict,
        Verdict::Identical
    );
    // Deeper than anyone looks: that it changed is never taken for nothing.
    let report = report(with(nested("string"), json!({})), with(nested("integer"), json!({})));
    assert_eq!(report.verdict, Verdict::Breaking);
}

#[test]
fn a_chain_of_ten_thousand_references_ends() {
    let chain = |last: &str| -> Value {
        let mut schemas = Map::new();
        for link in 0..10_000 {
            let next = json!({ "$ref": format!("#/components/schemas/S{}", link + 1) });
            schemas.insert(format!("S{link}"), json!({ "type": "object", "properties": { "next": next } }));
        }
        schemas.insert("S10000".to_owned(), json!({ "type": last }));
        with(json!({ "$ref": "#/components/schemas/S0" }), Value::Object(schemas))
    };
    assert_eq!(report(chain("string"), chain("integer")).verdict, Verdict::Breaking);
}

#[test]
fn circles_end_and_what_changes_in_them_is_found() {
    let circles = |length: u32| {
        json!({
            "Self": { "$ref": "#/components/schemas/Self" },
            "A": { "allOf": [{ "$ref": "#/components/schemas/B" }], "properties": { "b": { "$ref": "#/components/schemas/B" } } },
            "B": { "allOf": [{ "$ref": "#/components/schemas/A" }], "properties": { "text": { "type": "string", "maxLength": length } } },
            "Tree": { "anyOf": [{ "$ref": "#/components/schemas/Leaf" }, { "type": "array", "items": { "$ref": "#/components/schemas/Tree" } }] },
            "Leaf": { "type": "object", "properties": { "tree": { "$ref": "#/components/schemas/Tree" }, "n": { "type": "string", "maxLength": length } } },
            "Bare": { "anyOf": [{ "$ref": "#/components/schemas/Bare" }, { "$ref": "#/components/schemas/Leaf" }] },
        })
    };
    for name in ["Self", "A", "Tree", "Bare"] {
        let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
        let same = report(with(schema.clone(), circles(9)), with(schema.clone(), circles(9)));
        assert_eq!(same.verdict, Verdict::Identical, "{name}");
        let changed = report(with(schema.clone(), circles(9)), with(schema, circles(8)));
        let expected = if name == "Self" { Verdict::Compatible } else { Verdict::Breaking };
        assert_eq!(changed.verdict, expected, "{name}: {:?}", changed.changes);
    }
}

#[test]
fn a_tower_of_unions_that_would_take_for_ever_is_given_up_as_breaking() {
    let tower = |leaf: &str| {
        let mut schemas = Map::new();
        for level in 0..40 {
            let next = json!({ "$ref": format!("#/components/schemas/U{}", level + 1) });
            let branches: Vec<Value> = (0..6)
                .map(|branch| json!({ "type": "object", "properties": { format!("p{branch}"): next } }))
                .collect();
            schemas.insert(format!("U{level}"), json!({ "anyOf": branches, "oneOf": branches }));
        }
        schemas.insert("U40".to_owned(), json!({ "type": leaf }));
        with(json!({ "$ref": "#/components/schemas/U0" }), Value::Object(schemas))
    };
    assert_eq!(report(tower("string"), tower("integer")).verdict, Verdict::Breaking);
}

#[test]
fn text_that_nests_too_deep_is_an_error() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("- ", ""), ("a: {", "}")] {
        let text = format!("{}1{}", open.repeat(50_000), close.repeat(50_000));
        assert!(Document::parse(text.as_bytes()).is_err(), "{open}");
    }
}

/// JSON of any shape, with the words of OpenAPI more often than others.
fn anything() -> impl Strategy<Value = Value> {
    let words = [
        "$ref",
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "type",
        "properties",
        "required",
        "items",
        "enum",
        "nullable",
        "pattern",
        "maximum",
        "exclusiveMaximum",
        "additionalProperties",
        "discriminator",
        "propertyName",
        "mapping",
        "readOnly",
        "default",
        "format",
        "minLength",
        "multipleOf",
        "schema",
        "content",
        "parameters",
        "in",
        "name",
        "200",
        "get",
        "responses",
        "requestBody",
        "headers",
        "security",
        "servers",
        "url",
        "callbacks",
        "#/components/schemas/A",
        "#/paths",
        "string",
        "integer",
        "object",
        "array",
        "query",
        "path",
        "x-a",
        "application/json",
        "(",
        "^a+$",
    ];
    let word = prop::sample::select(words.to_vec()).prop_map(str::to_owned);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((word.clone(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// The pointers of a document's values, without wording and extensions.
fn pointers(value: &Value, at: String, found: &mut Vec<String>) {
    found.push(at.clone());
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                let prose = ["description", "title", "summary", "example", "examples", "tags", "operationId"]
                    .contains(&key.as_str());
                if !prose && !key.starts_with("x-") {
                    pointers(inner, format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), found);
                }
            }
        }
        Value::Array(list) => {
            for (index, inner) in list.iter().enumerate() {
                pointers(inner, format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 256,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(6),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn garbage_is_compared_or_refused(old in anything(), new in anything()) {
        let place = |value: Value| with(value.clone(), json!({ "A": value }));
        let (old, new) = (place(old), place(new));
        prop_assert_eq!(report(old.clone(), old.clone()).verdict, Verdict::Identical);
        let report = report(old.clone(), new.clone());
        prop_assert!(old == new || !report.changes.is_empty());
        let _ = (render::text(&report, true), render::markdown(&report), render::json(&report));
    }

    #[test]
    fn garbage_in_the_place_of_anything_is_compared_or_refused(place in any::<prop::sample::Index>(), value in anything()) {
        let mut found = Vec::new();
        pointers(&real()["paths"], "/paths".to_owned(), &mut found);
        let mut changed = real();
        let pointer = place.get(&found);
        *changed.pointer_mut(pointer).expect("it is there") = value;
        let Ok(changed) = Document::from_value(changed, Notation::Json) else { return Ok(()) };
        let original = Document::from_value(real(), Notation::Json).expect("a description");
        for report in [diff(&original, &changed), diff(&changed, &original)] {
            prop_assert!(original.value == changed.value || !report.changes.is_empty(), "{} changed for nothing", pointer);
        }
    }

    #[test]
    fn bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Document::parse(&bytes);
    }

    #[test]
    fn text_that_looks_like_yaml_is_read_or_refused(text in "[-a-z0-9:{}\\[\\]&*!|>'\"#%@,\n ]{0,200}") {
        let _ = Document::parse(text.as_bytes());
        let _ = Document::parse(format!("openapi: 3.0.0\n{text}").as_bytes());
        let _ = Document::parse(format!("openapi: 3.1.0\ncomponents: {{schemas: {{A: {{{text}}}}}}}").as_bytes());
    }
}
