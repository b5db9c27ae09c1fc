//! Compares an answer with what the description says of it.

use std::cmp::Ordering;
use std::collections::HashSet;

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::description::Description;
use super::difference::{self, Difference, DifferenceKind, json_type};
use crate::json;
use crate::operation::OperationInfo;
use crate::types::{Date, Timestamp};

/// Components may hold themselves; no answer takes more steps.
const DEEPEST: usize = 128;

/// Lists longer than this are not searched for an item that is there twice.
const SEARCHED: usize = 1_000;

impl Description {
    /// Where an answer differs from this description. `body` is none where it is no JSON.
    ///
    /// An operation that the description does not have gives nothing, nor does a refusal that is not LinkCy's own: a
    /// gateway's 502 is no drift. Bodies of refusals are compared by their `errorCode`.
    #[inline]
    pub fn compare(
        &self,
        operation: &'static OperationInfo,
        status: u16,
        content_type: Option<&str>,
        body: Option<&Value>,
    ) -> Vec<Difference> {
        let answers = &self.data["operations"][operation.id];
        let is_success = (200..300).contains(&status);
        if answers.is_null() || !(is_success || body.is_some_and(is_linkcys_word)) {
            return Vec::new();
        }
        let mut at = format!("/paths/{}/{}/responses", escaped(operation.path), operation.method.to_ascii_lowercase());
        let documented = [status.to_string(), format!("{}XX", status / 100), "default".to_owned()];
        let answer = documented.iter().find_map(|name| Some((name, answers.get(name)?)));
        if let Some((name, _)) = answer {
            at = format!("{at}/{name}");
        }
        let steps = vec![Step::Schema(&at)];
        let mut comparison = Comparison { description: self, operation, status, steps, found: Vec::new() };
        let Some((_, answer)) = answer else {
            comparison.differs(DifferenceKind::UndocumentedStatus);
            return comparison.found;
        };
        comparison.media(answer, content_type, is_success && body.is_some());
        match (body, answer.get("schema")) {
            (Some(body), Some(schema)) if is_success => comparison.value(body, schema),
            (Some(body), _) if !is_success => comparison.code(body, answer),
            _ => {}
        }
        comparison.found
    }

