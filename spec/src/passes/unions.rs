//! Turns `anyOf`/`oneOf` into unions whose branches are whole structs: the fields the union shares go
//! into each branch, and a row for each branch says what in the JSON tells it apart.
//!
//! A property whose value lists do not overlap is a tag; else the presence of a property no other
//! branch has; a branch that has none is what remains. names.toml may decide otherwise, with a reason.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::Error;
use crate::document::{Pointer, reference, target};
use crate::names::UnionRule;
use crate::passes::types::words;
use crate::rows::Rows;
use crate::work::Work;

const PASS: &str = "unions";

/// The extension that carries a decided union.
pub(crate) const UNION: &str = "x-union";

/// How a union is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Decision {
    pub(crate) rows: Vec<Row>,
    /// The fields every branch has, as properties and required names.
    pub(crate) shared: Value,
    /// Those of them that every branch requires, though the union does not.
    pub(crate) firmer: Vec<String>,
    pub(crate) reason: String,
}

/// One branch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) variant: String,
    pub(crate) branch: Value,
    pub(crate) told_by: ToldBy,
}

/// What tells a branch from the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ToldBy {
    /// The property has one of these values.
    Tag(String, Vec<String>),
    /// One of these properties is there.
    Keys(Vec<String>),
    /// No other branch fits.
    Otherwise,
}

pub(super) fn run(work: &mut Work) -> Result<(), Error> {
    let unions: Vec<String> = work
        .document
        .schemas()
        .iter()
        .filter(|(_, schema)| branches(schema).is_some())
        .map(|(name, _)| name.clone())
        .collect();
    let uses = uses(work.document.value());
    for name in unions {
        decide(work, &name, &uses)?;
    }
    Ok(())
}

fn branches(schema: &Value) -> Option<&Vec<Value>> {
    schema.get("anyOf").or_else(|| schema.get("oneOf"))?.as_array()
}

/// How often each component is referred to.
fn uses(value: &Value) -> BTreeMap<String, usize> {
    fn count(value: &Value, uses: &mut BTreeMap<String, usize>) {
        if let Some(name) = target(value) {
            *uses.entry(name.to_owned()).or_default() += 1;
        }
        match value {
            Value::Object(members) => members.values().for_each(|member| count(member, uses)),
            Value::Array(items) => items.iter().for_each(|item| count(item, uses)),
            _ => {}
        }
    }
    let mut found = BTreeMap::new();
    count(value, &mut found);
    found
}

fn decide(work: &mut Work, name: &str, uses: &BTreeMap<String, usize>) -> Result<(), Error> {
    let pointer = Pointer::of(&["components", "schemas", name]);
    let schema = work.document.schemas()[name].clone();
    let mut structs: Vec<(String, Value)> = Vec::new();
    for branch in branches(&schema).into_iter().flatten() {
        let found = target(branch)
            .and_then(|branch| Some((branch, work.document.schemas().get(branch)?)))
            .filter(|(_, found)| branches(found).is_none() && found["type"] != "string");
        let Some((branch, found)) = found else {
            return Err(Error::new(
                PASS,
                &pointer,
                format!("a branch that is no object: {branch}"),
                "describe the union over objects in overlay.yaml",
            ));
        };
        let whole = with_shared(found, &schema);
        // A branch that serves elsewhere too keeps its own shape there.
        let own = whole == *found || uses.get(branch).copied().unwrap_or_default() <= 1;
        let branch = if own { branch.to_owned() } else { format!("{name}{branch}") };
        structs.push((branch, whole));
    }
    let rule = work.names.unions.get(name);
    let told_by = match rule {
        Some(rule) => by_rule(rule, &structs, &pointer)?,
        None => by_tag(&structs, work.document.schemas()).or_else(|| by_keys(&structs)).ok_or_else(|| {
            Error::new(
                PASS,
                &pointer,
                "nothing tells its branches apart",
                "decide in names.toml, [unions], with the reason",
            )
        })?,
    };
    let variants = variants(name, &structs, &work.names.variants);
    let shared = shared(&schema, &structs);
    let decision = Decision {
        rows: structs
            .iter()
            .zip(variants)
            .zip(&told_by)
            .map(|(((branch, _), variant), told_by)| Row {
                variant,
                branch: reference(branch),
                told_by: told_by.clone(),
            })
            .collect(),
        firmer: shared.1,
        shared: shared.0,
        reason: rule.map_or_else(|| derived_reason(&told_by), |rule| rule.reason.clone()),
    };
    let schemas = work.document.schemas_mut();
    schemas.extend(structs);
    schemas.insert(name.to_owned(), json!({ "description": schema["description"], UNION: decision }));
    Ok(())
}

/// A branch with the union's own fields; what the branch says of a field itself wins.
fn with_shared(branch: &Value, union: &Value) -> Value {
    let mut whole = branch.clone();
    for (name, property) in union["properties"].as_object().into_iter().flatten() {
        if whole["properties"].get(name).is_none() {
            whole["properties"][name] = property.clone();
        }
    }
    let required: BTreeSet<&str> = [branch, union].into_iter().flat_map(required).collect();
    if !required.is_empty() {
        whole["required"] = json!(required);
    }
    whole
}

