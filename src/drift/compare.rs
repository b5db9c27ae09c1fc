//! Compares an answer with what the description says of it.

use std::cmp::Ordering;
use std::collections::HashSet;

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::description::Description;
use super::difference::{Difference, DifferenceKind, constant, json_type, media_type, step};
use crate::json;
use crate::operation::OperationInfo;
use crate::types::{Date, Timestamp};

/// References are followed no further: they may lead to themselves.
const FURTHEST: usize = 128;

/// Lists longer than this are not searched for duplicate items.
const SEARCHED: usize = 1_000;

/// An answer that differs in more places is another one than the described, and only these are reported.
const MOST: usize = 1_000;

/// Bounds by their names in the data: the keyword in the description, and how the size of a value that breaks one compares with it.
const LIMITS: [(&str, &str, &[Ordering]); 8] = [
    ("minimum", "minimum", &[Ordering::Less]),
    ("maximum", "maximum", &[Ordering::Greater]),
    ("more_than", "exclusiveMinimum", &[Ordering::Less, Ordering::Equal]),
    ("less_than", "exclusiveMaximum", &[Ordering::Greater, Ordering::Equal]),
    ("min_length", "minLength", &[Ordering::Less]),
    ("max_length", "maxLength", &[Ordering::Greater]),
    ("min_items", "minItems", &[Ordering::Less]),
    ("max_items", "maxItems", &[Ordering::Greater]),
];

impl Description {
    /// Where an answer differs from this description. Its body is read as every answer is.
    ///
    /// An operation that the description does not have gives no difference, nor does a refusal that is not LinkCy's
    /// own: a gateway's 502 is not drift. Bodies of refusals are compared by their `errorCode`.
    #[inline]
    pub fn compare(
        &self,
        operation: &'static OperationInfo,
        status: u16,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Vec<Difference> {
        let body: Option<Value> = if body.is_empty() { None } else { json::read(body).ok() };
        let answers = &self.data["operations"][operation.id];
        let is_success = (200..300).contains(&status);
        if answers.is_null() || !(is_success || body.as_ref().is_some_and(is_linkcys_word)) {
            return Vec::new();
        }
        let responses =
            format!("/paths/{}/{}/responses", escaped(operation.path), operation.method.to_ascii_lowercase());
        let mut comparison =
            Comparison { description: self, operation: operation.name, status, path: Vec::new(), found: Vec::new() };
        let documented = [status.to_string(), format!("{}XX", status / 100), "default".to_owned()];
        let Some((name, answer)) = documented.iter().find_map(|name| Some((name, answers.get(name)?))) else {
            comparison.differs(&responses, DifferenceKind::UndocumentedStatus, None);
            return comparison.found;
        };
        let at = format!("{responses}/{name}");
        comparison.media(answer, &at, headers, is_success && body.is_some());
        match (&body, answer.get("schema")) {
            (Some(body), Some(schema)) if is_success => comparison.value(body, schema),
            (Some(body), _) if !is_success => comparison.code(body, answer, &at),
            _ => {}
        }
        comparison.found
    }
}

/// Only LinkCy has error codes, or an `error` of its own kind.
#[inline]
fn is_linkcys_word(body: &Value) -> bool {
    body["errorCode"].is_string() || text(&body["error"]).starts_with("linkcy.")
}

struct Comparison<'a> {
    description: &'a Description,
    operation: &'static str,
    status: u16,
    /// The path of the value that is compared: names of fields, `[]` for an item, `*` for a value of a map.
    path: Vec<&'a str>,
    found: Vec<Difference>,
}

impl<'a> Comparison<'a> {
    #[inline]
    fn differs(&mut self, at: &str, kind: DifferenceKind, value: Option<&str>) {
        let (operation, status) = (self.operation.to_owned(), self.status);
        let path = self.path.join(".").replace(".[]", "[]");
        let (value, schema) = (value.map(str::to_owned), at.to_owned());
        let difference = Difference { operation, status, path, kind, value, schema };
        // The rows of a list often differ in the same way.
        if self.found.len() < MOST && !self.found.contains(&difference) {
            self.found.push(difference);
        }
    }

    /// The same of a field.
    #[inline]
    fn field_differs(&mut self, field: &'a str, at: &str, kind: DifferenceKind, value: Option<&str>) {
        self.path.push(field);
        self.differs(at, kind, value);
        self.path.pop();
    }

    #[inline]
    fn media(&mut self, answer: &Value, at: &str, headers: &HeaderMap, has_body: bool) {
        let Some(content_type) = headers.get(CONTENT_TYPE).and_then(|media| media.to_str().ok()) else { return };
        let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let kind = essence.split('/').next();
        let fits = |known: &str| known == essence || known == "*/*" || known.strip_suffix("/*") == kind;
        let media = list(&answer["media"]);
        // Where no media type is documented, a success with a body differs; a refusal with one does not.
        let is_open = media.is_empty() && !has_body;
        if !is_open && !media.iter().map(text).any(fits) {
            self.differs(at, DifferenceKind::UndocumentedContentType, media_type(&essence));
        }
    }

