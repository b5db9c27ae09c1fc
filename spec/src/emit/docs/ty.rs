//! The doc of a type: what it is, where it stands, and which operations take or give it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use heck::ToSnakeCase;

use super::{field, ours, plain, sentence};
use crate::emit::operations::{handle_key, struct_names};
use crate::model::{Field, Model, Shape, Ty, Type, TypedOperation};
use crate::names::words;

/// How many links of one kind are shown.
const SHOWN: usize = 8;

/// A place where a type stands. The first kind says best what the type is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Use<'m> {
    /// What this operation sends.
    Body(&'m str),
    /// What this operation gives.
    Answer(&'m str),
    /// A row of the pages of this operation.
    Row(&'m str),
    /// A form of this union.
    Form(&'m str),
    /// A field of this name, of this type.
    Field(&'m str, &'m str),
    /// An argument of this name, of this operation.
    Argument(&'m str, &'m str),
    /// A part of this type in another way.
    Part(&'m str),
}

/// Where each type stands, and how operations are linked to.
pub(crate) struct Uses<'m> {
    places: BTreeMap<&'m str, BTreeSet<Use<'m>>>,
    /// Id of an operation -> its link, its summary and its handle.
    operations: BTreeMap<&'m str, (String, &'m str, &'m str)>,
}

pub(crate) fn uses(model: &Model) -> Uses<'_> {
    let structs = struct_names(model);
    let mut uses = Uses { places: BTreeMap::new(), operations: BTreeMap::new() };
    for operation in &model.operations {
        let entry = &operation.entry;
        let link =
            format!("[`{}`](crate::operations::{}::{})", entry.name(), structs[&handle_key(&entry.handle)], entry.verb);
        uses.operations.insert(&operation.id, (link, &operation.summary, &entry.handle));
        uses.operation(model, operation);
    }
    for (name, ty) in &model.types {
        uses.parts(name, ty);
    }
    uses
}

impl<'m> Uses<'m> {
    fn put(&mut self, ty: &'m Ty, place: Use<'m>) {
        if let Some(name) = ty.named() {
            self.places.entry(name).or_default().insert(place);
        }
    }

    fn operation(&mut self, model: &'m Model, operation: &'m TypedOperation) {
        if let Some(body) = &operation.body {
            self.put(&body.ty, Use::Body(&operation.id));
        }
        for Field { rust, ty, .. } in operation.fields() {
            self.put(ty, Use::Argument(rust, &operation.id));
        }
        for ty in operation.receives() {
            let alias = ty.named().and_then(|name| model.types.get(name)).map(|ty| &ty.shape);
            match (ty, alias) {
                (_, Some(Shape::Alias(Ty::Page(row)))) => self.put(row, Use::Row(&operation.id)),
                (Ty::Page(row) | Ty::List(row), _) => self.put(row, Use::Row(&operation.id)),
                _ => {}
            }
            self.put(ty, Use::Answer(&operation.id));
        }
    }

    fn parts(&mut self, name: &'m str, ty: &'m Type) {
        match &ty.shape {
            Shape::Struct(found) => {
                for Field { rust, ty, .. } in &found.fields {
                    self.put(ty, Use::Field(rust, name));
                }
                if let Some(others) = &found.others {
                    self.put(others, Use::Part(name));
                }
            }
            Shape::Union(union) => union.rows.iter().for_each(|row| self.put(&row.branch, Use::Form(name))),
            Shape::Alias(of) => self.put(of, Use::Part(name)),
            Shape::Enum(_) => {}
        }
    }

    fn of(&self, name: &str) -> impl Iterator<Item = &Use<'m>> {
        self.places.get(name).into_iter().flatten().filter(move |place| match place {
            Use::Field(_, owner) | Use::Form(owner) | Use::Part(owner) => *owner != name,
            _ => true,
        })
    }

    fn is_of(&self, name: &str, operation: &str) -> bool {
        let (_, _, handle) = &self.operations[operation];
        name.to_snake_case().starts_with(&words::singular(handle))
    }

    fn link(&self, operation: &str) -> &str {
        &self.operations[operation].0
    }

    /// What a type without words is, by the first place where it stands.
    fn role(&self, name: &str) -> Option<String> {
        let summary = |id: &str| field::lower(plain(self.operations[id].1.trim()).trim_end_matches('.'));
        let with = |what: &str, id: &str| match summary(id).as_str() {
            "" => format!("{what} {}", self.link(id)),
            summary => format!("{what} {}: {summary}", self.link(id)),
        };
        let first = self.of(name).next()?;
        let kind = std::mem::discriminant(first);
        let alike = self.of(name).filter(|place| std::mem::discriminant(*place) == kind);
        // Of several operations, the one whose handle says what the type says.
        let nearest = alike.max_by_key(|place| match place {
            Use::Body(operation) | Use::Answer(operation) | Use::Row(operation) => self.is_of(name, operation),
            _ => false,
        });
        let place = nearest.filter(|place| !matches!(place, Use::Field(..))).unwrap_or(first);
        Some(match place {
            Use::Body(operation) => with("The body of", operation),
            Use::Answer(operation) => with("The answer of", operation),
            Use::Row(operation) => with("A row of", operation),
            Use::Form(union) => format!("A form of [`{union}`]"),
            Use::Field(field, _) => {
                let owners = self.of(name).filter_map(|place| match place {
                    Use::Field(other, owner) if other == field => Some(format!("[`{owner}`]")),
                    _ => None,
                });
                format!("The `{field}` of {}", shown(owners.collect()))
            }
            Use::Argument(argument, operation) => format!("The `{argument}` of {}", self.link(operation)),
            Use::Part(owner) => format!("A part of [`{owner}`]"),
        })
    }
}

/// What a type is and which operations take or give it.
pub(crate) fn docs(name: &str, ty: &Type, uses: &Uses<'_>) -> String {
    let mut text = plain(&sentence(&ty.doc));
    let kind = kind(&ty.shape);
    if text.is_empty() {
        text = match (uses.role(name), &kind) {
            (Some(role), Some(kind)) => format!("{role}; {kind}."),
            (Some(role), None) => format!("{role}."),
            (None, Some(kind)) => sentence(kind),
            (None, None) => "What no operation uses.".into(),
        };
    } else if let Some(kind) = kind {
        let _ = write!(text, "\n\n{}", sentence(&kind));
    }
    let mut list = |intro: &str, of: &dyn Fn(&Use<'_>) -> Option<String>| {
        let links: BTreeSet<String> = uses.of(name).filter_map(of).collect();
        if !links.is_empty() {
            let _ = write!(text, "\n\n{intro} {}.", shown(links.into_iter().collect()));
        }
    };
    list("Taken by", &|place| match place {
        Use::Body(operation) | Use::Argument(_, operation) => Some(uses.link(operation).to_owned()),
        _ => None,
    });
    list("Given by", &|place| match place {
        Use::Answer(operation) | Use::Row(operation) => Some(uses.link(operation).to_owned()),
        _ => None,
    });
    list("Part of", &|place| match place {
        Use::Field(_, owner) | Use::Form(owner) | Use::Part(owner) => Some(format!("[`{owner}`]")),
        _ => None,
    });
    if let Shape::Union(union) = &ty.shape {
        let _ = write!(text, "\n\nHow the forms are told apart: {}.", ours(&union.reason));
    }
    if ty.vendor != name && !ty.vendor.is_empty() && !ty.vendor.contains(' ') {
        let _ = write!(text, "\n\n`{}` in the description.", ty.vendor.replace('`', "'"));
    }
    if ty.deprecated {
        text.push_str("\n\nDeprecated in the description.");
    }
    text
}

/// What the shape of a type says of it.
fn kind(shape: &Shape) -> Option<String> {
    match shape {
        Shape::Struct(_) => None,
        Shape::Enum(variants) if variants.len() == 1 => Some("one value, open to those that come later".into()),
        Shape::Enum(variants) => Some(format!("one of {} values, open to those that come later", variants.len())),
        Shape::Union(union) => Some(format!("one of {} forms", union.rows.len())),
        Shape::Alias(of) => Some(field::lower(&field::what(of))),
    }
}

/// Links as a list in a sentence, the first of them.
fn shown(links: Vec<String>) -> String {
    match (links.len().saturating_sub(SHOWN), links.as_slice()) {
        (0, [first @ .., last]) if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        (0, links) => links.join(", "),
        (more, links) => format!("{} and {more} more", links[..SHOWN].join(", ")),
    }
}
