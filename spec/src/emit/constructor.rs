//! Writes how a request is made: `new` takes what is required, setters the rest.
//!
//! No two arguments that a text could stand for are side by side: where there would be two, `new` takes a struct of named fields
//! instead, so that nothing can be swapped silently and the compiler says what is missing.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::types::{converted, rust, taken};
use super::{describe, doc};
use crate::model::{Constant, Field, Model, Presence, Scalar, Ty};
use crate::names::ident;

/// More arguments than this are named, too.
const MOST: usize = 4;

/// The fields that a caller has to give.
pub(super) fn given(fields: &[Field]) -> Vec<&Field> {
    fields.iter().filter(|field| is_needed(field)).collect()
}

fn is_needed(field: &Field) -> bool {
    field.presence == Presence::Required && field.constant.is_none()
}

/// Whether `new` takes a struct of named fields.
pub(super) fn is_named(fields: &[Field], model: &Model) -> bool {
    let given = given(fields);
    given.len() > MOST || has_twins(given.into_iter(), model)
}

/// Whether two of the arguments could be swapped and would still compile.
pub(super) fn has_twins<'f>(fields: impl Iterator<Item = &'f Field>, model: &Model) -> bool {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for field in fields {
        let class = match &field.ty {
            Ty::Scalar(Scalar::Text | Scalar::Secret | Scalar::Link) => "text".to_owned(),
            // A list takes a text as one of its values.
            Ty::Named(name) if model.is_enum(name) => "text".to_owned(),
            other => other.to_string(),
        };
        *seen.entry(class).or_default() += 1;
    }
    seen.values().any(|count| *count > 1)
}

pub(super) fn write(out: &mut String, name: &str, fields: &[Field], model: &Model) {
    let given = given(fields);
    let named = is_named(fields, model);
    if named {
        required(out, name, &given);
    }
    let _ = writeln!(out, "impl {name} {{");
    match named {
        true => {
            let _ = writeln!(
                out,
                "    /// Made of its required fields, each by its name; the others are set by methods.\n    #[inline]\n    pub fn new(required: {name}Required) -> Self {{\n        Self {{"
            );
        }
        false => {
            let arguments: Vec<String> =
                given.iter().map(|field| format!("{}: {}", field.rust, taken(&field.ty, model))).collect();
            let _ = writeln!(out, "    /// Made of its required fields; the others are set by methods.");
            if given.is_empty() {
                let _ = writeln!(out, "    #[allow(clippy::new_without_default)]");
            }
            let _ =
                writeln!(out, "    #[inline]\n    pub fn new({}) -> Self {{\n        Self {{", arguments.join(", "));
        }
    }
    for field in fields {
        let value = match (field.presence, &field.constant) {
            (Presence::Required, Some(Constant::Variant(only))) => format!("{}::{only}", rust(&field.ty)),
            (Presence::Required, Some(Constant::Text(only))) => format!("String::from({only:?})"),
            (Presence::Required, None) if named => format!("required.{}", field.rust),
            (Presence::Required, None) => converted(&field.ty, &field.rust, model),
            (Presence::Optional, _) => "None".into(),
            (Presence::Patch, _) => "Patch::Keep".into(),
        };
        let value = if value == field.rust { value } else { format!("{}: {value}", field.rust) };
        let _ = writeln!(out, "            {value},");
    }
    let _ = writeln!(out, "        }}\n    }}");
    for field in fields {
        setter(out, field, model);
    }
    let _ = writeln!(out, "}}");
}

fn setter(out: &mut String, field: &Field, model: &Model) {
    let (taken, value) = match (field.presence, &field.ty) {
        (Presence::Required, _) => return,
        (Presence::Optional, Ty::List(_)) => {
            (taken(&field.ty, model), format!("Some({})", converted(&field.ty, "value", model)))
        }
        (Presence::Optional, ty) => (format!("impl IntoField<{}>", rust(ty)), "value.into_field()".into()),
        (Presence::Patch, ty) => (format!("impl IntoPatch<{}>", rust(ty)), "value.into_patch()".into()),
    };
    let _ = writeln!(
        out,
        "    /// Sets [`{field}`](Self#structfield.{field}).\n    #[inline]\n    #[must_use]\n    pub fn {}(mut self, value: {taken}) -> Self {{\n        self.{field} = {value};\n        self\n    }}",
        ident::setter(&field.rust),
        field = field.rust,
    );
}

/// The struct of the required fields.
fn required(out: &mut String, name: &str, given: &[&Field]) {
    let _ = writeln!(
        out,
        "\n/// The required fields of [`{name}`], for [`{name}::new`].\n#[derive(Clone, Debug, PartialEq)]\npub struct {name}Required {{"
    );
    for field in given {
        out.push_str(&doc::lines("    ///", &describe::field(field)));
        let _ = writeln!(out, "    pub {}: {},", field.rust, rust(&field.ty));
    }
    let _ = writeln!(out, "}}");
    let _ = writeln!(
        out,
        "impl From<{name}Required> for {name} {{\n    #[inline]\n    fn from(required: {name}Required) -> Self {{\n        Self::new(required)\n    }}\n}}"
    );
}
