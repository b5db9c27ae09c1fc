//! A choice between values of one kind of JSON is one value: two lists of texts are one list, a date or a time is a text, an
//! integer or a number is a number. In a parameter, where everything is a text, so are values of several kinds. A choice between
//! objects is left to the `unions` pass; any other is free JSON.

use serde_json::Value;

use crate::api::walk::{self, Position, Site};
use crate::api::{Api, Bounds, Kind, Schema, TextFormat};
use crate::finding::Finding;
use crate::work::Work;

const PASS: &str = "alternatives";

/// How deep choices of choices go.
const DEEPEST: usize = 8;

pub(super) fn run(work: &mut Work) {
    let before = work.api.clone();
    let (table, findings) = (&work.table, &mut work.findings);
    walk::every(
        &mut work.api,
        |operation| Work::id(table, &operation.endpoint),
        |site, schema| {
            let mut branches = Vec::new();
            flat(&before, schema, DEEPEST, &mut branches);
            if branches.iter().all(|branch| is_object(&before, branch)) {
                return;
            }
            let values: Vec<Schema> = branches.iter().map(|branch| target(&before, branch)).collect();
            let in_parameter = matches!(site.position, Position::Parameter(_)) && site.trail.len() == 1;
            let found = one_kind(&values).or_else(|| as_parameter(site, &values).filter(|_| in_parameter));
            schema.nullable |= values.iter().any(|value| value.nullable);
            let Some(kind) = found else {
                let what = match branches.iter().any(|branch| says_nothing(&before, branch)) {
                    true => "a choice with a form of which nothing is said",
                    false => "a choice between values of several kinds",
                };
                findings.push(
                    Finding::aside(PASS, "union-of-scalars", &schema.at, format!("{what}; it is read as free JSON"))
                        .or_free_json(&schema.at, "The values are of several kinds."),
                );
                schema.kind = Kind::Any;
                return;
            };
            schema.bounds = match values.split_first() {
                Some((first, others)) if others.iter().all(|other| other.bounds == first.bounds) => {
                    std::mem::take(&mut schema.bounds).and(first.bounds.clone())
                }
                // A value is good if it is good for one of them.
                _ => {
                    let problem = "the bounds differ from form to form and are not checked";
                    findings.push(Finding::note(PASS, "unchecked-keyword", &schema.at, problem));
                    Bounds::default()
                }
            };
            schema.kind = kind;
        },
    );
}

/// The branches of a choice, with those of choices inside.
fn flat<'a>(api: &'a Api, schema: &'a Schema, depth: usize, found: &mut Vec<Schema>) {
    let Kind::Union(union) = &schema.kind else { return };
    for branch in &union.branches {
        let target = api.target(branch);
        match &target.kind {
            Kind::Union(_) if depth > 0 => flat(api, target, depth - 1, found),
            _ => found.push(branch.clone()),
        }
    }
}

/// A branch that the `unions` pass can tell: an object with a name or with members.
fn is_object(api: &Api, branch: &Schema) -> bool {
    match &api.target(branch).kind {
        Kind::Object(_) => !says_nothing(api, branch),
        // A choice of itself.
        Kind::Union(_) | Kind::Ref(_) => true,
        _ => false,
    }
}

fn says_nothing(api: &Api, branch: &Schema) -> bool {
    match &api.target(branch).kind {
        Kind::Any => true,
        Kind::Object(object) => branch.reference().is_none() && object.is_empty(),
        _ => false,
    }
}

fn target(api: &Api, branch: &Schema) -> Schema {
    let target = api.target(branch);
    Schema { nullable: branch.nullable || target.nullable, ..target.clone() }
}

/// What holds each of them, where they are of one kind.
fn one_kind(branches: &[Schema]) -> Option<Kind> {
    let (first, others) = branches.split_first()?;
    if others.iter().all(|other| other.kind == first.kind) {
        return Some(first.kind.clone());
    }
    let all = |is: fn(&Kind) -> bool| branches.iter().all(|branch| is(&branch.kind));
    // An enum is open: a text that is none of its values is kept.
    if all(is_text) {
        let values = values(branches);
        return Some(if values.is_empty() { Kind::Text(TextFormat::Plain) } else { Kind::Enum(values) });
    }
    if all(|kind| matches!(kind, Kind::Enum(_))) {
        return Some(Kind::Enum(values(branches)));
    }
    if all(is_whole) {
        return Some(Kind::Integer { narrow: false });
    }
    all(is_number).then_some(Kind::Number)
}

/// A list or one item of it is the list; values of several kinds are a text.
fn as_parameter(site: &Site, branches: &[Schema]) -> Option<Kind> {
    if branches.iter().any(|branch| matches!(branch.kind, Kind::Object(_) | Kind::Union(_) | Kind::Any)) {
        return None;
    }
    let (lists, values): (Vec<&Schema>, Vec<&Schema>) =
        branches.iter().partition(|branch| matches!(branch.kind, Kind::List(_)));
    let in_query = site.position == Position::Parameter(crate::api::Place::Query);
    match lists.as_slice() {
        [] => Some(Kind::Text(TextFormat::Plain)),
        [list] if in_query => match &list.kind {
            Kind::List(items) if values.iter().all(|value| value.kind == items.items.kind) => Some(list.kind.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// Every value that one of them lists, each once.
fn values(branches: &[Schema]) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    for branch in branches {
        let Kind::Enum(values) = &branch.kind else { continue };
        for value in values {
            if !all.contains(value) {
                all.push(value.clone());
            }
        }
    }
    all
}

fn is_text(kind: &Kind) -> bool {
    match kind {
        // A file is no text, and a secret keeps its type.
        Kind::Text(format) => !matches!(format, TextFormat::Binary | TextFormat::Password),
        Kind::Enum(values) => values.iter().all(Value::is_string),
        _ => false,
    }
}

fn is_whole(kind: &Kind) -> bool {
    match kind {
        Kind::Integer { .. } => true,
        Kind::Enum(values) => values.iter().all(Value::is_i64),
        _ => false,
    }
}

fn is_number(kind: &Kind) -> bool {
    match kind {
        Kind::Number => true,
        Kind::Enum(values) => values.iter().all(Value::is_number),
        other => is_whole(other),
    }
}
