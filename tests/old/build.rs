//! Makes the types of version 1.78.0 the way the library's build makes its own: other versions than the
//! newest have to work too, and no user compiles them. Then those of a small description made up for what no version has.

use std::path::Path;
use std::{env, fs};

use anyhow::{Context, Result};
use linkcy_spec::{Inputs, Options, prepare_with};

const OPENAPI: &str = "../../openapi";

fn main() -> Result<()> {
    let read = |folder: &str, file: &str| {
        let path = Path::new(folder).join(file);
        println!("cargo::rerun-if-changed={}", path.display());
        fs::read_to_string(&path).with_context(|| path.display().to_string())
    };
    let (overlay, names) = (read(OPENAPI, "overlay.yaml")?, read(OPENAPI, "names.toml")?);
    let description = read(OPENAPI, "archive/1.78.0.json")?;
    let (lock, needs) = (String::new(), String::new());
    let inputs = Inputs { description: &description, overlay: &overlay, names: &names, lock: &lock, needs: &needs };
    // The overlay corrects the newest version; here some of it has nothing to correct.
    let options = Options { lenient_overlay: true, ..Options::default() };
    let generated = prepare_with(&inputs, &options)?.generate()?;
    let description = read(".", "odd.json")?;
    let odd = prepare_with(&Inputs::alone(&description), &Options::default())?.generate()?;
    let out = env::var_os("OUT_DIR").context("OUT_DIR is set by cargo")?;
    let odd = [("odd_types.rs", odd.types.as_str()), ("odd_shapes.rs", odd.shapes.as_str())];
    for (file, code) in generated.files().into_iter().chain(odd) {
        fs::write(Path::new(&out).join(file), code).with_context(|| format!("writing {file}"))?;
    }
    Ok(())
}
