//! Edits of a description, by JSON pointers.

use serde_json::{Map, Value};

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
