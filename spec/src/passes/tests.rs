//! What each pass does to a small description, as the lines it changes.
//!
//! A fixture holds the description and, where the pass asks for them, names. The passes before run first, so that each sees what
//! it sees in the pipeline.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};

use super::PASSES;
use crate::work::Work;
use crate::{Inputs, Options};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixture {
    paths: Value,
    #[serde(default)]
    components: Value,
    #[serde(default)]
    names: String,
    #[serde(default)]
    lock: String,
}

fn effect(pass: &str) -> String {
    let text = fs::read_to_string(Path::new(FIXTURES).join(format!("{pass}.yaml"))).unwrap();
    let fixture: Fixture = serde_norway::from_str(&text).unwrap();
    let description =
        json!({ "openapi": "3.0.1", "info": {}, "paths": fixture.paths, "components": fixture.components });
    let description = description.to_string();
    let inputs = Inputs { names: &fixture.names, lock: &fixture.lock, ..Inputs::alone(&description) };
    let mut work = Work::new(&inputs, &Options::default()).unwrap();
    let place = PASSES.iter().position(|(name, _)| *name == pass).unwrap();
    PASSES[..place].iter().for_each(|(_, before)| before(&mut work));
    let before = listing(&work);
    PASSES[place].1(&mut work);
    let after = listing(&work);
    let lines = similar::TextDiff::from_lines(&before, &after);
    lines.unified_diff().context_radius(3).to_string()
}

/// Everything that a pass can change, without the places, which none does.
fn listing(work: &Work) -> String {
    fn without_places(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.retain(|name, member| name != "at" || !member.is_string());
                members.values_mut().for_each(without_places);
            }
            Value::Array(items) => items.iter_mut().for_each(without_places),
            _ => {}
        }
    }
    let table: Value = work
        .table
        .iter()
        .map(|(endpoint, entry)| (endpoint.to_string(), serde_json::to_value(entry).unwrap()))
        .collect();
    let findings: Vec<String> = work.findings.iter().map(ToString::to_string).collect();
    let mut shown = json!({
        "operations": work.api.operations,
        "schemas": work.api.schemas,
        "table": table,
        "unions": work.unions,
        "patches": work.patches,
        "pages": work.pages,
        "equals": work.equals,
        "types": work.types,
        "variants": work.variants,
        "unnamed": work.unnamed,
        "leftovers": work.leftovers,
        "findings": findings,
    });
    without_places(&mut shown);
    serde_norway::to_string(&shown).unwrap()
}

macro_rules! passes {
    ($($pass:ident),+ $(,)?) => {
        $(
            #[test]
            fn $pass() {
                let mut settings = insta::Settings::clone_current();
                settings.set_snapshot_path(FIXTURES);
                settings.set_prepend_module_to_snapshot(false);
                settings.set_omit_expression(true);
                settings.bind(|| insta::assert_snapshot!(stringify!($pass), effect(stringify!($pass))));
            }
        )+

        #[test]
        fn every_pass_has_its_fixture() {
            let all: Vec<&str> = PASSES.iter().map(|(name, _)| *name).collect();
            assert_eq!(all, [$(stringify!($pass)),+]);
        }
    };
}

passes! {
    names, sca, errors, subclasses, allof, alternatives, responses, bodies, parameters, prune, inline, scalars, enums, unions, patches, pages,
    twins, types,
}
