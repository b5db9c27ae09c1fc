//! What LinkCy's sandbox answers today, compared with the description that this crate was built from.
//!
//! `cargo run --example rehearsal -- [--write] [--read-only] [--out FOLDER]`
//!
//! It reads what can be read, by ids from the lists; `--write` goes through the life cycles of the quickstart as well. With nothing
//! set it starts a local LinkCy; set LINKCY_BASE_URL, LINKCY_PARTNER, LINKCY_USERNAME and LINKCY_PASSWORD to go to the vendor's
//! sandbox. Elsewhere it runs with `--read-only` alone. Ctrl-C ends it and leaves the report so far. The report is Markdown with the
//! drift log as JSON lines behind it, or `rehearsal.md` and `drift.jsonl` in the folder of `--out`; docs/DRIFT.md tells what to do
//! with them.

mod run;

use std::path::PathBuf;
use std::{env, fs};

use anyhow::{Context, Result, bail};
use linkcy::{Credentials, Environment};
use linkcy_sandbox::Sandbox;
use run::{PartnerLogin, Rehearsal};

/// What is asked on the command line.
#[derive(Default)]
struct Asked {
    write: bool,
    read_only: bool,
    out: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let asked = asked()?;
    // The sandbox lives as long as this binding.
    let (environment, login, _sandbox) = connect().await?;
    if !environment.allows_bypass() && !asked.read_only {
        bail!(
            "{environment} is not a sandbox: give --read-only to read there, which changes nothing but opens sessions"
        );
    }
    let rehearsal = Rehearsal::new(environment, login, |line| eprint!("\r\x1b[K{line}"))?;
    tokio::select! {
        () = rehearsal.run(asked.write) => {}
        interrupted = tokio::signal::ctrl_c() => {
            interrupted.context("listening for Ctrl-C")?;
            rehearsal.interrupted();
        }
    }
    eprintln!();
    let (report, log) = (rehearsal.markdown(), rehearsal.drift().to_json_lines());
    match asked.out {
        None => print!("{report}\n## Drift log\n\n```jsonl\n{log}```\n"),
        Some(folder) => {
            fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
            for (name, text) in [("rehearsal.md", report), ("drift.jsonl", log)] {
                let file = folder.join(name);
                fs::write(&file, text).with_context(|| file.display().to_string())?;
                println!("{}", file.display());
            }
        }
    }
    Ok(())
}

fn asked() -> Result<Asked> {
    let mut asked = Asked::default();
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--write" => asked.write = true,
            "--read-only" => asked.read_only = true,
            "--out" => asked.out = Some(arguments.next().context("--out takes a folder")?.into()),
            other => bail!("{other} is unknown: there are --write, --read-only and --out FOLDER"),
        }
    }
    if asked.write && asked.read_only {
        bail!("--write and --read-only exclude each other");
    }
    Ok(asked)
}

/// The LinkCy named by the environment, or one started for the occasion.
async fn connect() -> Result<(Environment, PartnerLogin, Option<Sandbox>)> {
    let Ok(url) = env::var("LINKCY_BASE_URL") else {
        let sandbox = Sandbox::start().await?;
        let (environment, login) = (Environment::at(sandbox.url())?, PartnerLogin::of(&sandbox));
        return Ok((environment, login, Some(sandbox)));
    };
    let variable = |name: &str| env::var(name).with_context(|| format!("{name} is not set, and LINKCY_BASE_URL is"));
    let login = PartnerLogin {
        partner: variable("LINKCY_PARTNER")?,
        username: variable("LINKCY_USERNAME")?,
        password: variable("LINKCY_PASSWORD")?.into(),
    };
    Credentials::from(&login).check()?;
    Ok((Environment::at(&url)?, login, None))
}
