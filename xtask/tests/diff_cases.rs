//! What the mutations do not reach: compositions written in other ways, documents of other APIs, and the three forms of
//! a report.

mod support;

use serde_json::{Value, json};
use support::real;
use xtask::diff::accepted::Accepted;
use xtask::diff::rules::{Severity, documented};
use xtask::diff::{Report, Semver, Verdict, diff, render};
use xtask::document::{Document, Notation};

fn report(old: Value, new: Value) -> Report {
    let document = |value| Document::from_value(value, Notation::Json).expect("a description");
    diff(&document(old), &document(new))
}

fn content(schema: &Value) -> Value {
    json!({ "application/json": { "schema": schema } })
}

/// An operation that sends one schema and receives the other.
fn api(sent: &Value, received: &Value) -> Value {
    json!({
        "openapi": "3.0.0", "info": { "title": "t", "version": "1" },
        "paths": { "/a/{id}": { "post": {
            "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }],
            "requestBody": { "content": content(sent) },
            "responses": { "200": { "description": "", "content": content(received) } },
        } } },
        "components": { "schemas": {
            "Cat": { "type": "object", "properties": { "kind": { "type": "string" }, "claws": { "type": "integer" } }, "required": ["kind", "claws"] },
            "Dog": { "type": "object", "properties": { "kind": { "type": "string" }, "bark": { "type": "string" } }, "required": ["kind", "bark"] },
        } },
    })
}

fn both(old: &Value, new: &Value) -> Verdict {
    report(api(old, old), api(new, new)).verdict
}

#[test]
fn the_same_said_otherwise_is_no_change() {
    let cat = || json!({ "$ref": "#/components/schemas/Cat" });
    let dog = || json!({ "$ref": "#/components/schemas/Dog" });
    let kind = || json!({ "type": "object", "properties": { "kind": { "type": "string" } }, "required": ["kind"] });
    let claws = || json!({ "type": "object", "properties": { "claws": { "type": "integer" } }, "required": ["claws"] });
    let bark = || json!({ "type": "object", "properties": { "bark": { "type": "string" } }, "required": ["bark"] });
    let mut base_and_branches = kind();
    base_and_branches["anyOf"] = json!([claws(), bark()]);
    let pairs = [
        (cat(), json!({ "allOf": [kind(), claws()] })),
        (cat(), json!({ "allOf": [{ "allOf": [claws()] }, kind(), { "description": "a cat" }] })),
        (cat(), json!({ "oneOf": [cat()] })),
        (json!({ "anyOf": [cat(), dog()] }), json!({ "anyOf": [dog(), cat()] })),
        (json!({ "anyOf": [cat(), dog()] }), base_and_branches),
        (json!({ "type": "object", "properties": {} }), json!({ "type": "object", "additionalProperties": true })),
        (json!({ "type": "object" }), json!({ "type": "object", "additionalProperties": {} })),
        (json!({ "type": "string", "minLength": 0 }), json!({ "type": "string" })),
        (json!({ "properties": { "a": {} } }), json!({ "type": "object", "properties": { "a": {} } })),
        (json!({ "type": "string", "format": "password" }), json!({ "type": "string" })),
        (
            json!({ "type": "integer", "maximum": 9 }),
            json!({ "allOf": [{ "type": "integer", "maximum": 9 }, { "maximum": 10 }] }),
        ),
    ];
    for (old, new) in pairs {
        for (old, new) in [(&old, &new), (&new, &old)] {
            let report = report(api(old, old), api(new, new));
            assert_eq!(
                report.worst(),
                (old != new).then_some(Severity::Cosmetic),
                "{old} and {new}: {:#?}",
                report.changes
            );
        }
    }
}

#[test]
fn a_branch_is_told_by_what_it_holds() {
    let cat = json!({ "$ref": "#/components/schemas/Cat" });
    let dog = json!({ "$ref": "#/components/schemas/Dog" });
    let fish = json!({ "type": "object", "properties": { "kind": { "type": "string" }, "fins": { "type": "integer" } }, "required": ["kind", "fins"] });
    let (two, three) = (json!({ "oneOf": [cat, dog] }), json!({ "oneOf": [fish, dog, cat] }));
    assert_eq!(report(api(&two, &cat), api(&three, &cat)).verdict, Verdict::Compatible, "one more may be sent");
    assert_eq!(report(api(&three, &cat), api(&two, &cat)).verdict, Verdict::Breaking, "one fewer may be sent");
    assert_eq!(report(api(&cat, &two), api(&cat, &three)).verdict, Verdict::Risky, "one more may come");
    assert_eq!(report(api(&cat, &three), api(&cat, &two)).verdict, Verdict::Compatible, "one fewer may come");
}

#[test]
fn the_name_of_a_branch_is_on_the_wire_where_a_discriminator_uses_it() {
    let tagged = |name: &str| {
        let mut api = api(&json!({}), &json!({}));
        api["components"]["schemas"][name] = api["components"]["schemas"]["Cat"].clone();
        let branches =
            json!([{ "$ref": format!("#/components/schemas/{name}") }, { "$ref": "#/components/schemas/Dog" }]);
        let union = json!({ "oneOf": branches, "discriminator": { "propertyName": "kind" } });
        api["paths"]["/a/{id}"]["post"]["requestBody"]["content"] = content(&union);
        api
    };
    assert_eq!(report(tagged("Cat"), tagged("Feline")).verdict, Verdict::Breaking);
}

