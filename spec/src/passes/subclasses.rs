//! Makes a union of a parent that says by which property its children differ, and does not list them: ordinary Jackson, where
//! the children refer to the parent by `allOf`.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::{Kind, Object, Schema, UnionSchema};
use crate::names::ident;
use crate::work::Work;

pub(super) fn run(work: &mut Work) {
    let children = children(work);
    discriminators(work, &children);
    let parents: Vec<String> = work
        .api
        .schemas
        .iter()
        .filter(|(_, schema)| discriminated(schema).is_some())
        .map(|(name, _)| name.clone())
        .collect();
    for parent in parents {
        let Some(mut object) = discriminated(&work.api.schemas[&parent]).cloned() else { continue };
        let mut branches = descendants(&parent, &children);
        let mapped = object.discriminator.iter().flat_map(|discriminator| discriminator.mapping.values());
        branches.extend(mapped.filter(|name| **name != parent).cloned());
        // A child that is itself a parent and has no tag value of its own is covered by its children.
        if branches.is_empty() {
            continue;
        }
        branches.extend(itself(work, &parent, &mut object));
        if let Some(schema) = work.api.schemas.get_mut(&parent) {
            let at = schema.at.clone();
            let branch = |name: &String| Schema::new(&at.child("discriminator"), Kind::Ref(name.clone()));
            let branches = branches.iter().map(branch).collect();
            schema.kind = Kind::Union(UnionSchema { branches, base: object });
        }
    }
}

/// A parent that its own mapping names has objects of its own: they become a branch beside those of its children.
fn itself(work: &mut Work, parent: &str, object: &mut Object) -> Option<String> {
    let mapping = &mut object.discriminator.as_mut()?.mapping;
    let own: Vec<&mut String> = mapping.values_mut().filter(|target| *target == parent).collect();
    if own.is_empty() {
        return None;
    }
    let name = ident::free(&format!("{parent}Base"), |name| work.api.schemas.contains_key(name));
    own.into_iter().for_each(|target| target.clone_from(&name));
    let base = Object { discriminator: None, ..object.clone() };
    let schema = Schema { kind: Kind::Object(base), ..work.api.schemas.get(parent)?.clone() };
    work.api.schemas.insert(name.clone(), schema);
    Some(name)
}

/// The object of a schema with a discriminator and no branches.
fn discriminated(schema: &Schema) -> Option<&Object> {
    schema.object().filter(|object| object.discriminator.is_some())
}

/// Parent -> the components that extend it.
fn children(work: &Work) -> BTreeMap<String, BTreeSet<String>> {
    let mut children: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, schema) in &work.api.schemas {
        if let Kind::All(parts) = &schema.kind {
            for parent in parts.iter().filter_map(Schema::reference) {
                children.entry(parent.to_owned()).or_default().insert(name.clone());
            }
        }
    }
    children
}

/// Keeps what a parent says for unions of its children that do not name it.
fn discriminators(work: &mut Work, children: &BTreeMap<String, BTreeSet<String>>) {
    let mut found = BTreeMap::new();
    for (parent, schema) in &work.api.schemas {
        let discriminator = match &schema.kind {
            Kind::Object(object) => object.discriminator.as_ref(),
            Kind::Union(union) => union.base.discriminator.as_ref(),
            _ => None,
        };
        if let Some(discriminator) = discriminator {
            for child in descendants(parent, children) {
                found.insert(child, discriminator.clone());
            }
        }
    }
    work.discriminators = found;
}

fn descendants(parent: &str, children: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![parent];
    while let Some(name) = open.pop() {
        for child in children.get(name).into_iter().flatten() {
            if found.insert(child.clone()) {
                open.push(child);
            }
        }
    }
    found.remove(parent);
    found
}
