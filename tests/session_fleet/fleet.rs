//! Processes that share a session while its tokens live two seconds: no call fails, whoever dies.

use std::process::Command;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout};

use crate::Outcome;
use crate::callers::{Process, TIMING, Tally};
use crate::issuers::http::Server;
use crate::issuers::realm::Realm;
use crate::redis_server::RedisServer;

/// The tokens' `exp` is this after a whole second's `iat`, so what is left of it is one to two seconds.
const LIFE: Duration = Duration::from_secs(2);

async fn server() -> Result<Server, std::io::Error> {
    let server = Server::start(Realm::real(LIFE)).await?;
    server.latency_ms.store(20, Ordering::Relaxed);
    Ok(server)
}

fn start(server: &Server, store: &str, processes: usize, tasks: usize, time: Duration) -> Result<Vec<Process>, Box<dyn std::error::Error + Send + Sync>> {
    (0..processes).map(|_| Process::start(server, store, tasks, time)).collect()
}

async fn total(processes: Vec<Process>) -> Result<Tally, Box<dyn std::error::Error + Send + Sync>> {
    let mut total = Tally::default();
    for process in processes {
        let tally = process.tally().await?;
        total.calls += tally.calls;
        total.failures += tally.failures;
        total.slowest_ms = total.slowest_ms.max(tally.slowest_ms);
    }
    Ok(total)
}

pub async fn eight_processes_share_a_session_for_30_s() -> Outcome {
    let (server, redis) = (server().await?, RedisServer::start().await?);
    let processes = start(&server, &redis.address(), 8, 50, Duration::from_secs(30))?;
    let total = total(processes).await?;
    let counts = server.realm.counts();
    eprintln!("{total:?}, {counts:?}");
    assert_eq!(total.failures, 0);
    assert!(total.calls > 8 * 50 * 30, "{} calls", total.calls);
    assert_eq!((counts.logins, counts.reuses, counts.refused), (1, 0, 0));
    // A pair has 1 to 2 s left when it is issued, 1.5 on average, and is refreshed with 15 to 30 % of that left.
    assert!((15..=40).contains(&counts.refreshes), "{} refreshes", counts.refreshes);
    Ok(())
}

pub async fn processes_share_a_session_through_files() -> Outcome {
    let server = server().await?;
    let directory = tempfile::tempdir()?;
    let store = directory.path().join("sessions");
    let processes = start(&server, &store.to_string_lossy(), 4, 20, Duration::from_secs(8))?;
    let total = total(processes).await?;
    let counts = server.realm.counts();
    eprintln!("{total:?}, {counts:?}");
    assert_eq!(total.failures, 0);
    assert_eq!((counts.logins, counts.reuses, counts.refused), (1, 0, 0));
    assert!((4..=12).contains(&counts.refreshes), "{} refreshes", counts.refreshes);
    Ok(())
}

/// Waits until a process's refresh has taken effect and its answer is on the way; says which process it is.
async fn holder(server: &mut Server, processes: &mut Vec<Process>) -> Result<Process, Box<dyn std::error::Error + Send + Sync>> {
    server.latency_ms.store(800, Ordering::Relaxed);
    server.served.mark_unchanged();
    timeout(Duration::from_secs(10), server.served.changed()).await??;
    let id = *server.served.borrow();
    server.latency_ms.store(20, Ordering::Relaxed);
    let place = processes.iter().position(|process| process.id() == Some(id)).ok_or("an unknown process refreshed")?;
    Ok(processes.swap_remove(place))
}

pub async fn a_lease_holder_killed_mid_refresh_is_replaced() -> Outcome {
    let (mut server, redis) = (server().await?, RedisServer::start().await?);
    let mut processes = start(&server, &redis.address(), 8, 50, Duration::from_secs(12))?;
    sleep(LIFE).await;
    for _ in 0..2 {
        let holder = holder(&mut server, &mut processes).await?;
        holder.kill().await?;
        let killed = Instant::now();
        server.served.mark_unchanged();
        timeout(Duration::from_secs(10), server.served.changed()).await??;
        let gap = killed.elapsed();
        eprintln!("replaced after {gap:?}");
        assert!(gap <= TIMING.lease() + Duration::from_millis(500), "replaced after {gap:?}");
    }
    let total = total(processes).await?;
    let counts = server.realm.counts();
    eprintln!("{total:?}, {counts:?}");
    assert_eq!(total.failures, 0);
    // The tokens that went down with the two processes were rotated; they did not come back, the password did.
    assert_eq!((counts.logins, counts.reuses), (3, 0));
    Ok(())
}

pub async fn a_lease_holder_stopped_mid_refresh_does_no_harm() -> Outcome {
    let (mut server, redis) = (server().await?, RedisServer::start().await?);
    let mut processes = start(&server, &redis.address(), 4, 50, Duration::from_secs(12))?;
    sleep(LIFE).await;
    let holder = holder(&mut server, &mut processes).await?;
    let id = holder.id().ok_or("the process is gone")?.to_string();
    let signal = |name: &str| Command::new("kill").args([name, &id]).status();
    signal("-STOP")?;
    // Past its lease; the others have gone on meanwhile.
    sleep(2 * TIMING.lease()).await;
    let counts = server.realm.counts();
    assert_eq!(counts.logins, 2);
    signal("-CONT")?;
    processes.push(holder);
    let total = total(processes).await?;
    let counts = server.realm.counts();
    eprintln!("{total:?}, {counts:?}");
    assert_eq!(total.failures, 0);
    // Had it overwritten the newer pair, somebody would have sent a used token or logged in once more.
    assert_eq!((counts.logins, counts.reuses, counts.refused), (2, 0, 0));
    Ok(())
}
