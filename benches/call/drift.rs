//! What it costs to compare answers with the description: instructions beside the same call without an observer.

use crate::caller::{Who, Work};
use crate::instructions;

pub fn report(origin: &str) -> anyhow::Result<()> {
    println!("\n## Drift, instructions by callgrind\n");
    if !instructions::can_be_counted() {
        println!("Not counted: valgrind is missing.");
        return Ok(());
    }
    let off = instructions::each(Who::Linkcy, Work::Compared(0), origin)?;
    println!("| | instructions | ratio |\n|---|---|---|");
    println!("| {} | {off} | 1 |", Work::Compared(0));
    for every in [100, 1] {
        let work = Work::Compared(every);
        let on = instructions::each(Who::Linkcy, work, origin)?;
        println!("| {work} | {on} | {:.3} |", on as f64 / off as f64);
    }
    Ok(())
}
