//! Edits that releases are made of.

use serde_json::{Map, Value, json};

pub const SCHEMAS: &str = "/components/schemas";
pub const CLOSE: &str = "/paths/~1api~1partner~1ledgers~1{ledgerId}~1close/post";
pub const CREDIT: &str = "/paths/~1api~1partner~1ledgers~1credit/post";

pub fn at<'v>(root: &'v mut Value, pointer: &str) -> &'v mut Map<String, Value> {
    let found = root.pointer_mut(pointer).and_then(Value::as_object_mut);
    found.unwrap_or_else(|| panic!("no object at {pointer}"))
}

pub fn set(root: &mut Value, parent: &str, key: &str, value: Value) {
    at(root, parent).insert(key.to_owned(), value);
}

pub fn remove(root: &mut Value, parent: &str, key: &str) -> Value {
    at(root, parent).remove(key).unwrap_or_else(|| panic!("no {key} in {parent}"))
}

pub fn rename(root: &mut Value, parent: &str, from: &str, to: &str) {
    let value = remove(root, parent, from);
    set(root, parent, to, value);
}

pub fn list<'v>(root: &'v mut Value, pointer: &str) -> &'v mut Vec<Value> {
    root.pointer_mut(pointer).and_then(Value::as_array_mut).unwrap_or_else(|| panic!("no list at {pointer}"))
}

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
