//! Writes how a request is made: `new` takes what is required, setters the rest.
//!
//! No two arguments that a text could stand for are side by side: where there would be two, `new` takes a struct of named fields
//! instead, so that nothing can be swapped silently and the compiler says what is missing.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::emit::docs;
use crate::emit::written::{converted, rust, taken};
use crate::model::{Constant, Field, Model, Presence, Scalar, Ty};
use crate::names::ident;

/// More arguments than this are named, too.
const MOST: usize = 4;

/// The fields that a caller has to give.
pub(crate) fn given(fields: &[Field]) -> Vec<&Field> {
    fields.iter().filter(|field| is_needed(field)).collect()
}

fn is_needed(field: &Field) -> bool {
    field.presence == Presence::Required && field.constant.is_none()
}

/// Whether `new` takes a struct of named fields.
pub(crate) fn is_named(fields: &[Field], model: &Model) -> bool {
    let given = given(fields);
    given.len() > MOST || has_twins(given.into_iter(), model)
}

/// Whether two of the arguments could be swapped and would still compile.
pub(crate) fn has_twins<'f>(fields: impl Iterator<Item = &'f Field>, model: &Model) -> bool {
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

pub(crate) fn write(out: &mut String, name: &str, fields: &[Field], model: &Model) {
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
            let doc = match (given.len(), fields.len()) {
                (0, _) => "Made empty: its fields are set by methods.",
                (given, all) if given == all => "Made of its fields.",
                _ => "Made of its required fields; the others are set by methods.",
            };
            let _ = writeln!(out, "    /// {doc}");
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
        setter(out, field, fields, model);
    }
    let _ = writeln!(out, "}}");
}

/// What sets a field: by a value, by an `Option` of one, and in a PATCH what empties it.
fn setter(out: &mut String, field: &Field, fields: &[Field], model: &Model) {
    let patch = match field.presence {
        Presence::Required => return,
        Presence::Optional => false,
        Presence::Patch => true,
    };
    let name = ident::setter(&field.rust);
    let wrap = if patch { "Patch::Set" } else { "Some" };
    let link = format!("[`{0}`](Self#structfield.{0})", field.rust);
    let mut method = |doc: String, name: &str, value: Option<String>, body: String| {
        let argument = value.map(|ty| format!(", value: {ty}")).unwrap_or_default();
        let _ = writeln!(
            out,
            "    /// {doc}\n    #[inline]\n    #[must_use]\n    pub fn {name}(mut self{argument}) -> Self {{\n        {body}\n        self\n    }}"
        );
    };
    method(
        format!("Sets {link}."),
        &name,
        Some(taken(&field.ty, model)),
        format!("self.{} = {wrap}({});", field.rust, converted(&field.ty, "value", model)),
    );
    let is_taken = |name: &str| fields.iter().any(|other| ident::setter(&other.rust) == name);
    let maybe = format!("maybe_{}", field.rust.trim_end_matches('_'));
    if !is_taken(&maybe) {
        let body = match patch {
            true => format!(
                "if let Some(value) = value {{\n            self.{} = Patch::Set(value);\n        }}",
                field.rust
            ),
            false => format!("self.{} = value;", field.rust),
        };
        let doc = format!("Sets {link} where there is a value.");
        method(doc, &maybe, Some(format!("Option<{}>", rust(&field.ty))), body);
    }
    let clear = format!("clear_{}", field.rust.trim_end_matches('_'));
    if patch && !is_taken(&clear) {
        method(
            match field.nullable {
                true => format!("Empties {link}: `null` is sent."),
                false => format!(
                    "Empties {link}: `null` is sent. The description does not say whether LinkCy takes `null` here."
                ),
            },
            &clear,
            None,
            format!("self.{} = Patch::Clear;", field.rust),
        );
    }
}

/// The struct of the required fields.
fn required(out: &mut String, name: &str, given: &[&Field]) {
    let _ = writeln!(
        out,
        "\n/// The required fields of [`{name}`], for [`{name}::new`].\n#[derive(Clone, Debug, PartialEq)]\npub struct {name}Required {{"
    );
    for field in given {
        out.push_str(&docs::markup("    ///", &docs::field::field(field)));
        let _ = writeln!(out, "    pub {}: {},", field.rust, rust(&field.ty));
    }
    let _ = writeln!(out, "}}");
    let _ = writeln!(
        out,
        "impl From<{name}Required> for {name} {{\n    #[inline]\n    fn from(required: {name}Required) -> Self {{\n        Self::new(required)\n    }}\n}}"
    );
}
