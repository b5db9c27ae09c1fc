//! Makes one operation of the model.

use std::collections::BTreeSet;

use super::build::Builder;
use super::{Field, Output, Place, Presence, Scalar, Ty, TypedBody, TypedOperation, TypedParameter};
use crate::api::{self, Kind};
use crate::names::{ident, words};
use crate::work::{AnswerBody, Entry, Request};

pub(super) fn build(builder: &Builder<'_>, operation: &api::Operation) -> Option<TypedOperation> {
    let entry = builder.work.table.get(&operation.endpoint)?;
    let mut parameters: Vec<TypedParameter> =
        operation.parameters.iter().map(|parameter| self::parameter(builder, parameter)).collect();
    // Path parameters stand first, in the order of the template; the others by name, whatever their order in the file.
    parameters.sort_by(|one, other| {
        let rank = |parameter: &TypedParameter| parameter.place;
        rank(one).cmp(&rank(other)).then_with(|| match one.place {
            Place::Path => std::cmp::Ordering::Equal,
            _ => one.field.json.cmp(&other.field.json),
        })
    });
    let mut form = self::form(builder, operation, entry);
    let mut body = self::body(builder, operation, entry);
    distinct(&mut parameters, &mut form, &mut body);
    Some(TypedOperation {
        endpoint: operation.endpoint.clone(),
        at: operation.at.clone(),
        id: entry.id(),
        area: builder.work.names.area(&entry.handle).map(str::to_owned),
        summary: operation.summary.clone(),
        description: operation.description.clone(),
        deprecated: operation.deprecated,
        role: builder.work.names.roles.get(&entry.listed).cloned(),
        replacement: builder.work.names.replacements.get(&entry.listed).cloned(),
        successes: successes(operation),
        parameters,
        form,
        body,
        output: self::output(builder, operation, entry),
        entry: entry.clone(),
    })
}

/// The words of the successes; those of HTTP itself say nothing.
fn successes(operation: &api::Operation) -> Vec<(String, String)> {
    const OF_HTTP: [&str; 8] =
        ["", "ok", "created", "accepted", "no content", "success", "successful operation", "default response"];
    let words = operation.responses.iter().map(|(status, response)| (status.clone(), response.description.trim()));
    words
        .filter(|(_, words)| !OF_HTTP.contains(&words.to_lowercase().as_str()))
        .map(|(status, words)| (status, words.to_owned()))
        .collect()
}

fn parameter(builder: &Builder<'_>, parameter: &api::Parameter) -> TypedParameter {
    let presence = if parameter.required { Presence::Required } else { Presence::Optional };
    let name = crate::api::read::plain_name(&parameter.name);
    let mut field = builder.field(&parameter.name, ident::field(name), &parameter.schema, presence);
    field.constant = None;
    field.deprecated |= parameter.deprecated;
    if field.doc.is_empty() || !parameter.description.is_empty() {
        field.doc.clone_from(&parameter.description);
    }
    // A header's or a cookie's value is text; bytes have no place in an address.
    if field.ty.is(&Scalar::Binary) {
        field.ty = Ty::Scalar(Scalar::Text);
    }
    TypedParameter { place: parameter.place, style: parameter.style, field }
}

fn form(builder: &Builder<'_>, operation: &api::Operation, entry: &Entry) -> Vec<Field> {
    if !matches!(entry.request, Request::Multipart(_) | Request::Form) {
        return Vec::new();
    }
    let schema = operation.body.iter().flat_map(|body| &body.content).find_map(|media| media.schema.as_ref());
    match schema.map(|schema| &schema.kind) {
        Some(Kind::Object(object)) => {
            let mut fields = builder.fields(object, false);
            for field in &mut fields {
                field.constant = None;
                if entry.request == Request::Form && field.ty.scalar() == Some(&Scalar::Binary) {
                    field.ty = Ty::Scalar(Scalar::Text);
                }
            }
            fields
        }
        _ => Vec::new(),
    }
}

