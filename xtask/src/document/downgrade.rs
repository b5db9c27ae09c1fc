//! Bringing OpenAPI 3.1 down to 3.0, so that versions of both can be compared; what 3.0 has no words for is named.

use serde_json::{Map, Value, json};

use super::resolve::escape;

type Object = Map<String, Value>;

/// Schema keywords of 3.1 that 3.0 has no words for.
const LOST: [&str; 13] = [
    "$dynamicRef",
    "contains",
    "contentSchema",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "if",
    "patternProperties",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Keywords that name a schema: references were written as pointers before.
const NAMES: [&str; 4] = ["$schema", "$id", "$anchor", "$dynamicAnchor"];

/// Places whose values are data, not description.
const DATA: [&str; 5] = ["default", "enum", "const", "example", "examples"];

/// What a value is, which decides how its members are to be read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Schema,
    /// A map or list of schemas.
    Schemas,
    Other,
}

/// Rewrites a 3.1 document as 3.0.3, in place.
pub fn to_3_0(root: &mut Value) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(object) = root.as_object_mut() {
        object.insert("openapi".to_owned(), json!("3.0.3"));
        // The default dialect is what we read; another would be read wrongly.
        if let Some(dialect) = object.remove("jsonSchemaDialect") {
            let known =
                ["https://spec.openapis.org/oas/3.1/dialect/base", "https://json-schema.org/draft/2020-12/schema"];
            if !known.iter().any(|known| dialect == *known) {
                notes.push(lossy("/jsonSchemaDialect", "a dialect of JSON Schema of its own"));
            }
        }
        // Kept under a name that 3.0 leaves to everyone: a client sends nothing there.
        if let Some(webhooks) = object.remove("webhooks") {
            object.insert("x-webhooks".to_owned(), webhooks);
        }
        object.entry("paths").or_insert_with(|| json!({}));
    }
    path_items(root);
    walk(root, Kind::Other, "", &mut notes);
    notes
}

/// Puts shared path items where they are referred to.
fn path_items(root: &mut Value) {
    let shared = root.pointer_mut("/components").and_then(|components| components.as_object_mut()?.remove("pathItems"));
    let Some(shared) = shared else { return };
    for item in root["paths"].as_object_mut().into_iter().flat_map(|paths| paths.values_mut()) {
        let name = item["$ref"].as_str().and_then(|text| text.strip_prefix("#/components/pathItems/"));
        if let Some(found) = name.and_then(|name| shared.get(name)) {
            *item = found.clone();
        }
    }
}

fn lossy(pointer: &str, what: impl Into<String>) -> String {
    format!("OpenAPI 3.1 that 3.0 cannot say is not compared: {} at {pointer}", what.into())
}

fn walk(value: &mut Value, kind: Kind, pointer: &str, notes: &mut Vec<String>) {
    if kind == Kind::Schema {
        match value {
            Value::Bool(true) => *value = json!({}),
            Value::Bool(false) => *value = json!({ "not": {} }),
            Value::Object(schema) => schema_to_3_0(schema, pointer, notes),
            _ => {}
        }
    }
    match value {
        Value::Array(list) => {
            let inner = if kind == Kind::Schemas { Kind::Schema } else { Kind::Other };
            for (index, item) in list.iter_mut().enumerate() {
                walk(item, inner, &format!("{pointer}/{index}"), notes);
            }
        }
        Value::Object(map) => {
            for (key, item) in map.iter_mut() {
                let inner = match kind {
                    Kind::Schemas => Kind::Schema,
                    _ if key.starts_with("x-") || DATA.contains(&key.as_str()) => continue,
                    Kind::Schema => kind_in_schema(key, item),
                    Kind::Other => match key.as_str() {
                        "schema" => Kind::Schema,
                        "schemas" if pointer == "/components" => Kind::Schemas,
                        _ => Kind::Other,
                    },
                };
                if kind == Kind::Other && key == "type" && item == "mutualTLS" {
                    return notes.push(lossy(pointer, "security by mutual TLS"));
                }
                walk(item, inner, &format!("{pointer}/{}", escape(key)), notes);
            }
        }
        _ => {}
    }
}

fn kind_in_schema(key: &str, item: &Value) -> Kind {
    match key {
        "properties" | "allOf" | "anyOf" | "oneOf" | "$defs" | "definitions" => Kind::Schemas,
        "items" | "not" => Kind::Schema,
        // A flag in 3.0 as well.
        "additionalProperties" if !item.is_boolean() => Kind::Schema,
        _ => Kind::Other,
    }
}

fn schema_to_3_0(schema: &mut Object, pointer: &str, notes: &mut Vec<String>) {
    if let Some(keyword) = LOST.iter().find(|keyword| schema.contains_key(**keyword)) {
        return notes.push(lossy(&format!("{pointer}/{keyword}"), format!("`{keyword}`")));
    }
    schema.retain(|keyword, _| !NAMES.contains(&keyword.as_str()));
    if let Some(comment) = schema.remove("$comment") {
        schema.insert("x-comment".to_owned(), comment);
    }
    // 3.0 ignores what stands beside a reference.
    if schema.len() > 1 && schema.get("$ref").is_some_and(Value::is_string) {
        let reference = schema.remove("$ref");
        push(schema, "allOf", json!({ "$ref": reference }), pointer, notes);
    }
    constant(schema, pointer, notes);
    examples(schema);
    exclusive(schema, "minimum", "exclusiveMinimum", pointer, notes);
    exclusive(schema, "maximum", "exclusiveMaximum", pointer, notes);
    content(schema, pointer, notes);
    types(schema, pointer, notes);
    null_branches(schema, pointer, notes);
}

