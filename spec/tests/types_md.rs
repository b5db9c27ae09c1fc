//! The tables of docs/TYPES.md are those of the description: how every union is read and why, and which
//! fields are secret. Run with INSTA_UPDATE=always to write them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

use linkcy_spec::{Inputs, SurfaceType, prepare};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/TYPES.md");
const BEGINNING: &str = "<!-- written by spec/tests/types_md.rs -->\n";
const END: &str = "<!-- end -->\n";

fn tables() -> String {
    let prepared = prepare(&Inputs {
        description: include_str!("../../openapi/linkcy.json"),
        overlay: include_str!("../../openapi/overlay.yaml"),
        names: include_str!("../../openapi/names.toml"),
        lock: include_str!("../../openapi/names.lock"),
        needs: "",
    })
    .unwrap();
    let reasons: BTreeMap<&str, &str> = prepared.union_reasons().collect();
    let surface = prepared.surface();
    let mut out = String::from("\n| union | branch | told by | why so |\n|---|---|---|---|\n");
    let mut secrets = String::from("\n| type | secret fields |\n|---|---|\n");
    for (name, ty) in &surface.types {
        match ty {
            SurfaceType::Union { open, variants } => {
                let mut name_cell = format!("`{name}`{}", if *open { "" } else { " (sent only)" });
                // An answer by status is no union of the description.
                let mut reason = reasons.get(name.as_str()).copied().unwrap_or_default();
                for (variant, told) in variants {
                    let told_by = told.told_by.replace(" | ", ", ");
                    let _ = writeln!(out, "| {name_cell} | `{variant}` | {told_by} | {reason} |");
                    name_cell.clear();
                    reason = "";
                }
            }
            SurfaceType::Struct { fields, .. } => {
                let own: Vec<String> = fields
                    .iter()
                    .filter(|field| field.ty.contains("Secret") || field.ty == "Link")
                    .map(|field| format!("`{}`", field.name))
                    .collect();
                if !own.is_empty() {
                    let _ = writeln!(secrets, "| `{name}` | {} |", own.join(", "));
                }
            }
            SurfaceType::Enum { .. } | SurfaceType::Alias { .. } => {}
        }
    }
    format!("{out}{secrets}\n")
}

#[test]
fn the_tables_in_the_docs_are_those_of_the_description() {
    let text = fs::read_to_string(FILE).unwrap();
    let (before, rest) = text.split_once(BEGINNING).unwrap();
    let (found, after) = rest.split_once(END).unwrap();
    let tables = tables();
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        fs::write(FILE, format!("{before}{BEGINNING}{tables}{END}{after}")).unwrap();
        return;
    }
    assert!(found == tables, "docs/TYPES.md is behind the description: run this test with INSTA_UPDATE=always");
}
