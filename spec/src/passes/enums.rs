//! Turns inline value lists into named, shared enums: one type for each distinct list.
//!
//! A list's name comes from where it stands: names.toml first, then a component that is nothing but
//! the list, then the property if no other list stands under it, then subject and property.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToPascalCase;
use serde_json::{Value, json};

use crate::Error;
use crate::document::{Pointer, Position, Site, reference};
use crate::names::Names;
use crate::passes::scalars::RUST;
use crate::passes::types::stem;
use crate::work::Work;

const PASS: &str = "enums";

/// One distinct list and the places it stands in.
#[derive(Default)]
struct List {
    places: Vec<Place>,
}

struct Place {
    owner: String,
    /// The property, in the singular where the list is of an array's items; none for a component.
    property: Option<String>,
    pointer: Pointer,
}

pub(super) fn run(work: &mut Work) -> Result<(), Error> {
    let lists = collect(work)?;
    let chosen = choose(&lists, work)?;
    let mut components = BTreeMap::new();
    work.document.try_schemas(|site, schema| {
        let Some(values) = values(site, schema)? else {
            return Ok(());
        };
        if let Some(name) = chosen.get(&values) {
            let mut place = reference(name);
            for kept in ["description", "default", "deprecated"] {
                if let Some(member) = schema.get(kept) {
                    place[kept] = member.clone();
                }
            }
            if site.position == Position::Component {
                components.insert(site.owner.clone(), name.clone());
            }
            *schema = place;
        }
        Ok(())
    })?;
    work.redirect(&components);
    for name in components.keys() {
        work.document.schemas_mut().remove(name);
    }
    for (values, name) in chosen {
        let component = json!({ "type": "string", "enum": values, RUST: "enum" });
        work.document.schemas_mut().insert(name, component);
    }
    Ok(())
}

fn collect(work: &mut Work) -> Result<BTreeMap<BTreeSet<String>, List>, Error> {
    let mut lists: BTreeMap<BTreeSet<String>, List> = BTreeMap::new();
    work.document.try_schemas(|site, schema| {
        if let Some(values) = values(site, schema)? {
            lists.entry(values).or_default().places.push(Place {
                owner: site.owner.clone(),
                property: site.property().map(|property| match site.position {
                    Position::Items => singular(property),
                    _ => property.to_owned(),
                }),
                pointer: site.pointer.clone(),
            });
        }
        Ok(())
    })?;
    Ok(lists)
}

/// What one of several is called; a word that is singular already stays.
fn singular(word: &str) -> String {
    match (word.strip_suffix("ies"), word.strip_suffix('s')) {
        (Some(stem), _) => format!("{stem}y"),
        (None, Some(stem)) if !stem.ends_with(['s', 'u']) => stem.to_owned(),
        _ => word.to_owned(),
    }
}

fn values(site: &Site, schema: &Value) -> Result<Option<BTreeSet<String>>, Error> {
    let Some(values) = schema.get("enum") else {
        return Ok(None);
    };
    let texts: Option<BTreeSet<String>> = values
        .as_array()
        .filter(|values| !values.is_empty())
        .map(|values| values.iter().map(|v| v.as_str().map(str::to_owned)).collect())
        .unwrap_or_default();
    match texts {
        Some(texts) => Ok(Some(texts)),
        None => Err(Error::new(
            PASS,
            &site.pointer,
            "a value list that is empty or holds more than texts",
            "describe it as a plain type in overlay.yaml",
        )),
    }
}

fn choose(lists: &BTreeMap<BTreeSet<String>, List>, work: &Work) -> Result<BTreeMap<BTreeSet<String>, String>, Error> {
    let mut under: BTreeMap<&str, usize> = BTreeMap::new();
    for list in lists.values() {
        let properties: BTreeSet<&str> = list.places.iter().filter_map(|place| place.property.as_deref()).collect();
        properties.into_iter().for_each(|property| *under.entry(property).or_default() += 1);
    }
    let mut chosen = BTreeMap::new();
    let mut taken: BTreeMap<String, &Pointer> = BTreeMap::new();
    for (values, list) in lists {
        let Some(first) = list.places.first() else {
            continue;
        };
        let name = name(&work.names, list, first, &under);
        let other = taken.insert(name.clone(), &first.pointer);
        let is_type = work.document.schemas().contains_key(&name)
            && !list.places.iter().any(|place| place.property.is_none() && place.owner == name);
        if let Some(other) = other.map(ToString::to_string).or(is_type.then(|| format!("#/components/schemas/{name}")))
        {
            return Err(Error::new(
                PASS,
                &first.pointer,
                format!("`{name}` is also the name of what stands at {other}"),
                format!(
                    "name one of them in names.toml, [enums] \"{}.{}\"",
                    first.owner,
                    first.property.as_deref().unwrap_or_default()
                ),
            ));
        }
        chosen.insert(values.clone(), name);
    }
    Ok(chosen)
}

fn name(names: &Names, list: &List, first: &Place, under: &BTreeMap<&str, usize>) -> String {
    let listed = list.places.iter().find_map(|place| {
        let property = place.property.as_deref().unwrap_or_default();
        names.enums.get(&format!("{}.{property}", place.owner))
    });
    if let Some(name) = listed {
        return name.clone();
    }
    if let Some(component) = list.places.iter().find(|place| place.property.is_none()) {
        return component.owner.clone();
    }
    let mut properties: Vec<&str> = list.places.iter().filter_map(|place| place.property.as_deref()).collect();
    properties.sort_unstable();
    properties.dedup();
    let alone = properties.iter().find(|property| under.get(*property) == Some(&1));
    if let Some(property) = alone {
        return property.to_pascal_case();
    }
    let property = first.property.as_deref().unwrap_or_default().to_pascal_case();
    let owner = list
        .places
        .iter()
        .map(|place| stem(&place.owner))
        .min_by_key(|stem| (stem.len(), stem.clone()))
        .unwrap_or_default();
    if owner.ends_with(&property) { owner } else { format!("{owner}{property}") }
}
