//! One schema of the description and the check of a value against it. OpenAPI 3.0's dialect is turned into JSON Schema
//! 2020-12 here, which OpenAPI 3.1's is; the check is compiled when it is first needed, once per process for the bundled descriptions.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use jsonschema::error::{ValidationError, ValidationErrorKind};
use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

use super::reference::{referenced, resolve, type_of};
use super::violation::Violation;
use super::words;

/// A schema of the description.
pub struct Schema {
    raw: Value,
    components: Arc<Value>,
    check: OnceLock<Option<Validator>>,
}

impl std::fmt::Debug for Schema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Schema({})", self.raw)
    }
}

impl Schema {
    pub(super) fn new(raw: Value, components: &Arc<Value>) -> Self {
        Self { raw, components: Arc::clone(components), check: OnceLock::new() }
    }

    /// The schema with its first reference followed.
    pub fn resolved(&self) -> &Value {
        resolve(&self.raw, &self.components)
    }

    /// Everything wrong with `value`; empty when it conforms.
    pub fn violations(&self, value: &Value) -> Vec<Violation> {
        let Some(check) = self.check.get_or_init(|| compile(&self.raw, &self.components)) else {
            return vec![Violation {
                field: String::new(),
                rejected: String::new(),
                message: "the description's schema can't be compiled".into(),
            }];
        };
        if check.is_valid(value) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for error in check.iter_errors(value) {
            collect(&error, "", &mut found);
        }
        // A base schema and its alternative often say the same.
        let mut told = Vec::new();
        for violation in found {
            if !told.contains(&violation) {
                told.push(violation);
            }
        }
        told
    }

    /// Everything wrong with a body: by the schema, and by what the description says in words.
    pub fn body_violations(&self, value: &Value) -> Vec<Violation> {
        let mut found = self.violations(value);
        found.extend(words::violations(&self.raw, &self.components, value));
        found
    }

    /// Puts the description's defaults where a body says nothing.
    pub fn fill_defaults(&self, value: &mut Value) {
        words::fill_defaults(&self.raw, &self.components, value, 0);
    }

    /// The default of a value that is not sent; none for a free text.
    pub fn default_value(&self) -> Option<&Value> {
        words::default_of(self.resolved())
    }

    /// Whether it is of a list, which may be sent piece by piece.
    pub fn is_list(&self) -> bool {
        type_of(self.resolved(), &self.components) == Some("array")
    }

    /// A value out of a query, path or header, given the type its schema asks for.
    pub fn typed(&self, texts: &[String]) -> Value {
        let schema = self.resolved();
        if type_of(schema, &self.components) == Some("array") {
            let items = &schema["items"];
            let parts = texts.iter().flat_map(|text| text.split(','));
            return parts.map(|part| scalar(type_of(items, &self.components), part)).collect();
        }
        texts.last().map_or(Value::Null, |text| scalar(type_of(schema, &self.components), text))
    }

    /// The properties of an object schema, with their schemas and whether they are required.
    pub(super) fn fields(&self) -> Vec<(String, Schema, bool)> {
        let schema = self.resolved();
        let required = |name: &str| schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
        let properties = schema["properties"].as_object().into_iter().flatten();
        properties
            .map(|(name, property)| (name.clone(), Schema::new(property.clone(), &self.components), required(name)))
            .collect()
    }
}

fn scalar(kind: Option<&str>, text: &str) -> Value {
    let parsed = match kind {
        Some("integer") => text.parse::<i64>().ok().map(Value::from),
        Some("number") => text.parse::<f64>().ok().map(Value::from),
        Some("boolean") => text.parse::<bool>().ok().map(Value::from),
        _ => None,
    };
    parsed.unwrap_or_else(|| Value::from(text))
}

fn compile(raw: &Value, components: &Value) -> Option<Validator> {
    let mut names = BTreeSet::new();
    reach(raw, components, &mut names);
    let schemas: Map<String, Value> =
        names.iter().map(|name| (name.clone(), translate(components.get(name).unwrap_or(&Value::Null)))).collect();
    let document = json!({ "allOf": [translate(raw)], "components": { "schemas": schemas } });
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .should_ignore_unknown_formats(true)
        .with_format("uuid", |text: &str| text.len() == 36 && uuid::Uuid::try_parse(text).is_ok())
        .with_format("date", |text: &str| text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok())
        .with_format("date-time", |text: &str| date_time(text))
        .build(&document)
        .ok()
}

/// The guide shows date-times without zone and without seconds beside RFC 3339 ones; all of them pass.
fn date_time(text: &str) -> bool {
    text.parse::<jiff::Timestamp>().is_ok() || text.parse::<jiff::civil::DateTime>().is_ok() && text.contains('T')
}

fn reach(schema: &Value, components: &Value, names: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            if let Some(name) = referenced(schema)
                && names.insert(name.to_owned())
                && let Some(next) = components.get(name)
            {
                reach(next, components, names);
            }
            map.values().for_each(|value| reach(value, components, names));
        }
        Value::Array(all) => all.iter().for_each(|value| reach(value, components, names)),
        _ => {}
    }
}

