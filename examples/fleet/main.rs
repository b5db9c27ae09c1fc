//! Four processes share one login through Redis. `cargo run --example fleet --features redis` needs the program `redis-server`.
//!
//! It starts a local LinkCy, a Redis server and itself four times more, as workers. The workers call at the same time; then LinkCy
//! ends their access token, and they call again. LinkCy sees one login and one refresh.

#[path = "../../tests/fleet/redis_server.rs"]
#[allow(dead_code, reason = "the tests of failovers use the rest")]
mod redis_server;
mod worker;

use anyhow::{Result, anyhow, ensure};
use linkcy_sandbox::Sandbox;
use redis_server::RedisServer;
use worker::Worker;

const WORKERS: usize = 4;
const CALLS: usize = 25;

#[tokio::main]
async fn main() -> Result<()> {
    if std::env::args().nth(1).as_deref() == Some(worker::ROLE) {
        return worker::work().await;
    }
    if !redis_server::is_installed() {
        println!("nothing was run: install redis-server, such as with `apt-get install redis-server`, and start again");
        return Ok(());
    }
    let redis = RedisServer::start().await.map_err(|error| anyhow!(error))?;
    let sandbox = Sandbox::start().await?;
    let mut workers = (0..WORKERS).map(|_| Worker::start(&sandbox, &redis.address())).collect::<Result<Vec<_>>>()?;

    call(&mut workers).await?;
    report(&sandbox, "at the start");
    sandbox.control().expire_access_tokens();
    call(&mut workers).await?;
    let (logins, refreshes) = report(&sandbox, "after the access token ended");
    ensure!((logins, refreshes) == (1, 1), "a fleet logs in once and refreshes once");

    for worker in workers {
        worker.end().await?;
    }
    Ok(())
}

/// All workers call at once; each says how many answers it got.
async fn call(workers: &mut [Worker]) -> Result<()> {
    for worker in workers.iter_mut() {
        worker.order(CALLS).await?;
    }
    for worker in workers {
        let report = worker.report().await?;
        println!("worker {:<8} {report}", worker.id);
    }
    Ok(())
}

/// Logins and refreshes that LinkCy saw so far.
fn report(sandbox: &Sandbox, when: &str) -> (usize, usize) {
    let journal = sandbox.control().journal();
    let arrived = |path: &str| journal.iter().filter(|entry| entry.path == path).count();
    let (logins, refreshes) = (arrived("/api/partner/login"), arrived("/api/partner/refresh"));
    println!("LinkCy saw      {} requests, {logins} logins, {refreshes} refreshes {when}\n", journal.len());
    (logins, refreshes)
}
