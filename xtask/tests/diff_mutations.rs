//! One change at a time in the real description (some of its operations, for speed), forwards and backwards, where it is
//! sent and where it is received: each has to be found in its operation and judged as the table says.

mod support;

use serde_json::{Value, json};
use support::real;
use xtask::diff::rules::Severity::{self, Breaking, Compatible, Cosmetic, Risky};
use xtask::diff::{Report, diff};
use xtask::document::{Document, Notation};

/// The operation that is changed: it has a body and an answer of its own, and a parameter is given to it.
const OPERATION: &str = "/paths/~1api~1partner~1mandates/post";

fn report(old: Value, new: Value) -> Report {
    let document = |value| Document::from_value(value, Notation::Json).expect("a description");
    diff(&document(old), &document(new))
}

fn at<'v>(root: &'v mut Value, pointer: &str) -> &'v mut Value {
    root.pointer_mut(pointer).unwrap_or_else(|| panic!("nothing at {pointer}"))
}

/// Where a schema can be met, and on which side of the operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Body,
    BodyElement,
    BodyAllOf,
    Query,
    Answer,
    AnswerElement,
    AnswerByReference,
    AnswerHeader,
}

const PLACES: [Place; 8] = [
    Place::Body,
    Place::BodyElement,
    Place::BodyAllOf,
    Place::Query,
    Place::Answer,
    Place::AnswerElement,
    Place::AnswerByReference,
    Place::AnswerHeader,
];

impl Place {
    fn is_sent(self) -> bool {
        matches!(self, Place::Body | Place::BodyElement | Place::BodyAllOf | Place::Query)
    }

    /// The real description with a schema put in this place, below an optional property `specimen`.
    fn with(self, schema: &Value) -> Value {
        let mut root = real();
        let object = |schema: Value| json!({ "type": "object", "properties": { "specimen": schema } });
        let body = |schema: Value| json!({ "required": true, "content": { "application/json": { "schema": schema } } });
        let answer =
            |schema: Value| json!({ "description": "", "content": { "application/json": { "schema": schema } } });
        let list = json!({ "type": "array", "items": schema });
        let operation = at(&mut root, OPERATION);
        match self {
            Place::Body => operation["requestBody"] = body(object(schema.clone())),
            Place::BodyElement => operation["requestBody"] = body(object(list)),
            Place::BodyAllOf => {
                let parts =
                    json!({ "allOf": [object(schema.clone()), { "type": "object", "properties": { "x": {} } }] });
                operation["requestBody"] = body(parts);
            }
            Place::Query => {
                let parameter = json!({ "name": "specimen", "in": "query", "schema": schema });
                operation["parameters"] = json!([parameter]);
            }
            Place::Answer => operation["responses"]["201"] = answer(object(schema.clone())),
            Place::AnswerElement => operation["responses"]["201"] = answer(object(list)),
            Place::AnswerByReference => {
                operation["responses"]["201"] = answer(json!({ "$ref": "#/components/schemas/Specimen" }));
                at(&mut root, "/components/schemas")["Specimen"] = object(schema.clone());
            }
            Place::AnswerHeader => {
                operation["responses"]["201"] =
                    json!({ "description": "", "headers": { "Specimen": { "schema": schema } } });
            }
        }
        root
    }
}

/// A change of a schema, and what it means when it is sent and when it is received: forwards, and backwards.
struct Row {
    name: &'static str,
    before: Value,
    after: Value,
    sent: [Severity; 2],
    received: [Severity; 2],
}

fn row(name: &'static str, before: Value, after: Value, sent: [Severity; 2], received: [Severity; 2]) -> Row {
    Row { name, before, after, sent, received }
}

/// What can only become wider or narrower: `after` is the narrower one.
fn narrower(name: &'static str, before: Value, after: Value) -> Row {
    row(name, before, after, [Breaking, Compatible], [Compatible, Breaking])
}

/// A bound, which our types do not check when they receive: `after` is the tighter one.
fn tighter(name: &'static str, before: Value, after: Value) -> Row {
    row(name, before, after, [Breaking, Compatible], [Compatible, Risky])
}

fn both_ways(name: &'static str, before: Value, after: Value, severity: Severity) -> Row {
    row(name, before, after, [severity; 2], [severity; 2])
}

