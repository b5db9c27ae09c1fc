//! Decides how unions are read: their branches become whole structs, with the fields that the union shares, and a row for each
//! branch says what in the JSON tells it apart.
//!
//! The discriminator goes first; else a property whose lists of values do not overlap is a tag; else the presence of a property
//! that no other branch has. A branch that has none is what remains. names.toml may decide otherwise, with a reason. Where
//! nothing tells the branches apart they are read as one struct.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::api::shape::shape;
use crate::api::{Api, Discriminator, Kind, Object, Scalar, Schema, TextFormat, UnionSchema, walk};
use crate::finding::Finding;
use crate::names::{UnionRule, ident, same, words};
use crate::work::{Decision, Row, ToldBy, Work};

const PASS: &str = "unions";

/// How deep unions of unions go.
const DEEPEST: usize = 8;

/// A branch while it is decided on.
#[derive(Clone)]
struct Branch {
    /// The component it was.
    origin: String,
    object: Object,
    schema: Schema,
    /// The discriminator's values.
    tags: Vec<String>,
}

pub(super) fn run(work: &mut Work) {
    let unions: Vec<String> = work
        .api
        .schemas
        .iter()
        .filter(|(_, schema)| matches!(schema.kind, Kind::Union(_)))
        .map(|(name, _)| name.clone())
        .collect();
    let uses = uses(&mut work.api);
    // Each is decided on what the others were, not on what they have become.
    let before = work.api.clone();
    for name in unions {
        decide(work, &before, &name, &uses);
    }
}

/// How often each component is referred to.
fn uses(api: &mut Api) -> BTreeMap<String, usize> {
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let mut count = |schema: &Schema| {
        walk::references(schema, &mut |name| *found.entry(name.to_owned()).or_default() += 1);
    };
    api.schemas.values().for_each(&mut count);
    for operation in &mut api.operations {
        walk::outermost(operation, "", |_, schema| count(schema));
    }
    found
}

fn decide(work: &mut Work, before: &Api, name: &str, uses: &BTreeMap<String, usize>) {
    let Some(schema) = before.schemas.get(name).cloned() else { return };
    let Kind::Union(union) = &schema.kind else { return };
    let union = &with_inherited(work, before, union);
    let mut branches = match branches(before, name, union, DEEPEST) {
        Ok(branches) => branches,
        Err(problem) => {
            let finding =
                Finding::aside(PASS, "union-of-scalars", &schema.at, format!("{problem}; it is read as free JSON"));
            work.findings.push(finding.or_free_json(&schema.at, "The values are of several kinds."));
            set(work, name, Schema { kind: Kind::Scalar(Scalar::Json), ..schema.clone() });
            return;
        }
    };
    // The same component twice is one branch.
    let mut seen = BTreeSet::new();
    branches.retain(|branch| seen.insert(branch.origin.clone()));
    if branches.is_empty() {
        let finding =
            Finding::aside(PASS, "union-of-nothing", &schema.at, "a union of itself alone; it is read as free JSON");
        work.findings.push(finding.or_free_json(&schema.at, "The union has no branch but itself."));
        set(work, name, Schema { kind: Kind::Scalar(Scalar::Json), ..schema.clone() });
        return;
    }
    // One child that a tag tells leaves room for others.
    if let ([only], None) = (branches.as_slice(), &union.base.discriminator) {
        let only = Schema { kind: Kind::Object(only.object.clone()), about: schema.about.clone(), ..schema.clone() };
        set(work, name, only);
        return;
    }
    let discriminator = union.base.discriminator.as_ref();
    let told = match (work.names.unions.get(name), discriminator) {
        (Some(rule), _) => by_rule(rule, &branches).map_err(|branch| {
            Finding::refused(
                PASS,
                "union-rule",
                &schema.at,
                format!("names.toml decides this union without its branch `{branch}`"),
            )
            .then("add the branch in names.toml, [unions]")
        }),
        (None, Some(discriminator)) => Ok(by_discriminator(before, discriminator, &branches)
            .or_else(|| by_tag(before, &branches))
            .or_else(|| by_keys(&branches))),
        (None, None) => Ok(by_tag(before, &branches).or_else(|| by_keys(&branches))),
    };
    let told = match told {
        Ok(Some(told)) => told,
        Ok(None) => {
            work.findings.push(
                Finding::note(
                    PASS,
                    "one-struct",
                    &schema.at,
                    "nothing tells the branches apart: they are read as one struct",
                )
                .then("decide the union in names.toml, [unions], where there is a way"),
            );
            let whole = one_struct(before, &branches, &mut work.findings);
            set(work, name, Schema { kind: Kind::Object(whole), ..schema.clone() });
            return;
        }
        Err(finding) => {
            work.findings.push(finding);
            return;
        }
    };
    if let (Some(discriminator), true) = (discriminator, told.iter().any(|told| matches!(told, ToldBy::Tag(..)))) {
        constant_tags(&mut branches, &discriminator.property, &told);
    }
    let variants = variants(work, name, &branches);
    let mut rows = Vec::new();
    let mut components = Vec::new();
    for ((branch, told_by), variant) in branches.iter().zip(&told).zip(&variants) {
        let key = component(work, before, name, branch, uses);
        components.push((key.clone(), branch.object.clone(), branch.schema.clone()));
        rows.push(Row { variant: variant.clone(), branch: key, told_by: told_by.clone() });
    }
    let reason = match work.names.unions.get(name) {
        Some(rule) => rule.reason.clone(),
        None => derived_reason(&told, discriminator),
    };
    let (shared, firmer) = shared(&union.base, &branches);
    for (key, object, branch) in components {
        set(work, &key, Schema { kind: Kind::Object(object), nullable: false, ..branch });
    }
    rows.sort_by_key(|row| row.told_by == ToldBy::Otherwise);
    work.unions.insert(name.to_owned(), Decision { rows, shared, firmer, reason });
}