fn required(schema: &Value) -> impl Iterator<Item = &str> {
    schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn properties(schema: &Value) -> BTreeSet<&str> {
    let properties = schema["properties"].as_object();
    properties.into_iter().flatten().map(|(name, _)| name.as_str()).collect()
}

/// A required property of every branch whose lists of values do not overlap.
fn by_tag(structs: &[(String, Value)], schemas: &Map<String, Value>) -> Option<Vec<ToldBy>> {
    let (_, first) = structs.first()?;
    required(first).find_map(|property| {
        let mut seen = BTreeSet::new();
        structs
            .iter()
            .map(|(_, schema)| {
                let list = target(&schema["properties"][property])
                    .filter(|_| required(schema).any(|name| name == property))?;
                let values: Vec<String> = schemas[list]["enum"]
                    .as_array()?
                    .iter()
                    .filter_map(|value| value.as_str().map(str::to_owned))
                    .collect();
                let fresh = values.iter().all(|value| seen.insert(value.clone()));
                fresh.then(|| ToldBy::Tag(property.to_owned(), values))
            })
            .collect()
    })
}

/// What only this branch has: its required properties if there are such, else any of its own.
fn by_keys(structs: &[(String, Value)]) -> Option<Vec<ToldBy>> {
    let rows: Vec<ToldBy> = structs
        .iter()
        .enumerate()
        .map(|(index, (_, schema))| {
            let others: BTreeSet<&str> = structs
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != index)
                .flat_map(|(_, (_, other))| properties(other))
                .collect();
            let own: Vec<&str> = properties(schema).into_iter().filter(|name| !others.contains(name)).collect();
            // One required property is enough: it is always there.
            let sure = own.iter().find(|name| required(schema).any(|other| other == **name));
            let keys = sure.map_or(own.clone(), |name| vec![*name]);
            match keys.is_empty() {
                true => ToldBy::Otherwise,
                false => ToldBy::Keys(keys.into_iter().map(str::to_owned).collect()),
            }
        })
        .collect();
    let remaining = rows.iter().filter(|row| **row == ToldBy::Otherwise).count();
    (remaining <= 1).then_some(rows)
}

fn by_rule(rule: &UnionRule, structs: &[(String, Value)], pointer: &Pointer) -> Result<Vec<ToldBy>, Error> {
    structs
        .iter()
        .map(|(branch, _)| match rule.keys.get(branch) {
            Some(keys) if keys.is_empty() => Ok(ToldBy::Otherwise),
            Some(keys) => Ok(ToldBy::Keys(keys.clone())),
            None => Err(Error::new(
                PASS,
                pointer,
                format!("names.toml decides this union without its branch `{branch}`"),
                "add the branch",
            )),
        })
        .collect()
}

fn derived_reason(told_by: &[ToldBy]) -> String {
    match told_by.first() {
        Some(ToldBy::Tag(property, _)) => {
            format!("the values of `{property}` differ from branch to branch")
        }
        _ => "no tag in the description; each branch has a property that the others lack".into(),
    }
}

/// The fields every branch has alike; required where the union itself says so. Apart from them, those that
/// every branch requires of its own accord.
fn shared(union: &Value, structs: &[(String, Value)]) -> (Value, Vec<String>) {
    let mut shared = Map::new();
    let mut firmer = Vec::new();
    let declared: BTreeSet<&str> = required(union).collect();
    let first = structs.first().map(|(_, first)| first);
    for name in first.map(properties).unwrap_or_default() {
        let of = |schema: &Value| {
            let property = &schema["properties"][name];
            let ty: Vec<Value> =
                ["$ref", "type", "format", "x-rust", "items"].iter().map(|key| property[*key].clone()).collect();
            (ty, required(schema).any(|other| other == name))
        };
        let mut kinds: Vec<_> = structs.iter().map(|(_, schema)| of(schema)).collect();
        kinds.dedup();
        if let [(_, is_required)] = kinds.as_slice() {
            if *is_required && !declared.contains(name) {
                firmer.push(name.to_owned());
            }
            shared.insert(name.to_owned(), first.map(|first| first["properties"][name].clone()).unwrap_or_default());
        }
    }
    let declared: Vec<&str> = declared.into_iter().filter(|name| shared.contains_key(*name)).collect();
    (json!({ "properties": shared, "required": declared }), firmer)
}

/// A branch's own words: those it does not share with every other branch.
fn variants(name: &str, structs: &[(String, Value)], listed: &Rows<String>) -> Vec<String> {
    let all: Vec<Vec<String>> = structs.iter().map(|(branch, _)| words(branch)).collect();
    structs
        .iter()
        .zip(&all)
        .map(|((branch, _), own)| {
            let short: String =
                own.iter().filter(|word| !all.iter().all(|other| other.contains(word))).cloned().collect();
            match listed.get(&format!("{name}.{branch}")) {
                Some(listed) => listed.clone(),
                None if short.is_empty() => "Plain".into(),
                None => short,
            }
        })
        .collect()
}
