//! Writes the table by which tests reach every type: by its name, by the vendor's name for it, and by the
//! operation that sends or receives it. Only tests include it, so users do not compile it.
//!
//! It is one call of a macro `shapes!`, which the including test defines.

use std::fmt::Write;

use crate::emit::written::written;
use crate::model::{Model, Output, Ty};

pub(crate) fn write(model: &Model) -> String {
    let mut out = String::from("shapes! {\n    types {\n");
    for name in model.types.keys() {
        let _ = writeln!(out, "        {name:?} => types::{name},");
    }
    out.push_str("    }\n    origins {\n");
    for (vendor, name) in &model.origins {
        let _ = writeln!(out, "        {vendor:?} => {name:?},");
    }
    let json =
        |operation: &crate::model::TypedOperation| matches!(operation.entry.request, crate::work::Request::Json(_));
    let bodies = model
        .operations
        .iter()
        .map(|operation| (operation, operation.body.as_ref().filter(|_| json(operation)).map(|body| &body.ty)));
    out.push_str("    }\n    requests {\n");
    by_operation(&mut out, bodies.map(|(operation, body)| (operation.endpoint.to_string(), body)));
    let answers = model.operations.iter().map(|operation| match &operation.output {
        Output::Json(ty) => (operation.endpoint.to_string(), Some(ty)),
        _ => (operation.endpoint.to_string(), None),
    });
    out.push_str("    }\n    answers {\n");
    by_operation(&mut out, answers);
    out.push_str("    }\n}\n");
    out
}

fn by_operation<'m>(out: &mut String, rows: impl Iterator<Item = (String, Option<&'m Ty>)>) {
    for (operation, ty) in rows {
        if let Some(ty) = ty {
            let _ = writeln!(out, "        {operation:?} => {},", written(ty, "types::"));
        }
    }
}