fn body(builder: &Builder<'_>, operation: &api::Operation, entry: &Entry) -> Option<TypedBody> {
    let body = operation.body.as_ref()?;
    let schema = body.content.first().and_then(|media| media.schema.as_ref());
    let ty = match (&entry.request, schema) {
        (Request::Json(_), Some(schema)) => builder.held(schema),
        (Request::Json(_), None) => Ty::Scalar(Scalar::Json),
        (Request::Text(_), _) => Ty::Scalar(Scalar::Text),
        (Request::Bytes(_), _) => Ty::Scalar(Scalar::Binary),
        (Request::Nothing | Request::Multipart(_) | Request::Form, _) => return None,
    };
    Some(TypedBody { required: body.required, doc: body.description.clone(), rust: "body".into(), ty })
}

/// Each argument and option of a call has a name of its own.
fn distinct(parameters: &mut [TypedParameter], form: &mut [Field], body: &mut Option<TypedBody>) {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut one = |field: &mut Field, suffix: &str| {
        let plain = match field.presence {
            Presence::Required => field.rust.clone(),
            _ => ident::option(&field.rust),
        };
        let mut name = plain.clone();
        if taken.contains(&name) && !suffix.is_empty() {
            name = format!("{plain}_{suffix}");
        }
        field.rust = ident::free(&name, |name| taken.contains(name));
        taken.insert(field.rust.clone());
    };
    // What is written into the address first, so that a header of the same name gets the longer one.
    for parameter in parameters.iter_mut() {
        let suffix = match parameter.place {
            Place::Path => "",
            Place::Query => "query",
            Place::Header => "header",
            Place::Cookie => "cookie",
        };
        one(&mut parameter.field, suffix);
    }
    form.iter_mut().for_each(|field| one(field, "field"));
    if let Some(body) = body {
        body.rust = ident::free("body", |name| taken.contains(name));
    }
}

fn output(builder: &Builder<'_>, operation: &api::Operation, entry: &Entry) -> Output {
    let of = |answer: &crate::work::Answer| match &answer.body {
        AnswerBody::Nothing => Output::Empty,
        AnswerBody::Text => Output::Text,
        AnswerBody::Bytes(_) => Output::Bytes,
        AnswerBody::Json => {
            let status = answer.statuses.first();
            let response = status.and_then(|status| operation.responses.get(status));
            let schema = response.and_then(|response| response.content.first()?.schema.as_ref());
            schema.map_or(Output::Empty, |schema| Output::Json(builder.held(schema)))
        }
    };
    match entry.answers.as_slice() {
        [] => Output::Empty,
        [only] => of(only),
        [one, other] if one.body == AnswerBody::Nothing || other.body == AnswerBody::Nothing => {
            let value = if one.body == AnswerBody::Nothing { other } else { one };
            Output::Maybe(Box::new(of(value)))
        }
        several => {
            let name = format!("{}Answer", words::every(&entry.id()).concat());
            let mut taken = BTreeSet::new();
            let rows = several.iter().map(|answer| {
                let status = answer.statuses.first().map(String::as_str).unwrap_or_default();
                let variant = ident::free(&of_status(status), |name| taken.contains(name));
                taken.insert(variant.clone());
                (variant, answer.statuses.clone(), of(answer))
            });
            Output::ByStatus(name, rows.collect())
        }
    }
}

fn of_status(status: &str) -> String {
    match status {
        "200" => "Ok".into(),
        "201" => "Created".into(),
        "202" => "Accepted".into(),
        "203" => "NonAuthoritative".into(),
        "204" => "NoContent".into(),
        "205" => "ResetContent".into(),
        "206" => "PartialContent".into(),
        "207" => "MultiStatus".into(),
        "default" => "Other".into(),
        other => format!("Status{}", ident::variant(other).trim_start_matches('N')),
    }
}
