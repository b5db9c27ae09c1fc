//! What the description says of answers, as the client compares them with it when they arrive: statuses, media types, error
//! codes and schemas.
//!
//! It is taken from the schemas that the passes leave, not from the Rust types: a type no longer tells required from nullable.
//! src/drift/compare.rs of the client reads it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use crate::api::{self, Bounds, Kind, Object, Values};
use crate::pointer::Pointer;
use crate::work::{self, AnswerBody, Work};

/// All of it.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Answers {
    version: String,
    /// By the operation's id, then by status as documented: `200`, `2XX`, `default`.
    operations: BTreeMap<String, BTreeMap<String, AnswerShape>>,
    /// Component schemas that answers reach.
    schemas: BTreeMap<String, AnswerSchema>,
}

#[derive(Debug, Clone, Default, Serialize)]
struct AnswerShape {
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    media: BTreeSet<String>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    codes: BTreeSet<String>,
    /// Of a success that is JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<AnswerSchema>,
}

#[derive(Debug, Clone, Serialize)]
struct AnswerSchema {
    at: Pointer,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    null: bool,
    #[serde(skip_serializing_if = "Bounds::is_empty")]
    bounds: Bounds,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    one_of: Vec<Value>,
    #[serde(flatten)]
    is: Is,
}

/// What a value is, and what of: `"is": "list", "of": ..`.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "is", content = "of", rename_all = "snake_case")]
enum Is {
    Any,
    /// A component, by its key.
    Ref(String),
    Bool,
    /// A whole number; of 32 bits where it says so.
    Integer {
        narrow: bool,
    },
    Number,
    /// A text, with its format where a type reads it.
    Text(&'static str),
    List(Box<AnswerSchema>),
    Object(Fields),
    Union {
        rows: Vec<AnswerUnionRow>,
        /// The fields that every branch has.
        shared: Fields,
    },
}

#[derive(Debug, Clone, Serialize)]
struct Fields {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<String, AnswerSchema>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    required: BTreeSet<String>,
    others: Others,
}

/// What an object may hold beside its fields.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
enum Others {
    Undescribed,
    Any,
    Of(Box<AnswerSchema>),
}

#[derive(Debug, Clone, Serialize)]
struct AnswerUnionRow {
    #[serde(flatten)]
    told_by: work::ToldBy,
    branch: String,
}

pub(super) fn build(work: &Work) -> Answers {
    let mut answers = Answers { version: work.api.version.clone(), ..Answers::default() };
    let mut open = BTreeSet::new();
    for operation in &work.api.operations {
        let Some(entry) = work.table.get(&operation.endpoint) else { continue };
        let of_status = |status: &String| {
            let media = entry.documented.get(status).cloned().unwrap_or_default();
            AnswerShape { media, codes: entry.errors.get(status).cloned().unwrap_or_default(), schema: None }
        };
        let mut statuses: BTreeMap<String, AnswerShape> =
            entry.documented.keys().map(|status| (status.clone(), of_status(status))).collect();
        for answer in entry.answers.iter().filter(|answer| answer.body == AnswerBody::Json) {
            let response = answer.statuses.first().and_then(|status| operation.responses.get(status));
            let Some(found) = response.and_then(|response| response.content.first()?.schema.as_ref()) else { continue };
            for status in &answer.statuses {
                statuses.entry(status.clone()).or_default().schema = Some(schema(work, found, &mut open));
            }
        }
        answers.operations.insert(entry.id(), statuses);
    }
    while let Some(name) = open.pop_first() {
        if !answers.schemas.contains_key(&name)
            && let Some(found) = work.api.schemas.get(&name)
        {
            let read = component(work, &name, found, &mut open);
            answers.schemas.insert(name, read);
        }
    }
    answers
}

impl Answers {
    /// Without the operations whose area is off, and what only they reach.
    pub(super) fn keep(&mut self, is_on: impl Fn(&str) -> bool) {
        self.operations.retain(|id, _| is_on(id));
        let all = std::mem::take(&mut self.schemas);
        let mut open: Vec<&str> = Vec::new();
        let answers = self.operations.values().flat_map(BTreeMap::values);
        answers.filter_map(|answer| answer.schema.as_ref()).for_each(|schema| schema.names(&mut open));
        let mut kept = BTreeSet::new();
        while let Some(name) = open.pop() {
            if kept.insert(name.to_owned())
                && let Some(schema) = all.get(name)
            {
                schema.names(&mut open);
            }
        }
        self.schemas = all.into_iter().filter(|(name, _)| kept.contains(name)).collect();
    }
}

impl AnswerSchema {
    /// The components it refers to.
    fn names<'s>(&'s self, into: &mut Vec<&'s str>) {
        match &self.is {
            Is::Ref(name) => into.push(name),
            Is::List(items) => items.names(into),
            Is::Object(fields) => fields.names(into),
            Is::Union { rows, shared } => {
                into.extend(rows.iter().map(|row| row.branch.as_str()));
                shared.names(into);
            }
            Is::Any | Is::Bool | Is::Integer { .. } | Is::Number | Is::Text(_) => {}
        }
    }
}

