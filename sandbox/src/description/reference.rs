//! References: between schemas, and from operations to the shared parts of a description.

use serde_json::Value;

/// More than any chain of references has; stops one that leads to itself.
const MOST_STEPS: usize = 32;

/// Follows references until a schema stands there.
pub(crate) fn resolve<'v>(mut schema: &'v Value, components: &'v Value) -> &'v Value {
    let mut steps = 0;
    while let Some(name) = referenced(schema) {
        steps += 1;
        match components.get(name) {
            Some(next) if steps < MOST_STEPS => schema = next,
            _ => return &Value::Null,
        }
    }
    schema
}

pub(super) fn referenced(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/")
}

/// Follows references to anywhere in the document, from a path item, a parameter, a body, an answer or an example.
pub(super) fn follow<'v>(mut part: &'v Value, document: &'v Value) -> &'v Value {
    for _ in 0..MOST_STEPS {
        let Some(pointer) = part.get("$ref").and_then(Value::as_str) else {
            return part;
        };
        part = pointer.strip_prefix('#').and_then(|pointer| document.pointer(pointer)).unwrap_or(&Value::Null);
    }
    &Value::Null
}

/// The type of a schema: of several, and of alternatives, the first that is not null, as OpenAPI 3.1 writes what may be null.
pub(super) fn type_of<'v>(schema: &'v Value, components: &'v Value) -> Option<&'v str> {
    type_within(schema, components, MOST_STEPS)
}

fn type_within<'v>(schema: &'v Value, components: &'v Value, steps: usize) -> Option<&'v str> {
    let schema = resolve(schema, components);
    let named = match &schema["type"] {
        Value::String(kind) => Some(kind.as_str()),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        _ => None,
    };
    let steps = steps.checked_sub(1)?;
    let branches = ["anyOf", "oneOf", "allOf"].iter().filter_map(|keyword| schema[*keyword].as_array()).flatten();
    named.or_else(|| branches.filter_map(|branch| type_within(branch, components, steps)).find(|kind| *kind != "null"))
}
