//! The packages themselves, as cargo makes them: built, tested and documented from what they hold alone.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use semver::Version;

use super::workspace::{Workspace, last_lines};
use super::{CRATES, Checked, contents, version};
use crate::tree::{Tree, remove_folder};

/// Runs a command: passed, or failed with the end of what it printed.
fn ran(command: &mut Command, passed: impl Into<String>) -> Result<Checked> {
    let output = command.output().with_context(|| format!("{} cannot be started", command.get_program().display()))?;
    Ok(Checked::of(if output.status.success() { Vec::new() } else { vec![last_lines(&output)] }, passed))
}

/// `cargo package`: each crate is built from what its package holds.
pub(super) fn verify(workspace: &Workspace) -> Result<Checked> {
    ran(&mut workspace.for_each_crate(&["package", "--allow-dirty", "--quiet"]), "each builds from its package alone")
}

/// Tests the crates in a workspace that is made of the packages alone, laid out as in the repository: linkcy-spec and
/// linkcy-sandbox test what they do with the description that linkcy's package holds.
pub(super) fn test(tree: &Tree, workspace: &Workspace, version: &Version) -> Result<Checked> {
    let unpacked = workspace.target().join("package").join("workspace");
    remove_folder(&unpacked)?;
    let mut faults = Vec::new();
    let mut sizes = Vec::new();
    for (name, folder) in CRATES.into_iter().zip(FOLDERS).rev() {
        let archive = workspace.target().join("package").join(format!("{name}-{version}.crate"));
        let Ok(size) = archive.metadata().map(|metadata| metadata.len()) else {
            return Ok(Checked::Skipped("the packages were not made".to_owned()));
        };
        faults.extend(contents::too_large(name, size));
        sizes.push(format!("{name} {} kB", size / 1000));
        unpack(&archive, &unpacked.join(folder))?;
    }
    if !faults.is_empty() {
        return Ok(Checked::Failed(faults));
    }
    std::fs::copy(tree.root.join("Cargo.lock"), unpacked.join("Cargo.lock")).context("Cargo.lock")?;
    let manifest = unpacked.join("Cargo.toml");
    let text = std::fs::read_to_string(&manifest).with_context(|| manifest.display().to_string())?;
    std::fs::write(&manifest, text + WORKSPACE).with_context(|| manifest.display().to_string())?;
    let mut command = workspace.command(&["test", "--quiet", "--workspace", "--all-features"]);
    ran(command.current_dir(&unpacked), format!("they pass their tests ({})", sizes.join(", ")))
}

/// Where each of [`CRATES`] stands in the repository.
const FOLDERS: [&str; 3] = ["spec", "sandbox", ""];

/// What makes one workspace of them, in which each is used instead of the published one.
const WORKSPACE: &str = r#"
[workspace]
resolver = "3"
members = ["spec", "sandbox"]

[patch.crates-io]
linkcy-spec = { path = "spec" }
linkcy-sandbox = { path = "sandbox" }
"#;

fn unpack(archive: &Path, into: &Path) -> Result<()> {
    std::fs::create_dir_all(into).with_context(|| into.display().to_string())?;
    let mut tar = Command::new("tar");
    tar.args(["--extract", "--gzip", "--strip-components=1", "--file"]).arg(archive).arg("--directory").arg(into);
    let output = tar.output().context("tar cannot be started")?;
    if !output.status.success() {
        bail!("{}: {}", archive.display(), last_lines(&output));
    }
    Ok(())
}

/// The docs, as docs.rs builds them but for what only a nightly Rust can.
pub(super) fn docs(workspace: &Workspace) -> Result<Checked> {
    let mut command = workspace.for_each_crate(&["doc", "--no-deps", "--all-features", "--quiet"]);
    ran(command.env("RUSTDOCFLAGS", "-D warnings"), "they build without a warning")
}

/// A real build with the oldest Rust that is promised.
pub(super) fn rust_version(workspace: &Workspace, promised: &str) -> Result<Checked> {
    let installed = Command::new("rustup").args(["run", promised, "cargo", "--version"]).output();
    if !installed.is_ok_and(|output| output.status.success()) {
        return Ok(Checked::Skipped(format!(
            "Rust {promised} is not installed: `rustup toolchain install {promised}`"
        )));
    }
    let mut command = Command::new("rustup");
    command.args(["run", promised, "cargo", "check", "--quiet", "--all-features"]);
    for name in CRATES {
        command.args(["--package", name]);
    }
    // cargo sets its own path for what it runs.
    command.env_remove("CARGO").env_remove("RUSTUP_TOOLCHAIN").current_dir(&workspace.root);
    ran(
        command.env("CARGO_TARGET_DIR", workspace.target().join("rust-version")),
        format!("Rust {promised} builds them"),
    )
}

/// cargo-semver-checks, where it is installed, against the last release.
pub(super) fn semver_checks(workspace: &Workspace, last: Option<&Version>) -> Result<Checked> {
    let Some(last) = last else {
        return Ok(Checked::Skipped("there is no earlier release to compare with".to_owned()));
    };
    let installed =
        workspace.command(&["semver-checks", "--version"]).output().is_ok_and(|output| output.status.success());
    if !installed {
        return Ok(Checked::Skipped("not installed: `cargo install cargo-semver-checks`".to_owned()));
    }
    let tag = version::tag(last);
    ran(
        &mut workspace.for_each_crate(&["semver-checks", "--baseline-rev", &tag]),
        format!("nothing breaks since {tag}"),
    )
}
