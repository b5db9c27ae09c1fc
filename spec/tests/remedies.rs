//! What each kind of finding proposes: an action for overlay.yaml that settles it, or nothing, with the reason here.

use std::collections::BTreeSet;

use linkcy_spec::{Finding, Inputs, Remedy, prepare, proposed_actions};
use serde_json::{Value, json};

/// What is to be done about a kind.
#[derive(Clone, Copy, PartialEq)]
enum Expected {
    /// The proposed action settles it.
    Action,
    /// There is no action, for this reason.
    None(&'static str),
}
use Expected::{Action, None as No};

const READ_RIGHT: &str = "the place is read as it is meant";
const CHECKS_ONLY: &str = "the type is whole; the server checks the rest";
const OTHER_FILE: &str = "the remedy is in another file than overlay.yaml";

/// A description with this operation at `GET /a` and these schemas.
fn with(operation: Value, schemas: Value) -> Value {
    json!({ "openapi": "3.0.1", "info": { "version": "1" }, "paths": { "/a": { "get": operation } }, "components": { "schemas": schemas } })
}

/// A description whose operation answers with this schema.
fn answers(schema: Value) -> Value {
    with(answering(json!({ "application/json": { "schema": schema } })), json!({ "B": { "type": "object" } }))
}

fn answering(content: Value) -> Value {
    json!({ "responses": { "200": { "content": content } } })
}

/// A description whose operation takes these parameters.
fn takes(parameters: Value) -> Value {
    with(json!({ "parameters": parameters, "responses": { "204": {} } }), json!({}))
}

fn property(schema: Value) -> Value {
    answers(json!({ "type": "object", "properties": { "p": schema } }))
}

fn body(media: &str, schema: Value) -> Value {
    let media = if schema.is_null() { json!({ media: {} }) } else { json!({ media: { "schema": schema } }) };
    json!({ "openapi": "3.0.1", "info": { "version": "1" }, "paths": { "/a": { "post": {
        "requestBody": { "content": media }, "responses": { "204": {} },
    } } } })
}

fn paths(paths: Value) -> Value {
    let mut description = takes(json!([]));
    if let (Some(all), Value::Object(more)) = (description["paths"].as_object_mut(), paths) {
        all.extend(more);
    }
    description
}

fn component(schemas: Value) -> Value {
    with(answering(json!({ "application/json": { "schema": { "$ref": "#/components/schemas/A" } } })), schemas)
}

/// For each kind of finding, descriptions that cause it.
fn table() -> Vec<(&'static str, Expected, Vec<Value>)> {
    let object = || json!({ "type": "object", "properties": { "x": { "type": "string" } } });
    let text = || json!({ "type": "string" });
    vec![
        ("binary-in-json", No(READ_RIGHT), vec![property(json!({ "type": "string", "format": "binary" }))]),
        (
            "conflict",
            Action,
            vec![
                property(json!({ "allOf": [text(), object()] })),
                property(
                    json!({ "allOf": [object(), { "type": "object", "properties": { "x": { "type": "boolean" } } }] }),
                ),
                property(json!({ "type": "string", "allOf": [{ "type": "integer" }] })),
                property(
                    json!({ "oneOf": [object(), { "type": "object", "properties": { "x": { "type": "integer" } } }] }),
                ),
            ],
        ),
        (
            "dangling-reference",
            Action,
            vec![
                property(json!({ "$ref": "#/components/schemas/Gone" })),
                property(json!({ "$ref": "#/components/schemas/a~1b" })),
                property(json!({ "$ref": "#/definitions/B" })),
                property(json!({ "$ref": "other.yaml#/B" })),
                property(json!({ "$ref": "other.yaml#/Gone" })),
                property(json!({ "allOf": [{ "$ref": "other.yaml#/Gone" }] })),
                property(json!({ "type": "array", "items": { "$ref": "https://example.com/Gone" } })),
                takes(json!([
                    { "$ref": "#/components/parameters/Gone" }, { "$ref": "#/components/parameters/Lost" },
                    { "name": "q", "in": "query", "schema": text() }, { "$ref": "p.yaml#/Gone" },
                ])),
                with(json!({ "responses": { "200": { "$ref": "#/components/responses/Gone" } } }), json!({})),
                paths(
                    json!({ "/b": { "post": { "requestBody": { "$ref": "#/components/requestBodies/Gone" }, "responses": { "204": {} } } } }),
                ),
                paths(json!({ "/b": { "$ref": "#/components/pathItems/Gone" } })),
            ],
        ),
        ("empty-list", No(READ_RIGHT), vec![property(json!({ "type": "string", "enum": [] }))]),
        (
            "endless-list",
            Action,
            vec![component(json!({ "A": { "type": "array", "items": { "$ref": "#/components/schemas/A" } } }))],
        ),
        (
            "endless-part",
            No(READ_RIGHT),
            vec![component(json!({ "A": { "allOf": [{ "$ref": "#/components/schemas/A" }, object()] } }))],
        ),
        (
            "endless-reference",
            Action,
            vec![
                component(json!({ "A": { "$ref": "#/components/schemas/A" } })),
                component(
                    json!({ "A": { "$ref": "#/components/schemas/C" }, "C": { "$ref": "#/components/schemas/A" } }),
                ),
                component(json!({ "A": { "oneOf": [{ "$ref": "#/components/schemas/A" }] } })),
                property(
                    json!({ "$ref": "#/paths/~1a/get/responses/200/content/application~1json/schema/properties/p" }),
                ),
            ],
        ),
        ("false-schema", No(READ_RIGHT), vec![property(json!(false))]),
        ("form-without-fields", No(READ_RIGHT), vec![body("multipart/form-data", text())]),
        (
            "json-as-text",
            No(READ_RIGHT),
            vec![with(answering(json!({ "text/plain": { "schema": object() } })), json!({}))],
        ),
        ("kept-together", No("names.lock keeps the name; nothing in the description is wrong"), vec![]),
        (
            "list-of-objects",
            No("the list is whole, as JSON text"),
            vec![takes(json!([{ "name": "q", "in": "query", "schema": { "type": "array", "items": object() } }]))],
        ),
        ("missing-need", No(OTHER_FILE), vec![]),
        (
            "mixed-list",
            Action,
            vec![
                property(json!({ "enum": [1, "a"] })),
                property(json!({ "oneOf": [{ "enum": [1] }, { "enum": [true] }] })),
            ],
        ),
        (
            "narrowed-list",
            No(READ_RIGHT),
            vec![property(json!({ "allOf": [{ "type": "string", "enum": ["A", "B"] }, { "enum": ["A"] }] }))],
        ),
        (
            "no-responses",
            No("the answer of the operation is known to the vendor alone"),
            vec![with(json!({}), json!({}))],
        ),
        ("no-schema", Action, vec![property(json!("string")), property(json!(7)), property(Value::Null)]),
        (
            "object-parameter",
            No("the object is whole, as JSON text"),
            vec![takes(json!([{ "name": "X", "in": "header", "schema": object() }]))],
        ),
        (
            "odd-bound",
            No(CHECKS_ONLY),
            vec![
                property(json!({ "type": "string", "maxLength": "many" })),
                property(json!({ "type": "number", "minimum": "few" })),
            ],
        ),
        (
            "odd-keyword",
            No(READ_RIGHT),
            vec![
                property(json!({ "type": "string", "enum": "A" })),
                property(json!({ "type": "object", "properties": [] })),
                property(json!({ "allOf": {} })),
                property(json!({ "oneOf": {} })),
                property(json!({ "type": [7] })),
            ],
        ),
        ("odd-operation", Action, vec![paths(json!({ "/b": { "get": "later" } }))]),
        (
            "odd-parameter",
            Action,
            vec![
                takes(json!([{ "in": "query" }, { "name": "q" }, { "name": "a b", "in": "header" }, 7])),
                paths(
                    json!({ "/b": { "parameters": [{ "in": "query" }], "get": { "responses": {} }, "put": { "responses": {} } } }),
                ),
            ],
        ),
        (
            "odd-path",
            Action,
            vec![
                paths(json!({ "/b": 7 })),
                paths(json!({ "b": { "get": {} } })),
                paths(json!({ "/b/{c": { "get": {} } })),
            ],
        ),
        ("odd-reference", Action, vec![property(json!({ "$ref": 7 }))]),
        (
            "odd-type",
            Action,
            vec![
                property(json!({ "type": "widget" })),
                property(json!({ "type": "decimal" })),
                property(json!({ "type": "DateTime" })),
                property(json!({ "type": ["widget", "null"] })),
            ],
        ),
        (
            "one-struct",
            No(OTHER_FILE),
            vec![property(
                json!({ "oneOf": [object(), { "type": "object", "properties": { "x": { "type": "integer" } } }] }),
            )],
        ),
        ("operation-name", No(OTHER_FILE), vec![]),
        (
            "renamed",
            No(OTHER_FILE),
            vec![component(
                json!({ "A": { "type": "object", "properties": { "x": { "$ref": "#/components/schemas/Result" } } }, "Result": object() }),
            )],
        ),
        ("repeated-key", No("an overlay action knows only the value that counts"), vec![]),
        (
            "repeated-parameter",
            No(READ_RIGHT),
            vec![takes(json!([
                { "name": "x", "in": "query", "schema": text() }, { "name": "q", "in": "query", "schema": object() },
            ]))],
        ),
        ("repeated-value", No(READ_RIGHT), vec![property(json!({ "type": "string", "enum": ["A", "A"] }))]),
        (
            "sca-header",
            No("the client has to learn it"),
            vec![takes(json!([{ "name": "Linkcy-SCA-New", "in": "header", "schema": text() }]))],
        ),
        (
            "sca-strategy",
            No("the client has to learn it"),
            vec![takes(
                json!([{ "name": "Linkcy-SCA-Strategy", "in": "header", "schema": { "type": "string", "enum": ["TELEPATHY"] } }]),
            )],
        ),
        (
            "secret-number",
            No("a type that hides numbers would change what users write"),
            vec![property(json!({ "type": "object", "properties": { "pin": { "type": "integer" } } }))],
        ),
        ("tuple", No(READ_RIGHT), vec![property(json!({ "type": "array", "items": [text()] }))]),
        (
            "two-unions",
            No(READ_RIGHT),
            vec![property(json!({ "allOf": [
            { "oneOf": [object(), { "type": "object", "properties": { "y": text() } }] },
            { "oneOf": [{ "type": "object", "properties": { "v": text() } }, { "type": "object", "properties": { "w": text() } }] },
        ] }))],
        ),
        ("type-name", No(OTHER_FILE), vec![]),
        (
            "conditional-property",
            Action,
            vec![
                property(json!({ "type": "object", "if": {}, "then": { "properties": { "x": text() } } })),
                property(json!({ "allOf": [object(), { "if": {}, "else": { "properties": { "y": object() } } }] })),
                component(
                    json!({ "A": { "type": "object", "dependentSchemas": { "x": { "properties": { "y": text() } } } } }),
                ),
            ],
        ),
        (
            "odd-status",
            Action,
            vec![
                with(json!({ "responses": { "20X": {}, "204": {} } }), json!({})),
                with(json!({ "responses": { "ok": {}, "2XX": {} } }), json!({})),
                with(json!({ "responses": { "4xx": {}, "4XX": {}, "204": {} } }), json!({})),
            ],
        ),
        (
            "reserved-characters",
            No(READ_RIGHT),
            vec![takes(json!([{ "name": "q", "in": "query", "allowReserved": true, "schema": text() }]))],
        ),
        ("unchecked-keyword", No(CHECKS_ONLY), vec![property(json!({ "type": "string", "not": { "enum": ["A"] } }))]),
        (
            "undescribed-parameter",
            Action,
            vec![
                paths(json!({ "/b/{c}": { "get": { "responses": { "204": {} } } } })),
                paths(
                    json!({ "/b/{c}/{d:.+}": { "get": { "parameters": [{ "name": "c", "in": "path", "required": true, "schema": text() }], "responses": { "204": {} } } } }),
                ),
                takes(json!([{ "name": "c", "in": "path", "schema": text() }])),
                paths(
                    json!({ "/b": { "parameters": [{ "name": "c", "in": "path", "schema": text() }], "get": { "responses": { "204": {} } }, "put": { "responses": { "204": {} } } } }),
                ),
            ],
        ),
        (
            "union-form",
            No(READ_RIGHT),
            vec![body(
                "multipart/form-data",
                json!({ "oneOf": [object(), { "type": "object", "properties": { "y": text() } }] }),
            )],
        ),
        (
            "union-of-nothing",
            Action,
            vec![component(
                json!({ "A": { "oneOf": [{ "$ref": "#/components/schemas/A" }, { "$ref": "#/components/schemas/A" }, { "$ref": "#/components/schemas/C" }] }, "C": { "oneOf": [{ "$ref": "#/components/schemas/A" }, { "$ref": "#/components/schemas/C" }] } }),
            )],
        ),
        (
            "union-of-scalars",
            Action,
            vec![
                property(json!({ "oneOf": [text(), object()] })),
                property(json!({ "type": ["object", "integer"], "properties": { "x": text() } })),
            ],
        ),
        (
            "vendors-request",
            No("the client receives no requests"),
            vec![with(json!({ "callbacks": { "c": {} }, "responses": { "204": {} } }), json!({}))],
        ),
        ("union-rule", No(OTHER_FILE), vec![]),
        (
            "unknown-method",
            No("the client writes the methods of OpenAPI 3.1"),
            vec![paths(json!({ "/b": { "GET": {}, "query": {}, "get": { "responses": { "204": {} } } } }))],
        ),
        (
            "unknown-style",
            Action,
            vec![paths(
                json!({ "/b/{c}": { "get": { "parameters": [{ "name": "c", "in": "path", "style": "matrix", "schema": text() }], "responses": {} } } }),
            )],
        ),
        (
            "unread-media",
            Action,
            vec![with(answering(json!({ "application/xml": { "schema": object() } })), json!({}))],
        ),
        ("untyped-list", No(READ_RIGHT), vec![property(json!({ "type": "array" }))]),
        ("unwritten-media", Action, vec![body("application/xml", object())]),
    ]
}

fn findings(description: &str, overlay: &str) -> Result<Vec<Finding>, linkcy_spec::Error> {
    prepare(&Inputs { overlay, ..Inputs::alone(description) }).map(|prepared| prepared.findings().to_vec())
}

fn lines(findings: &[Finding]) -> String {
    findings.iter().map(|finding| format!("\n{finding}")).collect()
}

/// The description's findings, and those that are left when every proposed action is applied.
fn before_and_after(description: &str) -> (Vec<Finding>, Vec<Finding>) {
    let before = findings(description, Inputs::NO_OVERLAY).unwrap();
    let actions: String = proposed_actions(&before).iter().map(linkcy_spec::Action::yaml).collect();
    let overlay = match actions.is_empty() {
        true => Inputs::NO_OVERLAY.to_owned(),
        false => format!("overlay: 1.0.0\ninfo: {{}}\nactions:\n{actions}"),
    };
    let after = findings(description, &overlay).unwrap_or_else(|error| panic!("{error}\n{overlay}\n{description}"));
    (before, after)
}

#[test]
fn the_proposed_action_settles_each_kind_of_finding() {
    let mut faults = String::new();
    for (kind, expected, descriptions) in table() {
        for description in descriptions {
            let (before, after) = before_and_after(&description.to_string());
            let of_kind: Vec<&Finding> = before.iter().filter(|finding| finding.kind == kind).collect();
            let proposes = |finding: &&Finding| matches!(finding.remedy, Remedy::Overlay(_));
            let fault = match expected {
                _ if of_kind.is_empty() => format!("is not found: {}", lines(&before)),
                Action if after.iter().any(|finding| finding.kind == kind) => format!("stays: {}", lines(&after)),
                No(_) if of_kind.iter().any(proposes) => format!("has an action: {}", lines(&before)),
                _ => continue,
            };
            faults.push_str(&format!("{kind} {fault}\n  {description}\n"));
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

/// The kinds are read off the sources, so that a new one needs its row.
#[test]
fn the_table_has_every_kind() {
    let mut sources = Vec::new();
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                sources.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let is_kind = |text: &&str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let mut kinds: BTreeSet<String> = BTreeSet::new();
    for source in &sources {
        for call in ["Finding::note(", "Finding::aside(", "Finding::refused(", "self.note(", "self.aside("] {
            for after in source.split(call).skip(1) {
                // The kind is the first or the second argument.
                let texts = after.split('"').skip(1).step_by(2).take(2);
                let near = texts.filter(|_| after.find('"').is_some_and(|place| place < 80));
                kinds.extend(near.filter(|text| !text.is_empty()).find(is_kind).map(str::to_owned));
            }
        }
    }
    // What is wrong with our own files is told in words.
    let own = ["progenitor", "overlay-", "names-", "lock-", "needs-", "not-a-"];
    kinds.retain(|kind| !own.iter().any(|own| kind.starts_with(own)));
    let listed: BTreeSet<String> = table().iter().map(|(kind, ..)| (*kind).to_owned()).collect();
    assert_eq!(kinds, listed);
}

#[test]
fn the_proposed_actions_settle_every_set_aside_place_of_the_kinds() {
    let mut count = 0;
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/kinds")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            let (before, after) = before_and_after(&std::fs::read_to_string(&path).unwrap());
            let proposing = |findings: &[Finding]| {
                findings.iter().filter(|finding| matches!(finding.remedy, Remedy::Overlay(_))).count()
            };
            count += proposing(&before);
            assert_eq!(proposing(&after), 0, "{}: {}", path.display(), lines(&after));
        }
    }
    assert!(count > 10, "{count}");
}
