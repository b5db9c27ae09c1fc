//! Makes the types of version 1.78.0 the way the library's build makes its own: other versions than the
//! newest have to work too, and no user compiles them.

use std::path::Path;
use std::{env, fs};

use anyhow::{Context, Result};
use linkcy_spec::{Inputs, Options, prepare_with};

const OPENAPI: &str = "../../openapi";

fn main() -> Result<()> {
    let read = |file: &str| {
        let path = Path::new(OPENAPI).join(file);
        println!("cargo::rerun-if-changed={}", path.display());
        fs::read_to_string(&path).with_context(|| path.display().to_string())
    };
    let (description, overlay, names) = (read("archive/1.78.0.json")?, read("overlay.yaml")?, read("names.toml")?);
    let inputs = Inputs { description: &description, overlay: &overlay, names: &names };
    // The overlay corrects the newest version; here some of it has nothing to correct.
    let options = Options { lenient_overlay: true, ..Options::default() };
    let generated = prepare_with(&inputs, &options)?.generate()?;
    let out = env::var_os("OUT_DIR").context("OUT_DIR is set by cargo")?;
    for (file, code) in
        [("types.rs", &generated.types), ("table.rs", &generated.table), ("shapes.rs", &generated.shapes)]
    {
        fs::write(Path::new(&out).join(file), code).with_context(|| format!("writing {file}"))?;
    }
    Ok(())
}
