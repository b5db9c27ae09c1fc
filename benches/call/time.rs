//! How long it takes: one call after the other, and 64 at once on two threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use crate::caller::{CALLS, Caller, DECODING, Who, Work};
use crate::rounds::alternate;
use crate::server::{self, Server};

const ROUNDS: usize = 31;
/// About how long one round takes.
const ROUND: Duration = Duration::from_millis(100);

const AT_ONCE: usize = 64;
/// Calls of a round of the throughput.
const CALLS_AT_ONCE: usize = 6_400;

pub fn report(origin: &str) -> anyhow::Result<()> {
    println!("\n## Time, one after the other\n");
    one_after_the_other(CALLS.into_iter().chain(DECODING), |work| Caller::new(origin, work))
}

pub fn report_throughput(origin: &str) -> anyhow::Result<()> {
    println!("\n## Throughput: {AT_ONCE} calls at once from two threads, calls a second\n");
    throughput(|work| Caller::new(origin, work))
}

/// Both once more, by HTTP/2 over TLS, from a server of its own.
pub fn report_http2(_: &str) -> anyhow::Result<()> {
    let server = Server::start(server::SERVE_TLS)?;
    let certificate = reqwest::Certificate::from_der(&server.certificate)?;
    let caller = |work| Caller::over(&server.origin, Some(&certificate), work);
    println!("\n## HTTP/2 over TLS, one after the other\n");
    one_after_the_other(CALLS, caller)?;
    println!("\n## HTTP/2 over TLS, {AT_ONCE} calls at once on one connection, calls a second\n");
    throughput(caller)
}

fn one_after_the_other(
    works: impl IntoIterator<Item = Work>,
    caller: impl Fn(Work) -> anyhow::Result<Caller>,
) -> anyhow::Result<()> {
    println!("| | linkcy | by hand | ratio |\n|---|---|---|---|");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for work in works {
        let caller = caller(work)?;
        let times = times_in_a_round(&runtime, &caller, work)?;
        let round = |who| one_round(&runtime, &caller, who, work, times);
        let compared = alternate(ROUNDS, || round(Who::Linkcy), || round(Who::ByHand))?;
        println!("| {work} | {:.1?} | {:.1?} | {:.3} |", compared.first, compared.second, compared.ratio);
    }
    Ok(())
}

/// How many fit into a round.
pub fn times_in_a_round(runtime: &Runtime, caller: &Caller, work: Work) -> anyhow::Result<usize> {
    let sample = 20;
    one_round(runtime, caller, Who::ByHand, work, sample)?;
    let each = one_round(runtime, caller, Who::ByHand, work, sample)?;
    Ok((ROUND.as_nanos() / each.as_nanos().max(1)).try_into().unwrap_or(usize::MAX).max(1))
}

/// How long one of so many takes.
pub fn one_round(runtime: &Runtime, caller: &Caller, who: Who, work: Work, times: usize) -> anyhow::Result<Duration> {
    runtime.block_on(async {
        let begun = Instant::now();
        for turn in 0..times {
            caller.work(who, work, turn).await?;
        }
        Ok(begun.elapsed().div_f64(times as f64))
    })
}

fn throughput(caller: impl Fn(Work) -> anyhow::Result<Caller>) -> anyhow::Result<()> {
    println!("| | linkcy | by hand | ratio |\n|---|---|---|---|");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    for work in CALLS {
        let caller = Arc::new(caller(work)?);
        let calls = if matches!(work, Work::Transactions | Work::Ledgers) { CALLS_AT_ONCE / 8 } else { CALLS_AT_ONCE };
        let round = |who| runtime.block_on(at_once(&caller, who, work, calls));
        // Of two durations the ratio is the wrong way round for a throughput.
        let compared = alternate(ROUNDS, || round(Who::ByHand), || round(Who::Linkcy))?;
        let rate = |round: Duration| calls as f64 / round.as_secs_f64();
        println!("| {work} | {:.0} | {:.0} | {:.3} |", rate(compared.second), rate(compared.first), compared.ratio);
    }
    Ok(())
}

/// How long so many calls take, 64 of them under way all the time.
async fn at_once(caller: &Arc<Caller>, who: Who, work: Work, calls: usize) -> anyhow::Result<Duration> {
    let next = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let callers: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let (caller, next) = (Arc::clone(caller), Arc::clone(&next));
            tokio::spawn(async move {
                while next.fetch_add(1, Ordering::Relaxed) < calls {
                    caller.work(who, work, 0).await?;
                }
                anyhow::Ok(())
            })
        })
        .collect();
    for caller in callers {
        caller.await??;
    }
    Ok(begun.elapsed())
}
