//! Compares an answer with what the description says of it.

use std::collections::HashSet;

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::description::{Answer, Bounds, Description, Is, ObjectFields, Others, Schema, ToldBy, UnionRow};
use super::difference::{self, Difference, DifferenceKind, JsonType};
use crate::operation::OperationInfo;
use crate::types::{Date, Timestamp};

/// Components may hold themselves; no answer is deeper.
const DEEPEST: usize = 64;

/// Lists longer than this are not searched for an item that is there twice.
const SEARCHED: usize = 1_000;

impl Description {
    /// Where an answer differs from this description. `body` is none where it is no JSON.
    ///
    /// Nothing is said of an operation that the description does not have, nor of a refusal that is not LinkCy's own: a gateway's
    /// 502 is no drift. Bodies of refusals are compared by their `errorCode`.
    pub fn compare(
        &self,
        operation: &'static OperationInfo,
        status: u16,
        content_type: Option<&str>,
        body: Option<&Value>,
    ) -> Vec<Difference> {
        let Some(answers) = self.operation(operation.id) else { return Vec::new() };
        let is_success = (200..300).contains(&status);
        if !is_success && !body.is_some_and(is_linkcys_word) {
            return Vec::new();
        }
        let path = operation.path.replace('~', "~0").replace('/', "~1");
        let responses = format!("/paths/{path}/{}/responses", operation.method.to_ascii_lowercase());
        let mut comparison = Comparison { description: self, operation, status, found: Vec::new() };
        let documented = [status.to_string(), format!("{}XX", status / 100), "default".to_owned()];
        let Some((name, answer)) = documented.iter().find_map(|name| Some((name, answers.get(name.as_str())?))) else {
            comparison.tell(String::new(), responses, DifferenceKind::UndocumentedStatus);
            return comparison.found;
        };
        let at = format!("{responses}/{name}");
        comparison.media(answer, content_type, is_success && body.is_some(), &at);
        match (body, &answer.schema) {
            (Some(body), Some(schema)) if is_success => {
                comparison.value(body, schema, &At::Root(&at), &AnswerPath::Root, 0)
            }
            (Some(body), _) if !is_success => comparison.code(body, answer, &at),
            _ => {}
        }
        comparison.found
    }
}

/// Only LinkCy has error codes, or an `error` of its own kind.
fn is_linkcys_word(body: &Value) -> bool {
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    text("errorCode").is_some() || text("error").is_some_and(|error| error.starts_with("linkcy."))
}

struct Comparison<'d> {
    description: &'d Description,
    operation: &'static OperationInfo,
    status: u16,
    found: Vec<Difference>,
}

/// A place in the answer. It is written out only where something differs.
enum AnswerPath<'p> {
    Root,
    Field(&'p AnswerPath<'p>, &'p str),
    Item(&'p AnswerPath<'p>),
    /// A value of a map, whose keys are values too.
    Any(&'p AnswerPath<'p>),
}