    #[inline]
    fn code(&mut self, body: &Value, answer: &Value, at: &str) {
        let Some(code) = body["errorCode"].as_str() else { return };
        let has = |answer: &Value| list(&answer["codes"]).iter().any(|known| known == code);
        let operations = self.description.data["operations"].as_object().into_iter().flat_map(Map::values);
        let mut all = operations.filter_map(Value::as_object).flat_map(Map::values);
        // Where the status lists no code, one that is known elsewhere is not new.
        let is_known = has(answer) || list(&answer["codes"]).is_empty() && all.any(has);
        if !is_known {
            self.field_differs("errorCode", at, DifferenceKind::UndocumentedErrorCode, constant(code));
        }
    }

    #[inline]
    fn inner(&mut self, step: &'a str, value: &'a Value, schema: &'a Value) {
        self.path.push(step);
        self.value(value, schema);
        self.path.pop();
    }

    #[inline]
    fn value(&mut self, value: &'a Value, schema: &'a Value) {
        let target = self.target(schema);
        let (is, of) = (text(&target["is"]), &target["of"]);
        if value.is_null() {
            if schema["null"] != true && is != "any" {
                self.differs(text(&schema["at"]), DifferenceKind::Null, None);
            }
            return;
        }
        // Differences of a scalar point to where it is used: only this data makes a component of a list of values.
        let has_content = matches!(is, "object" | "union" | "list");
        let at = text(&if has_content { target } else { schema }["at"]);
        let known = list(&target["one_of"]);
        if !known.is_empty() && !known.contains(value) {
            return self.unlisted(value, known, at);
        }
        match (is, value) {
            ("any" | "", _) | ("bool", Value::Bool(_)) | ("number", Value::Number(_)) => {}
            ("list", Value::Array(values)) => values.iter().for_each(|value| self.inner("[]", value, of)),
            ("object", Value::Object(object)) => self.object(object, of, at, true),
            ("union", Value::Object(object)) => self.union(object, of, at),
            ("integer", Value::Number(number)) if number.as_f64().is_some_and(|number| number.fract() == 0.0) => {
                let narrow = f64::from(i32::MIN)..=f64::from(i32::MAX);
                if of["narrow"] == true && !number.as_f64().is_some_and(|number| narrow.contains(&number)) {
                    self.differs(at, DifferenceKind::OutOfBounds, Some("format"));
                }
            }
            ("text", Value::String(word)) => {
                let is_read = match text(of) {
                    "date-time" => Timestamp::deserialize(value).is_ok_and(|read| read.value().is_ok()),
                    "date" => Date::deserialize(value).is_ok_and(|read| read.value().is_ok()),
                    "uuid" => uuid::Uuid::try_parse(word).is_ok(),
                    _ => true,
                };
                if !is_read {
                    self.differs(at, DifferenceKind::OtherFormat, of.as_str());
                }
            }
            _ => return self.differs(at, DifferenceKind::OtherType, Some(json_type(value))),
        }
        for (bound, limit) in target["bounds"].as_object().into_iter().flatten() {
            if let Some(keyword) = self.broken(bound, limit, value) {
                self.differs(at, DifferenceKind::OutOfBounds, Some(keyword));
            }
        }
    }

    /// The schema itself, or what it refers to.
    #[inline]
    fn target(&self, mut schema: &'a Value) -> &'a Value {
        for _ in 0..FURTHEST {
            if schema["is"] != "ref" {
                break;
            }
            schema = self.component(&schema["of"]);
        }
        schema
    }

    #[inline]
    fn component(&self, name: &Value) -> &'a Value {
        &self.description.data["schemas"][text(name)]
    }

    #[inline]
    fn unlisted(&mut self, value: &Value, known: &[Value], at: &str) {
        if !known.iter().any(|known| json_type(known) == json_type(value)) {
            return self.differs(at, DifferenceKind::OtherType, Some(json_type(value)));
        }
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        self.differs(at, DifferenceKind::UnknownEnumValue, constant(&shown));
    }

    #[inline]
    fn object(&mut self, object: &'a Map<String, Value>, fields: &'a Value, at: &str, is_whole: bool) {
        for name in missing(object, fields) {
            let at = format!("{at}/properties/{}", escaped(name));
            self.field_differs(name, &at, DifferenceKind::MissingField, None);
        }
        let (known, others) = (&fields["fields"], &fields["others"]);
        let is_closed = is_whole && others == "undescribed";
        for (key, value) in object {
            match (known.get(key), others.get("of")) {
                (Some(field), _) => self.inner(key, value, field),
                (None, Some(values)) => self.inner("*", value, values),
                (None, None) if is_closed => {
                    self.field_differs(step(key), at, DifferenceKind::UnknownField, Some(json_type(value)));
                }
                (None, None) => {}
            }
        }
    }