fn set(work: &mut Work, name: &str, schema: Schema) {
    work.api.schemas.insert(name.to_owned(), schema);
}

/// A union of one parent's children has the parent's discriminator, whether or not it names it.
fn with_inherited(work: &Work, before: &Api, union: &UnionSchema) -> UnionSchema {
    let mut union = union.clone();
    if union.base.discriminator.is_none() {
        let of =
            |branch: &Schema| component_of(before, branch).and_then(|name| work.discriminators.get(&name)).cloned();
        let mut found = union.branches.iter().map(of);
        let first = found.next().flatten();
        if first.is_some() && found.all(|other| other == first) {
            union.base.discriminator = first;
        }
    }
    union
}

/// The branches as whole objects; those of a union inside are its own.
fn branches(api: &Api, name: &str, union: &UnionSchema, depth: usize) -> Result<Vec<Branch>, String> {
    let mut found = Vec::new();
    for schema in &union.branches {
        let target = api.target(schema);
        let origin = component_of(api, schema).unwrap_or_else(|| name.to_owned());
        match &target.kind {
            Kind::Object(object) => {
                let object = with_base(object, &union.base);
                let tags = tags(api, union.base.discriminator.as_ref(), &origin);
                found.push(Branch { origin, object, schema: target.clone(), tags });
            }
            Kind::Union(inner) if depth > 0 && origin != name => {
                for mut branch in branches(api, &origin, inner, depth - 1)? {
                    branch.object = with_base(&branch.object, &union.base);
                    let own = tags(api, union.base.discriminator.as_ref(), &branch.origin);
                    let outer = tags(api, union.base.discriminator.as_ref(), &origin);
                    let mapped = |name: &str| {
                        union.base.discriminator.iter().any(|known| known.mapping.values().any(|found| found == name))
                    };
                    branch.tags = if mapped(&branch.origin) || !mapped(&origin) { own } else { outer };
                    found.push(branch);
                }
            }
            Kind::Union(_) => {}
            // An object of which nothing is said but its name.
            Kind::Scalar(Scalar::Json) if origin != name => {
                let object = with_base(&Object::default(), &union.base);
                let tags = tags(api, union.base.discriminator.as_ref(), &origin);
                found.push(Branch { origin, object, schema: target.clone(), tags });
            }
            _ => return Err("a union with a branch that is no object".into()),
        }
    }
    Ok(found)
}

fn component_of(api: &Api, schema: &Schema) -> Option<String> {
    let mut name = schema.reference()?.to_owned();
    for _ in 0..=api.schemas.len() {
        match api.schemas.get(&name).and_then(Schema::reference) {
            Some(next) => name = next.to_owned(),
            None => return Some(name),
        }
    }
    None
}