fn rows() -> Vec<Row> {
    let string = || json!({ "type": "string" });
    vec![
        tighter("maximum appears", json!({ "type": "integer" }), json!({ "type": "integer", "maximum": 9 })),
        tighter(
            "maximum falls",
            json!({ "type": "integer", "maximum": 9 }),
            json!({ "type": "integer", "maximum": 8 }),
        ),
        tighter("minimum appears", json!({ "type": "number" }), json!({ "type": "number", "minimum": 0 })),
        tighter(
            "minimum rises",
            json!({ "type": "number", "minimum": 0 }),
            json!({ "type": "number", "minimum": 0.01 }),
        ),
        tighter(
            "maximum becomes exclusive",
            json!({ "type": "number", "maximum": 9 }),
            json!({ "type": "number", "maximum": 9, "exclusiveMaximum": true }),
        ),
        tighter(
            "minimum becomes exclusive",
            json!({ "type": "number", "minimum": 9 }),
            json!({ "type": "number", "minimum": 9, "exclusiveMinimum": true }),
        ),
        tighter("minLength appears", string(), json!({ "type": "string", "minLength": 1 })),
        tighter(
            "minLength rises",
            json!({ "type": "string", "minLength": 1 }),
            json!({ "type": "string", "minLength": 2 }),
        ),
        tighter("maxLength appears", string(), json!({ "type": "string", "maxLength": 60 })),
        tighter(
            "maxLength falls",
            json!({ "type": "string", "maxLength": 60 }),
            json!({ "type": "string", "maxLength": 6 }),
        ),
        tighter("pattern appears", string(), json!({ "type": "string", "pattern": "^[0-9]{2,17}$" })),
        tighter(
            "pattern matches less",
            json!({ "type": "string", "pattern": "^[0-9]{2,17}$" }),
            json!({ "type": "string", "pattern": "^[0-9]{2,15}$" }),
        ),
        row(
            "pattern matches other strings",
            json!({ "type": "string", "pattern": "^[0-9]+$" }),
            json!({ "type": "string", "pattern": "^[a-f]+$" }),
            [Breaking; 2],
            [Risky; 2],
        ),
        row(
            "pattern nobody can compare",
            json!({ "type": "string", "pattern": "^(?!x)a+$" }),
            json!({ "type": "string", "pattern": "^(?!y)a+$" }),
            [Breaking; 2],
            [Risky; 2],
        ),
        both_ways(
            "pattern written otherwise",
            json!({ "type": "string", "pattern": "^[0-9]+$" }),
            json!({ "type": "string", "pattern": "^\\d{1,}$" }),
            Cosmetic,
        ),
        row(
            "enum value goes",
            json!({ "type": "string", "enum": ["A", "B"] }),
            json!({ "type": "string", "enum": ["A"] }),
            [Breaking, Compatible],
            [Compatible, Risky],
        ),
        row(
            "enum value is replaced",
            json!({ "type": "string", "enum": ["A", "B"] }),
            json!({ "type": "string", "enum": ["A", "C"] }),
            [Breaking; 2],
            [Risky; 2],
        ),
        row(
            "free text becomes a list",
            string(),
            json!({ "type": "string", "enum": ["A"] }),
            [Breaking, Compatible],
            [Compatible, Risky],
        ),
        narrower("null is withdrawn", json!({ "type": "string", "nullable": true }), string()),
        both_ways("type is another", json!({ "type": "boolean" }), json!({ "type": "object" }), Breaking),
        both_ways(
            "object becomes list",
            json!({ "type": "object" }),
            json!({ "type": "array", "items": {} }),
            Breaking,
        ),
        narrower("number becomes integer", json!({ "type": "number" }), json!({ "type": "integer" })),
        narrower("anything becomes text", json!({}), string()),
        narrower("format appears", string(), json!({ "type": "string", "format": "uuid" })),
        both_ways(
            "format is another",
            json!({ "type": "string", "format": "date" }),
            json!({ "type": "string", "format": "date-time" }),
            Breaking,
        ),
        both_ways("text becomes base64", string(), json!({ "type": "string", "format": "byte" }), Breaking),
        both_ways("text becomes binary", string(), json!({ "type": "string", "format": "binary" }), Breaking),
        narrower(
            "int64 becomes int32",
            json!({ "type": "integer", "format": "int64" }),
            json!({ "type": "integer", "format": "int32" }),
        ),
        narrower(
            "double becomes float",
            json!({ "type": "number", "format": "double" }),
            json!({ "type": "number", "format": "float" }),
        ),
        tighter("multipleOf appears", json!({ "type": "number" }), json!({ "type": "number", "multipleOf": 0.01 })),
        tighter(
            "multipleOf grows",
            json!({ "type": "integer", "multipleOf": 5 }),
            json!({ "type": "integer", "multipleOf": 10 }),
        ),
        row(
            "multipleOf is another",
            json!({ "type": "integer", "multipleOf": 5 }),
            json!({ "type": "integer", "multipleOf": 7 }),
            [Breaking; 2],
            [Risky; 2],
        ),
        tighter(
            "minItems appears",
            json!({ "type": "array", "items": {} }),
            json!({ "type": "array", "items": {}, "minItems": 1 }),
        ),
        tighter(
            "maxItems falls",
            json!({ "type": "array", "items": {}, "maxItems": 9 }),
            json!({ "type": "array", "items": {}, "maxItems": 8 }),
        ),
        tighter(
            "elements have to differ",
            json!({ "type": "array", "items": {} }),
            json!({ "type": "array", "items": {}, "uniqueItems": true }),
        ),
        narrower(
            "elements get a type",
            json!({ "type": "array", "items": {} }),
            json!({ "type": "array", "items": { "type": "string" } }),
        ),
        tighter("minProperties appears", json!({ "type": "object" }), json!({ "type": "object", "minProperties": 1 })),
        tighter(
            "maxProperties falls",
            json!({ "type": "object", "maxProperties": 9 }),
            json!({ "type": "object", "maxProperties": 8 }),
        ),
        row(
            "property becomes required",
            json!({ "type": "object", "properties": { "p": {} } }),
            json!({ "type": "object", "properties": { "p": {} }, "required": ["p"] }),
            [Breaking, Compatible],
            [Compatible, Breaking],
        ),
        row(
            "optional property goes",
            json!({ "type": "object", "properties": { "p": {}, "q": {} } }),
            json!({ "type": "object", "properties": { "q": {} } }),
            [Risky, Compatible],
            [Risky, Compatible],
        ),
        row(
            "required property goes",
            json!({ "type": "object", "properties": { "p": {}, "q": {} }, "required": ["p"] }),
            json!({ "type": "object", "properties": { "q": {} } }),
            [Risky, Breaking],
            [Breaking, Compatible],
        ),
        row(
            "property of a closed object goes",
            json!({ "type": "object", "properties": { "p": {}, "q": {} }, "additionalProperties": false }),
            json!({ "type": "object", "properties": { "q": {} }, "additionalProperties": false }),
            [Breaking, Compatible],
            [Risky, Compatible],
        ),
        row(
            "object is closed",
            json!({ "type": "object", "properties": { "p": {} } }),
            json!({ "type": "object", "properties": { "p": {} }, "additionalProperties": false }),
            [Breaking, Compatible],
            [Compatible; 2],
        ),
        narrower(
            "entries of a map get a type",
            json!({ "type": "object" }),
            json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        ),
        tighter(
            "entries of a map get shorter",
            json!({ "type": "object", "additionalProperties": { "type": "string" } }),
            json!({ "type": "object", "additionalProperties": { "type": "string", "maxLength": 9 } }),
        ),
        row(
            "property becomes readOnly",
            json!({ "type": "object", "properties": { "p": { "type": "string" } } }),
            json!({ "type": "object", "properties": { "p": { "type": "string", "readOnly": true } } }),
            [Breaking, Compatible],
            [Cosmetic; 2],
        ),
        row(
            "property becomes writeOnly",
            json!({ "type": "object", "properties": { "p": { "type": "string" } } }),
            json!({ "type": "object", "properties": { "p": { "type": "string", "writeOnly": true } } }),
            [Cosmetic; 2],
            [Breaking, Risky],
        ),
        tighter(
            "union loses a branch",
            json!({ "anyOf": [{ "type": "object" }, { "type": "boolean" }, { "type": "integer" }] }),
            json!({ "anyOf": [{ "type": "object" }, { "type": "boolean" }] }),
        ),
        tighter(
            "choice loses a branch",
            json!({ "oneOf": [{ "type": "object" }, { "type": "boolean" }, { "type": "integer" }] }),
            json!({ "oneOf": [{ "type": "boolean" }, { "type": "object" }] }),
        ),
        narrower(
            "union comes down to one branch",
            json!({ "anyOf": [{ "type": "integer" }, { "type": "boolean" }] }),
            json!({ "type": "integer" }),
        ),
        tighter(
            "one more part has to hold",
            json!({ "allOf": [{ "type": "string" }] }),
            json!({ "allOf": [{ "type": "string" }, { "maxLength": 3 }] }),
        ),
        row(
            "inclusive becomes exclusive",
            json!({ "anyOf": [{ "type": "string" }, { "type": "boolean" }] }),
            json!({ "oneOf": [{ "type": "string" }, { "type": "boolean" }] }),
            [Risky, Compatible],
            [Compatible, Risky],
        ),
        tighter("values are excluded", string(), json!({ "type": "string", "not": { "maxLength": 3 } })),
        row(
            "other values are excluded",
            json!({ "type": "string", "not": { "maxLength": 3 } }),
            json!({ "type": "string", "not": { "maxLength": 4 } }),
            [Breaking; 2],
            [Risky; 2],
        ),
        both_ways("tag is another property", tagged("kind", &["A", "B"]), tagged("sort", &["A", "B"]), Breaking),
        row(
            "tag loses a value",
            tagged("kind", &["A", "B", "C"]),
            tagged("kind", &["A", "B"]),
            [Breaking, Compatible],
            [Compatible, Risky],
        ),
        row(
            "default is another",
            json!({ "type": "integer", "default": 20 }),
            json!({ "type": "integer", "default": 50 }),
            [Breaking; 2],
            [Risky; 2],
        ),
        both_ways("default appears", json!({ "type": "integer" }), json!({ "type": "integer", "default": 20 }), Risky),
        both_ways("deprecated", string(), json!({ "type": "string", "deprecated": true }), Compatible),
        both_ways("description", string(), json!({ "type": "string", "description": "other words" }), Cosmetic),
        both_ways("title and example", string(), json!({ "type": "string", "title": "T", "example": "x" }), Cosmetic),
        both_ways("extension", string(), json!({ "type": "string", "x-anything": 1 }), Cosmetic),
        both_ways("keyword of another dialect", string(), json!({ "type": "string", "const": "A" }), Breaking),
        both_ways("value no keyword can have", string(), json!({ "type": "string", "maxLength": "long" }), Breaking),
        both_ways("reference to nowhere", string(), json!({ "$ref": "#/components/schemas/Nowhere" }), Breaking),
        both_ways("reference out of the document", string(), json!({ "$ref": "other.json#/Thing" }), Breaking),
        both_ways(
            "inlined",
            json!({ "$ref": "#/components/schemas/LedgerStatusSpecimen" }),
            json!({ "allOf": [{ "$ref": "#/components/schemas/LedgerStatusSpecimen" }] }),
            Cosmetic,
        ),
    ]
}

