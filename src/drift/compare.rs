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
    /// An operation that the description does not have gives nothing, nor does a refusal that is not LinkCy's own: a
    /// gateway's 502 is no drift. Bodies of refusals are compared by their `errorCode`.
    pub fn compare(
        &self,
        operation: &'static OperationInfo,
        status: u16,
        content_type: Option<&str>,
        body: Option<&Value>,
    ) -> Vec<Difference> {
        let Some(answers) = self.operations.get(operation.id) else { return Vec::new() };
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
                let spot = Spot { outer: None, step: PathStep::Answer, schema: Some(Pointer::Whole(&at)), depth: 0 };
                comparison.value(body, schema, &spot)
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

/// A value of the answer, and the schema of it. Neither path nor pointer is written out unless something differs.
struct Spot<'s> {
    /// What holds the value; none for the answer as a whole.
    outer: Option<&'s Spot<'s>>,
    step: PathStep<'s>,
    /// Where the schema stands, unless that follows from the outer one's and the step.
    schema: Option<Pointer<'s>>,
    depth: usize,
}

/// The way from a value to one in it.
#[derive(Clone, Copy)]
enum PathStep<'s> {
    Answer,
    Field(&'s str),
    /// A field without a schema of its own.
    Undescribed(&'s str),
    Item,
    /// A value of a map, whose keys are values too.
    Value,
}

#[derive(Clone, Copy)]
enum Pointer<'s> {
    Whole(&'s str),
    Component(&'s str),
}

impl<'d> Comparison<'d> {
    fn tell(&mut self, path: String, schema: String, kind: DifferenceKind) {
        let difference = Difference { operation: self.operation, status: self.status, path, kind, schema };
        // The rows of a list often differ in the same way.
        if !self.found.contains(&difference) {
            self.found.push(difference);
        }
    }

    fn differs(&mut self, spot: &Spot<'_>, kind: DifferenceKind) {
        self.tell(spot.path(), spot.pointer(), kind);
    }

    fn media(&mut self, answer: &Answer, content_type: Option<&str>, has_body: bool, at: &str) {
        let Some(content_type) = content_type else { return };
        let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let fits = |known: &str| {
            known == essence
                || known == "*/*"
                || known.strip_suffix("/*").is_some_and(|kind| essence.split('/').next() == Some(kind))
        };
        // Where no media type is documented, a success with a body differs; a refusal with one does not.
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

    fn value(&mut self, value: &Value, schema: &Schema, spot: &Spot<'_>) {
        if spot.depth > DEEPEST {
            return;
        }
        let own = schema.at.as_deref().map(|at| spot.with(Pointer::Whole(at)));
        let spot = own.as_ref().unwrap_or(spot);
        if value.is_null() {
            if !schema.null && !matches!(schema.is, Is::Any) {
                self.differs(spot, DifferenceKind::Null);
            }
            return;
        }
        if !self.listed(value, &schema.one_of, spot) {
            return;
        }
        match (&schema.is, value) {
            (Is::Ref(name), _) => {
                let Some(target) = self.description.schemas.get(name) else { return };
                match target.is {
                    Is::Object(_) | Is::Union { .. } | Is::List(_) | Is::Ref(_) => {
                        let component = Spot { depth: spot.depth + 1, ..spot.with(Pointer::Component(name)) };
                        self.value(value, target, &component);
                    }
                    // Differences of a scalar point to where it is used: only this data makes a component of a list of
                    // values.
                    _ => self.scalar(value, target, spot),
                }
            }
            (Is::List(items), Value::Array(values)) => {
                self.items(values, schema.bounds.as_deref(), spot);
                for value in values {
                    self.value(value, items, &spot.inner(PathStep::Item));
                }
            }
            (Is::Object(fields), Value::Object(object)) => self.object(object, fields, true, spot),
            (Is::Union { rows, shared }, Value::Object(object)) => self.union(object, rows, shared, spot),
            (Is::List(_) | Is::Object(_) | Is::Union { .. }, other) => self.other_type(other, spot),
            _ => self.scalar(value, schema, spot),
        }
    }

    /// Says whether the value is in its list, if it has one.
    fn listed(&mut self, value: &Value, list: &[Value], spot: &Spot<'_>) -> bool {
        if list.is_empty() || list.contains(value) {
            return true;
        }
        if list.iter().any(|known| JsonType::of(known) == JsonType::of(value)) {
            let value = match value {
                Value::String(text) => difference::constant(text),
                other => difference::constant(&other.to_string()),
            };
            self.differs(spot, DifferenceKind::UnknownEnumValue { value });
        } else {
            self.other_type(value, spot);
        }
        false
    }

    fn other_type(&mut self, value: &Value, spot: &Spot<'_>) {
        self.differs(spot, DifferenceKind::OtherType { seen: JsonType::of(value) });
    }

    fn object(&mut self, object: &Map<String, Value>, fields: &ObjectFields, is_whole: bool, spot: &Spot<'_>) {
        for name in fields.required.iter().filter(|name| !object.contains_key(&***name)) {
            self.differs(&spot.inner(PathStep::Field(name)), DifferenceKind::MissingField);
        }
        for (key, value) in object {
            match (fields.fields.get(key), &fields.others) {
                (Some(field), _) => self.value(value, field, &spot.inner(PathStep::Field(key))),
                (None, Others::Of(values)) => self.value(value, values, &spot.inner(PathStep::Value)),
                (None, Others::Undescribed) if is_whole => {
                    let kind = DifferenceKind::UnknownField { seen: JsonType::of(value) };
                    self.differs(&spot.inner(PathStep::Undescribed(key)), kind);
                }
                (None, Others::Undescribed | Others::Any) => {}
            }
        }
    }

    /// Finds the branch as src/types/union/read.rs does.
    fn union(&mut self, object: &Map<String, Value>, rows: &[UnionRow], shared: &ObjectFields, spot: &Spot<'_>) {
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
                self.object(object, fields, true, &spot.with(branch));
            }
            return;
        }
        let tag = rows.iter().find_map(|row| match &row.told_by {
            ToldBy::Tag(property, _) => Some(&**property),
            ToldBy::Keys(_) | ToldBy::Otherwise => None,
        });
        let Some(property) = tag else {
            self.differs(spot, DifferenceKind::UnknownTag { value: None });
            return self.object(object, shared, false, spot);
        };
        let told = spot.inner(PathStep::Undescribed(property));
        match object.get(property) {
            None => self.differs(&told, DifferenceKind::MissingField),
            Some(Value::String(value)) => {
                self.differs(&told, DifferenceKind::UnknownTag { value: difference::constant(value) });
            }
            Some(Value::Null) => self.differs(&told, DifferenceKind::Null),
            Some(other) => self.other_type(other, &told),
        }
        self.object(object, shared, false, spot);
    }

    fn branch<'b>(&self, row: &'b UnionRow) -> Option<(&'d ObjectFields, Pointer<'b>)>
    where
        'd: 'b,
    {
        match self.description.schemas.get(&row.branch)? {
            Schema { is: Is::Object(fields), at, .. } => {
                Some((fields, at.as_deref().map_or(Pointer::Component(&row.branch), Pointer::Whole)))
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
            let unknown = object.keys().filter(|key| fields.fields.get(key).is_none()).count();
            is_whole.then_some((unknown, row))
        });
        fitting.min_by_key(|(unknown, _)| *unknown).map(|(_, row)| row).filter(|_| told_by_keys)
    }

    fn scalar(&mut self, value: &Value, schema: &Schema, spot: &Spot<'_>) {
        if !self.listed(value, &schema.one_of, spot) {
            return;
        }
        let bounds = schema.bounds.as_deref();
        match (&schema.is, value) {
            (Is::Integer { narrow }, Value::Number(number)) => {
                let whole = number.as_i64().or_else(|| number.as_u64().map(|_| i64::MAX));
                let fraction = number.as_f64().is_some_and(|number| number.fract() != 0.0);
                match whole {
                    None if fraction => self.other_type(value, spot),
                    Some(whole) if *narrow && i32::try_from(whole).is_err() => {
                        self.differs(spot, DifferenceKind::OutOfBounds { bound: "format" });
                    }
                    _ => self.number(number, bounds, spot),
                }
            }
            (Is::Number, Value::Number(number)) => self.number(number, bounds, spot),
            (Is::Text(format), Value::String(text)) => self.text(value, text, format, bounds, spot),
            (Is::Bool, Value::Bool(_)) => {}
            (Is::Bool | Is::Integer { .. } | Is::Number | Is::Text(_), other) => self.other_type(other, spot),
            (Is::Any | Is::Ref(_) | Is::List(_) | Is::Object(_) | Is::Union { .. }, _) => {}
        }
    }

    fn out_of(&mut self, bounds: &[(bool, &'static str)], spot: &Spot<'_>) {
        for (_, bound) in bounds.iter().filter(|(is_broken, _)| *is_broken) {
            self.differs(spot, DifferenceKind::OutOfBounds { bound });
        }
    }

    fn number(&mut self, number: &serde_json::Number, bounds: Option<&Bounds>, spot: &Spot<'_>) {
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
        self.out_of(&broken, spot);
    }

    fn text(&mut self, value: &Value, text: &str, format: &str, bounds: Option<&Bounds>, spot: &Spot<'_>) {
        let is_read = match format {
            "date-time" => Timestamp::deserialize(value).is_ok_and(|read| read.value().is_ok()),
            "date" => Date::deserialize(value).is_ok_and(|read| read.value().is_ok()),
            "uuid" => uuid::Uuid::try_parse(text).is_ok(),
            _ => true,
        };
        if !is_read {
            self.differs(spot, DifferenceKind::OtherFormat { format: format.to_owned() });
        }
        let Some(bounds) = bounds else { return };
        let length = text.chars().count();
        let broken = [
            (bounds.min_length.is_some_and(|least| length < least), "minLength"),
            (bounds.max_length.is_some_and(|most| length > most), "maxLength"),
            (bounds.regex().is_some_and(|regex| !regex.is_match(text)), "pattern"),
        ];
        self.out_of(&broken, spot);
    }

    fn items(&mut self, values: &[Value], bounds: Option<&Bounds>, spot: &Spot<'_>) {
        let Some(bounds) = bounds else { return };
        let is_searched = bounds.unique_items && values.len() <= SEARCHED;
        let distinct = || values.iter().map(Value::to_string).collect::<HashSet<_>>().len();
        let broken = [
            (bounds.min_items.is_some_and(|least| values.len() < least), "minItems"),
            (bounds.max_items.is_some_and(|most| values.len() > most), "maxItems"),
            (is_searched && distinct() < values.len(), "uniqueItems"),
        ];
        self.out_of(&broken, spot);
    }
}

impl<'s> Spot<'s> {
    /// A value in this one.
    fn inner(&'s self, step: PathStep<'s>) -> Self {
        Self { outer: Some(self), step, schema: None, depth: self.depth + 1 }
    }

    /// The same value by another schema.
    fn with(&self, schema: Pointer<'s>) -> Self {
        Self { outer: self.outer, step: self.step, schema: Some(schema), depth: self.depth }
    }

    /// The path to the value: `content[].status`.
    fn path(&self) -> String {
        let outer = self.outer.map(Self::path).unwrap_or_default();
        let name = match self.step {
            PathStep::Answer => return outer,
            PathStep::Item => return outer + "[]",
            PathStep::Field(name) | PathStep::Undescribed(name) => difference::step(name),
            PathStep::Value => "*",
        };
        // The answer's own fields have nothing before them.
        if self.outer.is_none_or(|outer| outer.outer.is_none()) { name.to_owned() } else { format!("{outer}.{name}") }
    }

    /// The JSON pointer to the schema.
    fn pointer(&self) -> String {
        let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
        let outer = || self.outer.map(Self::pointer).unwrap_or_default();
        match (self.schema, self.step) {
            (Some(Pointer::Whole(pointer)), _) => pointer.to_owned(),
            (Some(Pointer::Component(name)), _) => format!("/components/schemas/{}", escaped(name)),
            (None, PathStep::Field(name)) => format!("{}/properties/{}", outer(), escaped(name)),
            (None, PathStep::Item) => outer() + "/items",
            (None, PathStep::Value) => outer() + "/additionalProperties",
            (None, PathStep::Answer | PathStep::Undescribed(_)) => outer(),
        }
    }
}
