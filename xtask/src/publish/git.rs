//! What git knows of the repository.

use std::process::{Command, Output};

use anyhow::{Context, Result, bail};
use semver::Version;

use crate::tree::Tree;

fn git(tree: &Tree, arguments: &[&str]) -> Result<Output> {
    Command::new("git").arg("-C").arg(&tree.root).args(arguments).output().context("git cannot be started")
}

fn lines(tree: &Tree, arguments: &[&str]) -> Result<Vec<String>> {
    let output = git(tree, arguments)?;
    if !output.status.success() {
        bail!("git {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

/// The versions that have a tag `v1.2.3`.
///
/// # Errors
/// When git fails.
pub fn release_tags(tree: &Tree) -> Result<Vec<Version>> {
    let tags = lines(tree, &["tag", "--list", "v*"])?;
    Ok(tags.iter().filter_map(|tag| tag.strip_prefix('v')?.parse().ok()).collect())
}

/// A fault if the packages would hold what is not committed.
///
/// # Errors
/// When git fails.
pub fn uncommitted(tree: &Tree) -> Result<Vec<String>> {
    let changed = lines(tree, &["status", "--porcelain"])?;
    Ok(match changed.as_slice() {
        [] => Vec::new(),
        [first, rest @ ..] => vec![format!("commit or remove {} ({} more)", first.trim(), rest.len())],
    })
}

/// A file as it is in a commit; `None` if the commit does not have it.
///
/// # Errors
/// When git cannot be started.
pub fn file_at(tree: &Tree, commit: &str, path: &str) -> Result<Option<Vec<u8>>> {
    let output = git(tree, &["show", &format!("{commit}:{path}")])?;
    Ok(output.status.success().then_some(output.stdout))
}