/// The values of the discriminator that mean a component: those of the mapping, else its own name.
fn tags(api: &Api, discriminator: Option<&Discriminator>, component: &str) -> Vec<String> {
    let Some(discriminator) = discriminator else { return Vec::new() };
    let mapped: Vec<String> = discriminator
        .mapping
        .iter()
        .filter(|(_, target)| *target == component)
        .map(|(value, _)| value.clone())
        .collect();
    if mapped.is_empty() { vec![api.vendors(component).to_owned()] } else { mapped }
}

/// A branch with the union's own fields; what the branch says of a field itself wins.
fn with_base(branch: &Object, base: &Object) -> Object {
    let mut whole = branch.clone();
    for (name, property) in &base.properties {
        whole.properties.entry(name.clone()).or_insert_with(|| property.clone());
    }
    whole.required.extend(base.required.iter().cloned());
    if whole.values == crate::api::Values::Unsaid {
        whole.values = base.values.clone();
    }
    whole
}

/// By the mapping; without one, by the branch's own list of values for the property, or else by the branch's name.
fn by_discriminator(api: &Api, discriminator: &Discriminator, branches: &[Branch]) -> Option<Vec<ToldBy>> {
    let is_mapped = |branch: &Branch| branch.tags.iter().any(|tag| discriminator.mapping.contains_key(tag));
    let own_list = |branch: &Branch| listed(api.target(branch.object.properties.get(&discriminator.property)?));
    let told = |tags: &dyn Fn(&Branch) -> Vec<String>| -> Option<Vec<ToldBy>> {
        let mut seen = BTreeSet::new();
        branches
            .iter()
            .map(|branch| {
                let tags = tags(branch);
                let fresh = !tags.is_empty() && tags.iter().all(|tag| seen.insert(tag.clone()));
                fresh.then(|| ToldBy::Tag(discriminator.property.clone(), tags))
            })
            .collect()
    };
    let own = |branch: &Branch| match is_mapped(branch) {
        true => branch.tags.clone(),
        false => own_list(branch).unwrap_or_else(|| branch.tags.clone()),
    };
    told(&own).or_else(|| told(&|branch: &Branch| branch.tags.clone()))
}

/// A required property of every branch whose lists of values do not overlap.
fn by_tag(api: &Api, branches: &[Branch]) -> Option<Vec<ToldBy>> {
    let first = branches.first()?;
    first.object.required.iter().find_map(|property| {
        let mut seen = BTreeSet::new();
        branches
            .iter()
            .map(|branch| {
                let schema = branch.object.properties.get(property).filter(|schema| !schema.nullable)?;
                let values = listed(api.target(schema))?;
                let fresh =
                    branch.object.required.contains(property) && values.iter().all(|value| seen.insert(value.clone()));
                fresh.then(|| ToldBy::Tag(property.clone(), values))
            })
            .collect()
    })
}

/// The values that a schema lists, as texts: a number or a truth value is its JSON.
fn listed(schema: &Schema) -> Option<Vec<String>> {
    let values = match &schema.kind {
        Kind::Enum(values) => values,
        _ if !schema.about.one_of.is_empty() => &schema.about.one_of,
        _ => return None,
    };
    Some(values.iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect())
}

/// What only this branch has: its required properties if there are such, else any of its own.
fn by_keys(branches: &[Branch]) -> Option<Vec<ToldBy>> {
    let rows: Vec<ToldBy> = branches
        .iter()
        .enumerate()
        .map(|(index, branch)| {
            let others: BTreeSet<&String> = branches
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != index)
                .flat_map(|(_, other)| other.object.properties.keys())
                .collect();
            let own: Vec<&String> = branch.object.properties.keys().filter(|name| !others.contains(name)).collect();
            // One required property is enough: it is always there.
            let sure = own
                .iter()
                .find(|name| branch.object.required.contains(**name) && !branch.object.properties[**name].nullable);
            let keys = sure.map_or(own.clone(), |name| vec![*name]);
            match keys.is_empty() {
                true => ToldBy::Otherwise,
                false => ToldBy::Keys(keys.into_iter().cloned().collect()),
            }
        })
        .collect();
    let remaining = rows.iter().filter(|row| **row == ToldBy::Otherwise).count();
    (remaining <= 1).then_some(rows)
}

