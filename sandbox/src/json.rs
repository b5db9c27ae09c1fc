//! Small operations on JSON objects.

use serde_json::{Map, Value};

/// A JSON value without the nulls in its objects: the description has no nullable fields.
pub(crate) fn compact(mut value: Value) -> Value {
    drop_nulls(&mut value);
    value
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => members.retain(|_, member| {
            drop_nulls(member);
            !member.is_null()
        }),
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// The named fields of a body, as they were sent.
pub(crate) fn pick(body: &Value, fields: &[&str]) -> Map<String, Value> {
    let named = fields.iter().filter_map(|field| Some(((*field).to_owned(), body.get(field)?.clone())));
    named.filter(|(_, value)| !value.is_null()).collect()
}

/// An object with the fields of another beside its own.
pub(crate) fn merged(mut object: Value, with: &Map<String, Value>) -> Value {
    if let Some(object) = object.as_object_mut() {
        for (key, value) in with {
            object.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    object
}

/// The word a state has in the API.
pub(crate) fn word<T: serde::Serialize>(state: &T) -> String {
    match serde_json::to_value(state) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}
