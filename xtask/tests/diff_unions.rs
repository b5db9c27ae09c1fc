//! Parents and children, unions in unions, tags: whatever way a choice is written, what changes in one of its branches is
//! found, and the same choice written in another way is no change.

use serde_json::{Value, json};
use xtask::diff::rules::Severity;
use xtask::diff::{Report, Verdict, diff};
use xtask::document::{Document, Notation};

/// Which way the choice travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Sent,
    Received,
}

fn named(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn string(name: &str) -> Value {
    json!({ "type": "object", "properties": { name: { "type": "string" } } })
}

fn required(mut object: Value, names: &[&str]) -> Value {
    object["required"] = json!(names);
    object
}

/// A description that sends or receives a schema, at the top and as a property and element below it.
fn api(way: Way, schema: &Value, components: &Value) -> Value {
    let holder = json!({ "type": "object", "properties": {
        "one": schema, "many": { "type": "array", "items": schema } } });
    let content = |schema: &Value| json!({ "content": { "application/json": { "schema": schema } } });
    let operation = |schema: &Value| {
        let mut answer = if way == Way::Received { content(schema) } else { json!({}) };
        answer["description"] = json!("");
        let mut operation = json!({ "responses": { "200": answer } });
        if way == Way::Sent {
            operation["requestBody"] = content(schema);
        }
        json!({ "post": operation })
    };
    json!({
        "openapi": "3.0.1", "info": { "title": "t", "version": "1" },
        "paths": { "/one": operation(schema), "/within": operation(&holder) },
        "components": { "schemas": components },
    })
}

fn report(old: Value, new: Value) -> Report {
    let document = |value| Document::from_value(value, Notation::Json).expect("a description");
    diff(&document(old), &document(new))
}

/// A choice between a cat and a dog: its name, the schema that stands for it, its components. The cat has an `n` at
/// `/Cat/…` or where `cat` says.
struct Form {
    name: &'static str,
    schema: Value,
    components: Value,
    cat: &'static str,
}

fn forms() -> Vec<Form> {
    let dog = |parent: Option<&str>| match parent {
        None => required(string("d"), &["d"]),
        Some(parent) => json!({ "allOf": [named(parent), required(string("d"), &["d"])] }),
    };
    let cat = |parent: &str| json!({ "allOf": [named(parent), string("n")] });
    let choice = || json!([named("Cat"), named("Dog")]);
    let tag = json!({ "propertyName": "kind", "mapping": {
        "CAT": "#/components/schemas/Cat", "DOG": "#/components/schemas/Dog" } });
    let animal = || named("Animal");
    let parent = |more: Value| {
        let mut parent = required(string("kind"), &["kind"]);
        parent.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        parent
    };
    let family = |name: &'static str, animal_schema: Value| Form {
        name,
        schema: animal(),
        components: json!({ "Animal": animal_schema, "Cat": cat("Animal"), "Dog": dog(Some("Animal")) }),
        cat: "/Cat/allOf/1",
    };
    vec![
        Form {
            name: "a union alone",
            schema: json!({ "oneOf": choice() }),
            components: json!({ "Cat": string("n"), "Dog": dog(None) }),
            cat: "/Cat",
        },
        Form {
            name: "a union of inline branches with a base",
            schema: animal(),
            components: json!({ "Animal": parent(json!({ "anyOf": [string("n"), dog(None)] })) }),
            cat: "/Animal/anyOf/0",
        },
        Form {
            name: "a union in a union",
            schema: json!({ "oneOf": [animal(), required(string("stone"), &["stone"])] }),
            components: json!({ "Animal": { "anyOf": choice() }, "Cat": string("n"), "Dog": dog(None) }),
            cat: "/Cat",
        },
        Form {
            name: "two unions in one schema",
            schema: animal(),
            components: json!({
                "Animal": { "oneOf": choice(), "anyOf": [required(string("a"), &["a"]), required(string("b"), &["b"])] },
                "Cat": string("n"), "Dog": dog(None),
            }),
            cat: "/Cat",
        },
        family("a parent of oneOf alone", json!({ "oneOf": choice() })),
        family("a parent of anyOf alone", json!({ "anyOf": choice() })),
        family("a parent of oneOf with properties", parent(json!({ "oneOf": choice() }))),
        family("a parent of oneOf with properties and tag", parent(json!({ "oneOf": choice(), "discriminator": tag }))),
        family(
            "a parent of oneOf with an unmapped tag",
            parent(json!({ "oneOf": choice(), "discriminator": { "propertyName": "kind" } })),
        ),
        family("a parent with a tag alone", parent(json!({ "discriminator": tag }))),
        family("a parent with an unmapped tag alone", parent(json!({ "discriminator": { "propertyName": "kind" } }))),
        Form {
            name: "a grandchild",
            schema: animal(),
            components: json!({
                "Animal": parent(json!({ "oneOf": [named("Mammal"), named("Fish")] })),
                "Mammal": { "allOf": [animal(), string("legs")], "oneOf": choice() },
                "Fish": { "allOf": [animal(), required(string("fins"), &["fins"])] },
                "Cat": cat("Mammal"), "Dog": dog(Some("Mammal")),
            }),
            cat: "/Cat/allOf/1",
        },
        Form {
            name: "a grandchild by an unmapped tag",
            schema: animal(),
            components: json!({
                "Animal": parent(json!({ "discriminator": { "propertyName": "kind" } })),
                "Mammal": { "allOf": [animal(), string("legs")] },
                "Cat": cat("Mammal"), "Dog": dog(Some("Mammal")),
            }),
            cat: "/Cat/allOf/1",
        },
        Form {
            name: "a child alone",
            schema: named("Cat"),
            components: json!({ "Animal": parent(json!({ "oneOf": choice(), "discriminator": tag })), "Cat": cat("Animal"), "Dog": dog(Some("Animal")) }),
            cat: "/Cat/allOf/1",
        },
        Form {
            name: "a child that holds its parent",
            schema: animal(),
            components: json!({
                "Animal": parent(json!({ "oneOf": choice() })),
                "Cat": { "allOf": [animal(), { "type": "object", "properties": { "n": { "type": "string" }, "mother": animal() } }] },
                "Dog": dog(Some("Animal")),
            }),
            cat: "/Cat/allOf/1",
        },
    ]
}