fn by_rule(rule: &UnionRule, branches: &[Branch]) -> Result<Option<Vec<ToldBy>>, String> {
    branches
        .iter()
        .map(|branch| match rule.keys.get(&branch.origin) {
            Some(keys) if keys.is_empty() => Ok(ToldBy::Otherwise),
            Some(keys) => Ok(ToldBy::Keys(keys.clone())),
            None => Err(branch.origin.clone()),
        })
        .collect::<Result<_, _>>()
        .map(Some)
}

fn derived_reason(told: &[ToldBy], discriminator: Option<&Discriminator>) -> String {
    match (told.first(), discriminator) {
        (Some(ToldBy::Tag(property, _)), Some(discriminator)) if *property == discriminator.property => {
            format!("the description names `{property}` as the discriminator")
        }
        (Some(ToldBy::Tag(property, _)), _) => format!("the values of `{property}` differ from branch to branch"),
        _ => "no tag in the description; each branch has a property that the others lack".into(),
    }
}

/// The discriminator's property is required in each branch and has the branch's value only, so that nobody has to set it.
fn constant_tags(branches: &mut [Branch], property: &str, told: &[ToldBy]) {
    for (branch, told_by) in branches.iter_mut().zip(told) {
        let ToldBy::Tag(tag, values) = told_by else { continue };
        if tag != property {
            continue;
        }
        let at = branch.schema.at.clone();
        let schema = branch
            .object
            .properties
            .entry(property.to_owned())
            .or_insert_with(|| Schema::new(&at, Kind::Text(TextFormat::Plain)));
        schema.nullable = false;
        if matches!(schema.kind, Kind::Text(_)) {
            schema.kind = Kind::Scalar(Scalar::Text);
        }
        if let [only] = values.as_slice()
            && matches!(schema.kind, Kind::Ref(_) | Kind::Scalar(Scalar::Text))
        {
            schema.about.one_of = vec![Value::from(only.clone())];
        }
        branch.object.required.insert(property.to_owned());
    }
}

/// All branches as one object: required is what every branch requires.
fn one_struct(api: &Api, branches: &[Branch], findings: &mut Vec<Finding>) -> Object {
    let mut whole = Object::default();
    let mut required: Option<BTreeSet<String>> = None;
    for branch in branches {
        required = Some(match required {
            None => branch.object.required.clone(),
            Some(required) => required.intersection(&branch.object.required).cloned().collect(),
        });
        for (name, property) in &branch.object.properties {
            match whole.properties.get_mut(name) {
                None => {
                    whole.properties.insert(name.clone(), property.clone());
                }
                Some(known) => {
                    let id = str::to_owned;
                    known.nullable |= property.nullable;
                    let plain = |schema: &Schema| {
                        let mut plain = Schema { nullable: false, bounds: Default::default(), ..schema.clone() };
                        plain.about.one_of.clear();
                        plain
                    };
                    let is_text = |schema: &Schema| match &api.target(schema).kind {
                        Kind::Scalar(Scalar::Text) => true,
                        Kind::Enum(values) => values.iter().all(Value::is_string),
                        _ => false,
                    };
                    let differs = shape(&plain(known), &id) != shape(&plain(property), &id);
                    if differs && is_text(known) && is_text(property) {
                        known.kind = Kind::Scalar(Scalar::Text);
                        let problem = format!("`{name}` has other values in each form; it is read as a text");
                        findings.push(Finding::note(PASS, "one-struct", &property.at, problem));
                    } else if differs {
                        known.kind = Kind::Scalar(Scalar::Json);
                        for at in [&known.at, &property.at] {
                            let problem = format!("`{name}` is something else in each form; it is read as free JSON");
                            findings.push(
                                Finding::aside(PASS, "conflict", at, problem)
                                    .or_free_json(at, "Another form of the union says otherwise."),
                            );
                        }
                    }
                    // A value is good if it is good for one branch.
                    let (all, other) = (&mut known.about.one_of, &property.about.one_of);
                    match all.is_empty() || other.is_empty() {
                        true => all.clear(),
                        false => other.iter().for_each(|value| {
                            if !all.contains(value) {
                                all.push(value.clone());
                            }
                        }),
                    }
                    if known.bounds != property.bounds {
                        for at in [&known.at, &property.at] {
                            let problem =
                                format!("the bounds of `{name}` differ from form to form and are not checked");
                            findings.push(Finding::note(PASS, "unchecked-keyword", at, problem));
                        }
                        known.bounds = Default::default();
                    }
                }
            }
        }
    }
    whole.required = required.unwrap_or_default();
    whole
}

