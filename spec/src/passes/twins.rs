//! Finds the components that are equal in structure: they are compiled once, and each keeps its own name.
//!
//! Ids are typed by now, so two answers of a lone `id` are equal only if they identify the same kind of thing. Words do not
//! count.

use std::collections::BTreeMap;

use crate::api::shape::shape;
use crate::api::{Kind, Object};
use crate::finding::Finding;
use crate::work::Work;

const PASS: &str = "twins";

pub(super) fn run(work: &mut Work) {
    keep_together(work);
    let mut equals: BTreeMap<String, String> = BTreeMap::new();
    loop {
        let rename = |name: &str| equals.get(name).cloned().unwrap_or_else(|| name.to_owned());
        let mut groups: BTreeMap<String, Vec<&String>> = BTreeMap::new();
        for (name, schema) in &work.api.schemas {
            let decided = work.unions.get(name).map(|union| {
                let rows: Vec<String> = union
                    .rows
                    .iter()
                    .map(|row| format!("{} {} {:?}", row.variant, rename(&row.branch), row.told_by))
                    .collect();
                rows.join("|")
            });
            let patch = work.patches.contains(name);
            let page = work.pages.contains_key(name);
            let key = format!("{}{:?}{patch}{page}", shape(schema, &rename), decided);
            groups.entry(key).or_default().push(name);
        }
        let mut found: BTreeMap<String, String> = BTreeMap::new();
        for group in groups.values().filter(|group| group.len() > 1) {
            let first = group.iter().min_by_key(|name| (!work.names.types.lists(name), name.len(), (**name).clone()));
            let Some(first) = first else { continue };
            found.extend(group.iter().filter(|name| *name != first).map(|name| ((*name).clone(), (*first).clone())));
        }
        // Each round finds no less than the one before.
        if found.len() == equals.len() {
            break;
        }
        equals = found;
    }
    work.equals = equals;
}

/// Components that names.lock calls by one name stay one type where they differ in optional properties only: an optional field
/// that comes to one of two equal structs renames nothing.
fn keep_together(work: &mut Work) {
    let mut named: BTreeMap<&String, Vec<&String>> = BTreeMap::new();
    for (place, name) in &work.lock.types {
        if work.api.schemas.get(place).is_some_and(|schema| schema.object().is_some()) {
            named.entry(name).or_default().push(place);
        }
    }
    for (name, places) in named.into_iter().filter(|(_, places)| places.len() > 1) {
        let objects: Option<Vec<Object>> =
            places.iter().map(|place| work.api.schemas.get(*place)?.object().cloned()).collect();
        let Some(whole) = objects.as_deref().and_then(together) else { continue };
        for place in places {
            if let Some(schema) = work.api.schemas.get_mut(place)
                && let Kind::Object(object) = &mut schema.kind
                && *object != whole
            {
                if object.properties.len() < whole.properties.len() {
                    let problem = format!("`{name}` also has the optional properties of its twin");
                    work.findings.push(Finding::note(PASS, "kept-together", &schema.at, problem));
                }
                *object = whole.clone();
            }
        }
    }
}

/// An object with the properties of all, where what they share is alike and what they do not is optional.
fn together(objects: &[Object]) -> Option<Object> {
    let (first, others) = objects.split_first()?;
    let id = str::to_owned;
    let mut whole = first.clone();
    for object in others {
        for (name, property) in &object.properties {
            match whole.properties.get(name) {
                Some(known) if shape(known, &id) != shape(property, &id) => return None,
                Some(_) if whole.required.contains(name) != object.required.contains(name) => return None,
                None if object.required.contains(name) => return None,
                _ => {
                    whole.properties.entry(name.clone()).or_insert_with(|| property.clone());
                }
            }
        }
        if whole.required.iter().any(|name| !object.properties.contains_key(name)) {
            return None;
        }
    }
    Some(whole)
}
