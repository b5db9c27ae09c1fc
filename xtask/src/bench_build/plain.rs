//! The crate to compare with: progenitor as its manual has it (builder style, its own types), over the description with no
//! more done to it than progenitor needs to get through. And the small program whose size is taken.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use progenitor_impl::{GenerationSettings, Generator, InterfaceStyle};
use serde_json::{Map, Value, json};

use crate::tree::Tree;

const PACKAGE: &str = r#"[package]
name = "plain"
version = "0.0.0"
edition = "2024"

[workspace]

[features]
aws-lc-rs = ["reqwest/rustls"]
ring = ["dep:rustls", "reqwest/rustls-no-provider"]

[dependencies]
bytes = "1"
chrono = { version = "0.4", default-features = false, features = ["serde", "std"] }
futures-core = "0.3"
progenitor-client = "0.15.1"
regress = "0.12"
reqwest = { version = "0.13", default-features = false, features = ["http2", "json", "multipart", "query", "stream"] }
rustls = { version = "0.23", default-features = false, features = ["ring", "std", "tls12"], optional = true }
serde = { version = "1", features = ["derive"] }
serde_json = "1"
uuid = { version = "1", features = ["serde"] }
"#;

/// What the program needs besides.
const PROGRAM: &str = r#"tokio = { version = "1", features = ["macros", "rt-multi-thread"] }

[build-dependencies]
prettyplease = "0.3"
progenitor = "0.15.1"
serde_json = "1"
syn = "3"

[profile.release]
strip = true
"#;

/// Writes a program whose build script has progenitor generate its client.
pub fn write_program(tree: &Tree, folder: &Path) -> Result<()> {
    package(tree, folder, &format!("{PACKAGE}{PROGRAM}"), "main.rs", include_str!("plain_program.rs"))?;
    let description = settled(tree.current()?.value)?.to_string();
    for (file, text) in [("build.rs", include_str!("plain_build.rs")), ("description.json", &description)] {
        fs::write(folder.join(file), text).with_context(|| file.to_owned())?;
    }
    Ok(())
}

/// Writes the crate. Gives the number of its lines.
pub fn write(tree: &Tree, folder: &Path) -> Result<usize> {
    let code = client(settled(tree.current()?.value)?)?;
    package(tree, folder, PACKAGE, "lib.rs", &code)?;
    Ok(code.lines().count())
}

/// What progenitor makes of a description.
fn client(description: Value) -> Result<String> {
    let document = serde_json::from_value(description).context("for progenitor")?;
    let mut settings = GenerationSettings::new();
    settings.with_interface(InterfaceStyle::Builder);
    let tokens =
        Generator::new(&settings).generate_tokens(&document).map_err(|error| anyhow!("progenitor: {error}"))?;
    Ok(prettyplease::unparse(&syn::parse2(tokens).context("what progenitor wrote")?))
}

/// Writes the program of the README, more or less.
pub fn program(tree: &Tree, folder: &Path, features: &[&str]) -> Result<()> {
    let manifest = format!(
        "[package]\nname = \"program\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
         linkcy = {{ path = {:?}, default-features = false, features = {features:?} }}\n\
         tokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n\n[profile.release]\nstrip = true\n",
        fs::canonicalize(&tree.root).with_context(|| tree.root.display().to_string())?,
    );
    package(tree, folder, &manifest, "main.rs", include_str!("program.rs"))
}

fn package(tree: &Tree, folder: &Path, manifest: &str, file: &str, code: &str) -> Result<()> {
    let source = folder.join("src");
    fs::create_dir_all(&source).with_context(|| source.display().to_string())?;
    let lock = "Cargo.lock";
    fs::copy(tree.root.join(lock), folder.join(lock)).with_context(|| format!("copying {lock}"))?;
    for (path, text) in [(folder.join("Cargo.toml"), manifest), (source.join(file), code)] {
        fs::write(&path, text).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// The description as far as progenitor refuses it: operation ids, one success and one error each, query parameters that
/// are objects, forms, pages of HTML.
fn settled(mut document: Value) -> Result<Value> {
    let schemas = document.pointer("/components/schemas").cloned().unwrap_or_default();
    let paths = document.get_mut("paths").and_then(Value::as_object_mut).context("`paths` is missing")?;
    for (path, item) in paths {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            if let Some(operation) = operation.as_object_mut() {
                settle(operation, &format!("{method} {path}"), &schemas);
            }
        }
    }
    Ok(document)
}

fn settle(operation: &mut Map<String, Value>, endpoint: &str, schemas: &Value) {
    let id: Vec<&str> = endpoint.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    operation.insert("operationId".into(), id.join("_").into());
    if let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) {
        *responses = one_of_each(std::mem::take(responses));
    }
    if let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) {
        *parameters = std::mem::take(parameters).into_iter().flat_map(|one| fields(one, schemas)).collect();
    }
    if let Some(content) = operation.get_mut("requestBody").and_then(|body| body.get_mut("content"))
        && content.get("multipart/form-data").is_some()
    {
        *content = json!({ "application/octet-stream": { "schema": { "type": "string", "format": "binary" } } });
    }
}

fn one_of_each(responses: Map<String, Value>) -> Map<String, Value> {
    let mut kept = Map::new();
    for (status, mut response) in responses {
        if response.pointer("/content/text~1html").is_some() {
            response["content"] = json!({ "text/plain": { "schema": { "type": "string" } } });
        }
        let of = if status.starts_with('2') { "2XX" } else { "4XX" };
        kept.entry(of).or_insert(response);
    }
    kept
}

/// A query parameter that is an object, as its fields; any other as it is.
fn fields(parameter: Value, schemas: &Value) -> Vec<Value> {
    let name = parameter.pointer("/schema/$ref").and_then(Value::as_str).and_then(|of| of.rsplit('/').next());
    let Some(properties) = name.and_then(|name| schemas.get(name)?.get("properties")?.as_object()) else {
        return vec![parameter];
    };
    properties.iter().map(|(name, schema)| json!({ "name": name, "in": "query", "schema": schema })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progenitor_takes_what_the_program_to_compare_with_describes() {
        let tree = Tree::new(Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace"));
        let folder = tempfile::tempdir().expect("a folder");
        write_program(&tree, folder.path()).expect("written");
        let description = fs::read_to_string(folder.path().join("description.json")).expect("read");
        let code = client(serde_json::from_str(&description).expect("JSON")).expect("a client");
        assert!(code.contains("fn get_api_partner_ledgers("), "the program calls it");
    }
}
