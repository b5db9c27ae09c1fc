//! Running cargo with a watch: what passed on the clock, and what its processors spent.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail};

use crate::tree::Tree;

/// cargo with a target folder.
pub struct Cargo {
    pub target: PathBuf,
}

/// What is built.
pub struct Package {
    pub name: &'static str,
    pub manifest: PathBuf,
    /// Instead of the default ones.
    pub features: Vec<String>,
}

/// How it is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    Debug,
    Release,
}

/// How long a build took.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    pub wall: Duration,
    /// Processor time of cargo and all it started, where the system tells (Linux).
    pub spent: Option<Duration>,
}

impl Times {
    /// The least of each.
    pub fn least(self, other: Self) -> Self {
        Self { wall: self.wall.min(other.wall), spent: self.spent.min(other.spent) }
    }
}

impl Cargo {
    /// cargo with the target folder of whoever started this.
    pub fn of(tree: &Tree) -> Self {
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| tree.root.join("target"), PathBuf::from);
        Self { target }
    }

    /// `cargo check`: the errors and warnings it has, nothing if there are none.
    pub fn check(&self, package: &Package) -> Result<String> {
        let output = self.of_package("check", package).arg("--quiet").output().context("cargo cannot be started")?;
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Ok(if said.is_empty() && !output.status.success() {
            format!("cargo ended with {}", output.status)
        } else {
            said
        })
    }

    /// `cargo check` or `cargo build`, timed; without incremental compilation, as registry crates are compiled.
    pub fn timed(&self, command: &str, profile: Profile, package: &Package) -> Result<Times> {
        let (begun, before) = (Instant::now(), children());
        let mut command = self.of_package(command, package);
        if profile == Profile::Release {
            command.arg("--release");
        }
        let output = command.env("CARGO_INCREMENTAL", "0").output().context("cargo cannot be started")?;
        if !output.status.success() {
            bail!("{} does not build:\n{}", package.name, String::from_utf8_lossy(&output.stderr));
        }
        let spent = children().zip(before).map(|(after, before)| after.saturating_sub(before));
        Ok(Times { wall: begun.elapsed(), spent })
    }

    /// cargo with these arguments and this target folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(arguments).env("CARGO_TARGET_DIR", &self.target).stdin(Stdio::null());
        cargo
    }

    fn of_package(&self, command: &str, package: &Package) -> Command {
        let mut cargo = self.command(&[command, "--package", package.name, "--no-default-features", "--features"]);
        cargo.arg(package.features.join(",")).arg("--manifest-path").arg(&package.manifest);
        cargo
    }
}

/// Makes cargo take a file for changed.
pub fn touch(file: &Path) -> Result<()> {
    let opened = File::options().append(true).open(file).with_context(|| file.display().to_string())?;
    opened.set_modified(SystemTime::now()).with_context(|| file.display().to_string())
}

/// The processor time of all children that have ended, in user and system mode: fields 16 and 17 of what Linux says of a
/// process, in hundredths of a second.
fn children() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name in parentheses, field 2, may hold spaces.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u64 = fields.get(13)?.parse::<u64>().ok()? + fields.get(14)?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
}
