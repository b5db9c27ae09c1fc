//! Makes sure that the places later passes look into have the shape that OpenAPI gives them, so that
//! those passes can speak of their subject alone.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::Error;
use crate::document::{Endpoint, METHODS, Pointer, target};
use crate::number::Number;
use crate::passes::{pages::PAGE, patches::PATCH, scalars::RUST, unions::UNION};
use crate::work::Work;

const PASS: &str = "sound";

pub(super) fn run(work: &mut Work) -> Result<(), Error> {
    let value = work.document.value();
    for (path, item) in object(&value["paths"], &Pointer::root().child("paths"))? {
        let pointer = Pointer::of(&["paths", path]);
        if !path.starts_with('/') || !is_template(path) {
            return fail(&pointer, "no path template: it starts with `/` and its braces pair");
        }
        for method in METHODS {
            if let Some(found) = object(item, &pointer)?.get(method) {
                let endpoint = Endpoint { path: path.clone(), method: method.to_owned() };
                operation(found, &endpoint.pointer()).map_err(|error| error.at(&endpoint))?;
            }
        }
    }
    let root = Pointer::of(&["components", "schemas"]);
    let schemas = work.document.schemas();
    for (name, found) in schemas {
        schema(found, &root.child(name))?;
        no_circle(name, schemas, &root)?;
    }
    Ok(())
}

fn is_template(path: &str) -> bool {
    let mut parts = path.split('{');
    parts.next().is_some_and(|start| !start.contains('}'))
        && parts.all(|part| part.split_once('}').is_some_and(|(name, rest)| !name.is_empty() && !rest.contains('}')))
}

fn operation(operation: &Value, pointer: &Pointer) -> Result<(), Error> {
    object(operation, pointer)?;
    for (index, parameter) in list(operation, "parameters", pointer)?.iter().enumerate() {
        let pointer = pointer.child("parameters").child(index);
        object(parameter, &pointer)?;
        for (key, is_usual) in STYLE {
            if parameter.get(key).is_some_and(|value| !is_usual(parameter, value)) {
                return fail(&pointer.child(key), "a way of writing parameters that the client does not write");
            }
        }
        if let Some(found) = parameter.get("schema") {
            schema(found, &pointer.child("schema"))?;
        }
    }
    if let Some(body) = operation.get("requestBody") {
        content(body, &pointer.child("requestBody"))?;
    }
    for (status, response) in object(&operation["responses"], &pointer.child("responses"))? {
        content(response, &pointer.child("responses").child(status))?;
    }
    Ok(())
}

type IsUsual = fn(&Value, &Value) -> bool;

/// How a parameter may say that it is written: a list in the query as `key=a&key=b`, all else as one text. The API has
/// nothing else.
const STYLE: [(&str, IsUsual); 4] = [
    ("style", |parameter, style| *style == if parameter["in"] == "query" { "form" } else { "simple" }),
    ("explode", |parameter, explode| *explode == (parameter["in"] == "query") || !is_list(&parameter["schema"])),
    ("allowReserved", |_, allowed| *allowed == false),
    ("content", |_, _| false),
];

/// Or may be one, behind a reference.
fn is_list(schema: &Value) -> bool {
    schema["type"] == "array" || schema.get("$ref").is_some()
}

fn content(holder: &Value, pointer: &Pointer) -> Result<(), Error> {
    let Some(content) = object(holder, pointer)?.get("content") else {
        return Ok(());
    };
    let pointer = pointer.child("content");
    for (media, content) in object(content, &pointer)? {
        let pointer = pointer.child(media);
        if let Some(found) = object(content, &pointer)?.get("schema") {
            schema(found, &pointer.child("schema"))?;
        }
    }
    Ok(())
}

fn schema(found: &Value, pointer: &Pointer) -> Result<(), Error> {
    let members = object(found, pointer)?;
    if let Some(own) = [RUST, UNION, PATCH, PAGE].iter().find(|own| members.contains_key(**own)) {
        return fail(&pointer.child(own), "an extension that the passes use for themselves");
    }
    for (key, is_sound) in KEYWORDS {
        if members.get(key).is_some_and(|value| !is_sound(value)) {
            return fail(&pointer.child(key), "not what OpenAPI 3.0 has there");
        }
    }
    for (name, property) in members.get("properties").and_then(Value::as_object).into_iter().flatten() {
        schema(property, &pointer.child("properties").child(name))?;
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner @ Value::Object(_)) = members.get(key) {
            schema(inner, &pointer.child(key))?;
        }
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        for (index, branch) in list(found, key, pointer)?.iter().enumerate() {
            schema(branch, &pointer.child(key).child(index))?;
        }
    }
    Ok(())
}

type IsSound = fn(&Value) -> bool;

/// What may stand behind each keyword that a pass reads.
const KEYWORDS: [(&str, IsSound); 22] = [
    ("$ref", Value::is_string),
    ("type", Value::is_string),
    ("properties", Value::is_object),
    ("items", Value::is_object),
    ("additionalProperties", |value| value.is_object() || value.is_boolean()),
    ("required", |value| value.as_array().is_some_and(|names| names.iter().all(Value::is_string))),
    ("enum", Value::is_array),
    ("allOf", is_filled),
    ("anyOf", is_filled),
    ("oneOf", is_filled),
    ("nullable", Value::is_boolean),
    ("minimum", is_decimal),
    ("maximum", is_decimal),
    ("exclusiveMinimum", Value::is_boolean),
    ("exclusiveMaximum", Value::is_boolean),
    ("multipleOf", |value| Number::read(value).is_some_and(Number::is_positive)),
    ("minLength", is_count),
    ("maxLength", Value::is_u64),
    ("minItems", is_count),
    ("maxItems", Value::is_u64),
    ("uniqueItems", Value::is_boolean),
    ("pattern", Value::is_string),
];

/// What a bound of an amount can be.
fn is_decimal(value: &Value) -> bool {
    Number::read(value).is_some()
}

/// So many that something can have as many.
fn is_count(value: &Value) -> bool {
    value.as_u64().is_some_and(|count| u32::try_from(count).is_ok())
}

fn is_filled(value: &Value) -> bool {
    value.as_array().is_some_and(|items| !items.is_empty())
}

/// References that lead to each other alone describe nothing.
fn no_circle(name: &str, schemas: &Map<String, Value>, root: &Pointer) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    let mut next = Some(name);
    while let Some(name) = next {
        if !seen.insert(name) {
            return fail(&root.child(name), "a reference that comes back to itself");
        }
        next = schemas.get(name).and_then(target);
    }
    Ok(())
}

fn object<'v>(value: &'v Value, pointer: &Pointer) -> Result<&'v Map<String, Value>, Error> {
    match value {
        Value::Object(members) => Ok(members),
        _ => fail(pointer, "not an object"),
    }
}

fn list<'v>(holder: &'v Value, key: &str, pointer: &Pointer) -> Result<&'v [Value], Error> {
    match holder.get(key) {
        None => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => fail(&pointer.child(key), "not a list"),
    }
}

fn fail<T>(pointer: &Pointer, problem: &str) -> Result<T, Error> {
    Err(Error::new(PASS, pointer, problem, "correct it in overlay.yaml"))
}
