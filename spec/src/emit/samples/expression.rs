//! Sample values as Rust expressions: what a user would write to make a request.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase;
use serde_json::Value;

use crate::emit::types::constructor::{given, is_named};
use crate::emit::written::is_converted;
use crate::model::{Field, Model, Presence, Scalar, Shape, Struct, ToldBy, Ty};
use crate::names::ident;
use crate::sample;

/// How many optional fields the outermost struct shows.
const OPTIONS: usize = 2;

/// What an expression needs around it.
#[derive(Default)]
pub(crate) struct Writer {
    /// Types of `linkcy::types` that are named.
    pub(crate) uses: BTreeSet<String>,
    /// Ids stand as variables: name -> type.
    pub(crate) variables: BTreeMap<String, String>,
    /// The types whose values are being written. A type that is required inside itself has no finite value.
    open: Vec<String>,
}

/// Where an expression stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExprPosition {
    /// A parameter that converts what it is given.
    Converted,
    /// A field or an item, which takes its own type alone.
    Exact,
}

impl Writer {
    /// The value of an argument or a field.
    pub(crate) fn field(&mut self, model: &Model, field: &Field, position: ExprPosition) -> Option<String> {
        match (&field.ty, field.one_of.first()) {
            (Ty::Scalar(Scalar::Text), Some(Value::String(only))) => Some(text(only, position)),
            _ => self.value(model, &field.ty, field, position),
        }
    }

    /// The body of a request, with some of its optional fields.
    pub(crate) fn body(&mut self, model: &Model, ty: &Ty, holder: &Field) -> Option<String> {
        match ty {
            Ty::Named(name) => self.named(model, name, holder, ExprPosition::Converted, OPTIONS),
            _ => self.value(model, ty, holder, ExprPosition::Exact),
        }
    }

    fn value(&mut self, model: &Model, ty: &Ty, field: &Field, position: ExprPosition) -> Option<String> {
        let converted = position == ExprPosition::Converted;
        Some(match ty {
            Ty::Scalar(scalar) => return self.scalar(model, scalar, field, position),
            Ty::Named(name) => return self.named(model, name, field, position, 0),
            Ty::Boxed(inner) => format!("Box::new({})", self.value(model, inner, field, ExprPosition::Exact)?),
            Ty::Maybe(inner) => format!("Some({})", self.value(model, inner, field, ExprPosition::Exact)?),
            Ty::List(inner) => {
                let item = self.value(
                    model,
                    inner,
                    &Field { bounds: Default::default(), ..field.clone() },
                    ExprPosition::Exact,
                )?;
                if converted { format!("[{item}]") } else { format!("vec![{item}]") }
            }
            Ty::Map(inner) => {
                format!("[(\"key\".into(), {})].into()", self.value(model, inner, field, ExprPosition::Exact)?)
            }
            Ty::Page(_) => return None,
        })
    }

    fn scalar(&mut self, model: &Model, scalar: &Scalar, field: &Field, position: ExprPosition) -> Option<String> {
        let sample = sample::field(model, &Field { ty: Ty::Scalar(scalar.clone()), ..field.clone() });
        Some(match (scalar, &sample) {
            (Scalar::Id(id), _) => {
                self.uses.insert(id.clone());
                self.variable(&field.rust, id)
            }
            (Scalar::Secret, _) if field.bounds.pattern.is_none() => text(&secret(field), position),
            (Scalar::Text | Scalar::Secret | Scalar::Link, Value::String(sample)) => text(sample, position),
            (Scalar::Json, _) => format!("serde_json::from_str({:?})?", sample.to_string()),
            (Scalar::Binary, _) => "linkcy::Upload::path(\"document.pdf\").await?".into(),
            (Scalar::Amount, _) => format!("\"{sample}\".parse()?"),
            (_, Value::String(sample)) => format!("{sample:?}.parse()?"),
            (_, other) => other.to_string(),
        })
    }

    /// A variable for an id: named after its field, and after its type where the field says only `id`.
    fn variable(&mut self, field: &str, id: &str) -> String {
        let plain = field.trim_end_matches('_');
        let by_type = id.to_snake_case();
        let name =
            if plain == "id" || self.variables.get(plain).is_some_and(|other| other != id) { &by_type } else { plain };
        self.variables.insert(name.to_owned(), id.to_owned());
        name.to_owned()
    }

