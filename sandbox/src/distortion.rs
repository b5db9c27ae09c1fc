//! What a fault does to an answer that was made: values, fields and statuses that the description does not have, as from a vendor
//! whose API has moved on.

use serde_json::{Map, Value, json};

use crate::description::{Schema, resolve};
use crate::faults::{Effect, UNKNOWN};
use crate::http::answer::Answer;

/// Names under which the vendor's unions carry their tag.
const TAGS: &[&str] = &["type", "accountType"];

/// Changes an answer as the effect says; `schema` is of its body.
pub(crate) fn distort(effect: &Effect, answer: &mut Answer, schema: Option<(&Schema, &Value)>) {
    match effect {
        Effect::OtherStatus { status } => answer.status = *status,
        Effect::ContentType { media_type } => answer.headers.push(("content-type", media_type.clone())),
        _ => {}
    }
    let Some((schema, components)) = schema else { return };
    let Some(value) = answer.json_mut() else { return };
    match effect {
        Effect::UnknownEnum => {
            replace_enum(value, schema.resolved(), components, false, false);
        }
        Effect::UnknownTag => {
            replace_enum(value, schema.resolved(), components, false, true);
        }
        Effect::UnknownField => add_field(value),
        Effect::MissingField { at } => each(value, at, &mut |object, name| {
            object.remove(name);
        }),
        Effect::Null { at } => each(value, at, &mut |object, name| {
            object.insert(name.to_owned(), Value::Null);
        }),
        Effect::OtherType { at } => each(value, at, &mut |object, name| {
            if let Some(field) = object.get_mut(name) {
                *field = other_type(field);
            }
        }),
        Effect::Value { at, value: put } => each(value, at, &mut |object, name| {
            object.insert(name.to_owned(), put.clone());
        }),
        _ => {}
    }
}

/// Replaces the first enum value that is a tag of a union, or that is none, as asked; says whether it found one.
fn replace_enum(value: &mut Value, schema: &Value, components: &Value, in_union: bool, tags: bool) -> bool {
    let schema = resolve(schema, components);
    for keyword in ["anyOf", "oneOf", "allOf"] {
        for part in schema[keyword].as_array().into_iter().flatten() {
            if replace_enum(value, part, components, in_union || keyword != "allOf", tags) {
                return true;
            }
        }
    }
    match value {
        Value::Array(items) => {
            items.iter_mut().any(|item| replace_enum(item, &schema["items"], components, false, tags))
        }
        Value::Object(fields) => fields.iter_mut().any(|(name, field)| {
            let Some(property) = schema["properties"].get(name) else {
                return false;
            };
            let property = resolve(property, components);
            if property.get("enum").is_some() && field.is_string() {
                let is_tag = in_union && TAGS.contains(&name.as_str());
                if is_tag == tags {
                    *field = json!(UNKNOWN);
                    return true;
                }
                return false;
            }
            replace_enum(field, property, components, false, tags)
        }),
        _ => false,
    }
}

fn add_field(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(add_field),
        Value::Object(fields) => {
            fields.values_mut().for_each(add_field);
            fields.insert(UNKNOWN.into(), json!({ "added": "by the sandbox" }));
        }
        _ => {}
    }
}

/// Does something to the field at a path such as `content[].status`, in every object that the path leads to. Lists on the way are
/// gone through, with `[]` or without.
fn each(value: &mut Value, at: &str, change: &mut dyn FnMut(&mut Map<String, Value>, &str)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| each(item, at, change)),
        Value::Object(object) => match at.split_once('.') {
            Some((step, rest)) => {
                if let Some(field) = object.get_mut(step.trim_end_matches("[]")) {
                    each(field, rest, change);
                }
            }
            None => change(object, at.trim_end_matches("[]")),
        },
        _ => {}
    }
}

fn other_type(value: &Value) -> Value {
    match value {
        Value::String(_) => json!(7),
        Value::Number(number) => json!(number.to_string()),
        Value::Bool(yes) => json!(if *yes { "yes" } else { "no" }),
        Value::Array(_) | Value::Object(_) | Value::Null => json!(UNKNOWN),
    }
}
