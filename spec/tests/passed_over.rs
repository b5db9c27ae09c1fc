//! Things that a description says and the client cannot follow: each is a finding at its own place.

use linkcy_spec::{Inputs, Weight, prepare};
use serde_json::{Value, json};

fn findings(document: &Value) -> Vec<(Weight, &'static str, String)> {
    let prepared = prepare(&Inputs::alone(&document.to_string())).unwrap();
    prepared
        .findings()
        .iter()
        .map(|finding| (finding.weight, finding.kind, finding.pointer.as_str().to_owned()))
        .collect()
}

fn description(operation: Value, schema: Value) -> Value {
    json!({
        "openapi": "3.1.0", "info": { "version": "1" }, "paths": { "/a": { "get": operation } },
        "components": { "schemas": { "A": schema, "B": { "$anchor": "b", "type": "object", "properties": { "known": { "type": "string" } } } } },
    })
}

#[test]
fn a_status_that_no_response_has_is_left_out_and_told() {
    let good = ["200", "204", "226", "299", "404", "599", "999", "default", "Default", "2XX", "4xx", "x-extension"];
    let odd = ["20X", "2X0", "XXX", "6XX", "0XX", "99", "1000", "012", "ok", "200 OK", "2", "", "-200", "success"];
    for (statuses, are_odd) in [(&good[..], false), (&odd[..], true)] {
        for status in statuses {
            let operation = json!({ "responses": { "201": { "description": "" }, *status: { "description": "" } } });
            let found = findings(&description(operation, json!(true)));
            let told: Vec<_> = found.iter().filter(|(_, kind, _)| *kind == "odd-status").collect();
            let pointer = format!("/paths/~1a/get/responses/{status}");
            match are_odd {
                true => assert_eq!(told, [&(Weight::SetAside, "odd-status", pointer)], "{status}"),
                false => assert!(told.is_empty(), "{status}: {told:?}"),
            }
        }
    }
}

#[test]
fn a_range_counts_however_it_is_written_and_an_odd_status_adds_no_answer() {
    let content = json!({ "application/json": { "schema": { "$ref": "#/components/schemas/B" } } });
    for (statuses, output) in [
        (json!({ "2xx": { "content": content } }), "-> B"),
        (json!({ "200": { "content": content }, "20X": {} }), "-> B"),
    ] {
        let document = description(json!({ "responses": statuses }), json!(true));
        let surface = prepare(&Inputs::alone(&document.to_string())).unwrap().surface().to_string();
        let line = surface.lines().find(|line| line.contains("a.list()")).unwrap();
        assert!(line.ends_with(output), "{line}");
    }
}

#[test]
fn a_property_under_a_condition_alone_is_told_at_its_place() {
    let of = |schema: Value| {
        let mut found = findings(&description(json!({ "responses": { "204": {} } }), schema));
        found.retain(|(_, kind, _)| *kind == "conditional-property");
        found.into_iter().map(|(_, _, pointer)| pointer).collect::<Vec<_>>()
    };
    let object = |name: &str| json!({ "properties": { name: { "type": "string" } } });
    let at = |rest: &str| format!("/components/schemas/A/{rest}");
    let cases: [(Value, Vec<String>); 12] = [
        (json!({ "then": object("x") }), vec![at("then/properties/x")]),
        (json!({ "then": object("x"), "else": object("y") }), vec![at("then/properties/x"), at("else/properties/y")]),
        (json!({ "then": object("x"), "else": object("x") }), vec![at("then/properties/x")]),
        (json!({ "dependentSchemas": { "a/b": object("x") } }), vec![at("dependentSchemas/a~1b/properties/x")]),
        (json!({ "then": { "else": object("x") } }), vec![at("then/else/properties/x")]),
        (json!({ "properties": { "x": true }, "then": object("x") }), vec![]),
        (
            json!({ "properties": { "x": true }, "allOf": [{ "then": object("x") }, { "else": object("y") }] }),
            vec![at("allOf/1/else/properties/y")],
        ),
        (json!({ "allOf": [{ "$ref": "#/components/schemas/B" }, { "then": object("known") }] }), vec![]),
        (json!({ "allOf": [{ "$ref": "#b" }, { "then": object("known") }] }), vec![]),
        (json!({ "properties": { "x": true }, "oneOf": [{ "then": object("x") }, object("y")] }), vec![]),
        (json!({ "anyOf": [{ "then": object("x") }, object("y")] }), vec![at("anyOf/0/then/properties/x")]),
        (json!({ "properties": { "inner": { "then": object("x") } } }), vec![at("properties/inner/then/properties/x")]),
    ];
    for (schema, expected) in cases {
        let mut found = of(schema.clone());
        let mut expected = expected;
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{schema}");
    }
}

#[test]
fn each_keyword_that_is_not_checked_is_a_note() {
    for keyword in ["not", "if", "then", "else", "dependentSchemas", "propertyNames", "contains"] {
        let schema = json!({ "type": "object", keyword: {} });
        let found = findings(&description(json!({ "responses": { "204": {} } }), schema));
        let expected = (Weight::Note, "unchecked-keyword", format!("/components/schemas/A/{keyword}"));
        assert!(found.contains(&expected), "{keyword}: {found:?}");
    }
}

#[test]
fn reserved_characters_are_told() {
    for (allowed, told) in [(json!(true), 1), (json!(false), 0)] {
        let parameter = json!({ "name": "q", "in": "query", "allowReserved": allowed, "schema": { "type": "string" } });
        let found =
            findings(&description(json!({ "parameters": [parameter], "responses": { "204": {} } }), json!(true)));
        assert_eq!(found.iter().filter(|(_, kind, _)| *kind == "reserved-characters").count(), told);
    }
}
