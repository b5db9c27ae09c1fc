//! Writes the types: structs with how they are read and written, open enums, unions and ids as calls of the crate's
//! own macros, and for what is sent a constructor, setters and the check of its bounds.

mod areas;
mod check;
pub(crate) mod constructor;
mod record;
mod structs;
mod union;

use std::fmt::Write;

pub(crate) use areas::areas;
pub(crate) use check::{has_rule, rule};

use super::docs;
use super::written::rust;
use crate::model::{Model, Output, Shape, TypedOperation, Variant};

pub(crate) fn write(model: &Model) -> String {
    let mut out = String::new();
    let patterns = check::patterns(model);
    let checked = check::checked(model);
    let uses = docs::ty::uses(model);
    ids(&mut out, model);
    for (pattern, name) in &patterns {
        let _ = writeln!(out, "static {name}: Pattern = Pattern::new({pattern:?});");
    }
    for (name, ty) in &model.types {
        let text = docs::ty::docs(name, ty, &uses);
        if let Some(same) = &ty.same_as {
            let _ = writeln!(out, "\n{}pub type {name} = {same};", docs::markup("///", &text));
            if let Shape::Struct(found) = &ty.shape
                && ty.sent
                && constructor::is_named(&found.fields, model)
            {
                let _ =
                    writeln!(out, "/// The required fields of [`{name}`].\npub type {name}Required = {same}Required;");
            }
            continue;
        }
        match &ty.shape {
            Shape::Struct(found) => {
                structs::StructWriter { model, name, ty, found, patterns: &patterns, checked: &checked, text: &text }
                    .write(&mut out);
            }
            Shape::Enum(variants) => open_enum(&mut out, name, &text, variants),
            Shape::Union(union) => union::union(&mut out, model, name, ty, union, &checked, &text),
            Shape::Alias(of) => {
                let _ = writeln!(out, "\n{}pub type {name} = {};", docs::markup("///", &text), rust(of));
            }
        }
    }
    for operation in &model.operations {
        if let Output::ByStatus(name, rows) = &operation.output {
            by_status(&mut out, operation, name, rows);
        }
    }
    out
}

fn ids(out: &mut String, model: &Model) {
    if model.ids.is_empty() {
        return;
    }
    let _ = writeln!(out, "ids! {{");
    for id in &model.ids {
        let _ = writeln!(out, "    /// Identifies {} (UUID).\n    {id},", docs::field::identified(id));
    }
    let _ = writeln!(out, "}}");
    for (wide, narrower) in &model.widening {
        for narrow in narrower {
            let _ = writeln!(
                out,
                "impl From<{narrow}> for {wide} {{\n    #[inline]\n    fn from(id: {narrow}) -> Self {{\n        Self::from(AnyId::from(id))\n    }}\n}}"
            );
        }
    }
}

fn open_enum(out: &mut String, name: &str, text: &str, variants: &[Variant]) {
    let _ = writeln!(out, "\nopen_enum! {{\n{}    pub enum {name} {{", docs::markup("    ///", text));
    for variant in variants {
        if variant.rust == "ReportedUnknown" {
            out.push_str("        /// LinkCy itself sent this text; a value that this version lacks is `Unknown`.\n");
        }
        let _ = writeln!(out, "        {} = {:?},", variant.rust, variant.json);
    }
    let _ = writeln!(out, "    }}\n}}");
}

/// The answer of an operation that succeeds in several ways.
fn by_status(out: &mut String, operation: &TypedOperation, name: &str, rows: &[(String, Vec<String>, Output)]) {
    let _ = writeln!(
        out,
        "\n/// What `{}` gives, by the status of the answer.\n#[cfg(feature = \"client\")]\n#[derive(Clone, Debug, PartialEq)]\n#[non_exhaustive]\n#[allow(clippy::large_enum_variant)]\npub enum {name} {{",
        operation.entry.name()
    );
    for (variant, statuses, output) in rows {
        let held = match output {
            Output::Json(ty) => format!("({})", rust(ty)),
            Output::Text => "(String)".into(),
            Output::Bytes => "(bytes::Bytes)".into(),
            _ => String::new(),
        };
        let _ = writeln!(out, "    /// Status {}.\n    {variant}{held},", statuses.join(", "));
    }
    let _ = writeln!(out, "}}");
}