/// A change of the object that has `n`; what it means when it is sent and when it is received.
type Mutation = (&'static str, fn(&mut Value), [Severity; 2]);

const MUTATIONS: &[Mutation] = &[
    ("n is required", |cat| cat["required"] = json!(["n"]), [Severity::Breaking, Severity::Compatible]),
    ("n is a number", |cat| cat["properties"]["n"] = json!({ "type": "integer" }), [Severity::Breaking; 2]),
    ("n is short", |cat| cat["properties"]["n"]["maxLength"] = json!(5), [Severity::Breaking, Severity::Compatible]),
    ("n is a list", |cat| cat["properties"]["n"]["enum"] = json!(["A"]), [Severity::Breaking, Severity::Compatible]),
    (
        "n may be null",
        |cat| cat["properties"]["n"]["nullable"] = json!(true),
        [Severity::Compatible, Severity::Breaking],
    ),
    ("n has a default", |cat| cat["properties"]["n"]["default"] = json!("x"), [Severity::Risky; 2]),
    ("m is new", |cat| cat["properties"]["m"] = json!({ "type": "string" }), [Severity::Compatible; 2]),
    (
        "m is new and required",
        |cat| {
            cat["properties"]["m"] = json!({ "type": "string" });
            cat["required"] = json!(["m"]);
        },
        [Severity::Breaking, Severity::Compatible],
    ),
];

#[test]
fn a_change_in_a_branch_is_found_however_the_choice_is_written() {
    let mut wrong = Vec::new();
    for form in forms() {
        for (name, change, expected) in MUTATIONS {
            let mut components = form.components.clone();
            change(components.pointer_mut(form.cat).expect("a cat"));
            for way in [Way::Sent, Way::Received] {
                let report = report(api(way, &form.schema, &form.components), api(way, &form.schema, &components));
                let expected = expected[usize::from(way == Way::Received)];
                let of = |path: &str| {
                    report
                        .changes
                        .iter()
                        .filter(|change| change.path.as_deref() == Some(path))
                        .map(|change| change.severity)
                        .max()
                };
                let found = [of("/one"), of("/within")];
                if found != [Some(expected); 2] {
                    let seen: Vec<_> = report.changes.iter().map(|c| (c.id.as_str(), c.message.as_str())).collect();
                    wrong.push(format!(
                        "{}, {name}, {way:?}: expected {expected:?}, found {found:?}: {seen:?}",
                        form.name
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_change_elsewhere_in_the_family_is_none_of_a_child_alone() {
    let form = forms().into_iter().find(|form| form.name == "a child alone").expect("it is there");
    let mut components = form.components.clone();
    components["Dog"]["allOf"][1]["properties"]["d"] = json!({ "type": "integer" });
    components["Animal"]["oneOf"] = json!([named("Cat")]);
    components["Animal"]["discriminator"]["mapping"].as_object_mut().expect("a mapping").remove("DOG");
    for way in [Way::Sent, Way::Received] {
        let report = report(api(way, &form.schema, &form.components), api(way, &form.schema, &components));
        assert_eq!(report.verdict, Verdict::Compatible, "{:#?}", report.changes);
    }
}

#[test]
fn children_come_and_go() {
    for form in forms()
        .into_iter()
        .filter(|form| form.components["Cat"]["allOf"].is_array() && form.name.starts_with("a parent"))
    {
        let mut more = form.components.clone();
        let parent = more["Animal"].as_object_mut().expect("an object");
        for union in ["oneOf", "anyOf"] {
            if let Some(branches) = parent.get_mut(union).and_then(Value::as_array_mut) {
                branches.push(named("Fox"));
            }
        }
        if let Some(mapping) = parent.get_mut("discriminator").and_then(|tag| tag.get_mut("mapping")) {
            mapping["FOX"] = json!("#/components/schemas/Fox");
        }
        more["Fox"] = json!({ "allOf": [named("Animal"), required(string("f"), &["f"])] });
        for (way, added, gone) in [
            (Way::Sent, Severity::Compatible, Severity::Breaking),
            (Way::Received, Severity::Risky, Severity::Compatible),
        ] {
            let (old, new) = (api(way, &form.schema, &form.components), api(way, &form.schema, &more));
            let forwards = report(old.clone(), new.clone());
            assert_eq!(forwards.worst(), Some(added), "{}, {way:?}: {:#?}", form.name, forwards.changes);
            let backwards = report(new, old);
            assert_eq!(backwards.worst(), Some(gone), "{}, {way:?}, backwards: {:#?}", form.name, backwards.changes);
        }
    }
}

#[test]
fn a_base_dealt_out_to_the_branches_is_no_change_and_hides_none() {
    let base = |more: Value| {
        let mut base = required(string("kind"), &["kind"]);
        base["anyOf"] = more;
        base
    };
    let branch = |name: &str| required(string(name), &[name]);
    let dealt = |name: &str| json!({ "type": "object", "properties": { "kind": { "type": "string" }, name: { "type": "string" } }, "required": ["kind", name] });
    let old = base(json!([branch("n"), branch("d")]));
    let new = json!({ "anyOf": [dealt("n"), dealt("d")] });
    let none = json!({});
    for way in [Way::Sent, Way::Received] {
        for (old, new) in [(&old, &new), (&new, &old)] {
            assert_eq!(report(api(way, old, &none), api(way, new, &none)).worst(), Some(Severity::Cosmetic));
        }
        // The other cut is no excuse for what changed besides.
        let mut changed = new.clone();
        changed["anyOf"][0]["properties"]["n"] = json!({ "type": "integer" });
        assert_eq!(report(api(way, &old, &none), api(way, &changed, &none)).verdict, Verdict::Breaking, "{way:?}");
        let mut exclusive = old.clone();
        let branches = exclusive.as_object_mut().and_then(|object| object.remove("anyOf")).expect("branches");
        exclusive["oneOf"] = branches;
        let expected = if way == Way::Sent { Severity::Risky } else { Severity::Compatible };
        assert_eq!(report(api(way, &old, &none), api(way, &exclusive, &none)).worst(), Some(expected), "{way:?}");
    }
    // A default says what it says of the whole value, wherever the base is.
    let holder = |default: &str| {
        let mut whole = base(json!([branch("n"), branch("d")]));
        whole["default"] = json!({ "kind": default, "n": "x" });
        json!({ "type": "object", "properties": { "whole": whole } })
    };
    let report = report(api(Way::Sent, &holder("a"), &none), api(Way::Sent, &holder("b"), &none));
    assert_eq!(report.verdict, Verdict::Breaking, "{:#?}", report.changes);
}
