//! Sets aside what is not JSON: a multipart form becomes a raw body, its fields go into the table for
//! the hand-written method; a success body of another media type is read as bytes.

use serde_json::{Value, json};

use crate::Error;
use crate::document::target;
use crate::work::Work;

const PASS: &str = "bodies";
const JSON: &str = "application/json";
const MULTIPART: &str = "multipart/form-data";

pub(super) fn run(work: &mut Work) -> Result<(), Error> {
    let table = &mut work.operations;
    work.document.try_operations(|endpoint, operation| {
        let Some(entry) = table.get_mut(endpoint) else {
            return Ok(());
        };
        let pointer = endpoint.pointer();
        if let Some(content) = operation.pointer_mut("/requestBody/content") {
            let media: Vec<String> =
                content.as_object().map(|content| content.keys().cloned().collect()).unwrap_or_default();
            let pointer = pointer.child("requestBody").child("content");
            if let Some(json) = media.iter().find(|media| is_json(media)) {
                let json = content[json].clone();
                if json["schema"].is_null() {
                    return Err(Error::new(PASS, &pointer, "a JSON body without a schema", "add it in overlay.yaml"));
                }
                *content = json!({ JSON: { "schema": json["schema"] } });
            } else if let Some(form) = media.iter().find(|media| *media == MULTIPART) {
                entry.multipart = target(&content[form]["schema"]).map(str::to_owned);
                if entry.multipart.is_none() {
                    return Err(Error::new(
                        PASS,
                        &pointer.child(MULTIPART),
                        "a multipart form that is no component",
                        "move its schema to components in overlay.yaml",
                    ));
                }
                // The form's schema stays reachable, so that its types are made.
                operation["x-form"] = content[form]["schema"].clone();
                operation["requestBody"] = json!({
                    "required": true,
                    "content": { "application/octet-stream": { "schema": { "type": "string", "format": "binary" } } },
                });
            } else {
                return Err(Error::new(
                    PASS,
                    &pointer,
                    format!("a request body of {}", media.join(", ")),
                    "only JSON and multipart forms are known: see CONTRIBUTING.md on adding a pass",
                ));
            }
        }
        let Some(Value::Object(content)) = operation.pointer_mut("/responses/2XX/content") else {
            return Ok(());
        };
        if let Some(json) = content.keys().find(|media| is_json(media)).cloned() {
            let schema = content[&json]["schema"].clone();
            content.clear();
            if !schema.is_null() {
                content.insert(JSON.into(), json!({ "schema": schema }));
            }
        } else if let Some(media) = content.keys().next().cloned() {
            content.clear();
            content.insert(media.clone(), json!({ "schema": { "type": "string", "format": "binary" } }));
            entry.media = Some(media);
        }
        Ok(())
    })
}

/// `application/json` with or without parameters; springdoc's `*/*` means JSON too.
fn is_json(media: &str) -> bool {
    let media = media.split(';').next().unwrap_or_default().trim();
    media == JSON || media.ends_with("+json") || media == "*/*"
}
