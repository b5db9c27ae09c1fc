//! How long this crate takes to build, beside what progenitor makes of the same description when it is left alone.
//!
//! Both are built in one run and in turns, each time with their dependencies built, so that the ratio holds where the
//! seconds depend on the machine. `--write` puts the table into docs/PERFORMANCE.md.

mod plain;
mod report;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

pub use self::report::BuildReport;
use crate::cargo::{self, Cargo, Package, Profile, Times};
use crate::tree::{Tree, remove_folder};

/// What is asked of a run.
#[derive(Clone, Copy, Debug)]
pub struct BenchOptions {
    /// How often everything is built; the fastest counts.
    pub rounds: u32,
    /// Build everything from nothing, too.
    pub cold: bool,
}

/// Something that is built, in the table's order.
struct Subject {
    name: &'static str,
    package: Package,
    /// The file whose change makes cargo build it again.
    root: PathBuf,
}

/// The one all others are compared with.
const PLAIN: &str = "plain progenitor";

const ALL: &[&str] = &["client", "rustls", "all"];
const TRANSACTIONS: &[&str] = &["client", "rustls", "transactions"];
const NO_AREA: &[&str] = &["client", "rustls"];

fn owned(features: &[&str]) -> Vec<String> {
    features.iter().map(ToString::to_string).collect()
}

/// Builds and measures. Says on standard error what it is about, since it takes minutes.
///
/// # Errors
/// When something does not build, or a folder below target/ cannot be written.
pub fn run(tree: &Tree, asked: BenchOptions) -> Result<BuildReport> {
    let folder = tree.root.join("target").join("bench-build");
    let plain = folder.join("plain");
    let lines = plain::write(tree, &plain)?;
    let cargo = Cargo { target: folder.join("target") };
    let ours = |name, features| Subject {
        name,
        package: Package { name: "linkcy", manifest: tree.root.join("Cargo.toml"), features: owned(features) },
        root: tree.root.join("src").join("lib.rs"),
    };
    let subjects = [
        Subject {
            name: PLAIN,
            package: Package { name: "plain", manifest: plain.join("Cargo.toml"), features: owned(&["aws-lc-rs"]) },
            root: plain.join("src").join("lib.rs"),
        },
        ours("linkcy, the whole API", ALL),
        ours("linkcy, `transactions` only", TRANSACTIONS),
        ours("linkcy, no area: the hand-written layer alone", NO_AREA),
    ];
    let mut rows = Vec::new();
    for subject in &subjects {
        for command in ["check", "build"] {
            cargo.timed(command, Profile::Release, &subject.package)?;
        }
        rows.push(report::Row { name: subject.name, check: None, build: None });
    }
    for round in 1..=asked.rounds {
        for (subject, row) in subjects.iter().zip(&mut rows) {
            eprintln!("round {round} of {}: {}", asked.rounds, subject.name);
            for (command, best) in [("check", &mut row.check), ("build", &mut row.build)] {
                cargo::touch(&subject.root)?;
                let times = cargo.timed(command, Profile::Release, &subject.package)?;
                eprintln!("  {command}: {}", report::times(Some(times)));
                *best = Some(best.map_or(times, |best: Times| best.least(times)));
            }
        }
    }
    let sizes = sizes(tree, &folder)?;
    let cold = if asked.cold { cold(tree, &folder)? } else { Vec::new() };
    Ok(BuildReport { rounds: asked.rounds, plain_lines: lines, rows, sizes, cold })
}

/// The stripped size of a small program, by the features it is built with, and how long the program itself takes.
fn sizes(tree: &Tree, folder: &Path) -> Result<Vec<report::Size>> {
    let mut sizes = Vec::new();
    for (name, features) in [("`ledgers` only", &["client", "rustls", "ledgers"][..]), ("the whole API", ALL)] {
        eprintln!("a program, {name}");
        let program = folder.join("program");
        plain::program(tree, &program, features)?;
        let cargo = Cargo { target: folder.join("target") };
        let package = Package { name: "program", manifest: program.join("Cargo.toml"), features: Vec::new() };
        cargo.timed("build", Profile::Release, &package)?;
        cargo::touch(&program.join("src").join("main.rs"))?;
        let times = cargo.timed("build", Profile::Release, &package)?;
        let binary = cargo.target.join("release").join("program");
        let bytes = std::fs::metadata(&binary).with_context(|| binary.display().to_string())?.len();
        sizes.push(report::Size { name, bytes, times });
    }
    Ok(sizes)
}

/// Programs from nothing: dependencies, generators and build scripts included.
fn cold(tree: &Tree, folder: &Path) -> Result<Vec<report::Cold>> {
    let (plain, ours) = (folder.join("plain-program"), folder.join("cold-program"));
    plain::write_program(tree, &plain)?;
    let cargo = Cargo { target: folder.join("cold") };
    let mut cold = Vec::new();
    for (tls, feature) in [("aws-lc-rs", "rustls"), ("ring", "rustls-ring")] {
        plain::program(tree, &ours, &["client", feature, "all"])?;
        let plain = Package { name: "plain", manifest: plain.join("Cargo.toml"), features: owned(&[tls]) };
        let ours = Package { name: "program", manifest: ours.join("Cargo.toml"), features: Vec::new() };
        for (name, package) in [(PLAIN, plain), ("linkcy, the whole API", ours)] {
            fetch(&cargo, &package)?;
            let of = |profile| -> Result<Times> {
                eprintln!("from nothing, {profile:?}: {name}, {tls}");
                remove_folder(&cargo.target)?;
                let times = cargo.timed("build", profile, &package)?;
                eprintln!("  {}", report::times(Some(times)));
                Ok(times)
            };
            cold.push(report::Cold { name, tls, debug: of(Profile::Debug)?, release: of(Profile::Release)? });
        }
    }
    remove_folder(&cargo.target)?;
    Ok(cold)
}

/// Downloads what a package needs, so that no build waits for it.
fn fetch(cargo: &Cargo, package: &Package) -> Result<()> {
    let manifest = package.manifest.to_string_lossy();
    let status = cargo.command(&["fetch", "--quiet", "--manifest-path", &manifest]).status()?;
    anyhow::ensure!(status.success(), "the dependencies of {} cannot be fetched", package.name);
    Ok(())
}
