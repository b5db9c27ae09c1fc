//! Says of each number, date, id and text which Rust type reads it: amounts exactly, dates leniently,
//! ids by what they identify, secrets so that they are never shown.

use heck::ToPascalCase;
use serde_json::{Value, json};

use crate::Error;
use crate::document::Site;
use crate::names::Names;
use crate::work::Work;

const PASS: &str = "scalars";

/// The extension that carries the decision.
pub(crate) const RUST: &str = "x-rust";

pub(super) fn run(work: &mut Work) -> Result<(), Error> {
    let names = &work.names;
    work.document.try_schemas(|site, schema| {
        if let Some(rust) = rust_type(names, site, schema)? {
            schema[RUST] = json!(rust);
        }
        Ok(())
    })
}

fn rust_type(names: &Names, site: &Site, schema: &Value) -> Result<Option<String>, Error> {
    let format = schema["format"].as_str().unwrap_or_default();
    let rust = match schema["type"].as_str() {
        Some("boolean") => "bool".into(),
        Some("integer") if format == "int32" => "i32".into(),
        Some("integer") => "i64".into(),
        Some("number") => "Amount".into(),
        Some("string") if schema.get("enum").is_some() => return Ok(None),
        Some("string") => match format {
            "uuid" => id(names, site),
            "date-time" => "Timestamp".into(),
            "date" => "Date".into(),
            "binary" => "Binary".into(),
            _ => text(names, site),
        },
        Some("array") if schema["items"].is_object() => return Ok(None),
        Some("object") | None => {
            let composite = ["properties", "anyOf", "oneOf", "$ref"];
            if composite.iter().any(|key| schema.get(key).is_some()) {
                return Ok(None);
            }
            "Json".into()
        }
        Some(other) => {
            return Err(Error::new(
                PASS,
                &site.pointer,
                format!("a schema of type `{other}` that cannot be read"),
                "correct it in overlay.yaml",
            ));
        }
    };
    Ok(Some(rust))
}

fn text(names: &Names, site: &Site) -> String {
    match site.property() {
        Some(property) if names.text.secret.has(property) => "Secret".into(),
        Some(property) if names.text.duration.has(property) => "Duration".into(),
        Some(property) if names.text.link.has(property) => "Link".into(),
        _ => "String".into(),
    }
}

/// An id is named after what it identifies: by its property, and for a plain `id` by its schema.
fn id(names: &Names, site: &Site) -> String {
    let property = site.property().unwrap_or("id");
    if let Some(name) = names.ids.properties.get(property) {
        return name.clone();
    }
    if property != "id" {
        let singular = property.strip_suffix("Ids").map(|stem| format!("{stem}Id"));
        let name = singular.as_deref().unwrap_or(property).to_pascal_case();
        // A code that happens to be a UUID identifies nothing.
        return if name.ends_with("Id") { name } else { "Uuid".into() };
    }
    match names.ids.subjects.longest_beginning(&site.owner) {
        Some(name) => name.clone(),
        None => format!("{}Id", super::types::stem(&site.owner)),
    }
}
