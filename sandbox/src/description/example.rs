//! An example value made from a schema: what operations without behaviour of their own answer. The same seed gives the
//! same value.

use serde_json::{Map, Value, json};

use super::reference::{resolve, type_of};
use super::{Description, Schema};
use crate::seed::Seed;

/// Deeper than any schema of the vendor's; stops a recursive one.
const DEEPEST: usize = 24;

/// A value that conforms to `schema`.
pub fn example(description: &Description, schema: &Schema, seed: &mut Seed) -> Value {
    make(schema.resolved(), description.components(), seed, 0)
}

fn make(schema: &Value, components: &Value, seed: &mut Seed, depth: usize) -> Value {
    let schema = resolve(schema, components);
    if depth > DEEPEST {
        return Value::Null;
    }
    if let Some(first) = schema["enum"].as_array().and_then(|values| values.first()).or(schema.get("const")) {
        return first.clone();
    }
    let mut out = Map::new();
    for keyword in ["anyOf", "oneOf"] {
        if let Some(first) = schema[keyword].as_array().and_then(|all| all.first()) {
            let value = make(first, components, seed, depth + 1);
            let Value::Object(map) = value else {
                return value;
            };
            out.extend(map);
        }
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        match make(part, components, seed, depth + 1) {
            Value::Object(map) => out.extend(map),
            Value::Null => {}
            // A scalar in allOf is the whole value.
            scalar => return scalar,
        }
    }
    match type_of(schema, components) {
        Some("string") => text(schema, seed),
        Some("integer") => json!(schema["minimum"].as_i64().unwrap_or(1)),
        Some("number") => json!(schema["minimum"].as_f64().map_or(1.0, |least| least.max(1.0))),
        Some("boolean") => json!(true),
        Some("array") => {
            let item = make(&schema["items"], components, seed, depth + 1);
            if item.is_null() { json!([]) } else { json!([item]) }
        }
        _ => {
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                if !out.contains_key(name) {
                    let value = make(property, components, seed, depth + 1);
                    if !value.is_null() {
                        out.insert(name.clone(), value);
                    }
                }
            }
            Value::Object(out)
        }
    }
}

fn text(schema: &Value, seed: &mut Seed) -> Value {
    if let Some(example) = schema["example"].as_str().or(schema["examples"][0].as_str()) {
        return json!(example);
    }
    match schema["format"].as_str() {
        Some("uuid") => json!(seed.uuid()),
        Some("date-time") => json!("2024-03-26T09:00:00Z"),
        Some("date") => json!("2024-03-26"),
        _ => match schema["pattern"].as_str() {
            Some(pattern) if pattern.contains("[0-9]{4}") => json!("1234"),
            Some(pattern) if pattern.contains("[0-9]{6}") => json!("123456"),
            Some(pattern) if pattern.contains("[0-9]{8}") => json!("12345678"),
            Some(pattern) if pattern.starts_with("^[0-9]") => json!("33612345678"),
            _ => json!("EXAMPLE"),
        },
    }
}