    /// The same of an answer as it came: the body is read as every answer is.
    #[inline]
    pub(crate) fn compare_received(
        &self,
        operation: &'static OperationInfo,
        status: u16,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Vec<Difference> {
        let content_type = headers.get(CONTENT_TYPE).and_then(|media| media.to_str().ok());
        let body: Option<Value> = if body.is_empty() { None } else { json::read(body).ok() };
        self.compare(operation, status, content_type, body.as_ref())
    }
}

/// Only LinkCy has error codes, or an `error` of its own kind.
#[inline]
fn is_linkcys_word(body: &Value) -> bool {
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    text("errorCode").is_some() || text("error").is_some_and(|error| error.starts_with("linkcy."))
}

struct Comparison<'a> {
    description: &'a Description,
    operation: &'static OperationInfo,
    status: u16,
    /// The way to the value that is compared, and to its schema. It is written out only where something differs.
    steps: Vec<Step<'a>>,
    found: Vec<Difference>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Field(&'a str),
    /// A field without a schema of its own.
    Undescribed(&'a str),
    Item,
    /// A value of a map, whose keys are values too.
    Value,
    /// The same value, by the schema that stands at a pointer.
    Schema(&'a str),
    /// The same value, by a component.
    Component(&'a str),
}

impl<'a> Comparison<'a> {
    #[inline]
    fn differs(&mut self, kind: DifferenceKind) {
        let (mut path, mut schema) = (String::new(), String::new());
        for step in &self.steps {
            let name = match step {
                Step::Field(name) | Step::Undescribed(name) => difference::step(name),
                Step::Value => "*",
                Step::Item => "[]",
                Step::Schema(_) | Step::Component(_) => "",
            };
            let dot = if path.is_empty() || matches!(name, "" | "[]") { "" } else { "." };
            path.extend([dot, name]);
            match step {
                Step::Field(name) => schema.extend(["/properties/", &escaped(name)]),
                Step::Item => schema.push_str("/items"),
                Step::Value => schema.push_str("/additionalProperties"),
                Step::Undescribed(_) => {}
                Step::Schema(pointer) => schema = (*pointer).to_owned(),
                Step::Component(name) => schema = format!("/components/schemas/{}", escaped(name)),
            }
        }
        let difference = Difference { operation: self.operation, status: self.status, path, kind, schema };
        // The rows of a list often differ in the same way.
        if !self.found.contains(&difference) {
            self.found.push(difference);
        }
    }

    #[inline]
    fn differs_at(&mut self, step: Step<'a>, kind: DifferenceKind) {
        self.steps.push(step);
        self.differs(kind);
        self.steps.pop();
    }

    #[inline]
    fn other_type(&mut self, value: &Value) {
        self.differs(DifferenceKind::OtherType { seen: json_type(value) });
    }

    #[inline]
    fn media(&mut self, answer: &Value, content_type: Option<&str>, has_body: bool) {
        let Some(content_type) = content_type else { return };
        let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let kind = essence.split('/').next();
        let fits = |known: &str| known == essence || known == "*/*" || known.strip_suffix("/*") == kind;
        let media = list(&answer["media"]);
        // Where no media type is documented, a success with a body differs; a refusal with one does not.
        let is_open = media.is_empty() && !has_body;
        if !is_open && !media.iter().filter_map(Value::as_str).any(fits) {
            let content_type = difference::media_type(&essence);
            self.differs(DifferenceKind::UndocumentedContentType { content_type });
        }
    }

    #[inline]
    fn code(&mut self, body: &Value, answer: &Value) {
        let Some(code) = body["errorCode"].as_str() else { return };
        let has = |answer: &Value| list(&answer["codes"]).iter().any(|known| known == code);
        let operations = self.description.data["operations"].as_object().into_iter().flat_map(Map::values);
        let mut all = operations.filter_map(Value::as_object).flat_map(Map::values);
        // Where the status lists no code, one that is known elsewhere is not new.
        let is_known = has(answer) || list(&answer["codes"]).is_empty() && all.any(has);
        if !is_known {
            let code = difference::constant(code);
            self.differs_at(Step::Undescribed("errorCode"), DifferenceKind::UndocumentedErrorCode { code });
        }
    }

    #[inline]
    fn value(&mut self, value: &'a Value, schema: &'a Value) {
        let way = self.steps.len();
        if way > DEEPEST {
            return;
        }
        self.steps.extend(schema["at"].as_str().map(Step::Schema));
        if value.is_null() {
            if schema["null"] != true && schema["is"] != "any" {
                self.differs(DifferenceKind::Null);
            }
        } else {
            self.content(value, schema);
        }
        self.steps.truncate(way);
    }

    #[inline]
    fn inner(&mut self, step: Step<'a>, value: &'a Value, schema: &'a Value) {
        self.steps.push(step);
        self.value(value, schema);
        self.steps.pop();
    }

    /// A value that is not null.
    #[inline]
    fn content(&mut self, value: &'a Value, schema: &'a Value) {
        let known = list(&schema["one_of"]);
        if !known.is_empty() && !known.contains(value) {
            return self.unlisted(value, known);
        }
        let of = &schema["of"];
        match (schema["is"].as_str().unwrap_or_default(), value) {
            ("any", _) | ("bool", Value::Bool(_)) | ("number", Value::Number(_)) => {}
            ("ref", _) => {
                let name = of.as_str().unwrap_or_default();
                let target = &self.description.data["schemas"][name];
                // Differences of a scalar point to where it is used: only this data makes a component of a list of values.
                return match target["is"].as_str() {
                    None => {}
                    Some("object" | "union" | "list" | "ref") => self.inner(Step::Component(name), value, target),
                    Some(_) => self.content(value, target),
                };
            }
            ("list", Value::Array(values)) => values.iter().for_each(|value| self.inner(Step::Item, value, of)),
            ("object", Value::Object(object)) => self.object(object, of, true),
            ("union", Value::Object(object)) => self.union(object, of),
            ("integer", Value::Number(number)) => {
                let number = number.as_f64().unwrap_or_default();
                if number.fract() != 0.0 {
                    return self.other_type(value);
                }
                if of["narrow"] == true && !(f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&number) {
                    self.differs(DifferenceKind::OutOfBounds { bound: "format" });
                }
            }
            ("text", Value::String(text)) => {
                let format = of.as_str().unwrap_or_default();
                let is_read = match format {
                    "date-time" => Timestamp::deserialize(value).is_ok_and(|read| read.value().is_ok()),
                    "date" => Date::deserialize(value).is_ok_and(|read| read.value().is_ok()),
                    "uuid" => uuid::Uuid::try_parse(text).is_ok(),
                    _ => true,
                };
                if !is_read {
                    self.differs(DifferenceKind::OtherFormat { format: format.to_owned() });
                }
            }
            _ => return self.other_type(value),
        }
        for (bound, limit) in schema["bounds"].as_object().into_iter().flatten() {
            if let Some(bound) = self.broken(bound, limit, value) {
                self.differs(DifferenceKind::OutOfBounds { bound });
            }
        }
    }

    #[inline]
    fn unlisted(&mut self, value: &Value, known: &[Value]) {
        if !known.iter().any(|known| json_type(known) == json_type(value)) {
            return self.other_type(value);
        }
        let value = match value {
            Value::String(text) => difference::constant(text),
            other => difference::constant(&other.to_string()),
        };
        self.differs(DifferenceKind::UnknownEnumValue { value });
    }

    #[inline]
    fn object(&mut self, object: &'a Map<String, Value>, fields: &'a Value, is_whole: bool) {
        for name in missing(object, fields) {
            self.differs_at(Step::Field(name), DifferenceKind::MissingField);
        }
        let (known, others) = (&fields["fields"], &fields["others"]);
        let (values, is_closed) = (others.get("of"), is_whole && others == "undescribed");
        for (key, value) in object {
            match (known.get(key), values) {
                (Some(field), _) => self.inner(Step::Field(key), value, field),
                (None, Some(values)) => self.inner(Step::Value, value, values),
                (None, None) if is_closed => {
                    self.differs_at(Step::Undescribed(key), DifferenceKind::UnknownField { seen: json_type(value) });
                }
                (None, None) => {}
            }
        }
    }

    /// Finds the branch as src/types/union/read.rs does.
    #[inline]
    fn union(&mut self, object: &'a Map<String, Value>, union: &'a Value) {
        let rows = list(&union["rows"]);
        let told = |name: &Value| object.get(name.as_str()?).filter(|value| !value.is_null());
        let tells = |row: &&Value| match (row["tag"].as_array().map(Vec::as_slice), row["keys"].as_array()) {
            (Some([property, values]), _) => told(property).is_some_and(|tag| list(values).contains(tag)),
            (_, Some(keys)) => keys.iter().any(|key| told(key).is_some()),
            _ => true,
        };
        if let Some(row) = rows.iter().find(tells).or_else(|| self.nearest(object, rows)) {
            let branch = self.branch(row);
            if branch["is"] == "object" {
                let component = row["branch"].as_str().map(Step::Component);
                self.steps.extend(branch["at"].as_str().map(Step::Schema).or(component));
                self.object(object, &branch["of"], true);
                self.steps.pop();
            }
            return;
        }
        match rows.iter().find_map(|row| row["tag"][0].as_str()) {
            None => self.differs(DifferenceKind::UnknownTag { value: None }),
            Some(property) => {
                let kind = match object.get(property) {
                    None => DifferenceKind::MissingField,
                    Some(Value::Null) => DifferenceKind::Null,
                    Some(Value::String(value)) => DifferenceKind::UnknownTag { value: difference::constant(value) },
                    Some(other) => DifferenceKind::OtherType { seen: json_type(other) },
                };
                self.differs_at(Step::Undescribed(property), kind);
            }
        }
        self.object(object, &union["shared"], false);
    }

    #[inline]
    fn branch(&self, row: &Value) -> &'a Value {
        &self.description.data["schemas"][row["branch"].as_str().unwrap_or_default()]
    }

    /// The fields that tell branches apart may be optional: an object without any of them is as described where it has all that
    /// some branch requires. Of several, the one with the most of its fields.
    #[inline]
    fn nearest(&self, object: &Map<String, Value>, rows: &'a [Value]) -> Option<&'a Value> {
        let unknown = |row: &&Value| {
            let fields = &self.branch(row)["of"]["fields"];
            object.keys().filter(|key| fields.get(key).is_none()).count()
        };
        let is_whole = |row: &&Value| missing(object, &self.branch(row)["of"]).next().is_none();
        let told_by_keys = rows.iter().all(|row| row["keys"].is_array());
        rows.iter().filter(|row| told_by_keys && is_whole(row)).min_by_key(unknown)
    }

    /// The keyword of a bound that a value does not keep.
    #[inline]
    fn broken(&self, bound: &str, limit: &Value, value: &Value) -> Option<&'static str> {
        let size = match value {
            Value::Number(number) => {
                let text = number.to_string();
                text.parse().or_else(|_| Decimal::from_scientific(&text)).ok()
            }
            Value::String(text) => Some(text.chars().count().into()),
            Value::Array(items) => Some(items.len().into()),
            _ => None,
        };
        let decimal = || Decimal::try_new(limit["digits"].as_i64()?, limit["scale"].as_u64()?.try_into().ok()?).ok();
        let sizes = size.zip(limit.as_u64().map(Decimal::from).or_else(decimal));
        let is = |broken: fn(Ordering) -> bool| sizes.is_some_and(|(size, limit)| broken(size.cmp(&limit)));
        let (is_broken, keyword) = match (bound, value) {
            ("minimum", Value::Number(_)) => (is(Ordering::is_lt), "minimum"),
            ("maximum", Value::Number(_)) => (is(Ordering::is_gt), "maximum"),
            ("more_than", Value::Number(_)) => (is(Ordering::is_le), "exclusiveMinimum"),
            ("less_than", Value::Number(_)) => (is(Ordering::is_ge), "exclusiveMaximum"),
            ("multiple_of", Value::Number(_)) => {
                let rest = sizes.and_then(|(size, step)| size.checked_rem(step));
                (rest.is_some_and(|rest| !rest.is_zero()), "multipleOf")
            }
            ("min_length", Value::String(_)) => (is(Ordering::is_lt), "minLength"),
            ("max_length", Value::String(_)) => (is(Ordering::is_gt), "maxLength"),
            ("pattern", Value::String(text)) => {
                (limit.as_str().is_some_and(|pattern| !self.description.is_match(pattern, text)), "pattern")
            }
            ("min_items", Value::Array(_)) => (is(Ordering::is_lt), "minItems"),
            ("max_items", Value::Array(_)) => (is(Ordering::is_gt), "maxItems"),
            ("unique_items", Value::Array(items)) if items.len() <= SEARCHED => {
                let distinct: HashSet<String> = items.iter().map(Value::to_string).collect();
                (distinct.len() < items.len(), "uniqueItems")
            }
            _ => return None,
        };
        is_broken.then_some(keyword)
    }
}

/// The required fields that an object does not have.
#[inline]
fn missing<'a>(object: &Map<String, Value>, fields: &'a Value) -> impl Iterator<Item = &'a str> {
    let required = list(&fields["required"]).iter().filter_map(Value::as_str);
    required.filter(|name| !object.contains_key(*name))
}

/// Nothing is an empty list.
#[inline]
fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A name as a part of a JSON pointer.
#[inline]
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