/// The fields every branch has alike; required where the union itself says so. Apart from them, those that every branch
/// requires of its own accord.
fn shared(base: &Object, branches: &[Branch]) -> (Object, BTreeSet<String>) {
    let mut shared = Object::default();
    let mut firmer = BTreeSet::new();
    let Some((first, others)) = branches.split_first() else { return (shared, firmer) };
    let id = str::to_owned;
    let plain = |schema: &Schema| {
        let mut plain = Schema { bounds: Default::default(), ..schema.clone() };
        plain.about = Default::default();
        shape(&plain, &id)
    };
    for (name, property) in &first.object.properties {
        let is_required = |branch: &Branch| branch.object.required.contains(name);
        let alike = others.iter().all(|branch| {
            branch.object.properties.get(name).is_some_and(|other| plain(other) == plain(property))
                && is_required(branch) == is_required(first)
        });
        if alike {
            if is_required(first) {
                match base.required.contains(name) {
                    true => {
                        shared.required.insert(name.clone());
                    }
                    false => {
                        firmer.insert(name.clone());
                    }
                }
            }
            shared.properties.insert(name.clone(), property.clone());
        }
    }
    (shared, firmer)
}

/// The component that holds the branch as this union has it.
fn component(work: &Work, before: &Api, union: &str, branch: &Branch, uses: &BTreeMap<String, usize>) -> String {
    let id = str::to_owned;
    let whole = Schema { kind: Kind::Object(branch.object.clone()), ..branch.schema.clone() };
    let is_same = before.schemas.get(&branch.origin).is_some_and(|known| shape(known, &id) == shape(&whole, &id));
    let is_only_here = uses.get(&branch.origin).copied().unwrap_or_default() <= 1;
    if is_same || is_only_here {
        return branch.origin.clone();
    }
    // A branch that serves elsewhere too keeps its own shape there.
    let of_union = words::words(union).concat();
    let of_branch = words::words(&branch.origin).concat();
    let plain = if of_branch.starts_with(&of_union) {
        format!("{of_branch}In{of_union}")
    } else {
        format!("{of_union}{of_branch}")
    };
    ident::free(&plain, |name| work.api.schemas.get(name).is_some_and(|known| shape(known, &id) != shape(&whole, &id)))
}

/// A branch's own words: those it does not share with every other branch. A name that was given is kept.
fn variants(work: &Work, name: &str, branches: &[Branch]) -> Vec<String> {
    let all: Vec<Vec<String>> = branches.iter().map(|branch| words::words(&branch.origin)).collect();
    let rust = work.lock.ty(name);
    let mut taken: BTreeSet<String> = BTreeSet::from(["Unrecognized".to_owned(), "Self".to_owned()]);
    let known: Vec<Option<String>> = branches
        .iter()
        .map(|branch| {
            let listed = same::spellings(name).into_iter().find_map(|name| {
                let branches = same::spellings(&branch.origin);
                branches.iter().find_map(|branch| work.names.variants.get(&format!("{name}.{branch}")))
            });
            let locked = || rust.and_then(|rust| work.lock.variant(rust, &branch.origin));
            let known = listed.or_else(locked).cloned();
            known.filter(|known| taken.insert(known.clone()))
        })
        .collect();
    branches
        .iter()
        .zip(known)
        .enumerate()
        .map(|(index, (_, known))| {
            if let Some(known) = known {
                return known;
            }
            let own: String =
                all[index].iter().filter(|word| !all.iter().all(|other| other.contains(word))).cloned().collect();
            let short = if own.is_empty() { "Plain".to_owned() } else { ident::type_name(&[own]) };
            let free = ident::free(&short, |name| taken.contains(name));
            taken.insert(free.clone());
            free
        })
        .collect()
}
