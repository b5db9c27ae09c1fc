//! Gives every component its Rust name: names.toml first, then names.lock, then the vendor's name without its framework's words
//! (`Dto`, `_Partner`). A name that is taken, or means something else in Rust or in this crate, becomes another, with a note.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::{Kind, Scalar, walk};
use crate::finding::Finding;
use crate::names::{ident, words};
use crate::work::Work;

const PASS: &str = "types";

pub(super) fn run(work: &mut Work) {
    let ids = ids(work);
    let mut claims = Claims { taken: ids.iter().map(|id| (id.clone(), String::new())).collect() };
    let lists: BTreeSet<&String> = work.list_places.values().collect();
    let mut order: Vec<String> = work.api.schemas.keys().cloned().collect();
    let rank = |name: &String| match () {
        () if work.names.types.lists(name) => 0,
        () if work.lock.ty(name).is_some() => 1,
        // A list's name was chosen by its places.
        () if lists.contains(name) => 2,
        () => 3,
    };
    order.sort_by_key(|name| (rank(name), name.len(), name.clone()));
    let mut types = BTreeMap::new();
    for name in &order {
        let schema = &work.api.schemas[name];
        let class = work.equals.get(name).unwrap_or(name).clone();
        let derived = ident::type_name(&words::words(name));
        let listed = work.names.types.at(name).cloned();
        let wanted: Vec<String> = listed
            .iter()
            .cloned()
            .chain(work.lock.ty(name).cloned())
            .chain([derived.clone(), ident::type_name(&words::every(name)), format!("{derived}Data")])
            .collect();
        // Types that are generated beside this one.
        let companion = match &schema.kind {
            Kind::Union(_) => "Shared",
            Kind::Object(_) => "Required",
            _ => "",
        };
        let rust = claims.first(&wanted, companion, &class);
        if let Some(listed) = listed
            && ident::is_reserved_type(&listed)
        {
            work.findings.push(
                Finding::refused(
                    PASS,
                    "type-name",
                    &schema.at,
                    format!("`{listed}` cannot be the name of `{name}`: it means something else"),
                )
                .then(format!("give it another name in names.toml, [types] {name} = \"...\"")),
            );
        } else if wanted.first() != Some(&rust) {
            let problem = format!("`{name}` is called `{rust}`, because `{}` is taken", wanted[0]);
            work.findings.push(
                Finding::note(PASS, "renamed", &schema.at, problem)
                    .then(format!("or name it in names.toml, [types] {name} = \"...\"")),
            );
        }
        types.insert(name.clone(), rust);
    }
    work.types = types;
    variants(work);
}

/// Who has which name. Components of one structure may share theirs.
struct Claims {
    taken: BTreeMap<String, String>,
}

impl Claims {
    fn first(&mut self, wanted: &[String], companion: &str, class: &str) -> String {
        let is_ours = |name: &str| self.taken.get(name).is_none_or(|other| other == class);
        let is_free =
            |name: &str| !ident::is_reserved_type(name) && is_ours(name) && is_ours(&format!("{name}{companion}"));
        let last = wanted.last().cloned().unwrap_or_default();
        let found = wanted.iter().find(|name| is_free(name)).cloned();
        let found = found.unwrap_or_else(|| ident::free(&last, |name| !is_free(name)));
        for name in [format!("{found}{companion}"), found.clone()] {
            self.taken.insert(name, class.to_owned());
        }
        found
    }
}

/// The id types in use.
fn ids(work: &mut Work) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    let table = &work.table;
    walk::every(
        &mut work.api,
        |operation| Work::id(table, &operation.endpoint),
        |_, schema| {
            if let Kind::Scalar(Scalar::Id(name)) = &mut schema.kind {
                if ident::is_reserved_type(name) {
                    name.push_str("Value");
                }
                ids.insert(name.clone());
            }
        },
    );
    ids
}

/// The variant of each value of each list.
fn variants(work: &mut Work) {
    let mut all: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (name, schema) in &work.api.schemas {
        let Kind::Enum(values) = &schema.kind else { continue };
        let rust = &work.types[name];
        let locked = work.lock.variants.get(rust);
        let values: Vec<&str> = values.iter().filter_map(serde_json::Value::as_str).collect();
        let mut taken: BTreeSet<String> = BTreeSet::from(["Unknown".to_owned()]);
        let mut chosen: BTreeMap<String, String> = BTreeMap::new();
        let known = |value: &str| {
            let listed = work.names.variants.get(&format!("{rust}.{value}"));
            listed.or_else(|| locked.and_then(|locked| locked.get(value))).cloned()
        };
        for value in &values {
            if let Some(variant) =
                known(value).filter(|variant| ident::is_identifier(variant) && taken.insert(variant.clone()))
            {
                chosen.insert((*value).to_owned(), variant);
            }
        }
        // Values that differ in case or punctuation only: the later ones get a number.
        for value in &values {
            if !chosen.contains_key(*value) {
                let variant = ident::free(&ident::variant(value), |name| taken.contains(name));
                taken.insert(variant.clone());
                chosen.insert((*value).to_owned(), variant);
            }
        }
        all.insert(name.clone(), chosen);
    }
    work.variants = all;
}
