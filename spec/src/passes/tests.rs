//! What each pass does to a small description, as the lines it changes.
//!
//! A fixture holds the description and, where the pass asks them, overlay and names. The passes before
//! run first, so that each sees what it sees in the row.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{ROW, step};
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
    overlay: Vec<Value>,
    #[serde(default)]
    names: String,
}

fn effect(pass: &str) -> String {
    let text = fs::read_to_string(Path::new(FIXTURES).join(format!("{pass}.yaml"))).unwrap();
    let fixture: Fixture = serde_norway::from_str(&text).unwrap();
    let description =
        json!({ "openapi": "3.0.1", "info": {}, "paths": fixture.paths, "components": fixture.components });
    let description = description.to_string();
    let overlay = json!({ "overlay": "1.0.0", "info": {}, "actions": fixture.overlay }).to_string();
    let inputs = Inputs { description: &description, overlay: &overlay, names: &fixture.names };
    let mut work = Work::new(&inputs, &Options::default()).unwrap();
    let place = ROW.iter().position(|(name, _)| *name == pass).unwrap();
    ROW[..place].iter().for_each(|(_, before)| step(&mut work, *before).unwrap());
    let before = listing(&work);
    step(&mut work, ROW[place].1).unwrap();
    let after = listing(&work);
    let lines = similar::TextDiff::from_lines(&before, &after);
    lines.unified_diff().context_radius(3).to_string()
}

/// Description and table as they stand.
fn listing(work: &Work) -> String {
    let table: Value = work
        .operations
        .iter()
        .map(|(endpoint, entry)| (endpoint.to_string(), serde_json::to_value(entry).unwrap()))
        .collect();
    let document = work.document.value();
    let shown = json!({
        "paths": document["paths"],
        "schemas": document["components"]["schemas"],
        "table": table,
        "unnamed": work.unnamed,
        "leftovers": work.leftovers,
    });
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
            // `sound` changes nothing: what it refuses is in tests/refusals.rs.
            let changing: Vec<&str> = ROW.iter().map(|(name, _)| *name).filter(|name| *name != "sound").collect();
            assert_eq!(changing, [$(stringify!($pass)),+]);
        }
    };
}

passes! {
    overlay, resolve, names, sca, responses, errors, bodies, parameters, allof, prune, inline, scalars, enums,
    unions, patches, twins, pages, types,
}
