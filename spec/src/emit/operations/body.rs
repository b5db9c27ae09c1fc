//! Writes the bodies that progenitor has no words for: other media types than JSON, and forms.

use std::fmt::Write;

use super::arguments::file;
use crate::emit::raw;
use crate::model::{Presence, Scalar, Ty, TypedOperation};
use crate::work::Request;

/// A body that progenitor does not write.
pub(crate) fn added_body(out: &mut String, operation: &TypedOperation) {
    match (&operation.entry.request, &operation.body) {
        (Request::Json(media), Some(body)) if raw::json_body(operation).is_none() => {
            let media = media.as_deref().unwrap_or("application/json");
            let value = match body.required {
                true => format!("Some(&*self.{})", body.rust),
                false => format!("self.{}.as_deref()", body.rust),
            };
            let _ = writeln!(out, "            .json({media:?}, {value})");
        }
        (Request::Text(media), Some(body)) => {
            let value = match body.required {
                true => format!("Some(&self.{})", body.rust),
                false => format!("self.{}.as_ref()", body.rust),
            };
            let _ = writeln!(out, "            .text({media:?}, {value})");
        }
        (Request::Form, _) => {
            for field in &operation.form {
                let value = match field.presence {
                    Presence::Required => format!("Some(&self.{})", field.rust),
                    _ => format!("self.{}.as_ref()", field.rust),
                };
                let _ = writeln!(out, "            .field({:?}, {value})", field.json);
            }
        }
        _ => {}
    }
}

/// A multipart form: files, texts, and objects as parts of JSON.
pub(crate) fn form(out: &mut String, operation: &TypedOperation) {
    let Request::Multipart(encoding) = &operation.entry.request else { return };
    let _ = writeln!(
        out,
        "    #[inline]\n    fn form(&self) -> ::std::option::Option<crate::upload::Form> {{\n        let mut form = crate::upload::Form::default();"
    );
    for field in &operation.form {
        let json = &field.json;
        let media = encoding.get(json);
        let each = |value: &str| match file(&field.ty) {
            Some(true) => {
                format!("{}.iter().for_each(|file| form.file({json:?}, file));", value.trim_start_matches('&'))
            }
            Some(false) => format!("form.file({json:?}, {value});"),
            None if is_object(&field.ty) || media.is_some_and(|media| media.contains("json")) => {
                format!("form.json({json:?}, {value});")
            }
            None => format!("form.text({json:?}, {value});"),
        };
        let _ = match field.presence {
            Presence::Required => writeln!(out, "        {}", each(&format!("&self.{}", field.rust))),
            _ => writeln!(
                out,
                "        if let Some(value) = &self.{} {{\n            {}\n        }}",
                field.rust,
                each("value")
            ),
        };
    }
    let _ = writeln!(out, "        Some(form)\n    }}");
}

/// Written as a part of JSON: Spring reads an object from such a part.
fn is_object(ty: &Ty) -> bool {
    match ty {
        Ty::Named(_) | Ty::Map(_) | Ty::Page(_) => true,
        Ty::Scalar(scalar) => *scalar == Scalar::Json,
        Ty::List(inner) | Ty::Boxed(inner) | Ty::Maybe(inner) => is_object(inner),
    }
}
