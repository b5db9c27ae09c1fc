//! The repository, as cargo sees it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result, bail};

use super::CRATES;
use crate::cargo::Cargo;
use crate::tree::Tree;

/// Runs cargo in the repository.
pub struct Workspace {
    pub(super) root: PathBuf,
    cargo: Cargo,
}

impl Workspace {
    pub(super) fn of(tree: &Tree) -> Self {
        Self { root: tree.root.clone(), cargo: Cargo::of(tree) }
    }

    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.cargo.command(arguments);
        command.current_dir(&self.root);
        command
    }

    pub(super) fn target(&self) -> &Path {
        &self.cargo.target
    }

    /// What cargo prints.
    pub(super) fn output(&self, arguments: &[&str]) -> Result<String> {
        let output = self.command(arguments).output().context("cargo cannot be started")?;
        if !output.status.success() {
            bail!("cargo {}: {}", arguments.join(" "), last_lines(&output));
        }
        String::from_utf8(output.stdout).context("cargo's output")
    }

    pub(super) fn for_each_crate(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(arguments);
        for name in CRATES {
            command.args(["--package", name]);
        }
        command
    }
}

/// The end of what a command printed.
pub(super) fn last_lines(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let start = lines.len().saturating_sub(12);
    lines.get(start..).unwrap_or_default().join("\n           ")
}