    /// Finds the branch as src/types/union/read.rs does.
    #[inline]
    fn union(&mut self, object: &'a Map<String, Value>, union: &'a Value, at: &str) {
        let rows = list(&union["rows"]);
        let told = |name: &Value| object.get(text(name)).filter(|value| !value.is_null());
        let tells = |row: &&Value| match (list(&row["tag"]), row["keys"].as_array()) {
            ([property, values], _) => told(property).is_some_and(|tag| list(values).contains(tag)),
            (_, Some(keys)) => keys.iter().any(|key| told(key).is_some()),
            _ => true,
        };
        if let Some(row) = rows.iter().find(tells).or_else(|| self.nearest(object, rows)) {
            let branch = self.component(&row["branch"]);
            if branch["is"] == "object" {
                self.object(object, &branch["of"], text(&branch["at"]), true);
            }
            return;
        }
        match rows.iter().find_map(|row| row["tag"][0].as_str()) {
            None => self.differs(at, DifferenceKind::UnknownTag, None),
            Some(property) => {
                let (kind, value) = match object.get(property) {
                    None => (DifferenceKind::MissingField, None),
                    Some(Value::Null) => (DifferenceKind::Null, None),
                    Some(Value::String(value)) => (DifferenceKind::UnknownTag, constant(value)),
                    Some(other) => (DifferenceKind::OtherType, Some(json_type(other))),
                };
                self.field_differs(property, at, kind, value);
            }
        }
        self.object(object, &union["shared"], at, false);
    }

    /// The fields that tell branches apart may be optional: an object without any of them is as described where it has all that
    /// some branch requires. Of several, the one with the most of its fields.
    #[inline]
    fn nearest(&self, object: &Map<String, Value>, rows: &'a [Value]) -> Option<&'a Value> {
        let fields = |row: &Value| &self.component(&row["branch"])["of"];
        let unknown = |row: &&Value| object.keys().filter(|key| fields(row)["fields"].get(key).is_none()).count();
        let is_whole = |row: &&Value| missing(object, fields(row)).next().is_none();
        let told_by_keys = rows.iter().all(|row| row["keys"].is_array());
        rows.iter().filter(|row| told_by_keys && is_whole(row)).min_by_key(unknown)
    }

    /// The keyword of a bound that a value breaks.
    #[inline]
    fn broken(&self, bound: &str, limit: &Value, value: &Value) -> Option<&'static str> {
        let (is_broken, keyword) = match (bound, value) {
            ("multiple_of", Value::Number(number)) => {
                let rest = decimal(number).zip(self::limit(limit)).and_then(|(size, step)| size.checked_rem(step));
                (rest.is_some_and(|rest| !rest.is_zero()), "multipleOf")
            }
            ("pattern", Value::String(word)) => {
                (limit.as_str().is_some_and(|pattern| !self.description.is_match(pattern, word)), "pattern")
            }
            ("unique_items", Value::Array(items)) if items.len() <= SEARCHED => {
                let distinct: HashSet<String> = items.iter().map(Value::to_string).collect();
                (distinct.len() < items.len(), "uniqueItems")
            }
            _ => {
                let (_, keyword, broken) = LIMITS.iter().find(|(name, ..)| *name == bound)?;
                let size = match value {
                    Value::String(word) if keyword.ends_with("Length") => word.chars().count().into(),
                    Value::Array(items) if keyword.ends_with("Items") => items.len().into(),
                    Value::Number(number) if keyword.ends_with("imum") => decimal(number)?,
                    _ => return None,
                };
                (broken.contains(&size.cmp(&self::limit(limit)?)), *keyword)
            }
        };
        is_broken.then_some(keyword)
    }
}

#[inline]
fn decimal(number: &serde_json::Number) -> Option<Decimal> {
    let text = number.to_string();
    text.parse().or_else(|_| Decimal::from_scientific(&text)).ok()
}

/// A limit as the data has it: a whole number, or digits and how many of them are after the point.
#[inline]
fn limit(limit: &Value) -> Option<Decimal> {
    let decimal = || Decimal::try_new(limit["digits"].as_i64()?, limit["scale"].as_u64()?.try_into().ok()?).ok();
    limit.as_u64().map(Decimal::from).or_else(decimal)
}

/// The required fields that an object does not have.
#[inline]
fn missing<'a>(object: &Map<String, Value>, fields: &'a Value) -> impl Iterator<Item = &'a str> {
    list(&fields["required"]).iter().map(text).filter(|name| !object.contains_key(*name))
}

/// A missing value is an empty list.
#[inline]
fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A missing value is an empty text.
#[inline]
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A name as a part of a JSON pointer.
#[inline]
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
