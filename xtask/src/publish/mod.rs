//! `cargo xtask release --dry-run`: whether the crates can be published. Everything is checked, nothing is uploaded.

pub mod changelog;
pub mod contents;
pub mod git;
pub mod manifest;
pub mod packages;
pub mod version;
pub mod workspace;

use std::fmt::{self, Display};

use anyhow::Result;

use crate::compare::Comparer;
use crate::tree::{self, Tree};
use workspace::Workspace;

/// In the order in which they are published: each needs those before it.
pub const CRATES: [&str; 3] = ["linkcy-spec", "linkcy-sandbox", "linkcy"];

/// What came of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    Passed(String),
    /// One line each: what is wrong and what to do.
    Failed(Vec<String>),
    /// Why it could not be run here.
    Skipped(String),
}

impl Checked {
    /// Passed if there are no faults.
    fn of(faults: Vec<String>, passed: impl Into<String>) -> Self {
        if faults.is_empty() { Self::Passed(passed.into()) } else { Self::Failed(faults) }
    }
}

/// One line of the checklist.
#[derive(Clone, Debug)]
pub struct Check {
    pub name: &'static str,
    pub outcome: Checked,
}

impl Check {
    #[must_use]
    pub fn failed(&self) -> bool {
        matches!(self.outcome, Checked::Failed(_))
    }
}

impl Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.outcome {
            Checked::Passed(text) => writeln!(f, "passed   {:<12} {text}", self.name),
            Checked::Skipped(why) => writeln!(f, "skipped  {:<12} {why}", self.name),
            Checked::Failed(faults) => {
                writeln!(f, "FAILED   {}", self.name)?;
                faults.iter().try_for_each(|fault| writeln!(f, "         - {fault}"))
            }
        }
    }
}

/// How much is checked.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// Build and test what the packages hold. It takes minutes.
    pub build: bool,
}

/// Runs the checks and passes each on as soon as it is done.
///
/// # Errors
/// When cargo or git cannot be started, or a file of the repository cannot be read. A check that fails is no error.
pub fn dry_run(tree: &Tree, extent: Extent, each: &mut dyn FnMut(&Check)) -> Result<Vec<Check>> {
    let workspace = Workspace::of(tree);
    let manifests = manifest::read(&workspace)?;
    let version = manifests.version()?;
    let tags = git::release_tags(tree)?;
    let last = version::last_before(&tags, &version);

    let mut checks = Vec::new();
    let mut check = |name, outcome| {
        let check = Check { name, outcome };
        each(&check);
        checks.push(check);
    };
    check("metadata", Checked::of(manifests.faults(), "each crate has what crates.io and docs.rs show"));
    check("tree", Checked::of(git::uncommitted(tree)?, "everything is committed"));
    check("version", Checked::of(version::taken(&tags, &version), format!("{version} has no tag yet")));
    let text = std::fs::read_to_string(tree.root.join("CHANGELOG.md")).unwrap_or_default();
    check("changelog", Checked::of(changelog::faults(&text, &version), format!("CHANGELOG.md describes {version}")));
    check("surface", surface(tree, last.as_ref(), &version)?);
    check("semver", packages::semver_checks(&workspace, last.as_ref())?);
    check("contents", contents::check(&workspace)?);
    if extent.build {
        check("packages", packages::verify(&workspace)?);
        check("tests", packages::test(tree, &workspace, &version)?);
        check("docs", packages::docs(&workspace)?);
        check("rust-version", packages::rust_version(&workspace, &manifests.rust_version()?)?);
    }
    Ok(checks)
}

/// Whether the version takes the step that the change of the generated API asks for.
fn surface(tree: &Tree, last: Option<&semver::Version>, version: &semver::Version) -> Result<Checked> {
    let Some(last) = last else {
        return Ok(Checked::Skipped("there is no earlier release to compare with".to_owned()));
    };
    let place = format!("{}/{}", tree::OPENAPI, tree::DESCRIPTION);
    let Some(old) = git::file_at(tree, &version::tag(last), &place)? else {
        return Ok(Checked::Skipped(format!("{} has no {place}", version::tag(last))));
    };
    let old = tree::document(&old, &format!("{place} of {}", version::tag(last)))?;
    let report = Comparer::new(tree)?.compare(&old, &tree.current()?)?.report;
    Ok(version::step(last, version, report.semver, &report.why()))
}
