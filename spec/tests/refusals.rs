//! What makes a description useless, or our own files: refused, all at once, each with its place and the remedy. Everything else is
//! taken in, and costs its own place at most.

use linkcy_spec::{Error, Inputs, Weight, prepare};
use serde_json::{Value, json};

/// A good description that every test breaks in one place.
fn good() -> Value {
    json!({
        "openapi": "3.0.1",
        "info": { "version": "1.0.0" },
        "paths": { "/cards/{cardId}": { "put": {
            "parameters": [{ "name": "cardId", "in": "path", "schema": { "type": "string", "format": "uuid" } }],
            "requestBody": { "required": true, "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Card" } } } },
            "responses": { "200": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Card" } } } } },
        } } },
        "components": { "schemas": { "Card": { "type": "object", "properties": {
            "status": { "type": "string", "enum": ["ACTIVE", "CLOSED"] },
            "design": { "$ref": "#/components/schemas/Design" },
        } }, "Design": { "type": "object", "properties": { "colour": { "type": "string" } } } } },
    })
}

fn refused(inputs: &Inputs<'_>) -> Error {
    match prepare(inputs) {
        Err(error) => error,
        Ok(prepared) => panic!("taken as\n{}", prepared.surface()),
    }
}

#[track_caller]
fn says(error: &Error, words: &[&str]) {
    let text = error.to_string();
    for word in words {
        assert!(text.contains(word), "`{word}` is not in: {text}");
    }
    assert!(text.contains("; "), "no remedy: {text}");
    assert!(error.findings().iter().all(|finding| finding.weight == Weight::Refused));
}

#[test]
fn the_good_description_is_taken_without_a_word() {
    let good = good().to_string();
    let prepared = prepare(&Inputs::alone(&good)).unwrap();
    assert_eq!((prepared.operations().count(), prepared.findings()), (1, &[][..]));
    prepared.generate().unwrap();
}