fn tagged(property: &str, values: &[&str]) -> Value {
    let mapping: serde_json::Map<String, Value> =
        values.iter().map(|value| ((*value).to_owned(), json!("#/components/schemas/Anything"))).collect();
    json!({
        "anyOf": [{ "type": "string" }, { "type": "boolean" }],
        "discriminator": { "propertyName": property, "mapping": mapping },
    })
}

/// A default means nothing for an element of a list, which cannot be left out; a parameter is text, where a number is
/// no other type; readOnly and writeOnly mean something to a property only.
fn expected(row: &Row, place: Place, direction: usize) -> Severity {
    let moot = matches!(place, Place::BodyElement | Place::AnswerElement) && row.name.starts_with("default");
    if moot {
        return Compatible;
    }
    if place.is_sent() { row.sent[direction] } else { row.received[direction] }
}

#[test]
fn every_keyword_is_judged_in_every_place_and_both_directions() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for row in rows() {
        for place in PLACES {
            for (direction, (old, new)) in [(&row.before, &row.after), (&row.after, &row.before)].iter().enumerate() {
                count += 1;
                let report = report(place.with(old), place.with(new));
                let (expected, found) = (expected(&row, place, direction), report.worst());
                let astray = report.changes.iter().any(|change| {
                    change.method.as_deref().is_some_and(|method| method != "post")
                        || change.path.as_deref().is_some_and(|path| path != "/api/partner/mandates")
                });
                // Cosmetic covers a change that cannot be seen at all.
                let right = found == Some(expected) || (expected == Cosmetic && found.is_none());
                if !right || astray {
                    let seen: Vec<_> = report.changes.iter().map(|c| (c.id.as_str(), c.severity)).collect();
                    wrong
                        .push(format!("{} in {place:?}, {direction}: expected {expected:?}, found {seen:?}", row.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 150, "only {count} mutations");
}

/// A change of an operation or of the document, and its severity forwards and backwards.
type Structural = (&'static str, fn(&mut Value), [Severity; 2]);

const STRUCTURAL: &[Structural] = &[
    ("operation goes", |d| remove(d, "/paths/~1api~1partner~1mandates", "post"), [Breaking, Compatible]),
    ("path goes", |d| remove(d, "/paths", "/api/partner/webhooks"), [Breaking, Compatible]),
    ("operationId", |d| at(d, OPERATION)["operationId"] = json!("create_99"), [Cosmetic; 2]),
    ("summary", |d| at(d, OPERATION)["summary"] = json!("other words"), [Cosmetic; 2]),
    ("tags", |d| at(d, OPERATION)["tags"] = json!(["Other"]), [Cosmetic; 2]),
    ("extension of the operation", |d| at(d, OPERATION)["x-other"] = json!(1), [Cosmetic; 2]),
    ("deprecated", |d| at(d, OPERATION)["deprecated"] = json!(true), [Compatible; 2]),
    ("unknown field", |d| at(d, OPERATION)["priority"] = json!(1), [Breaking; 2]),
    ("optional query parameter", |d| parameter(d, "query", false), [Compatible, Breaking]),
    ("required query parameter", |d| parameter(d, "query", true), [Breaking; 2]),
    ("optional header", |d| parameter(d, "header", false), [Compatible, Breaking]),
    ("required header", |d| parameter(d, "header", true), [Breaking; 2]),
    ("optional cookie", |d| parameter(d, "cookie", false), [Compatible, Breaking]),
    ("required cookie", |d| parameter(d, "cookie", true), [Breaking; 2]),
    (
        "parameter of the path item",
        |d| {
            at(d, "/paths/~1api~1partner~1mandates")["parameters"] =
                json!([{ "name": "n", "in": "query", "required": true, "schema": { "type": "string" } }]);
        },
        [Breaking; 2],
    ),
    ("body goes", |d| remove(d, OPERATION, "requestBody"), [Breaking; 2]),
    ("body becomes optional", |d| at(d, OPERATION)["requestBody"]["required"] = json!(false), [Compatible, Breaking]),
    (
        "media type of the body goes",
        |d| rename(d, &format!("{OPERATION}/requestBody/content"), "application/json", "application/xml"),
        [Breaking; 2],
    ),
    (
        "media type of the body is added",
        |d| {
            at(d, &format!("{OPERATION}/requestBody/content"))["application/xml"] =
                json!({ "schema": { "type": "string" } });
        },
        [Compatible, Breaking],
    ),
    (
        "media type is written otherwise",
        |d| {
            rename(
                d,
                &format!("{OPERATION}/requestBody/content"),
                "application/json",
                "Application/JSON; charset=utf-8",
            )
        },
        [Cosmetic; 2],
    ),
    (
        "schema of the body goes",
        |d| remove(d, &format!("{OPERATION}/requestBody/content/application~1json"), "schema"),
        [Compatible, Breaking],
    ),
    ("success goes", |d| rename(d, &format!("{OPERATION}/responses"), "201", "299"), [Compatible; 2]),
    ("error goes", |d| remove(d, &format!("{OPERATION}/responses"), "400"), [Breaking, Compatible]),
    (
        "success is added",
        |d| at(d, &format!("{OPERATION}/responses"))["207"] = json!({ "description": "" }),
        [Risky, Compatible],
    ),
    (
        "error is added",
        |d| at(d, &format!("{OPERATION}/responses"))["418"] = json!({ "description": "" }),
        [Compatible, Breaking],
    ),
    ("answer loses its body", |d| remove(d, &format!("{OPERATION}/responses/201"), "content"), [Breaking, Compatible]),
    (
        "answer is of another media type",
        |d| rename(d, &format!("{OPERATION}/responses/201/content"), "application/json", "text/plain"),
        [Breaking; 2],
    ),
    (
        "header of an answer is added",
        |d| at(d, &format!("{OPERATION}/responses/201"))["headers"] = json!({ "X-New": { "schema": {} } }),
        [Compatible, Risky],
    ),
    (
        "required header of an answer is added",
        |d| {
            at(d, &format!("{OPERATION}/responses/201"))["headers"] =
                json!({ "X-New": { "required": true, "schema": {} } });
        },
        [Compatible, Breaking],
    ),
    ("anyone may call", |d| at(d, OPERATION)["security"] = json!([]), [Compatible, Breaking]),
    (
        "one more way in",
        |d| at(d, OPERATION)["security"] = json!([{ "Linkcy-Auth": [] }, { "Other": [] }]),
        [Compatible, Breaking],
    ),
    ("another way in", |d| at(d, OPERATION)["security"] = json!([{ "Other": [] }]), [Breaking; 2]),
    (
        "two keys instead of one",
        |d| at(d, OPERATION)["security"] = json!([{ "Linkcy-Auth": [], "Other": [] }]),
        [Breaking, Compatible],
    ),
    (
        "a scope is asked for",
        |d| at(d, OPERATION)["security"] = json!([{ "Linkcy-Auth": ["pay"] }]),
        [Breaking, Compatible],
    ),
    ("another scheme", |d| at(d, "/components/securitySchemes/Linkcy-Auth")["scheme"] = json!("basic"), [Breaking; 2]),
    (
        "scheme is renamed",
        |d| {
            rename(d, "/components/securitySchemes", "Linkcy-Auth", "Bearer");
            at(d, "/security/0").as_object_mut().expect("an object").clear();
            at(d, "/security/0")["Bearer"] = json!([]);
            for path in at(d, "/paths").as_object_mut().expect("paths").values_mut() {
                for operation in path.as_object_mut().expect("a path").values_mut() {
                    for way in operation["security"].as_array_mut().into_iter().flatten() {
                        if way.get("Linkcy-Auth").is_some() {
                            *way = json!({ "Bearer": [] });
                        }
                    }
                    // Indexing made one where there was none.
                    if operation["security"].is_null() {
                        operation.as_object_mut().expect("an operation").remove("security");
                    }
                }
            }
        },
        [Cosmetic; 2],
    ),
    ("another host", |d| at(d, "/servers/0")["url"] = json!("https://api.example.test"), [Risky; 2]),
    ("another base path", |d| at(d, "/servers/0")["url"] = json!("https://api.sandbox.linkcy.cloud/v2"), [Breaking; 2]),
    (
        "one more server",
        |d| at(d, "/servers").as_array_mut().expect("servers").push(json!({ "url": "https://b.test" })),
        [Compatible, Risky],
    ),
    ("version", |d| at(d, "/info")["version"] = json!("9.9.9"), [Cosmetic; 2]),
    ("title", |d| at(d, "/info")["title"] = json!("Other"), [Cosmetic; 2]),
    ("unknown field of the document", |d| d["webhooks2"] = json!({}), [Breaking; 2]),
    (
        "unused component",
        |d| at(d, "/components/schemas")["NobodyUsesThis"] = json!({ "type": "string" }),
        [Cosmetic; 2],
    ),
    (
        "path parameter is renamed",
        |d| {
            rename(d, "/paths", "/api/partner/shares/{shareId}", "/api/partner/shares/{id}");
            for operation in at(d, "/paths/~1api~1partner~1shares~1{id}").as_object_mut().expect("a path").values_mut()
            {
                for parameter in operation["parameters"].as_array_mut().into_iter().flatten() {
                    if parameter["name"] == "shareId" {
                        parameter["name"] = json!("id");
                    }
                }
            }
        },
        [Cosmetic; 2],
    ),
    (
        "operation is moved",
        |d| rename(d, "/paths", "/api/partner/mandates", "/api/partner/direct-debit/mandates"),
        [Breaking; 2],
    ),
    (
        "callback",
        |d| {
            at(d, OPERATION)["callbacks"] = json!({ "done": { "{$request.body#/url}": { "post": { "responses": { "200": { "description": "" } } } } } });
        },
        [Compatible, Breaking],
    ),
    (
        "link",
        |d| at(d, &format!("{OPERATION}/responses/201"))["links"] = json!({ "self": { "operationId": "x" } }),
        [Risky; 2],
    ),
];

#[test]
fn every_part_of_an_operation_and_of_the_document_is_judged() {
    let mut wrong = Vec::new();
    for (name, change, severities) in STRUCTURAL {
        let (old, mut new) = (real(), real());
        change(&mut new);
        assert_ne!(old, new, "{name} changes nothing");
        for (direction, report) in [report(old.clone(), new.clone()), report(new, old)].iter().enumerate() {
            if report.worst() != Some(severities[direction]) {
                let seen: Vec<_> = report.changes.iter().map(|c| (c.id.as_str(), c.severity)).collect();
                wrong.push(format!("{name}, {direction}: expected {:?}, found {seen:?}", severities[direction]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn parameters_change_in_more_ways_than_their_schema() {
    let base = json!({ "name": "p", "in": "query", "schema": { "type": "array", "items": { "type": "string" } } });
    let with = |change: &dyn Fn(&mut Value)| {
        let mut parameter = base.clone();
        change(&mut parameter);
        let mut root = real();
        at(&mut root, OPERATION)["parameters"] = json!([parameter]);
        root
    };
    let cases: [Structural; 9] = [
        ("required", |p| p["required"] = json!(true), [Breaking, Compatible]),
        ("explode", |p| p["explode"] = json!(false), [Breaking; 2]),
        ("style", |p| p["style"] = json!("pipeDelimited"), [Breaking; 2]),
        ("style as by default", |p| p["style"] = json!("form"), [Cosmetic; 2]),
        ("empty allowed", |p| p["allowEmptyValue"] = json!(true), [Compatible, Breaking]),
        ("reserved allowed", |p| p["allowReserved"] = json!(true), [Compatible, Breaking]),
        ("deprecated", |p| p["deprecated"] = json!(true), [Compatible; 2]),
        ("moved to a header", |p| p["in"] = json!("header"), [Breaking; 2]),
        ("list of one", |p| p["schema"] = json!({ "type": "string" }), [Breaking, Compatible]),
    ];
    for (name, change, severities) in cases {
        let (old, new) = (with(&|_| {}), with(&change));
        assert_eq!(report(old.clone(), new.clone()).worst(), Some(severities[0]), "{name}");
        assert_eq!(report(new, old).worst(), Some(severities[1]), "{name}, backwards");
    }
}

#[test]
fn what_a_put_replaces_is_not_to_be_forgotten() {
    let pointer = "/paths/~1api~1partner~1cards~1{cardId}~1rules~1{ruleType}/put/requestBody";
    let body = |properties: Value| json!({ "content": { "application/json": { "schema": { "type": "object", "properties": properties } } } });
    let (mut old, mut new) = (real(), real());
    *at(&mut old, pointer) = body(json!({ "a": {} }));
    *at(&mut new, pointer) = body(json!({ "a": {}, "b": {} }));
    assert_eq!(report(old, new).worst(), Some(Risky));
}

fn remove(root: &mut Value, parent: &str, key: &str) {
    let parent = at(root, parent).as_object_mut().expect("an object");
    assert!(parent.remove(key).is_some(), "no {key}");
}

fn rename(root: &mut Value, parent: &str, from: &str, to: &str) {
    let parent = at(root, parent).as_object_mut().expect("an object");
    let value = parent.remove(from).unwrap_or_else(|| panic!("no {from}"));
    parent.insert(to.to_owned(), value);
}

fn parameter(root: &mut Value, location: &str, required: bool) {
    let parameter = json!({ "name": "new", "in": location, "required": required, "schema": { "type": "string" } });
    let operation = at(root, OPERATION);
    match operation["parameters"].as_array_mut() {
        Some(list) => list.push(parameter),
        None => operation["parameters"] = json!([parameter]),
    }
}