    fn named(
        &mut self,
        model: &Model,
        name: &str,
        field: &Field,
        position: ExprPosition,
        options: usize,
    ) -> Option<String> {
        if self.open.iter().any(|open| open == name) {
            return None;
        }
        self.open.push(name.to_owned());
        let written = self.of_type(model, name, field, position, options);
        self.open.pop();
        written
    }

    fn of_type(
        &mut self,
        model: &Model,
        name: &str,
        field: &Field,
        position: ExprPosition,
        options: usize,
    ) -> Option<String> {
        match &model.types.get(name)?.shape {
            Shape::Alias(ty) => self.value(model, ty, field, position),
            Shape::Enum(variants) => {
                self.uses.insert(name.to_owned());
                Some(format!("{name}::{}", sample::preferred(variants)?.rust))
            }
            Shape::Struct(found) => self.made(model, name, found, None, options),
            Shape::Union(union) => {
                let row = union.rows.first()?;
                let Ty::Named(branch) = &row.branch else { return None };
                let Shape::Struct(found) = &model.types.get(branch)?.shape else { return None };
                let made = self.made(model, branch, found, Some(&row.told_by), options)?;
                let same =
                    |other: &Ty| other.named().map(|name| model.canonical(name)) == Some(model.canonical(branch));
                let is_alone = union.rows.iter().filter(|row| same(&row.branch)).count() == 1;
                Some(match (is_alone, position) {
                    (true, ExprPosition::Converted) => made,
                    (true, ExprPosition::Exact) => format!("{made}.into()"),
                    (false, _) => {
                        self.uses.insert(name.to_owned());
                        format!("{name}::{}({made})", row.variant)
                    }
                })
            }
        }
    }

    /// A struct by its constructor and setters. What tells the branch of a union apart is always set.
    fn made(
        &mut self,
        model: &Model,
        name: &str,
        found: &Struct,
        told_by: Option<&ToldBy>,
        options: usize,
    ) -> Option<String> {
        self.uses.insert(name.to_owned());
        let given = given(&found.fields);
        let mut out = match is_named(&found.fields, model) {
            true => {
                self.uses.insert(format!("{name}Required"));
                let mut fields = Vec::new();
                for field in &given {
                    let value = self.field(model, field, ExprPosition::Exact)?;
                    fields.push(if value == field.rust { value } else { format!("{}: {value}", field.rust) });
                }
                format!("{name}::new({name}Required {{ {} }})", fields.join(", "))
            }
            false => {
                let mut arguments = Vec::new();
                for field in &given {
                    arguments.push(self.field(model, field, position_of(&field.ty, model))?);
                }
                format!("{name}::new({})", arguments.join(", "))
            }
        };
        let tells = |field: &Field| match told_by {
            Some(ToldBy::Keys(keys)) => keys.first() == Some(&field.json),
            Some(ToldBy::Tag(property, _)) => *property == field.json,
            _ => false,
        };
        let optional = || found.fields.iter().filter(|field| field.presence != Presence::Required && !field.read_only);
        let plain = optional().filter(|field| !field.deprecated && is_plain(&field.ty, model) && !tells(field));
        for field in optional().filter(|field| tells(field)).chain(plain.take(options)) {
            let value = match (told_by, &field.ty) {
                (Some(ToldBy::Tag(_, values)), _) if tells(field) => format!("{:?}", values.first()?),
                _ => self.field(model, field, position_of(&field.ty, model))?,
            };
            out.push_str(&format!(".{}({value})", ident::setter(&field.rust)));
        }
        Some(out)
    }
}

/// A parameter converts texts, lists of values and unions; the others take their own type.
pub(crate) fn position_of(ty: &Ty, model: &Model) -> ExprPosition {
    match matches!(ty, Ty::List(_)) || is_converted(ty, model) {
        true => ExprPosition::Converted,
        false => ExprPosition::Exact,
    }
}

/// Short to write, and of one meaning in every request.
fn is_plain(ty: &Ty, model: &Model) -> bool {
    match ty {
        Ty::Scalar(scalar) => !matches!(scalar, Scalar::Json | Scalar::Binary),
        Ty::Named(name) => model.is_enum(name),
        _ => false,
    }
}

/// What stands for a secret: the words of its name, so that none is written into a program.
fn secret(field: &Field) -> String {
    format!("the {}", field.rust.trim_end_matches('_').replace('_', " "))
}

fn text(sample: &str, position: ExprPosition) -> String {
    match position {
        ExprPosition::Converted => format!("{sample:?}"),
        ExprPosition::Exact => format!("{sample:?}.into()"),
    }
}
