//! Gives every object and union that stands inside another schema a component of its own, named
//! after where it stands, so that the later passes and the generator meet named types only. The other
//! way round, a component that is but a text, a number or free JSON goes to where it is referred to.

use std::collections::BTreeMap;

use heck::ToPascalCase;
use serde_json::Value;

use crate::Error;
use crate::document::{Position, Site, reference, target};
use crate::work::Work;

const PASS: &str = "inline";

pub(super) fn run(work: &mut Work) -> Result<(), Error> {
    sink(work)?;
    lift(work)
}

fn sink(work: &mut Work) -> Result<(), Error> {
    let (sunk, kept): (Vec<_>, Vec<_>) =
        std::mem::take(work.document.schemas_mut()).into_iter().partition(|(_, schema)| is_scalar(schema));
    let sunk: BTreeMap<String, Value> = sunk.into_iter().collect();
    work.document.schemas_mut().extend(kept);
    work.document.try_schemas(|_, schema| {
        if let Some(scalar) = target(schema).and_then(|name| sunk.get(name)) {
            *schema = scalar.clone();
        }
        Ok(())
    })
}

fn is_scalar(schema: &Value) -> bool {
    let is_made_of = ["properties", "items", "additionalProperties", "enum", "anyOf", "oneOf", "$ref"];
    !is_made_of.iter().any(|key| schema.get(key).is_some())
}

fn lift(work: &mut Work) -> Result<(), Error> {
    let mut lifted: BTreeMap<String, Value> = BTreeMap::new();
    let taken: Vec<String> = work.document.schemas().keys().cloned().collect();
    work.document.try_schemas(|site, schema| {
        if site.position == Position::Component || !is_composite(schema) {
            return Ok(());
        }
        let name = name(site, schema);
        if taken.contains(&name) || lifted.get(&name).is_some_and(|other| other != schema) {
            return Err(Error::new(
                PASS,
                &site.pointer,
                format!("`{name}`, the name for this inline schema, is taken"),
                "move it to components in overlay.yaml",
            ));
        }
        let mut place = reference(&name);
        if let Some(description) = schema.get("description") {
            place["description"] = description.clone();
        }
        lifted.insert(name, std::mem::replace(schema, place));
        Ok(())
    })?;
    work.document.schemas_mut().extend(lifted);
    Ok(())
}

fn is_composite(schema: &Value) -> bool {
    ["properties", "anyOf", "oneOf"].iter().any(|key| schema.get(key).is_some())
}

fn name(site: &Site, schema: &Value) -> String {
    let mut words = vec![site.owner.to_pascal_case()];
    words.extend(site.trail.iter().map(|property| property.to_pascal_case()));
    let title = schema["title"].as_str().unwrap_or_default().to_pascal_case();
    match site.position {
        Position::Request => words.push("Request".into()),
        Position::Response => words.push("Response".into()),
        Position::Items => words.push("Item".into()),
        Position::Values => words.push("Value".into()),
        Position::Branch(index) if title.is_empty() => words.push(format!("Branch{index}")),
        Position::Branch(_) => words.push(title),
        Position::Component | Position::Parameter | Position::Property => {}
    }
    words.concat()
}
