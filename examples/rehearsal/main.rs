//! What LinkCy's sandbox answers today, compared with the description that this crate was built from.
//!
//! `cargo run --example rehearsal -- [--write] [--read-only] [--out FOLDER]`
//!
//! It reads what can be read, by ids from the lists; `--write` goes through the life cycles of the quickstart as well. With nothing
//! set it starts a local LinkCy; set LINKCY_BASE_URL, LINKCY_PARTNER_NAME, LINKCY_USERNAME and LINKCY_PASSWORD to go to the vendor's
//! sandbox. Elsewhere it runs with `--read-only` alone. Ctrl-C ends it and leaves the report so far. The report is Markdown with the
//! drift log as JSON lines behind it, or `rehearsal.md` and `drift.jsonl` in the folder of `--out`; docs/DRIFT.md tells what to do
//! with them.

mod run;
#[path = "../support/mod.rs"]
mod support;

use std::path::PathBuf;
use std::{env, fs};

use anyhow::{Context, Result, bail};
use linkcy::Login;
use run::{Mode, PartnerLogin, Rehearsal};

/// What is asked on the command line.
#[derive(Default)]
struct Asked {
    mode: Mode,
    out: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let asked = asked()?;
    // The sandbox lives as long as this binding.
    let (environment, login, _sandbox) = support::target().await?;
    let Login::Partner { partner_name: partner, username, password } = login else { bail!("a partner has to log in") };
    let login = PartnerLogin { partner, username, password };
    let rehearsal = Rehearsal::new(environment, login, asked.mode, |line| eprint!("\r\x1b[K{line}"))?;
    rehearsal.run_until(tokio::signal::ctrl_c()).await.context("listening for Ctrl-C")?;
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
            "--write" | "--read-only" if asked.mode != Mode::Read => bail!("give one of --write and --read-only, once"),
            "--write" => asked.mode = Mode::Write,
            "--read-only" => asked.mode = Mode::ReadOnly,
            "--out" => asked.out = Some(arguments.next().context("--out takes a folder")?.into()),
            other => bail!("{other} is unknown: there are --write, --read-only and --out FOLDER"),
        }
    }
    Ok(asked)
}