#[test]
fn an_operation_that_moved_is_recognised_and_compared() {
    let (old, mut new) = (real(), real());
    let paths = new["paths"].as_object_mut().expect("paths");
    let mut moved = paths.remove("/api/partner/mandates").expect("it is there");
    moved["post"]["requestBody"]["required"] = json!(false);
    paths.insert("/api/partner/direct-debit/mandates".to_owned(), moved);
    let report = report(old, new);
    let change =
        report.changes.iter().find(|change| change.id == "operation-moved" && change.method.as_deref() == Some("post"));
    let change = change.expect("it is recognised");
    assert_eq!(change.message, "moved to POST /api/partner/direct-debit/mandates");
    assert!(report.changes.iter().any(|change| change.id == "request-body-became-optional"));
    assert!(!report.changes.iter().any(|change| change.id == "operation-added"));
}

#[test]
fn a_range_of_statuses_or_media_types_holds_what_it_holds() {
    let (mut old, mut new) =
        (api(&json!({}), &json!({ "type": "string" })), api(&json!({}), &json!({ "type": "string" })));
    let answers = "/paths/~1a~1{id}/post/responses";
    old.pointer_mut(answers).expect("answers")["404"] = json!({ "description": "" });
    new.pointer_mut(answers).expect("answers")["4XX"] = json!({ "description": "" });
    let ids: Vec<String> = report(old.clone(), new).changes.into_iter().map(|change| change.id).collect();
    assert_eq!(ids, ["response-status-added"]);
    let mut new = old.clone();
    let content = new.pointer_mut("/paths/~1a~1{id}/post/requestBody/content").expect("content").as_object_mut();
    let content = content.expect("an object");
    let json = content.remove("application/json").expect("JSON");
    content.insert("application/*".to_owned(), json);
    assert_eq!(report(old, new).worst(), Some(Severity::Cosmetic));
}

#[test]
fn yaml_and_json_are_one_language() {
    let yaml = "openapi: 3.0.0\ninfo: {title: t, version: 1.0}\npaths:\n  /a:\n    get:\n      responses:\n        200: {description: ''}\n";
    let json = r#"{"openapi":"3.0.0","info":{"title":"t","version":1.0},"paths":{"/a":{"get":{"responses":{"200":{"description":""}}}}}}"#;
    let (yaml, json) =
        (Document::parse(yaml.as_bytes()).expect("YAML"), Document::parse(json.as_bytes()).expect("JSON"));
    assert_eq!((yaml.notation, json.notation), (Notation::Yaml, Notation::Json));
    assert_eq!(diff(&yaml, &json).verdict, Verdict::Identical);
}

#[test]
fn json_has_the_form_that_was_promised() {
    let old = api(&json!({ "type": "object", "properties": { "p": {} } }), &json!({}));
    let new = api(&json!({ "type": "object", "properties": { "p": {} }, "required": ["p"] }), &json!({}));
    let json: Value = serde_json::from_str(&render::json(&report(old, new)).expect("JSON")).expect("JSON");
    assert_eq!(
        json,
        json!({
            "old": { "version": "1" }, "new": { "version": "1" }, "verdict": "breaking", "semver": "major",
            "changes": [{
                "id": "request-property-became-required", "surface": "wire", "severity": "breaking",
                "method": "post", "path": "/a/{id}",
                "pointer": "/paths/~1a~1{id}/post/requestBody/content/application~1json/schema/properties/p",
                "message": "request body, `p`: is required now",
            }],
        })
    );
}

#[test]
fn pointers_lead_somewhere() {
    let old: Value = serde_json::from_str(include_str!("../../openapi/archive/1.78.0.json")).expect("JSON");
    let new = support::whole();
    let report = report(old.clone(), new.clone());
    for change in &report.changes {
        let found = new.pointer(&change.pointer).or_else(|| old.pointer(&change.pointer));
        assert!(found.is_some(), "{} leads nowhere: {}", change.pointer, change.message);
    }
}

#[test]
fn what_comes_from_outside_does_not_become_markup() {
    let old = api(&json!({}), &json!({}));
    let mut new = old.clone();
    new["paths"]["/<script>alert(1)</script>*x*"] = new["paths"]["/a/{id}"].clone();
    let markdown = render::markdown(&report(old, new));
    assert!(!markdown.contains("<script>") && !markdown.contains("*x*"), "{markdown}");
}

#[test]
fn an_accepted_change_no_longer_counts_and_an_idle_entry_is_told() {
    let old = api(&json!({ "type": "string" }), &json!({}));
    let new = api(&json!({ "type": "string", "maxLength": 9 }), &json!({}));
    let accepted = |id: &str, version: &str| {
        Accepted::parse(&format!(
            "[[change]]\nid = \"{id}\"\noperation = \"POST /a/{{id}}\"\nversion = \"{version}\"\nreason = \"short enough\"\n"
        ))
        .expect("TOML")
    };
    let mut report = report(old, new);
    assert_eq!(report.semver, Semver::Major);
    assert_eq!(accepted("request-max-length-tightened", "2").apply(&mut report).len(), 0, "of another version");
    assert_eq!(report.verdict, Verdict::Breaking);
    assert_eq!(accepted("request-min-length-tightened", "1").apply(&mut report).len(), 1, "hits nothing");
    assert_eq!(accepted("request-max-length-tightened", "1").apply(&mut report).len(), 0);
    assert_eq!((report.verdict, report.semver), (Verdict::Compatible, Semver::Patch));
    assert!(render::text(&report, false).contains("(accepted: short enough)"));
    assert!(Accepted::parse("[[change]]\nid = \"x\"\n").is_err(), "without reason and version");
}

#[test]
fn every_id_is_documented_once() {
    let mut ids: Vec<String> = documented().into_iter().map(|rule| rule.id).collect();
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

#[test]
fn one_tightening_seen_from_both_sides_is_breaking_once() {
    assert_eq!(both(&json!({ "type": "string" }), &json!({ "type": "string", "maxLength": 1 })), Verdict::Breaking);
}
