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
    /// An item of the list in a field of this name, of this type.
    Item(&'m str, &'m str),
    /// An argument of this name, of this operation.
    Argument(&'m str, &'m str),
    /// A part of this type in another way.
    Part(&'m str),
    /// What this other name stands for.
    Alias(&'m str),
}

/// Where each type stands, and how operations are linked to.
pub(crate) struct Uses<'m> {
    places: BTreeMap<&'m str, BTreeSet<Use<'m>>>,
    /// By the operation's id.
    operations: BTreeMap<&'m str, (String, &'m TypedOperation)>,
}

pub(crate) fn uses(model: &Model) -> Uses<'_> {
    let structs = struct_names(model);
    let mut uses = Uses { places: BTreeMap::new(), operations: BTreeMap::new() };
    for operation in &model.operations {
        let entry = &operation.entry;
        let link =
            format!("[`{}`](crate::operations::{}::{})", entry.name(), structs[&handle_key(&entry.handle)], entry.verb);
        uses.operations.insert(&operation.id, (link, operation));
        uses.operation(model, operation);
    }
    for (name, ty) in &model.types {
        uses.parts(name, ty);
        if let Some(same) = &ty.same_as {
            uses.places.entry(same).or_default().insert(Use::Alias(name));
        }
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
                    self.put(
                        ty,
                        if matches!(ty, Ty::List(_)) { Use::Item(rust, name) } else { Use::Field(rust, name) },
                    );
                }
                if let Some(others) = &found.others {
                    self.put(others, Use::Part(name));
                }
            }
            Shape::Union(union) => union.rows.iter().for_each(|row| self.put(&row.branch, Use::Form(name))),
            Shape::Alias(of @ Ty::Named(_)) => self.put(of, Use::Alias(name)),
            Shape::Alias(of) => self.put(of, Use::Part(name)),
            Shape::Enum(_) => {}
        }
    }

    fn of(&self, name: &str) -> impl Iterator<Item = &Use<'m>> {
        self.places.get(name).into_iter().flatten().filter(move |place| match place {
            Use::Field(_, owner) | Use::Item(_, owner) | Use::Form(owner) | Use::Part(owner) => *owner != name,
            _ => true,
        })
    }

    fn is_of(&self, name: &str, operation: &str) -> bool {
        name.to_snake_case().starts_with(&words::singular(&self.operations[operation].1.entry.handle))
    }

    fn link(&self, operation: &str) -> &str {
        &self.operations[operation].0
    }

    /// What a type without words is, by the kind of place that says most; and the links that this names.
    fn role(&self, name: &str) -> Option<(String, BTreeSet<String>)> {
        let summary = |id: &str| field::lower(plain(self.operations[id].1.summary.trim()).trim_end_matches('.'));
        let with = |what: &str, id: &str| match summary(id).as_str() {
            "" => format!("{what} {}", self.link(id)),
            summary => format!("{what} {}: {summary}", self.link(id)),
        };
        let kind = std::mem::discriminant(self.of(name).next()?);
        let alike: Vec<&Use<'m>> = self.of(name).filter(|place| std::mem::discriminant(*place) == kind).collect();
        let owners = |field: &str| -> BTreeSet<String> {
            let owners = alike.iter().filter_map(|place| match place {
                Use::Field(other, owner) | Use::Item(other, owner) if *other == field => Some(format!("[`{owner}`]")),
                _ => None,
            });
            owners.collect()
        };
        // Of several operations, the one whose handle says what the type says, and no deprecated one; of several fields, the one
        // with most owners. The first of equals.
        let place = alike.iter().rev().max_by_key(|place| match place {
            Use::Body(operation) | Use::Answer(operation) | Use::Row(operation) => {
                (usize::from(!self.operations[operation].1.deprecated), usize::from(self.is_of(name, operation)))
            }
            Use::Field(field, _) | Use::Item(field, _) => (owners(field).len(), 0),
            _ => (0, 0),
        })?;
        let one = |id: &str| BTreeSet::from([self.link(id).to_owned()]);
        let listed = |links: &BTreeSet<String>| shown(links.iter().cloned().collect());
        Some(match place {
            Use::Body(operation) => (with("The body of", operation), one(operation)),
            Use::Answer(operation) => (with("The answer of", operation), one(operation)),
            Use::Row(operation) => (with("A row of", operation), one(operation)),
            Use::Form(union) => (format!("A form of [`{union}`]"), BTreeSet::from([format!("[`{union}`]")])),
            Use::Field(field, _) => {
                let owners = owners(field);
                (format!("The `{field}` of {}", listed(&owners)), owners)
            }
            Use::Item(field, _) => {
                let owners = owners(field);
                (format!("An item of `{field}` of {}", listed(&owners)), owners)
            }
            Use::Argument(argument, operation) => {
                (format!("The `{argument}` of {}", self.link(operation)), one(operation))
            }
            Use::Part(owner) => (format!("A part of [`{owner}`]"), BTreeSet::from([format!("[`{owner}`]")])),
            Use::Alias(other) => (format!("What [`{other}`] stands for"), BTreeSet::from([format!("[`{other}`]")])),
        })
    }
}

