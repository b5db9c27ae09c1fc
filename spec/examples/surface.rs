//! Prints the surface of a description: `cargo run -p linkcy-spec --example surface -- openapi/linkcy.json`.
use std::{env, fs, process};

fn main() {
    let path = env::args().nth(1).unwrap_or_else(|| "openapi/linkcy.json".into());
    let read = |path: &str| fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let (description, overlay, names) = (read(&path), read("openapi/overlay.yaml"), read("openapi/names.toml"));
    let inputs = linkcy_spec::Inputs { description: &description, overlay: &overlay, names: &names };
    let options = linkcy_spec::Options { lenient_overlay: env::args().len() > 2, ..Default::default() };
    match linkcy_spec::prepare_with(&inputs, &options) {
        Ok(prepared) => {
            eprintln!("unnamed {:?}\nleftovers {:?}", prepared.unnamed(), prepared.leftovers());
            println!("{}", prepared.surface());
        }
        Err(error) => {
            eprintln!("{error}");
            process::exit(1);
        }
    }
}