impl Fields {
    fn names<'s>(&'s self, into: &mut Vec<&'s str>) {
        self.fields.values().for_each(|field| field.names(into));
        if let Others::Of(values) = &self.others {
            values.names(into);
        }
    }
}

fn component(work: &Work, name: &str, found: &api::Schema, open: &mut BTreeSet<String>) -> AnswerSchema {
    let mut read = schema(work, found, open);
    if let Some(decision) = work.unions.get(name) {
        let rows: Vec<AnswerUnionRow> = decision
            .rows
            .iter()
            .map(|row| AnswerUnionRow { told_by: row.told_by.clone(), branch: row.branch.clone() })
            .collect();
        open.extend(rows.iter().map(|row| row.branch.clone()));
        read.is = Is::Union { rows, shared: fields(work, &decision.shared, open) };
    }
    read
}

fn schema(work: &Work, found: &api::Schema, open: &mut BTreeSet<String>) -> AnswerSchema {
    use api::Scalar;
    let mut one_of = found.about.one_of.clone();
    let is = match &found.kind {
        Kind::Ref(name) => {
            open.insert(name.clone());
            Is::Ref(name.clone())
        }
        Kind::Enum(values) => {
            one_of.clone_from(values);
            Is::Text("")
        }
        Kind::List(list) => Is::List(Box::new(schema(work, &list.items, open))),
        Kind::Object(object) => Is::Object(fields(work, object, open)),
        Kind::Scalar(scalar) => match scalar {
            Scalar::Bool => Is::Bool,
            Scalar::I32 => Is::Integer { narrow: true },
            Scalar::I64 => Is::Integer { narrow: false },
            Scalar::Amount => Is::Number,
            Scalar::Timestamp => Is::Text("date-time"),
            Scalar::Date => Is::Text("date"),
            Scalar::Uuid | Scalar::Id(_) => Is::Text("uuid"),
            // A duration is one by names.toml as a rule: the description says no more than that it is a text.
            Scalar::Duration | Scalar::Text | Scalar::Secret | Scalar::Link | Scalar::Typed(_) => Is::Text(""),
            Scalar::Json | Scalar::Binary => Is::Any,
        },
        Kind::Bool => Is::Bool,
        Kind::Integer { narrow } => Is::Integer { narrow: *narrow },
        Kind::Number => Is::Number,
        Kind::Text(_) => Is::Text(""),
        Kind::Any | Kind::Union(_) | Kind::All(_) => Is::Any,
    };
    let null = found.nullable || work.api.target(found).nullable;
    AnswerSchema { at: found.at.clone(), null, bounds: found.bounds.clone(), one_of, is }
}

fn fields(work: &Work, object: &Object, open: &mut BTreeSet<String>) -> Fields {
    let read = object.properties.iter().map(|(name, property)| (name.clone(), schema(work, property, open)));
    let read: BTreeMap<String, AnswerSchema> = read.collect();
    let is_answered = |name: &&String| object.properties.get(*name).is_some_and(|field| !field.about.write_only);
    let others = match &object.values {
        // An object without properties says nothing of what it holds.
        Values::Unsaid | Values::None if object.properties.is_empty() => Others::Any,
        Values::Unsaid | Values::None => Others::Undescribed,
        Values::Any => Others::Any,
        Values::Of(values) => Others::Of(Box::new(schema(work, values, open))),
    };
    Fields { fields: read, required: object.required.iter().filter(is_answered).cloned().collect(), others }
}