/// What a type is and which operations take or give it.
pub(crate) fn docs(name: &str, ty: &Type, uses: &Uses<'_>) -> String {
    let mut text = plain(&sentence(&ty.doc));
    let kind = kind(&ty.shape);
    let mut said = BTreeSet::new();
    if text.is_empty() {
        text = match (uses.role(name), &kind) {
            (Some((role, links)), kind) => {
                said = links;
                kind.as_ref().map_or_else(|| format!("{role}."), |kind| format!("{role}; {kind}."))
            }
            (None, Some(kind)) => sentence(kind),
            (None, None) => "What no operation uses.".into(),
        };
    } else if let Some(kind) = kind {
        let _ = write!(text, "\n\n{}", sentence(&kind));
    }
    let mut list = |intro: &str, of: &dyn Fn(&Use<'_>) -> Option<String>| {
        let links: BTreeSet<String> = uses.of(name).filter_map(of).filter(|link| !said.contains(link)).collect();
        if !links.is_empty() {
            let intro = if said.is_empty() { intro.to_owned() } else { format!("Also {}", field::lower(intro)) };
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
        Use::Field(_, owner) | Use::Item(_, owner) | Use::Form(owner) | Use::Part(owner) => {
            Some(format!("[`{owner}`]"))
        }
        _ => None,
    });
    let aliases: Vec<String> = uses
        .of(name)
        .filter_map(|place| match place {
            Use::Alias(other) => Some(format!("[`{other}`]")),
            _ => None,
        })
        .filter(|link| !said.contains(link))
        .collect();
    if !aliases.is_empty() {
        let _ = write!(text, "\n\nAlso called {}.", shown(aliases));
    }
    if let Shape::Union(union) = &ty.shape {
        let _ = write!(text, "\n\nHow the forms are told apart: {}.", ours(&union.reason));
    }
    if ty.vendor != name && !ty.vendor.is_empty() && !ty.vendor.contains(' ') {
        let _ = write!(text, "\n\n`{}` in the description.", ty.vendor.replace('`', "'"));
    }
    if ty.deprecated {
        text.push_str("\n\nDeprecated in the description.");
    }
    if let Some(same) = &ty.same_as {
        let _ = write!(text, "\n\n{}", sentence(&another_name(&format!("[`{same}`]"))));
    }
    text
}

fn another_name(of: &str) -> String {
    format!("another name of {of}, which has the constructor and the setters")
}

/// What the shape of a type says of it.
fn kind(shape: &Shape) -> Option<String> {
    match shape {
        Shape::Struct(_) => None,
        Shape::Enum(variants) if variants.len() == 1 => Some("one value, open to those that come later".into()),
        Shape::Enum(variants) => Some(format!("one of {} values, open to those that come later", variants.len())),
        Shape::Union(union) => Some(format!("one of {} forms", union.rows.len())),
        Shape::Alias(of @ Ty::Named(_)) => Some(another_name(&field::what(of))),
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
