//! Says what an operation succeeds with: one answer, one that may be missing, or one for each status.

use crate::api::shape::shape;
use crate::api::{Api, Kind, Media, Response, Schema, TextFormat};
use crate::finding::Finding;
use crate::work::{Answer, AnswerBody, Work};

const PASS: &str = "responses";

pub(super) fn run(work: &mut Work) {
    let mut operations = std::mem::take(&mut work.api.operations);
    for operation in &mut operations {
        let Some(entry) = work.table.get_mut(&operation.endpoint) else { continue };
        let only_redirects =
            !operation.responses.is_empty() && operation.responses.keys().all(|status| status.starts_with('3'));
        if only_redirects {
            entry.redirect = true;
            entry.answers =
                vec![Answer { statuses: operation.responses.keys().cloned().collect(), body: AnswerBody::Nothing }];
            operation.responses.clear();
            continue;
        }
        operation.responses.retain(|status, _| !status.starts_with('3'));
        let mut shapes: Vec<String> = Vec::new();
        for (status, response) in &mut operation.responses {
            let body = chosen(&work.api, response, &mut |finding| work.findings.push(finding.of(&operation.endpoint)));
            let of_schema = response.content.first().and_then(|media| media.schema.as_ref());
            let shape =
                format!("{body:?} {}", of_schema.map(|schema| shape(schema, &str::to_owned)).unwrap_or_default());
            match shapes.iter().position(|known| *known == shape) {
                Some(place) => entry.answers[place].statuses.push(status.clone()),
                None => {
                    shapes.push(shape);
                    entry.answers.push(Answer { statuses: vec![status.clone()], body });
                }
            }
        }
        if entry.answers.is_empty() {
            entry.answers.push(Answer { statuses: vec!["2XX".into()], body: AnswerBody::Nothing });
        }
        // The first status of a shape stands for all.
        operation
            .responses
            .retain(|status, _| entry.answers.iter().any(|answer| answer.statuses.first() == Some(status)));
    }
    work.api.operations = operations;
}

/// Chooses the media type that the client reads, and leaves it alone in the response.
fn chosen(api: &Api, response: &mut Response, report: &mut dyn FnMut(Finding)) -> AnswerBody {
    let content = std::mem::take(&mut response.content);
    // Plain JSON first, then what ends in +json, then what says nothing, then the rest in its order.
    let rank = |media: &Media| match () {
        () if media.schema.is_none() && (media.is_json() || media.is_any()) => 8,
        () if is_binary(api, media) => 4,
        () if media.essence() == "application/json" => 0,
        () if media.is_json() => 1,
        () if media.is_any() => 2,
        () if media.essence() == "text/plain" || media.essence() == "plain/text" => 3,
        () if media.essence() == "text/event-stream" => 6,
        () => 5,
    };
    let Some(media) = content.into_iter().min_by_key(rank) else { return AnswerBody::Nothing };
    let body = match (&media.schema, media.is_json() || media.is_any()) {
        (None, true) => AnswerBody::Nothing,
        _ if is_binary(api, &media) => AnswerBody::Bytes(bytes_of(&media)),
        // Spring answers a bare text as it is, whatever it is asked for.
        (Some(schema), true) if media.is_any() && is_text(api, schema) => AnswerBody::Text,
        (Some(_), true) => AnswerBody::Json,
        (Some(schema), false) if media.essence() == "text/plain" && !is_word(api, schema) => {
            report(Finding::note(PASS, "json-as-text", &media.at, "what is no text, as plain text, is read as JSON"));
            AnswerBody::Json
        }
        (_, false) if ["text/plain", "plain/text"].contains(&media.essence().as_str()) => AnswerBody::Text,
        (schema, false) => {
            if let Some(schema) = schema
                && !is_word(api, schema)
            {
                let problem = format!("what is described as {} is given as bytes", media.name);
                report(Finding::aside(PASS, "unread-media", &media.at, problem).or_remove_at(
                    &media.at.child("schema"),
                    "The client gives the bytes: only JSON is read into types.",
                ));
            }
            AnswerBody::Bytes(media.name.clone())
        }
    };
    if body == AnswerBody::Json {
        response.content = vec![media];
    }
    body
}

fn bytes_of(media: &Media) -> String {
    match media.is_json() || media.is_any() {
        true => "application/octet-stream".into(),
        false => media.name.clone(),
    }
}

fn is_binary(api: &Api, media: &Media) -> bool {
    let schema = media.schema.as_ref();
    schema.is_some_and(|schema| matches!(api.target(schema).kind, Kind::Text(TextFormat::Binary)))
}

/// Its text stands for itself, without quotes.
fn is_word(api: &Api, schema: &Schema) -> bool {
    let is_list = |kind: &Kind| matches!(kind, Kind::Enum(values) if values.iter().all(serde_json::Value::is_string));
    is_text(api, schema) || is_list(&api.target(schema).kind)
}

fn is_text(api: &Api, schema: &Schema) -> bool {
    matches!(api.target(schema).kind, Kind::Text(_) | Kind::Any)
}
