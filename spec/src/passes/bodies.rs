//! Says how a request carries its body: as JSON, as one of the two forms, as text or as bytes.

use std::collections::BTreeMap;

use crate::api::{Api, Body, Kind, Media, Object, Schema, TextFormat};
use crate::finding::Finding;
use crate::work::{Request, Work};

const PASS: &str = "bodies";
const MULTIPART: &str = "multipart/form-data";
const FORM: &str = "application/x-www-form-urlencoded";

pub(super) fn run(work: &mut Work) {
    let mut operations = std::mem::take(&mut work.api.operations);
    for operation in &mut operations {
        let Some(mut body) = operation.body.take() else { continue };
        let mut report = |finding: Finding| work.findings.push(finding.of(&operation.endpoint));
        let request = chosen(&work.api, &mut body, &mut report);
        if let (Request::Multipart(_) | Request::Form, Some(media)) = (&request, body.content.first_mut()) {
            // A form is no type: its fields are arguments.
            let object = form(&work.api, media, &mut report);
            media.schema = Some(Schema::new(&media.at, Kind::Object(object)));
        }
        if request != Request::Nothing {
            operation.body = Some(body);
        }
        if let Some(entry) = work.table.get_mut(&operation.endpoint) {
            entry.request = request;
        }
    }
    work.api.operations = operations;
}

/// Chooses the media type that the client writes, and leaves it alone in the body.
fn chosen(api: &Api, body: &mut Body, report: &mut dyn FnMut(Finding)) -> Request {
    let content = std::mem::take(&mut body.content);
    let rank = |media: &Media| match () {
        () if media.essence() == "application/json" => 0,
        () if media.is_json() => 1,
        () if media.essence() == MULTIPART => 2,
        () if media.essence() == FORM => 3,
        () if media.is_any() => 4,
        () if media.essence().starts_with("text/") => 5,
        () => 6,
    };
    let Some(media) = content.into_iter().min_by_key(rank) else { return Request::Nothing };
    let target = media.schema.as_ref().map(|schema| &api.target(schema).kind);
    let essence = media.essence();
    let request = match target {
        _ if essence == MULTIPART || essence.starts_with("multipart/") => Request::Multipart(media.encoding.clone()),
        _ if essence == FORM => Request::Form,
        Some(Kind::Text(TextFormat::Binary)) if media.is_any() || media.is_json() => {
            Request::Bytes("application/octet-stream".into())
        }
        None if media.is_any() => Request::Bytes("application/octet-stream".into()),
        _ if media.is_json() || media.is_any() => {
            Request::Json((essence != "application/json" && media.is_json()).then(|| media.name.clone()))
        }
        _ if essence.starts_with("text/") => Request::Text(media.name.clone()),
        target => {
            if matches!(target, Some(Kind::Object(_) | Kind::Union(_))) {
                let problem = format!("an object as {} is taken as bytes", media.name);
                report(Finding::aside(PASS, "unwritten-media", &media.at, problem).or_remove_at(
                    &media.at.child("schema"),
                    "The client takes bytes: only JSON and forms are written.",
                ));
            }
            Request::Bytes(media.name.clone())
        }
    };
    if matches!(request, Request::Json(_)) && media.schema.is_none() {
        report(Finding::note(PASS, "no-schema", &media.at, "a JSON body without a schema is free JSON"));
        let schema = Schema::any(&media.at);
        body.content = vec![Media { schema: Some(schema), ..media }];
    } else {
        body.content = vec![media];
    }
    request
}

fn form(api: &Api, media: &Media, report: &mut dyn FnMut(Finding)) -> Object {
    let Some(schema) = &media.schema else { return Object::default() };
    if matches!(api.target(schema).kind, Kind::Union(_)) {
        report(Finding::note(PASS, "union-form", &media.at, "a form of several shapes: the fields of all are taken"));
    }
    match api.fields(schema) {
        Some(object) => object,
        None => {
            let problem = "a form that is not an object has one part, `file`";
            report(Finding::note(PASS, "form-without-fields", &media.at, problem));
            let file = Schema::new(&schema.at, Kind::Text(TextFormat::Binary));
            Object { properties: BTreeMap::from([("file".into(), file)]), ..Object::default() }
        }
    }
}
