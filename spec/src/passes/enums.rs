//! Turns lists of values into named, open enums.
//!
//! A name fits every place that has it: names.toml decides for a list as a whole; a component is called by its own name; a
//! property under which no other list stands names the list; else each place is called by its own subject and property.
//! Lists of the same values are compiled once, whatever they are called (pass `twins`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::api::walk::{self, Position, Site};
use crate::api::{Kind, Place as In, Schema};
use crate::names::{ident, words};
use crate::pointer::Pointer;
use crate::work::Work;

/// A place where a list stands.
struct ListPlace {
    key: String,
    owner: String,
    in_operation: bool,
    /// The property, in the singular where the list is of an array's items; none for a component.
    property: Option<String>,
    values: BTreeSet<String>,
}

pub(super) fn run(work: &mut Work) {
    let places = collect(work);
    let names = choose(work, &places);
    let mut components: BTreeMap<String, Schema> = BTreeMap::new();
    for place in &places {
        let Some(name) = names.get(&place.key) else { continue };
        let component = components.entry(name.clone()).or_insert_with(|| {
            let at = Pointer::root();
            Schema::new(&at, Kind::Enum(Vec::new()))
        });
        if let Kind::Enum(values) = &mut component.kind {
            let mut all: BTreeSet<String> =
                values.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect();
            all.extend(place.values.iter().cloned());
            *values = all.into_iter().map(Value::from).collect();
        }
        work.list_places.insert(place.key.clone(), name.clone());
    }
    let table = &work.table;
    walk::every(
        &mut work.api,
        |operation| Work::id(table, &operation.endpoint),
        |site, schema| {
            if site.position != Position::Component
                && texts(schema).is_some()
                && let Some(name) = names.get(&site.key())
            {
                if let Some(component) = components.get_mut(name)
                    && component.at == Pointer::root()
                {
                    component.at = schema.at.clone();
                }
                *schema = schema.refer(name);
            }
        },
    );
    for (name, component) in components {
        // A component that is a list stays where it is, with its words.
        let known = work.api.schemas.entry(name).or_insert_with(|| component.clone());
        known.kind = component.kind;
    }
}

/// The values of a list of texts.
fn texts(schema: &Schema) -> Option<BTreeSet<String>> {
    match &schema.kind {
        Kind::Enum(values) => values.iter().map(|value| value.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

fn collect(work: &mut Work) -> Vec<ListPlace> {
    let mut places = Vec::new();
    let table = &work.table;
    walk::every(
        &mut work.api,
        |operation| Work::id(table, &operation.endpoint),
        |site, schema| {
            if let Some(values) = texts(schema) {
                places.push(ListPlace {
                    key: site.key(),
                    owner: site.owner.clone(),
                    in_operation: site.in_operation,
                    property: property(site),
                    values,
                });
            }
        },
    );
    places
}

fn property(site: &Site) -> Option<String> {
    match (site.property(), site.position) {
        (Some(property), Position::Items) => Some(words::singular(property)),
        (Some(property), _) => Some(property.to_owned()),
        (None, Position::Component) => None,
        (None, Position::Parameter(In::Path | In::Query | In::Header | In::Cookie)) => None,
        (None, _) => Some("value".into()),
    }
}

/// Place -> component of its list.
fn choose(work: &Work, places: &[ListPlace]) -> BTreeMap<String, String> {
    let mut under: BTreeMap<String, BTreeSet<&BTreeSet<String>>> = BTreeMap::new();
    let mut listed: BTreeMap<&BTreeSet<String>, String> = BTreeMap::new();
    let mut components: BTreeMap<&BTreeSet<String>, String> = BTreeMap::new();
    for place in places {
        match &place.property {
            Some(property) => {
                under.entry(ident::variant(property)).or_default().insert(&place.values);
            }
            None => {
                components.entry(&place.values).or_insert_with(|| place.owner.clone());
            }
        }
        let property = place.property.as_deref().unwrap_or_default();
        if let Some(name) = work.names.enums.at(&format!("{}.{property}", place.owner)) {
            listed.entry(&place.values).or_insert_with(|| name.clone());
        }
    }
    let handles: BTreeMap<String, &str> =
        work.table.values().map(|entry| (entry.id(), entry.handle.as_str())).collect();
    let is_component = |name: &str| work.api.schemas.contains_key(name);
    let mut chosen: BTreeMap<String, String> = BTreeMap::new();
    let mut taken: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    // A name that was given is kept, whatever its list is by now.
    for place in places {
        let Some(locked) = work.lock.ty(&place.key).filter(|_| place.property.is_some()) else { continue };
        if !is_component(locked) {
            taken.entry(locked.clone()).or_default().extend(place.values.iter().cloned());
            chosen.insert(place.key.clone(), locked.clone());
        }
    }
    for place in places.iter().filter(|place| place.property.is_some()) {
        if chosen.contains_key(&place.key) {
            continue;
        }
        if let Some(name) = components.get(&place.values).filter(|_| !listed.contains_key(&place.values)) {
            chosen.insert(place.key.clone(), name.clone());
            continue;
        }
        let fits = |name: &String| !is_component(name) && taken.get(name).is_none_or(|values| *values == place.values);
        let wanted = candidates(handles.get(&place.owner).copied(), place, listed.get(&place.values), &under);
        let name = wanted.iter().find(|name| fits(name)).cloned().unwrap_or_else(|| {
            let last = wanted.last().cloned().unwrap_or_else(|| "Value".into());
            ident::free(&last, |name| !fits(&name.to_owned()))
        });
        taken.insert(name.clone(), place.values.clone());
        chosen.insert(place.key.clone(), name);
    }
    chosen
}

/// The names a place may have, best first.
fn candidates(
    handle: Option<&str>,
    place: &ListPlace,
    listed: Option<&String>,
    under: &BTreeMap<String, BTreeSet<&BTreeSet<String>>>,
) -> Vec<String> {
    if let Some(listed) = listed {
        return vec![listed.clone()];
    }
    let property = ident::variant(place.property.as_deref().unwrap_or_default());
    let with = |subject: String| match () {
        () if subject.is_empty() || subject == property => property.clone(),
        () if subject.ends_with(&property) => subject,
        () => format!("{subject}{property}"),
    };
    let mut names = Vec::new();
    let lists = under.get(&property).map_or(0, BTreeSet::len);
    // A property without a subject in it says too little: `Type`, `Value`.
    if lists == 1 {
        names.push(property.clone());
    }
    if place.in_operation {
        let words = words::every(&place.owner);
        let handle = words::every(handle.unwrap_or_default()).concat();
        names.push(with(words::singular(&handle)));
        names.push(with(words.concat()));
    } else {
        names.push(with(words::stem(&place.owner)));
        names.push(with(words::words(&place.owner).concat()));
        names.push(with(words::every(&place.owner).concat()));
    }
    names.iter().map(|name| ident::type_name(std::slice::from_ref(name))).collect()
}
