//! Instructions of one piece of work, by callgrind: a process that does it many times against one that does it few
//! times, so that what a process costs by itself cancels out. The server's are not among them.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::caller::{CALLS, Caller, DECODING, Who, Work};

/// The option that makes this program do a piece of work: who, what, how often, where.
pub const WORK: &str = "--work";

const FEW: usize = 50;
const MANY: usize = 250;

pub fn report(origin: &str) -> anyhow::Result<()> {
    println!("\n## Instructions, by callgrind\n");
    if !can_be_counted() {
        println!("Not counted: valgrind is missing. Install it (Debian: apt-get install valgrind) and run this again.");
        return Ok(());
    }
    println!("| | linkcy | by hand | ratio |\n|---|---|---|---|");
    for work in CALLS.into_iter().chain(DECODING) {
        let (linkcy, by_hand) = (each(Who::Linkcy, work, origin)?, each(Who::ByHand, work, origin)?);
        println!("| {work} | {linkcy} | {by_hand} | {:.3} |", linkcy as f64 / by_hand as f64);
    }
    println!("\nWhere they go: `callgrind_annotate {}`.", kept(Who::Linkcy, Work::Ledger).display());
    Ok(())
}

/// Whether valgrind is there.
pub fn can_be_counted() -> bool {
    Command::new("valgrind").arg("--version").output().is_ok()
}

/// Instructions of one.
pub fn each(who: Who, work: Work, origin: &str) -> anyhow::Result<u64> {
    let few = counted(who, work, FEW, origin)?;
    let many = counted(who, work, MANY, origin)?;
    Ok(many.saturating_sub(few) / (MANY - FEW) as u64)
}

fn counted(who: Who, work: Work, times: usize, origin: &str) -> anyhow::Result<u64> {
    let output = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", kept(who, work).display()))
        .arg(std::env::current_exe()?)
        .args([WORK, who.word(), &work.word(), &times.to_string(), origin])
        .output()?;
    let told = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("{work} under callgrind ended with {}:\n{told}", output.status);
    }
    let collected =
        told.lines().find_map(|line| line.split_once("Collected : ")).context("callgrind tells no count")?.1;
    Ok(collected.trim().parse()?)
}

/// Where callgrind leaves what it saw.
fn kept(who: Who, work: Work) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("callgrind.{}.{}", who.word(), work.word()))
}

/// The work itself, in the process that is looked at.
pub fn work(arguments: &[String]) -> anyhow::Result<()> {
    let [who, work, times, origin] = arguments else { bail!("who, what, how often and where are missing") };
    let who = Who::BOTH.into_iter().find(|known| known.word() == who).context("nobody of that name")?;
    let work = Work::of(work).context("no work of that name")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let caller = Caller::new(origin, work)?;
        for turn in 0..times.parse()? {
            caller.work(who, work, turn).await?;
        }
        Ok(())
    })
}
