//! Processes that share a session while its tokens live two seconds: no call fails, whoever dies.

use std::process::Command;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use linkcy_sandbox::faults::{Effect, Fault, Injected};
use linkcy_sandbox::{Sandbox, StartError};
use tokio::time::{sleep, timeout};

use crate::Outcome;
use crate::callers::{Process, TIMING, Tally};
use crate::issuers::tcp::{Counts, LOGIN, PROCESS, REFRESH};
use crate::redis_server::RedisServer;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The tokens' `exp` is two seconds after a whole second's `iat`, so what is left of a new one is one to two seconds.
async fn sandbox() -> Result<Sandbox, StartError> {
    Sandbox::builder().token_life(SignedDuration::from_secs(2)).start().await
}

fn start(
    sandbox: &Sandbox,
    store: &str,
    processes: usize,
    tasks: usize,
    seconds: u64,
) -> Result<Vec<Process>, Failure> {
    let time = Duration::from_secs(seconds);
    (0..processes).map(|_| Process::start(sandbox, store, tasks, time)).collect()
}

async fn total(processes: Vec<Process>) -> Result<Tally, Failure> {
    let mut total = Tally::default();
    for process in processes {
        let tally = process.tally().await?;
        total.calls += tally.calls;
        total.failures += tally.failures;
        total.outlived += tally.outlived;
        total.slowest_ms = total.slowest_ms.max(tally.slowest_ms);
    }
    assert!(total.outlived * 100 <= total.calls, "this machine is too busy to tell: {total:?}");
    Ok(total)
}

pub async fn eight_processes_share_a_session_for_30_s() -> Outcome {
    let (sandbox, redis) = (sandbox().await?, RedisServer::start().await?);
    let processes = start(&sandbox, &redis.address(), 8, 50, 30)?;
    let total = total(processes).await?;
    let counts = Counts::of(&sandbox.control());
    eprintln!("{total:?}, {counts:?}");
    assert_eq!(total.failures, 0);
    assert!(total.calls > 8 * 50 * 10, "{} calls", total.calls);
    assert_eq!((counts.logins, counts.refused, counts.revoked), (1, 0, 0));
    // A pair has 1 to 2 s left when it is issued, 1.5 on average, and is refreshed with 15 to 30 % of that left.
    assert!((15..=40).contains(&counts.refreshes), "{} refreshes", counts.refreshes);
    Ok(())
}

pub async fn processes_share_a_session_through_files() -> Outcome {
    let sandbox = sandbox().await?;
    let directory = tempfile::tempdir()?;
    let store = directory.path().join("sessions");
    let processes = start(&sandbox, &store.to_string_lossy(), 4, 20, 8)?;
    let total = total(processes).await?;
    let counts = Counts::of(&sandbox.control());
    eprintln!("{total:?}, {counts:?}");
    assert_eq!(total.failures, 0);
    assert_eq!((counts.logins, counts.refused, counts.revoked), (1, 0, 0));
    assert!((4..=12).contains(&counts.refreshes), "{} refreshes", counts.refreshes);
    Ok(())
}

/// Waits until a process's refresh has taken effect and holds its answer back; takes that process out of the others.
async fn holder(sandbox: &Sandbox, processes: &mut Vec<Process>) -> Result<(Process, Injected), Failure> {
    let control = sandbox.control();
    let held = control.inject(Fault::new(Effect::Hold).on("POST", REFRESH).once().after_processing());
    timeout(Duration::from_secs(10), held.wait_until_struck(1)).await?;
    let journal = control.journal();
    let waiting = journal.iter().rev().find(|entry| entry.path == REFRESH && entry.status.is_none());
    let id = waiting.and_then(|entry| entry.header(PROCESS)).ok_or("no refresh is held")?;
    let place = processes.iter().position(|process| process.id().is_some_and(|found| found.to_string() == id));
    Ok((processes.swap_remove(place.ok_or("an unknown process refreshes")?), held))
}

pub async fn a_lease_holder_killed_mid_refresh_is_replaced() -> Outcome {
    let (sandbox, redis) = (sandbox().await?, RedisServer::start().await?);
    let mut processes = start(&sandbox, &redis.address(), 8, 50, 12)?;
    for _ in 0..2 {
        let (holder, held) = holder(&sandbox, &mut processes).await?;
        // An empty delay changes nothing and shows when the login that replaces it comes.
        let login = sandbox.control().inject(Fault::new(Effect::Delay { millis: 0 }).on("POST", LOGIN).once());
        holder.kill().await?;
        let killed = Instant::now();
        held.release();
        timeout(Duration::from_secs(10), login.wait_until_struck(1)).await?;
        let gap = killed.elapsed();
        eprintln!("replaced after {gap:?}");
        assert!(gap <= TIMING.lease() + Duration::from_millis(500), "replaced after {gap:?}");
    }
    let total = total(processes).await?;
    let counts = Counts::of(&sandbox.control());
    eprintln!("{total:?}, {counts:?}");
    assert_eq!(total.failures, 0);
    // The tokens that went down with the two processes were rotated; they did not come back, the password did.
    assert_eq!((counts.logins, counts.refused, counts.revoked), (3, 0, 0));
    Ok(())
}

pub async fn a_lease_holder_stopped_mid_refresh_does_no_harm() -> Outcome {
    let (sandbox, redis) = (sandbox().await?, RedisServer::start().await?);
    let mut processes = start(&sandbox, &redis.address(), 4, 50, 12)?;
    let (holder, held) = holder(&sandbox, &mut processes).await?;
    let id = holder.id().ok_or("the process is gone")?.to_string();
    let signal = |name: &str| Command::new("kill").args([name, &id]).status();
    signal("-STOP")?;
    // Past its lease; the others have gone on meanwhile.
    sleep(2 * TIMING.lease()).await;
    let counts = Counts::of(&sandbox.control());
    assert_eq!(counts.logins, 2);
    held.release();
    signal("-CONT")?;
    processes.push(holder);
    let total = total(processes).await?;
    let counts = Counts::of(&sandbox.control());
    eprintln!("{total:?}, {counts:?}");
    assert_eq!(total.failures, 0);
    // Had it overwritten the newer pair, somebody would have sent a used token or logged in once more.
    assert_eq!((counts.logins, counts.refused, counts.revoked), (2, 0, 0));
    Ok(())
}
