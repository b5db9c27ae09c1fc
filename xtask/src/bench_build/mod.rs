//! How long this crate takes to build, beside what progenitor makes of the same description when it is left alone.
//!
//! Both are built in one run and in turns, each time with their dependencies built, so that the ratio holds where the
//! seconds depend on the machine. `--write` puts the table into docs/PERFORMANCE.md.

mod cargo;
mod plain;
mod report;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use self::cargo::{Cargo, Times};
pub use self::report::Report;
use crate::tree::Tree;

/// What is asked of a run.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// How often everything is built; the fastest counts.
    pub rounds: u32,
    /// Build everything from nothing, too.
    pub cold: bool,
}

/// Something that is built, in the table's order.
struct Subject {
    name: &'static str,
    manifest: PathBuf,
    package: &'static str,
    /// The file whose change makes cargo build it again.
    root: PathBuf,
    features: &'static [&'static str],
}

/// The one all others are compared with.
const PLAIN: &str = "plain progenitor";

const ALL: &[&str] = &["client", "rustls", "all"];
const TRANSACTIONS: &[&str] = &["client", "rustls", "transactions"];
const NO_AREA: &[&str] = &["client", "rustls"];

/// Builds and measures. Says on standard error what it is about, since it takes minutes.
///
/// # Errors
/// When something does not build, or a folder below target/ cannot be written.
pub fn run(tree: &Tree, asked: Asked) -> Result<Report> {
    let folder = tree.root.join("target").join("bench-build");
    let plain = folder.join("plain");
    let lines = plain::write(tree, &plain)?;
    let cargo = Cargo { target: folder.join("target") };
    let ours = |name, features| Subject {
        name,
        manifest: tree.root.join("Cargo.toml"),
        package: "linkcy",
        root: tree.root.join("src").join("lib.rs"),
        features,
    };
    let subjects = [
        Subject {
            name: PLAIN,
            manifest: plain.join("Cargo.toml"),
            package: "plain",
            root: plain.join("src").join("lib.rs"),
            features: &[],
        },
        ours("linkcy, the whole API", ALL),
        ours("linkcy, `transactions` only", TRANSACTIONS),
        ours("linkcy, no area: the hand-written layer alone", NO_AREA),
    ];
    let mut rows = Vec::new();
    for subject in &subjects {
        for command in ["check", "build"] {
            cargo.run(command, subject).with_context(|| format!("cargo {command}: {}", subject.name))?;
        }
        rows.push(report::Row { name: subject.name, check: None, build: None });
    }
    for round in 1..=asked.rounds {
        for (subject, row) in subjects.iter().zip(&mut rows) {
            eprintln!("round {round} of {}: {}", asked.rounds, subject.name);
            for (command, best) in [("check", &mut row.check), ("build", &mut row.build)] {
                cargo::touch(&subject.root)?;
                let times = cargo.run(command, subject)?;
                *best = Some(best.map_or(times, |best: Times| best.least(times)));
            }
        }
    }
    let sizes = sizes(tree, &folder)?;
    let cold = if asked.cold { cold(&subjects[..2], &folder)? } else { Vec::new() };
    Ok(Report { rounds: asked.rounds, plain_lines: lines, rows, sizes, cold })
}

/// The stripped size of a small program, by the features it is built with, and how long the program itself takes.
fn sizes(tree: &Tree, folder: &Path) -> Result<Vec<report::Size>> {
    let mut sizes = Vec::new();
    for (name, features) in [("`ledgers` only", &["client", "rustls", "ledgers"][..]), ("the whole API", ALL)] {
        eprintln!("a program, {name}");
        let program = folder.join("program");
        plain::program(tree, &program, features)?;
        let cargo = Cargo { target: folder.join("target") };
        let subject = Subject {
            name: "program",
            manifest: program.join("Cargo.toml"),
            package: "program",
            root: program.join("src").join("main.rs"),
            features: &[],
        };
        cargo.run("build", &subject)?;
        cargo::touch(&subject.root)?;
        let times = cargo.run("build", &subject)?;
        let binary = cargo.target.join("release").join("program");
        let bytes = std::fs::metadata(&binary).with_context(|| binary.display().to_string())?.len();
        sizes.push(report::Size { name, bytes, times });
    }
    Ok(sizes)
}

/// Everything from nothing, dependencies and build script included.
fn cold(subjects: &[Subject], folder: &Path) -> Result<Vec<report::Cold>> {
    let target = folder.join("cold");
    let mut cold = Vec::new();
    for subject in subjects {
        let of = |command| {
            eprintln!("from nothing, {command}: {}", subject.name);
            if target.exists() {
                std::fs::remove_dir_all(&target).with_context(|| target.display().to_string())?;
            }
            Cargo { target: target.clone() }.run(command, subject)
        };
        cold.push(report::Cold { name: subject.name, check: of("check")?, build: of("build")? });
    }
    std::fs::remove_dir_all(&target).with_context(|| target.display().to_string())?;
    Ok(cold)
}