/// Adds to a list of schemas, making it if need be.
fn push(schema: &mut Object, keyword: &str, item: Value, pointer: &str, notes: &mut Vec<String>) {
    match schema.entry(keyword.to_owned()).or_insert_with(|| json!([])) {
        Value::Array(list) => list.push(item),
        _ => notes.push(lossy(&format!("{pointer}/{keyword}"), format!("`{keyword}` that is not a list"))),
    }
}

fn constant(schema: &mut Object, pointer: &str, notes: &mut Vec<String>) {
    let Some(constant) = schema.remove("const") else { return };
    let listed = schema.get("enum").and_then(Value::as_array).is_none_or(|values| values.contains(&constant));
    if !listed {
        return notes.push(lossy(&format!("{pointer}/const"), "`const` that is not among the values of `enum`"));
    }
    schema.insert("enum".to_owned(), json!([constant]));
}

fn examples(schema: &mut Object) {
    if let Some(Value::Array(examples)) = schema.get("examples") {
        let mut examples = examples.clone();
        schema.remove("examples");
        if !examples.is_empty() {
            let first = examples.remove(0);
            schema.entry("example").or_insert(first);
        }
        if !examples.is_empty() {
            schema.insert("x-examples".to_owned(), Value::Array(examples));
        }
    }
}

fn exclusive(schema: &mut Object, bound: &str, exclusive: &str, pointer: &str, notes: &mut Vec<String>) {
    let Some(limit) = schema.get(exclusive).filter(|limit| limit.is_number()).cloned() else { return };
    match schema.get(bound).map(|other| (other.as_f64(), limit.as_f64())) {
        None => {}
        Some((Some(other), Some(value))) => {
            // Both may be given; the tighter one counts.
            let tighter = if bound == "minimum" { value >= other } else { value <= other };
            if !tighter {
                schema.remove(exclusive);
                return;
            }
        }
        Some(_) => return notes.push(lossy(&format!("{pointer}/{bound}"), format!("`{bound}` that is not a number"))),
    }
    schema.insert(bound.to_owned(), limit);
    schema.insert(exclusive.to_owned(), json!(true));
}

fn content(schema: &mut Object, pointer: &str, notes: &mut Vec<String>) {
    let encoding = schema.remove("contentEncoding");
    let media = schema.remove("contentMediaType");
    let format = match (encoding.as_ref().and_then(Value::as_str), media.as_ref().and_then(Value::as_str)) {
        (None, None) if encoding.is_none() && media.is_none() => return,
        (Some("base64"), None | Some("application/octet-stream")) => "byte",
        (None | Some("binary"), Some("application/octet-stream")) => "binary",
        _ => return notes.push(lossy(pointer, "`contentEncoding` or `contentMediaType` other than base64 and binary")),
    };
    schema.insert("format".to_owned(), json!(format));
}

fn types(schema: &mut Object, pointer: &str, notes: &mut Vec<String>) {
    let mut named: Vec<Value> = match schema.get("type") {
        Some(Value::Array(list)) => list.clone(),
        Some(one) if one == "null" => vec![one.clone()],
        _ => return,
    };
    let count = named.len();
    named.retain(|kind| kind != "null");
    let nullable = named.len() < count;
    match named.as_slice() {
        [] => notes.push(lossy(&format!("{pointer}/type"), "a value that can be nothing but null")),
        [one] => {
            schema.insert("type".to_owned(), one.clone());
            if nullable {
                schema.insert("nullable".to_owned(), json!(true));
            }
        }
        several => {
            if schema.contains_key("anyOf") {
                return notes.push(lossy(&format!("{pointer}/type"), "several types beside `anyOf`"));
            }
            let branch = |kind: &Value| {
                if nullable { json!({ "type": kind, "nullable": true }) } else { json!({ "type": kind }) }
            };
            let branches = several.iter().map(branch).collect();
            schema.insert("anyOf".to_owned(), Value::Array(branches));
            schema.remove("type");
        }
    }
}

/// `anyOf: [X, {type: null}]` is X or null.
fn null_branches(schema: &mut Object, pointer: &str, notes: &mut Vec<String>) {
    for keyword in ["anyOf", "oneOf"] {
        let Some(Value::Array(branches)) = schema.get_mut(keyword) else { continue };
        let count = branches.len();
        branches.retain(|branch| *branch != json!({ "type": "null" }));
        if branches.len() == count {
            continue;
        }
        match branches.as_slice() {
            [] => return notes.push(lossy(&format!("{pointer}/{keyword}"), "a value that can be nothing but null")),
            [_] => {
                let only = branches.remove(0);
                schema.remove(keyword);
                push(schema, "allOf", only, pointer, notes);
            }
            _ => {}
        }
        schema.insert("nullable".to_owned(), json!(true));
    }
}
