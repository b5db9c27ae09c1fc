//! Allocations of one piece of work, which are the same each time, and the bytes of one client among ten thousand.

use linkcy::Login;

use crate::ALLOCATOR;
use crate::caller::{CALLS, Caller, DECODING, Who, Work, client};

const TIMES: usize = 200;
const CLIENTS: usize = 10_000;

pub fn report(origin: &str) -> anyhow::Result<()> {
    println!("\n## Allocations\n");
    println!("| | linkcy | by hand | ratio | linkcy, bytes | by hand, bytes | ratio |\n|---|---|---|---|---|---|---|");
    for work in CALLS.into_iter().chain(DECODING) {
        let ((linkcy, bytes), (by_hand, bytes_by_hand)) =
            (each(Who::Linkcy, work, origin)?, each(Who::ByHand, work, origin)?);
        println!(
            "| {work} | {linkcy:.1} | {by_hand:.1} | {:.3} | {bytes:.0} | {bytes_by_hand:.0} | {:.3} |",
            linkcy / by_hand,
            bytes / bytes_by_hand
        );
    }
    let (idle, logged_in) = bytes_each(origin)?;
    println!("\n## {CLIENTS} end-users on one pool\n");
    println!("Bytes of one client: {idle} before its login, {logged_in} after it.");
    Ok(())
}

/// Allocations and reallocations of one, and their bytes.
fn each(who: Who, work: Work, origin: &str) -> anyhow::Result<(f64, f64)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let caller = Caller::new(origin, work)?;
        for turn in 0..TIMES {
            caller.work(who, work, turn).await?;
        }
        let before = ALLOCATOR.stats();
        for turn in 0..TIMES {
            caller.work(who, work, turn).await?;
        }
        let spent = ALLOCATOR.stats() - before;
        let per_call = |total: usize| total as f64 / TIMES as f64;
        Ok((per_call(spent.allocations + spent.reallocations), per_call(spent.bytes_allocated)))
    })
}

fn in_use() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated.saturating_sub(stats.bytes_deallocated)
}

/// Bytes of one client before its login and after it, tokens included.
fn bytes_each(origin: &str) -> anyhow::Result<(usize, usize)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let partner = client(origin)?;
        partner.ledgers().list().await?;
        let mut clients = Vec::with_capacity(CLIENTS);
        let start = in_use();
        for number in 0..CLIENTS {
            let phone = format!("336{number:08}").parse()?;
            let login = Login::Consumer { phone, partner_name: "acme".into(), password: "a password".into() };
            clients.push(partner.end_user(login));
        }
        let idle = (in_use() - start) / CLIENTS;
        for client in &clients {
            client.session().authorization().await?;
        }
        let logged_in = (in_use() - start) / CLIENTS;
        Ok((idle, logged_in))
    })
}
