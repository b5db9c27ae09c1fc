//! Allocations of one piece of work. They are the same each time, so they are counted rather than sampled.

use crate::ALLOCATOR;
use crate::caller::{CALLS, Caller, DECODING, Who, Work};

const TIMES: usize = 200;

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
