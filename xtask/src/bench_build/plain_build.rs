//! The build script of the program to compare with: progenitor, as its manual has it.

use std::path::Path;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=description.json");
    let description = fs::read_to_string("description.json").expect("the description");
    let description = serde_json::from_str(&description).expect("a description");
    let mut settings = progenitor::GenerationSettings::new();
    settings.with_interface(progenitor::InterfaceStyle::Builder);
    let tokens = progenitor::Generator::new(&settings).generate_tokens(&description).expect("a client");
    let code = prettyplease::unparse(&syn::parse2(tokens).expect("Rust"));
    let folder = env::var("OUT_DIR").expect("OUT_DIR");
    fs::write(Path::new(&folder).join("client.rs"), code).expect("client.rs is written");
}
