//! What a method takes by position, and what is set by name.

use super::{TYPES, rust};
use crate::emit::written::{converted, taken_at};
use crate::model::{Field, Model, Presence, Scalar, Ty, TypedBody, TypedOperation};
use crate::work::Request;

/// Arguments of the method: path, what is required of the rest, without the body.
pub(crate) fn arguments(operation: &TypedOperation) -> Vec<&Field> {
    operation.fields().filter(|field| field.presence == Presence::Required).collect()
}

pub(crate) fn options(operation: &TypedOperation) -> impl Iterator<Item = &Field> {
    operation.fields().filter(|field| field.presence != Presence::Required)
}

/// A body that the method takes, and one that is set by name.
pub(crate) fn bodies(operation: &TypedOperation) -> (Option<&TypedBody>, Option<&TypedBody>) {
    match &operation.body {
        Some(body) if body.required => (Some(body), None),
        Some(body) => (None, Some(body)),
        None => (None, None),
    }
}

/// JSON bodies are taken by value or by reference, and need a lifetime.
pub(crate) fn borrows(operation: &TypedOperation) -> bool {
    operation.body.is_some() && matches!(operation.entry.request, Request::Json(_))
}

pub(crate) fn lifetime(operation: &TypedOperation) -> &'static str {
    if borrows(operation) { "<'c>" } else { "" }
}

pub(crate) fn body_type(operation: &TypedOperation, body: &TypedBody) -> String {
    match operation.entry.request {
        Request::Json(_) => format!("crate::call::Sent<'c, {}>", rust(&body.ty)),
        Request::Bytes(_) => "crate::Upload".into(),
        _ => "::std::string::String".into(),
    }
}

pub(crate) fn argument(ty: &Ty, model: &Model) -> String {
    match file(ty) {
        Some(true) => "impl ::std::iter::IntoIterator<Item = crate::Upload>".into(),
        Some(false) => "impl ::std::convert::Into<crate::Upload>".into(),
        None => taken_at(ty, TYPES, model),
    }
}

pub(crate) fn from_argument(ty: &Ty, name: &str, model: &Model) -> String {
    match file(ty) {
        Some(true) => format!("{name}.into_iter().collect()"),
        Some(false) => format!("{name}.into()"),
        None => converted(ty, name, model),
    }
}

/// A file, or a list of files.
pub(crate) fn file(ty: &Ty) -> Option<bool> {
    match ty {
        Ty::Scalar(Scalar::Binary) => Some(false),
        Ty::List(inner) if inner.is(&Scalar::Binary) => Some(true),
        _ => None,
    }
}

pub(crate) fn held(ty: &Ty) -> String {
    match file(ty) {
        Some(true) => "::std::vec::Vec<crate::Upload>".into(),
        Some(false) => "crate::Upload".into(),
        None => rust(ty),
    }
}
