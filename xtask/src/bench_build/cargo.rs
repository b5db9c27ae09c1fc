//! Running cargo with a watch: what passed on the clock, and what its processors spent.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail};

use super::Subject;

/// cargo with a target folder of its own, in the release profile.
pub struct Cargo {
    pub target: PathBuf,
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
    /// `cargo check` or `cargo build` of a subject.
    pub fn run(&self, command: &str, subject: &Subject) -> Result<Times> {
        let (begun, before) = (Instant::now(), children());
        let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args([command, "--release", "--package", subject.package, "--no-default-features", "--features"])
            .arg(subject.features.join(","))
            .arg("--manifest-path")
            .arg(&subject.manifest)
            .arg("--target-dir")
            .arg(&self.target)
            .env("CARGO_INCREMENTAL", "0")
            .env_remove("CARGO_TARGET_DIR")
            .stdin(Stdio::null())
            .output()
            .context("cargo cannot be started")?;
        if !output.status.success() {
            bail!("cargo {command} failed:\n{}", String::from_utf8_lossy(&output.stderr));
        }
        let spent = children().zip(before).map(|(after, before)| after.saturating_sub(before));
        Ok(Times { wall: begun.elapsed(), spent })
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
