//! Has progenitor write the client: one method for each operation over the prepared description.
//!
//! Every type that is not a plain scalar is replaced by ours, so that progenitor generates the calls
//! and nothing else; the description it sees is built from the model and holds no schema worth a type.

use std::collections::BTreeSet;

use progenitor_impl::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TypeImpl};
use quote::quote;
use serde_json::{Map, Value, json};

use crate::Error;
use crate::document::Pointer;
use crate::model::{Field, Model, Operation, Output, Presence, Ty};

const PASS: &str = "progenitor";

pub(super) fn write(model: &Model) -> Result<String, Error> {
    let mut replaced = BTreeSet::new();
    let document = document(model, &mut replaced);
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote!(crate::call::Attempt));
    for name in &replaced {
        let path = format!("crate::types::{name}");
        settings.with_replacement(name, path, [TypeImpl::Display].into_iter());
    }
    let fail =
        |error: String| Error::new(PASS, &Pointer::root(), error, "a pass should have settled this: please report it");
    let document: openapiv3::OpenAPI = serde_json::from_value(document).map_err(|error| fail(error.to_string()))?;
    let tokens = Generator::new(&settings).generate_tokens(&document).map_err(|error| fail(error.to_string()))?;
    Ok(tokens.to_string())
}

fn document(model: &Model, replaced: &mut BTreeSet<String>) -> Value {
    let mut paths = Map::new();
    for operation in &model.operations {
        let written = write_operation(operation, replaced);
        let item = paths.entry(&operation.endpoint.path).or_insert_with(|| json!({}));
        item[&operation.endpoint.method] = written;
    }
    let schemas: Map<String, Value> = replaced.iter().map(|name| (name.clone(), json!({ "type": "object" }))).collect();
    json!({
        "openapi": "3.0.3",
        "info": { "title": "LinkCy partner API", "version": model.version },
        "paths": paths,
        "components": { "schemas": schemas },
    })
}

fn write_operation(operation: &Operation, replaced: &mut BTreeSet<String>) -> Value {
    let mut parameters = Vec::new();
    for (place, fields) in [("path", &operation.path), ("query", &operation.query)] {
        parameters.extend(fields.iter().map(|field| parameter(place, field, replaced)));
    }
    let mut written = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "parameters": parameters,
        "responses": { "2XX": { "description": "" } },
    });
    let content = |schema: Value, media: &str| json!({ media: { "schema": schema } });
    match &operation.output {
        Output::Json(ty) => {
            written["responses"]["2XX"]["content"] = content(schema(ty, replaced), "application/json");
        }
        Output::Bytes => {
            let media = operation.entry.media.as_deref().unwrap_or("application/octet-stream");
            written["responses"]["2XX"]["content"] = content(binary(), media);
        }
        Output::Empty => {}
    }
    if let Some(body) = &operation.body {
        let content = content(schema(body, replaced), "application/json");
        written["requestBody"] = json!({ "required": true, "content": content });
    } else if operation.entry.multipart.is_some() {
        let content = content(binary(), "application/octet-stream");
        written["requestBody"] = json!({ "required": true, "content": content });
    }
    written
}

fn binary() -> Value {
    json!({ "type": "string", "format": "binary" })
}

fn parameter(place: &str, field: &Field, replaced: &mut BTreeSet<String>) -> Value {
    json!({
        "name": field.json,
        "in": place,
        "required": field.presence == Presence::Required,
        "schema": schema(&field.ty, replaced),
    })
}

fn schema(ty: &Ty, replaced: &mut BTreeSet<String>) -> Value {
    match ty {
        Ty::Plain(name) => match name.as_str() {
            "String" => json!({ "type": "string" }),
            "bool" => json!({ "type": "boolean" }),
            "i32" => json!({ "type": "integer", "format": "int32" }),
            "i64" => json!({ "type": "integer", "format": "int64" }),
            other => ours(other, replaced),
        },
        Ty::Named(name) => ours(name, replaced),
        Ty::List(inner) => json!({ "type": "array", "items": schema(inner, replaced) }),
        Ty::Map(inner) => json!({ "type": "object", "additionalProperties": schema(inner, replaced) }),
        Ty::Boxed(inner) | Ty::Page(inner) => schema(inner, replaced),
    }
}

fn ours(name: &str, replaced: &mut BTreeSet<String>) -> Value {
    replaced.insert(name.to_owned());
    crate::document::reference(name)
}
