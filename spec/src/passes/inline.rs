//! Gives every object and union that stands inside another schema a component of its own, named after where it stands, so that
//! the later passes meet named types only. The other way round, a component that is a scalar or free JSON goes to where it is
//! referred to.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToPascalCase;

use crate::api::walk::{self, Position, Site};
use crate::api::{Kind, Schema, Values};
use crate::finding::Finding;
use crate::names::ident;
use crate::work::{Request, Work};

const PASS: &str = "inline";

pub(super) fn run(work: &mut Work) {
    references_to_references(work);
    sink(work);
    no_endless_list(work);
    lift(work);
}

/// Replaces a component that is only a reference by the component it refers to.
fn references_to_references(work: &mut Work) {
    let mut names: BTreeMap<String, Schema> = BTreeMap::new();
    let mut endless = Vec::new();
    for (name, schema) in &work.api.schemas {
        if schema.reference().is_some() {
            let target = work.api.target(schema);
            let found = work.api.schemas.iter().find(|(_, other)| std::ptr::eq(*other, target));
            match found {
                Some((found, _)) if target.reference().is_none() => {
                    names.insert(name.clone(), Schema { kind: Kind::Ref(found.clone()), ..schema.clone() });
                }
                _ => endless.push(name.clone()),
            }
        }
    }
    for name in endless {
        if let Some(schema) = work.api.schemas.get_mut(&name) {
            let problem = format!("`{name}` is a reference that comes back to itself; it is read as free JSON");
            work.findings.push(
                Finding::aside(PASS, "endless-reference", &schema.at, problem)
                    .or_free_json(&schema.at, "The reference comes back to itself."),
            );
            schema.kind = Kind::Any;
        }
    }
    replace(work, &names);
    work.api.schemas.retain(|name, _| !names.contains_key(name));
}

/// Puts what `found` has in the place of references to it.
fn replace(work: &mut Work, found: &BTreeMap<String, Schema>) {
    let table = &work.table;
    walk::every(
        &mut work.api,
        |operation| Work::id(table, &operation.endpoint),
        |_, schema| {
            if let Some(target) = schema.reference().and_then(|name| found.get(name)) {
                schema.kind = target.kind.clone();
                schema.nullable |= target.nullable;
                schema.about = std::mem::take(&mut schema.about).or(&target.about);
                schema.bounds = target.bounds.clone();
            }
        },
    );
}

fn sink(work: &mut Work) {
    let branches = branches(work);
    let is_scalar = |name: &String, schema: &Schema| match &schema.kind {
        Kind::Any | Kind::Bool | Kind::Integer { .. } | Kind::Number | Kind::Text(_) => true,
        // An object of which nothing is known, unless a union tells it by its name; and lists of numbers or truth values.
        Kind::Object(object) => {
            object.properties.is_empty() && !matches!(object.values, Values::Of(_)) && !branches.contains(name)
        }
        Kind::Enum(values) => !values.iter().all(serde_json::Value::is_string),
        _ => false,
    };
    let sunk: BTreeMap<String, Schema> = work
        .api
        .schemas
        .iter()
        .filter(|(name, schema)| is_scalar(name, schema))
        .map(|(name, schema)| (name.clone(), schema.clone()))
        .collect();
    work.api.schemas.retain(|name, _| !sunk.contains_key(name));
    replace(work, &sunk);
}

/// The components that are a branch of some union.
fn branches(work: &mut Work) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let table = &work.table;
    walk::every(
        &mut work.api,
        |operation| Work::id(table, &operation.endpoint),
        |_, schema| {
            if let Kind::Union(union) = &schema.kind {
                found.extend(union.branches.iter().filter_map(Schema::reference).map(str::to_owned));
            }
        },
    );
    found
}

/// A list or a map of itself, with no object in between, is no type in Rust.
fn no_endless_list(work: &mut Work) {
    let inner = |schema: &Schema| -> Option<String> {
        let mut found = schema;
        loop {
            found = match &found.kind {
                Kind::List(list) => &list.items,
                Kind::Object(object) if object.properties.is_empty() => match &object.values {
                    Values::Of(values) => values,
                    _ => return None,
                },
                Kind::Ref(name) => return Some(name.clone()),
                _ => return None,
            };
        }
    };
    let names: Vec<String> = work.api.schemas.keys().cloned().collect();
    for name in names {
        let mut next = work.api.schemas.get(&name).and_then(inner);
        let mut steps = 0;
        while let Some(found) = next {
            steps += 1;
            if found == name || steps > work.api.schemas.len() {
                if let Some(schema) = work.api.schemas.get_mut(&name) {
                    let problem = format!("`{name}` is a list or a map of itself; it is read as free JSON");
                    work.findings.push(
                        Finding::aside(PASS, "endless-list", &schema.at, problem)
                            .or_free_json(&schema.at, "The list or map has itself as its values."),
                    );
                    schema.kind = Kind::Any;
                }
                break;
            }
            next = work.api.schemas.get(&found).and_then(inner);
        }
    }
    // Those that became free JSON are no component any more.
    sink(work);
}

fn lift(work: &mut Work) {
    let mut lifted: BTreeMap<String, Schema> = BTreeMap::new();
    let taken: Vec<String> = work.api.schemas.keys().cloned().collect();
    let (mut api, table) = (std::mem::take(&mut work.api), &work.table);
    let forms: Vec<String> = table
        .values()
        .filter(|entry| matches!(entry.request, Request::Multipart(_) | Request::Form))
        .map(|entry| entry.id())
        .collect();
    walk::every(
        &mut api,
        |operation| Work::id(table, &operation.endpoint),
        |site, schema| {
            let is_form = site.position == Position::Request && site.trail.is_empty() && forms.contains(&site.owner);
            let is_map = matches!(&schema.kind, Kind::Object(object) if matches!(object.values, Values::Of(_)));
            // A branch has a type of its own, a map too.
            let is_named = schema.is_composite() || (matches!(site.position, Position::Branch(_)) && is_map);
            if site.position == Position::Component || is_form || !is_named {
                return;
            }
            let plain = name(site, schema);
            let name = ident::free(&plain, |name| {
                taken.iter().any(|taken| taken == name) || lifted.get(name).is_some_and(|other| !is_same(other, schema))
            });
            let mut place = schema.refer(&name);
            place.about.read_only = schema.about.read_only;
            let mut whole = std::mem::replace(schema, place);
            whole.nullable = false;
            lifted.entry(name).or_insert(whole);
        },
    );
    api.schemas.extend(lifted);
    work.api = api;
}

fn is_same(one: &Schema, other: &Schema) -> bool {
    let name = str::to_owned;
    crate::api::shape::shape(one, &name)
        == crate::api::shape::shape(&Schema { nullable: false, ..other.clone() }, &name)
}

fn name(site: &Site, schema: &Schema) -> String {
    let pascal = |text: &str| -> String {
        let plain: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
        plain.to_pascal_case()
    };
    let mut words = vec![pascal(&site.owner)];
    words.extend(site.trail.iter().map(|property| pascal(property)));
    let title = pascal(&schema.about.title);
    match site.position {
        Position::Request => words.push("Request".into()),
        Position::Response => words.push("Response".into()),
        Position::Items => words.push("Item".into()),
        Position::Values => words.push("Value".into()),
        Position::Branch(index) if title.is_empty() => words.push(format!("Branch{index}")),
        Position::Branch(_) => words.push(title),
        Position::Component | Position::Parameter(_) | Position::Property => {}
    }
    words.concat()
}
