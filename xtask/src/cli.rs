//! The command line: what is asked, what is said, and with which exit code.
//!
//! 0: all is well, or below what was to be noticed. 1: there is something. 2: it could not be done, said in one line.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand, ValueEnum};
use linkcy_spec::Typed;

use crate::bench_build;
use crate::check;
use crate::compare::Comparer;
use crate::compile::trial;
use crate::diff::render;
use crate::diff::rules::Severity;
use crate::drift;
use crate::export;
use crate::features;
use crate::intake::{self, Compile, Outcome, Update, replace};
use crate::publish;
use crate::tree::Tree;

/// How the project lives: taking in API releases, comparing versions, holding the tree to what it says.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    /// The repository.
    #[arg(long, global = true, hide = true)]
    root: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Take in a new version of the API's description: check it, replace ours, say what changed.
    UpdateSpec {
        /// The description (JSON or YAML), or a page that shows it; else the one in openapi/source.toml.
        #[arg(long, value_name = "ADDRESS|FILE")]
        from: Option<String>,
        /// Check and report; change nothing.
        #[arg(long)]
        dry_run: bool,
        /// Take it in although it breaks clients of the version we have.
        #[arg(long)]
        accept_breaking: bool,
        /// Take it in although its version is lower, it is much smaller, or its title or security is another.
        #[arg(long)]
        force: bool,
        /// Remove the corrections that hit nothing any more from openapi/overlay.yaml.
        #[arg(long)]
        drop_missed: bool,
        /// Add the corrections that findings propose to openapi/overlay.yaml.
        #[arg(long)]
        write_overlay: bool,
        /// For tests on trees that are no crate: take it in without compiling it.
        #[arg(long, hide = true)]
        uncompiled: bool,
    },
    /// Try any descriptions, LinkCy's or not: read, prepare, generate and compile each, and say what came of it.
    Try {
        /// Files or addresses.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<String>,
        #[arg(long, value_enum, default_value_t = TryFormat::Text)]
        format: TryFormat,
        /// Show every finding, not only how many there are of each kind.
        #[arg(long)]
        findings: bool,
    },
    /// Compare two versions: what breaks on the wire, and what in Rust.
    Diff {
        /// A file, an address, an archived version (1.78.0) or `current`.
        old: String,
        /// The same.
        new: String,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        /// From which severity on the exit code is 1.
        #[arg(long, value_enum, default_value_t = FailOn::Breaking)]
        fail_on: FailOn,
        /// Show changes of wording too.
        #[arg(long)]
        prose: bool,
    },
    /// Read logs of differences between answers and the description, and say what to correct in openapi/overlay.yaml.
    Drift {
        /// Logs that `linkcy::drift::DriftLog` wrote (JSON lines), or folders of them.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Add the corrections to openapi/overlay.yaml, and write anew what follows from it.
        #[arg(long)]
        write_overlay: bool,
    },
    /// Hold the tree to what it says of itself, and look whether the vendor has moved on.
    Check {
        /// Compare with this instead of the source in openapi/source.toml.
        #[arg(long, value_name = "ADDRESS|FILE", conflicts_with = "offline")]
        against: Option<String>,
        /// Look at the tree only.
        #[arg(long)]
        offline: bool,
        /// Rewrite the files that follow from the description first.
        #[arg(long)]
        write: bool,
        /// Fail when a place of the description is set aside that was not in the version before.
        #[arg(long)]
        strict: bool,
    },
    /// Write the description for other generators: overlay.yaml applied, titles made unique.
    Export {
        /// Where to; stdout unless given.
        file: Option<PathBuf>,
    },
    /// Compile the library with sets of the API's areas: none may fail, or warn.
    Features {
        /// How many sets are drawn.
        #[arg(long, default_value_t = 8)]
        sample: u32,
        /// What they are drawn with; another seed draws others.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Check whether the crates can be published. Publishing itself is `cargo publish`, by hand.
    Release {
        /// Check only. There is no other way.
        #[arg(long, required = true)]
        dry_run: bool,
        /// Leave out what builds: packages, tests, docs, the oldest Rust.
        #[arg(long)]
        quick: bool,
    },
    /// Measure how long the library takes to build, beside plain progenitor over the same description.
    BenchBuild {
        /// How often everything is built; the fastest counts.
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
        rounds: u32,
        /// Build everything from nothing, too.
        #[arg(long)]
        cold: bool,
        /// Put the figures into docs/PERFORMANCE.md.
        #[arg(long)]
        write: bool,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Text,
    Markdown,
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum TryFormat {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FailOn {
    Breaking,
    Any,
    Never,
}

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(asked) if !asked.use_stderr() => asked.exit(),
        Err(error) => {
            // What clap says before it goes on about usage.
            let text = error.to_string();
            let first = text.split("\n\n").next().unwrap_or(&text);
            say(&mut std::io::stderr(), &format!("{}; see cargo xtask help\n", one_line(first)));
            return ExitCode::from(2);
        }
    };
    let tree = Tree::new(cli.root.unwrap_or_else(repository));
    match dispatch(&tree, cli.command) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            say(
                &mut std::io::stderr(),
                &format!("error: {}\n", format!("{error:#}").lines().map(one_line).collect::<Vec<_>>().join("\n")),
            );
            ExitCode::from(2)
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn dispatch(tree: &Tree, command: Command) -> Result<u8> {
    // A run that was killed between two renames left the folder aside.
    if !tree.openapi().exists() {
        replace::recover(tree)?;
    }
    match command {
        Command::UpdateSpec { from, dry_run, accept_breaking, force, drop_missed, write_overlay, uncompiled } => {
            let compile = if uncompiled { Compile::Never } else { Compile::First };
            update(tree, &Update { from, dry_run, accept_breaking, force, drop_missed, write_overlay, compile })
        }
        Command::Try { files, format, findings } => try_each(tree, &files, format, findings),
        Command::Diff { old, new, format, fail_on, prose } => diff(tree, &old, &new, format, fail_on, prose),
        Command::Drift { files, write_overlay } => {
            let found = drift::run(tree, &drift::files(&files)?, write_overlay)?;
            print(&drift::text(&found, write_overlay, std::io::stdout().is_terminal()));
            let is_open = |finding: &drift::Drifted| match finding.outcome {
                drift::Standing::Corrected => !write_overlay,
                drift::Standing::ByHand(_) => true,
                _ => false,
            };
            Ok(u8::from(found.findings.iter().any(is_open)))
        }
        Command::Check { against, offline, write, strict } => {
            if write {
                check::write(tree)?;
            }
            check(tree, against.as_deref(), offline, strict)
        }
        Command::Export { file } => {
            let text = export::current(tree)?;
            match file {
                Some(file) => std::fs::write(&file, text).with_context(|| file.display().to_string())?,
                None => print(&text),
            }
            Ok(0)
        }
        Command::Features { sample, seed } => {
            let faults = features::run(tree, features::FeatureSample { sample, seed })?;
            for fault in &faults {
                print(&format!("{fault}\n\n"));
            }
            if faults.is_empty() {
                print("every set compiles, without a warning\n");
            }
            Ok(u8::from(!faults.is_empty()))
        }
        Command::Release { dry_run: _, quick } => release(tree, publish::Extent { build: !quick }),
        Command::BenchBuild { rounds, cold, write } => {
            let report = bench_build::run(tree, bench_build::BenchOptions { rounds, cold })?;
            if write {
                report.write(tree)?;
            }
            print(&report.to_string());
            Ok(0)
        }
    }
}

fn update(tree: &Tree, asked: &Update) -> Result<u8> {
    let (summary, last, code) = match intake::update(tree, asked)? {
        Outcome::Same { version } => {
            print(&format!("{version} is the description we have: nothing changed\n"));
            return Ok(0);
        }
        Outcome::Breaking(summary) => {
            (summary, "breaking: nothing was changed; --accept-breaking takes it in all the same", 1)
        }
        Outcome::WouldTake(summary) => (summary, "dry run: nothing was changed", 0),
        Outcome::Taken(summary) => (summary, "taken in: review the names and openapi/CHANGES.md, then commit", 0),
    };
    print(&format!("{summary}{last}\n"));
    Ok(code)
}

fn diff(tree: &Tree, old: &str, new: &str, format: Format, fail_on: FailOn, prose: bool) -> Result<u8> {
    let answer = Comparer::new(tree)?.compare(&tree.resolve(old)?, &tree.resolve(new)?)?;
    let hidden = answer.report.changes.iter().filter(|change| change.prose).count();
    let worst = answer.report.worst();
    let report = if prose { answer.report } else { answer.report.without_prose() };
    match format {
        Format::Text => {
            print(&render::text(&report, std::io::stdout().is_terminal()));
            if hidden > 0 && !prose {
                print(&format!("\n{hidden} changes of wording are hidden; --prose shows them\n"));
            }
        }
        Format::Markdown => print(&render::markdown(&report)),
        Format::Json => print(&render::json(&report)?),
    }
    for note in answer.notes {
        say(&mut std::io::stderr(), &format!("note: {note}\n"));
    }
    let noticed = match fail_on {
        FailOn::Breaking => worst == Some(Severity::Breaking),
        FailOn::Any => worst.is_some(),
        FailOn::Never => false,
    };
    Ok(u8::from(noticed))
}

/// Exit code 1 where one of them is not taken or does not compile.
fn try_each(tree: &Tree, files: &[String], format: TryFormat, findings: bool) -> Result<u8> {
    let trials = trial::run(tree, files, &mut |text| say(&mut std::io::stderr(), &format!("{text}\n")))?;
    let summary = trial::summary(&trials);
    match format {
        TryFormat::Json => {
            let all = serde_json::json!({ "summary": summary, "files": trials });
            print(&format!("{}\n", serde_json::to_string_pretty(&all)?));
        }
        TryFormat::Text => {
            for trial in &trials {
                print(&format!("{trial}\n"));
                if findings {
                    trial.lines.iter().for_each(|line| print(&format!("  {line}\n")));
                }
            }
            print(&format!("\n{summary}\n"));
        }
    }
    Ok(u8::from(trials.iter().any(|trial| !trial.compiled)))
}

fn check(tree: &Tree, against: Option<&str>, offline: bool, strict: bool) -> Result<u8> {
    let mut faults = check::faults(tree)?;
    // Where it cannot be prepared, a fault says so.
    if let Ok((typed, aside)) = check::set_aside(tree) {
        let Typed { fully, partly, set_aside } = typed;
        print(&format!("operations: {fully} typed, {partly} partly, {set_aside} set aside\n"));
        if strict {
            faults.extend(aside);
        }
    }
    for fault in &faults {
        print(&format!("{fault}\n"));
    }
    let mut drifted = false;
    if !offline && let Some(answer) = check::drift(tree, against)? {
        drifted = true;
        print(&render::text(&answer.report.without_prose(), std::io::stdout().is_terminal()));
        print("\nthe vendor's description is no longer ours: `cargo xtask update-spec` takes it in\n");
    }
    if faults.is_empty() && !drifted {
        print("the tree is what it says\n");
        return Ok(0);
    }
    Ok(1)
}

fn release(tree: &Tree, extent: publish::Extent) -> Result<u8> {
    let checks = publish::dry_run(tree, extent, &mut |check| print(&check.to_string()))?;
    let failed = checks.iter().filter(|check| check.failed()).count();
    if failed > 0 {
        print(&format!("\n{failed} of {} checks failed: nothing was published\n", checks.len()));
        return Ok(1);
    }
    print("\nready; publish in this order, then tag the commit:\n");
    publish::CRATES.iter().for_each(|name| print(&format!("  cargo publish --package {name}\n")));
    Ok(0)
}

/// cargo says where the package is; its parent is the repository.
fn repository() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let package = PathBuf::from(package);
    package.parent().map_or_else(|| package.clone(), std::path::Path::to_path_buf)
}

fn print(text: &str) {
    say(&mut std::io::stdout(), text);
}

/// A reader that went away, as `head` does, is no failure of ours.
fn say(out: &mut impl Write, text: &str) {
    let _ = out.write_all(text.as_bytes());
}