#[test]
fn what_is_no_description_is_refused() {
    let cut = good().to_string();
    let cases: [(&str, &[&str]); 10] = [
        ("<html>502</html>", &["OpenAPI"]),
        ("", &["empty"]),
        ("\u{feff}", &["empty"]),
        ("[]", &["not an object"]),
        ("{}", &["no `openapi` version"]),
        (r#"{"swagger":"2.0","paths":{}}"#, &["Swagger 2", "convert"]),
        (r#"{"openapi":"4.0.0","paths":{"/a":{"get":{}}}}"#, &["OpenAPI 4.0.0"]),
        (r#"{"openapi":"3.0.1"}"#, &["no operation"]),
        (r#"{"openapi":"3.1.0","paths":{}}"#, &["no operation"]),
        (&cut[..cut.len() - 7], &["not JSON", "complete"]),
    ];
    for (text, words) in cases {
        says(&refused(&Inputs::alone(text)), words);
    }
    let deep = format!("{}1{}", r#"{"a":"#.repeat(4_000), "}".repeat(4_000));
    says(&refused(&Inputs::alone(&deep)), &["nested", "levels"]);
}

#[test]
fn a_byte_order_mark_yaml_and_every_version_3_are_taken() {
    let json = good().to_string();
    let yaml = serde_norway::to_string(&good()).unwrap();
    for text in [format!("\u{feff}{json}"), yaml.clone(), format!("\u{feff}{yaml}"), json.replace("3.0.1", "3.1.0")] {
        let surface = prepare(&Inputs::alone(&text)).unwrap().surface();
        assert_eq!(surface, prepare(&Inputs::alone(&json)).unwrap().surface());
    }
}

#[test]
fn faults_of_our_own_files_are_refused_by_name() {
    let description = good().to_string();
    let alone = Inputs::alone(&description);
    let overlay = |actions: &str| format!("overlay: 1.0.0\ninfo: {{}}\nactions:\n{actions}");
    let overlays: [(String, &[&str]); 6] = [
        ("actions: [".into(), &["overlay.yaml"]),
        ("overlay: 2.0.0\ninfo: {}\n".into(), &["Overlay 2.0.0"]),
        (overlay("  - target: $.paths\n    remove: true\n"), &["no reason"]),
        (overlay("  - target: $..x\n    description: why\n    remove: true\n"), &["not supported"]),
        (overlay("  - target: $.gone\n    description: why\n    remove: true\n"), &["hits nothing"]),
        (overlay("  - target: $.paths\n    description: why\n    removed: true\n"), &["removed"]),
    ];
    for (overlay, words) in &overlays {
        says(&refused(&Inputs { overlay, ..alone }), words);
    }
    let names: [(&str, &[&str]); 6] = [
        ("[operations", &["names.toml"]),
        ("[nonsense]\n", &["names.toml", "nonsense"]),
        ("[operations]\n\"PUT /cards/{cardId}\" = \"cards.Update\"", &["snake case"]),
        ("[operations]\n\"PUT /cards/{cardId}\" = \"cards.match\"", &["snake case"]),
        ("[operations]\n\"PUT /cards/{cardId}\" = \"session.update\"", &["method of the client"]),
        ("[types]\nCard = \"Result\"", &["`Result` cannot be the name of `Card`"]),
    ];
    for (names, words) in names {
        says(&refused(&Inputs { names, ..alone }), words);
    }
    says(&refused(&Inputs { lock: "[types]\nCard = 7", ..alone }), &["names.lock"]);
    says(&refused(&Inputs { needs: "[nonsense]\n", ..alone }), &["needs.toml"]);
}

#[test]
fn every_refusal_of_a_run_is_told_together() {
    let description = good().to_string();
    let overlay = "overlay: 1.0.0\ninfo: {}\nactions:\n  - { target: $.gone, description: why, remove: true }\n  - { target: $.lost, description: why, remove: true }\n";
    let names = "[types]\nCard = \"Vec\"\nDesign = \"Option\"";
    let error = refused(&Inputs { overlay, names, ..Inputs::alone(&description) });
    assert_eq!(error.findings().len(), 4, "{error}");
    assert_eq!(error.to_string().lines().count(), 4, "{error}");
}

#[test]
fn an_action_holds_under_its_condition_only() {
    let description = good().to_string();
    let surface = |overlay: &str| prepare(&Inputs { overlay, ..Inputs::alone(&description) }).unwrap().surface();
    let overlay = |when: &str| {
        format!(
            "overlay: 1.0.0\ninfo: {{}}\nactions:\n  - target: $.components.schemas.Card.properties.design\n    description: why\n    x-when: {{ {when} }}\n    remove: true\n"
        )
    };
    let whole = surface(Inputs::NO_OVERLAY);
    assert_eq!(surface(&overlay("absent: $.components.schemas.Design.properties.colour")), whole);
    assert_ne!(surface(&overlay("absent: $.components.schemas.Design.properties.size")), whole);
    assert_ne!(surface(&overlay("present: $.components.schemas.Design")), whole);
    assert_eq!(surface(&overlay("present: $.components.schemas.Gone")), whole);
}

#[test]
fn a_need_that_is_not_met_is_told_in_the_vendors_words() {
    let description = good().to_string();
    let needs = r#"
[operations."PUT /cards/{cardId}"]
by = "src/a.rs"
name = "cards.set"
takes = "Card"
[operations."GET /cards"]
by = "src/a.rs"
name = "cards.list"
[types.Card]
by = "src/b.rs"
fields = { status = "Status?", desing = "Design?", design = "String" }
[types.Cart]
by = "src/b.rs"
"#;
    let error = refused(&Inputs { needs, ..Inputs::alone(&description) });
    says(
        &error,
        &[
            "src/a.rs needs the operation GET /cards",
            "src/b.rs needs the property `desing` of `Card`, which it does not have (is `design` meant?)",
            "src/b.rs needs `design` of `Card` to be String; it is Design?",
            "a schema that is called `Cart` in Rust, and there is none (is `Card` meant?)",
        ],
    );
    assert_eq!(error.findings().len(), 4, "{error}");
}
