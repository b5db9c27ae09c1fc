//! From one end-user to ten thousand on one pool: whether their number slows a call down.

use crate::caller::{Caller, Who, Work};
use crate::instructions;
use crate::rounds::alternate;
use crate::time::{one_round, times_in_a_round};

const CLIENTS: usize = 10_000;
const ROUNDS: usize = 31;

pub fn report(origin: &str) -> anyhow::Result<()> {
    println!("\n## Growth: {CLIENTS} end-users on one pool\n");
    let (one, many) = (Work::AsEndUsers(1), Work::AsEndUsers(CLIENTS));
    println!("| | {CLIENTS} end-users in turn | one | ratio |\n|---|---|---|---|");
    if instructions::can_be_counted() {
        let each = |work| instructions::each(Who::Linkcy, work, origin);
        let (with_many, with_one) = (each(many)?, each(one)?);
        println!("| instructions | {with_many} | {with_one} | {:.3} |", with_many as f64 / with_one as f64);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (few, crowd) = (Caller::new(origin, one)?, Caller::new(origin, many)?);
    let times = times_in_a_round(&runtime, &few, one)?;
    let round = |caller, work| one_round(&runtime, caller, Who::Linkcy, work, times);
    let compared = alternate(ROUNDS, || round(&crowd, many), || round(&few, one))?;
    println!("| time | {:.1?} | {:.1?} | {:.3} |", compared.first, compared.second, compared.ratio);
    Ok(())
}
