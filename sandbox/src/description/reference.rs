//! References between schemas.

use serde_json::Value;

/// Follows references until a schema stands there.
pub(crate) fn resolve<'v>(mut schema: &'v Value, components: &'v Value) -> &'v Value {
    let mut steps = 0;
    while let Some(name) = referenced(schema) {
        steps += 1;
        match components.get(name) {
            Some(next) if steps < 32 => schema = next,
            _ => return &Value::Null,
        }
    }
    schema
}

pub(super) fn referenced(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/")
}
