//! Edits that releases are made of.

use serde_json::{Map, Value, json};

pub use super::support::edit::{at, list, remove, rename, set};

pub const SCHEMAS: &str = "/components/schemas";
pub const CLOSE: &str = "/paths/~1api~1partner~1ledgers~1{ledgerId}~1close/post";
pub const CREDIT: &str = "/paths/~1api~1partner~1ledgers~1credit/post";

pub fn named(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

pub fn text() -> Value {
    json!({ "type": "string" })
}

/// Runs `change` on every object, inner ones first.
pub fn every(value: &mut Value, change: &dyn Fn(&mut Map<String, Value>)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| every(item, change)),
        Value::Object(members) => {
            members.values_mut().for_each(|member| every(member, change));
            change(members);
        }
        _ => {}
    }
}

/// Every operation of the document.
pub fn operations(root: &mut Value) -> impl Iterator<Item = &mut Map<String, Value>> {
    at(root, "/paths")
        .values_mut()
        .filter_map(Value::as_object_mut)
        .flat_map(|item| item.iter_mut().filter_map(|(_, operation)| operation.as_object_mut()))
}
