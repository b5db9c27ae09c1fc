//! What the description says about a field of a body in words alone: character sets, lengths, defaults.

use serde_json::Value;

use super::reference::resolve;
use super::violation::Violation;

/// Checks a value against what its property's description says; a message if the value breaks it.
type Check = fn(words: &str, value: &Value) -> Option<String>;

const CHECKS: &[Check] = &[latin_1, length];

/// Deeper than any schema; stops a recursive one.
const DEEPEST: usize = 32;

/// Everything in `value` that breaks what `schema` says in words.
pub(super) fn violations(schema: &Value, components: &Value, value: &Value) -> Vec<Violation> {
    let mut found = Vec::new();
    walk(
        schema,
        components,
        &mut |schema, field, value| {
            let words = schema["description"].as_str().unwrap_or_default();
            let broken = CHECKS.iter().filter_map(|check| check(words, value));
            for message in broken {
                let rejected = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let violation = Violation { field: field.to_owned(), rejected, message };
                if !found.contains(&violation) {
                    found.push(violation);
                }
            }
        },
        "",
        value,
        0,
    );
    found
}

/// Puts the defaults that `schema` states in the places of properties that `value` lacks. A default of a free text is left
/// out: the vendor writes samples there (`FIRSTNAME LASTNAME`).
pub(super) fn fill_defaults(schema: &Value, components: &Value, value: &mut Value, depth: usize) {
    let schema = resolve(schema, components);
    if depth > DEEPEST {
        return;
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        fill_defaults(part, components, value, depth + 1);
    }
    let (Some(object), Some(properties)) = (value.as_object_mut(), schema["properties"].as_object()) else {
        return;
    };
    for (name, property) in properties {
        match object.get_mut(name) {
            Some(value) => fill_defaults(property, components, value, depth + 1),
            None => {
                if let Some(default) = default_of(resolve(property, components)) {
                    object.insert(name.clone(), default.clone());
                }
            }
        }
    }
}

/// The default of a schema that is not a free text.
pub(super) fn default_of(schema: &Value) -> Option<&Value> {
    let default = schema.get("default")?;
    (schema.get("enum").is_some() || !default.is_string()).then_some(default)
}

fn walk(
    schema: &Value,
    components: &Value,
    visit: &mut impl FnMut(&Value, &str, &Value),
    field: &str,
    value: &Value,
    depth: usize,
) {
    if depth > DEEPEST {
        return;
    }
    visit(schema, field, value);
    let target = resolve(schema, components);
    if !std::ptr::eq(schema, target) {
        visit(target, field, value);
    }
    for keyword in ["allOf", "anyOf", "oneOf"] {
        for part in target[keyword].as_array().into_iter().flatten() {
            walk(part, components, visit, field, value, depth + 1);
        }
    }
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if let Some(property) = target["properties"].get(name) {
                    let field = if field.is_empty() { name.clone() } else { format!("{field}.{name}") };
                    walk(property, components, visit, &field, member, depth + 1);
                }
            }
        }
        Value::Array(all) => {
            for (index, item) in all.iter().enumerate() {
                walk(&target["items"], components, visit, &format!("{field}[{index}]"), item, depth + 1);
            }
        }
        _ => {}
    }
}

fn latin_1(words: &str, value: &Value) -> Option<String> {
    let text = value.as_str().filter(|_| words.contains("Latin-1"))?;
    let strange = text.chars().find(|letter| u32::from(*letter) > 0xFF)?;
    Some(format!("must be of Latin-1 characters only, and {strange:?} is not one"))
}

fn length(words: &str, value: &Value) -> Option<String> {
    let most: usize = words.split_once("at most ")?.1.split_once(" characters")?.0.parse().ok()?;
    let length = value.as_str().map_or_else(|| value.to_string().chars().count(), |text| text.chars().count());
    (length > most).then(|| format!("must have at most {most} characters, and has {length}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_about_characters_and_lengths_hold_at_any_depth() {
        let components = json!({ "Person": { "properties": {
            "name": { "type": "string", "description": "Latin-1 only" },
            "notes": { "description": "free data; at most 12 characters" },
        }}});
        let schema = json!({ "properties": { "people": { "items": { "$ref": "#/components/schemas/Person" } } } });
        for (value, wrong) in [
            (json!({ "name": "Zoë Müller" }), None),
            (json!({ "name": "Łukasz" }), Some("people[0].name")),
            (json!({ "notes": { "k": "1234" } }), None),
            (json!({ "notes": { "k": "12345" } }), Some("people[0].notes")),
            (json!({ "notes": "thirteen long" }), Some("people[0].notes")),
        ] {
            let body = json!({ "people": [value] });
            let found = violations(&schema, &components, &body);
            assert_eq!(found.first().map(|one| one.field.as_str()), wrong, "{body}");
        }
    }

    #[test]
    fn defaults_fill_what_is_absent_and_nothing_else() {
        let schema = json!({ "properties": {
            "fast": { "type": "boolean", "default": true },
            "mode": { "type": "string", "enum": ["A", "B"], "default": "B" },
            "name": { "type": "string", "default": "FIRSTNAME LASTNAME" },
        }});
        let mut body = json!({ "fast": false });
        fill_defaults(&schema, &Value::Null, &mut body, 0);
        assert_eq!(body, json!({ "fast": false, "mode": "B" }));
    }
}