/// The pointer of a schema, likewise.
enum At<'p> {
    Root(&'p str),
    Component(&'p str),
    Property(&'p At<'p>, &'p str),
    Items(&'p At<'p>),
    Others(&'p At<'p>),
}

impl<'d> Comparison<'d> {
    fn tell(&mut self, path: String, schema: String, kind: DifferenceKind) {
        let difference = Difference { operation: self.operation, status: self.status, path, kind, schema };
        // Rows of a list differ alike.
        if !self.found.contains(&difference) {
            self.found.push(difference);
        }
    }

    fn differs(&mut self, path: &AnswerPath<'_>, at: &At<'_>, kind: DifferenceKind) {
        self.tell(path.text(), at.text(), kind);
    }

    fn media(&mut self, answer: &Answer, content_type: Option<&str>, has_body: bool, at: &str) {
        let Some(content_type) = content_type else { return };
        let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let fits = |known: &str| {
            known == essence
                || known == "*/*"
                || known.strip_suffix("/*").is_some_and(|kind| essence.split('/').next() == Some(kind))
        };
        // Where none is documented, a value that comes nevertheless is new; a refusal that explains itself is not.
        let is_open = answer.media.is_empty() && !has_body;
        if !is_open && !answer.media.iter().any(|known| fits(known)) {
            let kind = DifferenceKind::UndocumentedContentType { content_type: difference::media_type(&essence) };
            self.tell(String::new(), at.to_owned(), kind);
        }
    }

    fn code(&mut self, body: &Value, answer: &Answer, at: &str) {
        let Some(code) = body.get("errorCode").and_then(Value::as_str) else { return };
        // Where the status lists no code, one that is known elsewhere is not new.
        let is_known = match answer.codes.is_empty() {
            true => self.description.knows_code(code),
            false => answer.codes.iter().any(|known| **known == *code),
        };
        if !is_known {
            let kind = DifferenceKind::UndocumentedErrorCode { code: difference::constant(code) };
            self.tell("errorCode".to_owned(), at.to_owned(), kind);
        }
    }

    fn value(&mut self, value: &Value, schema: &Schema, at: &At<'_>, path: &AnswerPath<'_>, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        let own = schema.at.as_deref().map(At::Root);
        let at = own.as_ref().unwrap_or(at);
        if value.is_null() {
            if !schema.null && !matches!(schema.is, Is::Any) {
                self.differs(path, at, DifferenceKind::Null);
            }
            return;
        }
        if !self.listed(value, &schema.one_of, at, path) {
            return;
        }
        match &schema.is {
            Is::Ref(name) => {
                let Some(target) = self.description.schemas.get(name) else { return };
                match target.is {
                    Is::Object(_) | Is::Union { .. } | Is::List(_) | Is::Ref(_) => {
                        self.value(value, target, &At::Component(name), path, depth + 1);
                    }
                    // What a value is is said where it is used: a list of values is a component only here.
                    _ => self.scalar(value, target, at, path),
                }
            }
            Is::List(items) => match value {
                Value::Array(values) => {
                    self.items(values, schema.bounds.as_deref(), at, path);
                    for value in values {
                        self.value(value, items, &At::Items(at), &AnswerPath::Item(path), depth + 1);
                    }
                }
                other => self.other_type(other, at, path),
            },
            Is::Object(fields) => match value {
                Value::Object(object) => self.object(object, fields, true, at, path, depth),
                other => self.other_type(other, at, path),
            },
            Is::Union { rows, shared } => match value {
                Value::Object(object) => self.union(object, rows, shared, at, path, depth),
                other => self.other_type(other, at, path),
            },
            _ => self.scalar(value, schema, at, path),
        }
    }

    /// Says whether the value is in its list, if it has one.
    fn listed(&mut self, value: &Value, list: &[Value], at: &At<'_>, path: &AnswerPath<'_>) -> bool {
        if list.is_empty() || list.contains(value) {
            return true;
        }
        if list.iter().any(|known| JsonType::of(known) == JsonType::of(value)) {
            let value = match value {
                Value::String(text) => difference::constant(text),
                other => difference::constant(&other.to_string()),
            };
            self.differs(path, at, DifferenceKind::UnknownEnumValue { value });
        } else {
            self.other_type(value, at, path);
        }
        false
    }

    fn other_type(&mut self, value: &Value, at: &At<'_>, path: &AnswerPath<'_>) {
        self.differs(path, at, DifferenceKind::OtherType { seen: JsonType::of(value) });
    }

    fn object(
        &mut self,
        object: &Map<String, Value>,
        fields: &ObjectFields,
        is_whole: bool,
        at: &At<'_>,
        path: &AnswerPath<'_>,
        depth: usize,
    ) {
        for name in fields.required.iter().filter(|name| !object.contains_key(&***name)) {
            self.differs(&AnswerPath::Field(path, name), &At::Property(at, name), DifferenceKind::MissingField);
        }
        for (key, value) in object {
            match (fields.fields.get(&**key), &fields.others) {
                (Some(field), _) => {
                    self.value(value, field, &At::Property(at, key), &AnswerPath::Field(path, key), depth + 1);
                }
                (None, Others::Of(values)) => {
                    self.value(value, values, &At::Others(at), &AnswerPath::Any(path), depth + 1)
                }
                (None, Others::Undescribed) if is_whole => {
                    let kind = DifferenceKind::UnknownField { seen: JsonType::of(value) };
                    self.differs(&AnswerPath::Field(path, key), at, kind);
                }
                (None, Others::Undescribed | Others::Any) => {}
            }
        }
    }

    /// As src/types/union/read.rs finds the branch.
    fn union(
        &mut self,
        object: &Map<String, Value>,
        rows: &[UnionRow],
        shared: &ObjectFields,
        at: &At<'_>,
        path: &AnswerPath<'_>,
        depth: usize,
    ) {
        let tells = |row: &&UnionRow| match &row.told_by {
            ToldBy::Tag(property, values) => {
                let tag = object.get(&**property).and_then(Value::as_str);
                tag.is_some_and(|tag| values.iter().any(|value| **value == *tag))
            }
            ToldBy::Keys(keys) => keys.iter().any(|key| object.get(&**key).is_some_and(|value| !value.is_null())),
            ToldBy::Otherwise => true,
        };
        if let Some(row) = rows.iter().find(tells).or_else(|| self.nearest(object, rows)) {
            if let Some((fields, branch)) = self.branch(row) {
                self.object(object, fields, true, &branch, path, depth);
            }
            return;
        }
        let tag = rows.iter().find_map(|row| match &row.told_by {
            ToldBy::Tag(property, _) => Some(&**property),
            ToldBy::Keys(_) | ToldBy::Otherwise => None,
        });
        match tag.map(|property| (property, object.get(property))) {
            Some((property, None)) => {
                self.differs(&AnswerPath::Field(path, property), at, DifferenceKind::MissingField);
            }
            Some((property, Some(Value::String(value)))) => {
                let kind = DifferenceKind::UnknownTag { value: difference::constant(value) };
                self.differs(&AnswerPath::Field(path, property), at, kind);
            }
            Some((property, Some(Value::Null))) => {
                self.differs(&AnswerPath::Field(path, property), at, DifferenceKind::Null);
            }
            Some((property, Some(other))) => self.other_type(other, at, &AnswerPath::Field(path, property)),
            None => self.differs(path, at, DifferenceKind::UnknownTag { value: None }),
        }
        self.object(object, shared, false, at, path, depth);
    }

    fn branch<'b>(&self, row: &'b UnionRow) -> Option<(&'d ObjectFields, At<'b>)>
    where
        'd: 'b,
    {
        match self.description.schemas.get(&row.branch)? {
            Schema { is: Is::Object(fields), at, .. } => {
                Some((fields, at.as_deref().map_or(At::Component(&row.branch), At::Root)))
            }
            _ => None,
        }
    }

    /// The fields that tell branches apart may be optional: an object without any of them is as described where it has all that
    /// some branch requires. Of several, the one with the most of its fields.
    fn nearest<'r>(&self, object: &Map<String, Value>, rows: &'r [UnionRow]) -> Option<&'r UnionRow> {
        let told_by_keys = rows.iter().all(|row| matches!(row.told_by, ToldBy::Keys(_)));
        let fitting = rows.iter().filter_map(|row| {
            let (fields, _) = self.branch(row)?;
            let is_whole = fields.required.iter().all(|name| object.contains_key(&**name));
            let unknown = object.keys().filter(|key| !fields.fields.contains_key(&***key)).count();
            is_whole.then_some((unknown, row))
        });
        fitting.min_by_key(|(unknown, _)| *unknown).map(|(_, row)| row).filter(|_| told_by_keys)
    }

    fn scalar(&mut self, value: &Value, schema: &Schema, at: &At<'_>, path: &AnswerPath<'_>) {
        if !self.listed(value, &schema.one_of, at, path) {
            return;
        }
        let bounds = schema.bounds.as_deref();
        match (&schema.is, value) {
            (Is::Integer { narrow }, Value::Number(number)) => {
                let whole = number.as_i64().or_else(|| number.as_u64().map(|_| i64::MAX));
                let fraction = number.as_f64().is_some_and(|number| number.fract() != 0.0);
                match whole {
                    None if fraction => self.other_type(value, at, path),
                    Some(whole) if *narrow && i32::try_from(whole).is_err() => {
                        self.differs(path, at, DifferenceKind::OutOfBounds { bound: "format" });
                    }
                    _ => self.number(number, bounds, at, path),
                }
            }
            (Is::Number, Value::Number(number)) => self.number(number, bounds, at, path),
            (Is::Text(format), Value::String(text)) => self.text(value, text, format, bounds, at, path),
            (Is::Bool, Value::Bool(_)) => {}
            (Is::Bool | Is::Integer { .. } | Is::Number | Is::Text(_), other) => self.other_type(other, at, path),
            (Is::Any | Is::Ref(_) | Is::List(_) | Is::Object(_) | Is::Union { .. }, _) => {}
        }
    }

    fn out_of(&mut self, bounds: &[(bool, &'static str)], at: &At<'_>, path: &AnswerPath<'_>) {
        for (_, bound) in bounds.iter().filter(|(is_broken, _)| *is_broken) {
            self.differs(path, at, DifferenceKind::OutOfBounds { bound });
        }
    }

    fn number(&mut self, number: &serde_json::Number, bounds: Option<&Bounds>, at: &At<'_>, path: &AnswerPath<'_>) {
        let Some(bounds) = bounds else { return };
        let text = number.to_string();
        let Ok(number) = text.parse::<Decimal>().or_else(|_| Decimal::from_scientific(&text)) else { return };
        let broken = [
            (bounds.minimum.is_some_and(|least| number < least), "minimum"),
            (bounds.maximum.is_some_and(|most| number > most), "maximum"),
            (bounds.more_than.is_some_and(|least| number <= least), "exclusiveMinimum"),
            (bounds.less_than.is_some_and(|most| number >= most), "exclusiveMaximum"),
            (
                bounds.multiple_of.is_some_and(|step| number.checked_rem(step).is_some_and(|rest| !rest.is_zero())),
                "multipleOf",
            ),
        ];
        self.out_of(&broken, at, path);
    }

    fn text(
        &mut self,
        value: &Value,
        text: &str,
        format: &str,
        bounds: Option<&Bounds>,
        at: &At<'_>,
        path: &AnswerPath<'_>,
    ) {
        let is_read = match format {
            "date-time" => Timestamp::deserialize(value).is_ok_and(|read| read.value().is_ok()),
            "date" => Date::deserialize(value).is_ok_and(|read| read.value().is_ok()),
            "uuid" => uuid::Uuid::try_parse(text).is_ok(),
            _ => true,
        };
        if !is_read {
            self.differs(path, at, DifferenceKind::OtherFormat { format: format.to_owned() });
        }
        let Some(bounds) = bounds else { return };
        let length = text.chars().count();
        let broken = [
            (bounds.min_length.is_some_and(|least| length < least), "minLength"),
            (bounds.max_length.is_some_and(|most| length > most), "maxLength"),
            (bounds.regex().is_some_and(|regex| !regex.is_match(text)), "pattern"),
        ];
        self.out_of(&broken, at, path);
    }

    fn items(&mut self, values: &[Value], bounds: Option<&Bounds>, at: &At<'_>, path: &AnswerPath<'_>) {
        let Some(bounds) = bounds else { return };
        let is_searched = bounds.unique_items && values.len() <= SEARCHED;
        let distinct = || values.iter().map(Value::to_string).collect::<HashSet<_>>().len();
        let broken = [
            (bounds.min_items.is_some_and(|least| values.len() < least), "minItems"),
            (bounds.max_items.is_some_and(|most| values.len() > most), "maxItems"),
            (is_searched && distinct() < values.len(), "uniqueItems"),
        ];
        self.out_of(&broken, at, path);
    }
}

impl AnswerPath<'_> {
    fn text(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Item(list) => format!("{}[]", list.text()),
            Self::Field(AnswerPath::Root, name) => difference::step(name).to_owned(),
            Self::Field(object, name) => format!("{}.{}", object.text(), difference::step(name)),
            Self::Any(AnswerPath::Root) => "*".to_owned(),
            Self::Any(map) => format!("{}.*", map.text()),
        }
    }
}

impl At<'_> {
    fn text(&self) -> String {
        let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
        match self {
            Self::Root(pointer) => (*pointer).to_owned(),
            Self::Component(name) => format!("/components/schemas/{}", escaped(name)),
            Self::Property(object, name) => format!("{}/properties/{}", object.text(), escaped(name)),
            Self::Items(list) => format!("{}/items", list.text()),
            Self::Others(map) => format!("{}/additionalProperties", map.text()),
        }
    }
}
