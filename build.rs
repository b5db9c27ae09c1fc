//! From openapi/ to OUT_DIR: reads the description, prepares it, writes the generated code. Nothing else.

use std::collections::BTreeSet;
use std::path::Path;
use std::{env, fs, process};

use anyhow::{Context, Result};
use linkcy_spec::{Inputs, Options};

const DESCRIPTION: &str = "openapi/linkcy.json";
const OVERLAY: &str = "openapi/overlay.yaml";
const NAMES: &str = "openapi/names.toml";
const LOCK: &str = "openapi/names.lock";
const NEEDS: &str = "openapi/needs.toml";

fn main() {
    if let Err(error) = generate() {
        // A few lines for whoever changed openapi/; a backtrace of the build script would say nothing.
        eprintln!("\n{DESCRIPTION} cannot be built: {error:#}\n");
        process::exit(1);
    }
}

fn generate() -> Result<()> {
    for file in [DESCRIPTION, OVERLAY, NAMES, LOCK, NEEDS] {
        println!("cargo::rerun-if-changed={file}");
    }
    let read = |file: &str| fs::read_to_string(file).with_context(|| file.to_owned());
    let (description, overlay, names) = (read(DESCRIPTION)?, read(OVERLAY)?, read(NAMES)?);
    let (lock, needs) = (read(LOCK)?, read(NEEDS)?);
    let inputs = Inputs { description: &description, overlay: &overlay, names: &names, lock: &lock, needs: &needs };
    let areas = switched_on(&linkcy_spec::areas(&names)?);
    let prepared = linkcy_spec::prepare_with(&inputs, &Options { areas: Some(areas), ..Options::default() })?;
    let generated = prepared.generate()?;
    let out = env::var_os("OUT_DIR").context("OUT_DIR is set by cargo")?;
    for (file, code) in generated.files() {
        fs::write(Path::new(&out).join(file), code).with_context(|| format!("writing {file}"))?;
    }
    Ok(())
}

/// The areas whose cargo feature is on.
fn switched_on(areas: &BTreeSet<String>) -> BTreeSet<String> {
    let is_on = |area: &&String| {
        let variable = format!("CARGO_FEATURE_{}", area.to_uppercase().replace('-', "_"));
        env::var_os(variable).is_some()
    };
    areas.iter().filter(is_on).cloned().collect()
}