/// What OpenAPI 3.0 says in its own way, in 2020-12: `nullable`, exclusive bounds; and `int32` bounds. The vendor's `oneOf`
/// alternatives overlap (a SEPA beneficiary is also a valid GBP one), so `oneOf` asks for at least one, as `anyOf` does.
fn translate(schema: &Value) -> Value {
    match schema {
        Value::Array(all) => all.iter().map(translate).collect(),
        Value::Object(map) => {
            let mut out = Map::new();
            for (key, value) in map {
                match key.as_str() {
                    "example" | "examples" | "default" | "discriminator" | "xml" | "nullable" => {}
                    "enum" | "const" => drop(out.insert(key.clone(), value.clone())),
                    "oneOf" if value.is_array() => drop(out.insert("anyOf".into(), translate(value))),
                    // Here the keys are names, not keywords.
                    "properties" | "patternProperties" | "$defs" if value.is_object() => {
                        let inner = value.as_object().into_iter().flatten();
                        let inner = inner.map(|(name, inner)| (name.clone(), translate(inner))).collect();
                        out.insert(key.clone(), Value::Object(inner));
                    }
                    _ => drop(out.insert(key.clone(), translate(value))),
                }
            }
            exclusive(&mut out, "minimum", "exclusiveMinimum");
            exclusive(&mut out, "maximum", "exclusiveMaximum");
            // Uploaded bytes are checked where they are read, not as text.
            if map.get("format").is_some_and(|format| format == "binary") || map.contains_key("contentMediaType") {
                return json!({});
            }
            if map.get("format").is_some_and(|format| format == "int32") {
                out.entry("minimum").or_insert(json!(i32::MIN));
                out.entry("maximum").or_insert(json!(i32::MAX));
            }
            let words = map.get("description").and_then(Value::as_str).unwrap_or_default();
            if map.get("nullable") == Some(&Value::Bool(true)) || words.contains("null means") {
                return json!({ "anyOf": [out, { "type": "null" }] });
            }
            Value::Object(out)
        }
        other => other.clone(),
    }
}

/// An exclusive bound, which 3.0 writes as a flag beside the bound.
fn exclusive(schema: &mut Map<String, Value>, bound: &str, flag: &str) {
    match schema.get(flag) {
        Some(Value::Bool(true)) => match schema.remove(bound) {
            Some(limit) => drop(schema.insert(flag.to_owned(), limit)),
            None => drop(schema.remove(flag)),
        },
        Some(Value::Bool(false)) => drop(schema.remove(flag)),
        _ => {}
    }
}

/// Flattens an error to the fields that cause it: of several alternatives, the one that came closest speaks.
fn collect(error: &ValidationError<'_>, base: &str, found: &mut Vec<Violation>) {
    let field = join(base, &error.instance_path().to_string());
    match error.kind() {
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            let closest = context.iter().min_by_key(|errors| {
                let wrong_kind = errors.iter().filter(|error| matches!(error.kind(), ValidationErrorKind::Type { .. }));
                (wrong_kind.count(), errors.len())
            });
            match closest {
                Some(errors) => errors.iter().for_each(|error| collect(error, base, found)),
                None => found.push(violation(field, error, "fits none of the documented alternatives".into())),
            }
        }
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let field = if field.is_empty() { name.to_owned() } else { format!("{field}.{name}") };
            found.push(Violation { field, rejected: String::new(), message: "must not be null".into() });
        }
        ValidationErrorKind::Enum { options } => {
            let message = match options.as_array() {
                Some(all) if all.len() > MOST_LISTED => {
                    format!("must be one of {} documented values", all.len())
                }
                _ => format!("must be one of {options}"),
            };
            found.push(violation(field, error, message));
        }
        _ => {
            let message = error.masked_with("the value").to_string();
            found.push(violation(field, error, message));
        }
    }
}

/// Longer lists, as of countries, are only counted in a message.
const MOST_LISTED: usize = 60;

fn violation(field: String, error: &ValidationError<'_>, message: String) -> Violation {
    let rejected = match &**error.instance() {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    Violation { field, rejected, message }
}

/// `/rules/0/type` as `rules[0].type`.
fn join(base: &str, pointer: &str) -> String {
    let mut field = base.to_owned();
    for part in pointer.split('/').filter(|part| !part.is_empty()) {
        if part.bytes().all(|byte| byte.is_ascii_digit()) {
            field.push_str(&format!("[{part}]"));
        } else {
            if !field.is_empty() {
                field.push('.');
            }
            field.push_str(&part.replace("~1", "/").replace("~0", "~"));
        }
    }
    field
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::description::Description;

    fn violations(method: &str, path: &str, body: Value) -> Vec<(String, String)> {
        let description = Description::current();
        let operation = description.operation(method, path).unwrap();
        let found = operation.body.as_ref().unwrap().schema.violations(&body);
        found.into_iter().map(|violation| (violation.field, violation.message)).collect()
    }

    #[test]
    fn names_each_field_that_is_wrong() {
        let found =
            violations("POST", "/api/partner/consumers", json!({ "phone": { "number": "12a" }, "emailAddress": 7 }));
        let fields: Vec<_> = found.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["emailAddress", "phone.countryCode", "phone.number"]);
    }

    #[test]
    fn of_several_alternatives_the_closest_speaks() {
        let found = violations("POST", "/api/partner/login", json!({ "username": "u", "password": "p" }));
        assert_eq!(found, [("partnerName".to_owned(), "must not be null".to_owned())]);
    }

    #[test]
    fn says_each_thing_once() {
        let found = violations("POST", "/api/partner/login", json!({ "username": "u" }));
        let fields: Vec<_> = found.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["password", "partnerName"]);
    }

    #[test]
    fn every_schema_of_both_descriptions_compiles() {
        for description in [Description::current(), Description::v1_78()] {
            for operation in description.operations() {
                let answers = operation.answers.values().filter_map(|answer| answer.content.as_ref()?.1.as_ref());
                let parameters = operation.parameters.iter().map(|parameter| &parameter.schema);
                for schema in answers.chain(parameters).chain(operation.body.as_ref().map(|body| &body.schema)) {
                    assert!(
                        compile(&schema.raw, &schema.components).is_some(),
                        "{} {}: {schema:?}",
                        operation.method,
                        operation.path
                    );
                }
            }
        }
    }
}
