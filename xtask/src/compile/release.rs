//! Whether the crate compiles from a new description: asked before anything is exchanged.

use anyhow::{Context, Result, bail};
use linkcy_spec::Prepared;

use super::{Copy, errors};
use crate::cargo::Cargo;
use crate::intake::replace::Files;
use crate::tree::{OPENAPI, Tree};

/// How many errors are named.
const MOST: usize = 10;

/// Compiles the library from a copy of the tree with `files` in its openapi/.
///
/// # Errors
/// If it does not compile; the message names schemas and operations with their place in the description.
pub fn check(tree: &Tree, files: &Files, prepared: &Prepared) -> Result<()> {
    let copy = Copy::of(tree, "release")?;
    copy.manifest(tree, &["spec"], true)?;
    copy.folder(&tree.root.join("spec/src"), "spec/src")?;
    copy.file("spec/Cargo.toml", without_tests(tree)?.as_bytes())?;
    copy.file("build.rs", &std::fs::read(tree.root.join("build.rs")).context("build.rs")?)?;
    for name in ["linkcy.json", "overlay.yaml", "names.toml", "names.lock", "needs.toml"] {
        let bytes = match files.get(name) {
            Some(bytes) => bytes.clone(),
            None => tree.read_or_empty(name)?.into_bytes(),
        };
        copy.file(&format!("{OPENAPI}/{name}"), &bytes)?;
    }
    let output = Cargo::of(tree)
        .command(&["check", "--package", "linkcy", "--lib", "--quiet", "--message-format", "json", "--offline"])
        .arg("--manifest-path")
        .arg(copy.root.join("Cargo.toml"))
        .output()
        .context("cargo cannot be started")?;
    if output.status.success() {
        return Ok(());
    }
    let complaints = errors::complaints(&String::from_utf8_lossy(&output.stdout), &copy.root);
    if complaints.is_empty() {
        bail!("the crate cannot be built: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let lines: Vec<String> = complaints
        .iter()
        .take(MOST)
        .map(|complaint| {
            let place = complaint.item.as_ref().and_then(|item| prepared.place_of(item));
            match (place, &complaint.item) {
                (Some(place), _) => format!("{place}: {}", complaint.message),
                (None, Some(item)) => format!("`{item}`: {}", complaint.message),
                (None, None) => format!("{}:{}: {}", complaint.file, complaint.line, complaint.message),
            }
        })
        .collect();
    bail!("the crate does not compile from this description ({} errors): {}", complaints.len(), lines.join("; "))
}

fn without_tests(tree: &Tree) -> Result<String> {
    let text = std::fs::read_to_string(tree.root.join("spec/Cargo.toml")).context("spec/Cargo.toml")?;
    let mut manifest: toml_edit::DocumentMut = text.parse().context("spec/Cargo.toml")?;
    manifest.remove("dev-dependencies");
    Ok(manifest.to_string())
}
