//! Whether the crate compiles from a new description: asked before anything is exchanged, and answered while the versions are compared.

use std::path::{Path, PathBuf};
use std::process::{Child, Output, Stdio};

use anyhow::{Context, Result, bail};
use linkcy_spec::{Generated, Prepared};

use super::{Copy, errors};
use crate::cargo::Cargo;
use crate::tree::Tree;

/// How many errors are named.
const MOST: usize = 10;

/// The library while it is compiled. Given up, it is no longer compiled.
#[derive(Debug)]
pub struct Compiling {
    cargo: Option<Child>,
    root: PathBuf,
}

impl Drop for Compiling {
    fn drop(&mut self) {
        if let Some(cargo) = &mut self.cargo {
            // It may have ended by itself.
            let _ = cargo.kill();
            let _ = cargo.wait();
        }
    }
}

/// Starts to compile the library, from a copy of the tree, with what was generated from a description.
///
/// # Errors
/// When the copy cannot be made or cargo cannot be started.
pub fn start(tree: &Tree, generated: &Generated) -> Result<Compiling> {
    let copy = Copy::of(tree, "release")?;
    copy.manifest(tree)?;
    copy.generated(generated)?;
    let cargo = Cargo::of(tree)
        .command(&["check", "--package", "linkcy", "--lib", "--quiet", "--message-format", "json", "--offline"])
        .arg("--manifest-path")
        .arg(copy.root.join("Cargo.toml"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cargo cannot be started")?;
    Ok(Compiling { cargo: Some(cargo), root: copy.root })
}

impl Compiling {
    /// Waits for the end.
    ///
    /// # Errors
    /// If it does not compile; the message names schemas and operations with their place in the description.
    pub fn end(mut self, prepared: &Prepared) -> Result<()> {
        let Some(cargo) = self.cargo.take() else { return Ok(()) };
        let output = cargo.wait_with_output().context("cargo")?;
        judge(&output, &self.root, prepared)
    }
}

fn judge(output: &Output, root: &Path, prepared: &Prepared) -> Result<()> {
    if output.status.success() {
        return Ok(());
    }
    let complaints = errors::complaints(&String::from_utf8_lossy(&output.stdout), root);
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
