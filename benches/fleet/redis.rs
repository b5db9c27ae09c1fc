//! What a server of Redis takes: refreshes as the store sees them, 64 sessions at once over one connection.

#[path = "../../tests/fleet/redis_server.rs"]
#[allow(dead_code, reason = "the tests of the fleet use more of it")]
mod redis_server;

use std::sync::Arc;
use std::time::Instant;

use anyhow::ensure;
use linkcy::auth::store::{RedisStore, StoredSession, TokenStore};
use serde_json::json;
use tokio::task::JoinSet;

const AT_ONCE: u32 = 64;
const REFRESHES: u32 = 1_000;

pub fn report() -> anyhow::Result<()> {
    if !redis_server::is_installed() {
        println!("\nredis-server is not installed: what it takes is not measured.");
        return Ok(());
    }
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(measure())
}

async fn measure() -> anyhow::Result<()> {
    let server = redis_server::RedisServer::start().await.map_err(anyhow::Error::from_boxed)?;
    let store = Arc::new(RedisStore::new(server.address())?);
    let start = Instant::now();
    let mut sessions = JoinSet::new();
    for session in 0..AT_ONCE {
        sessions.spawn(refreshes(session, Arc::clone(&store)));
    }
    while let Some(ended) = sessions.join_next().await {
        ended??;
    }
    let a_second = f64::from(AT_ONCE * REFRESHES) / start.elapsed().as_secs_f64();
    println!(
        "\nRedis on this machine: {a_second:.0} refreshes a second (lease and save, a load and a swap each), {AT_ONCE} at once over one connection."
    );
    Ok(())
}

/// Each of a session that no other shares.
async fn refreshes(session: u32, store: Arc<RedisStore>) -> anyhow::Result<()> {
    let tokens = json!({ "access": "a".repeat(900), "refresh": "r".repeat(60) });
    for refresh in 0..REFRESHES {
        let key = format!("session-{session}-{refresh}");
        for revision in [1, 2] {
            let (old, _) = store.load(&key).await?;
            let new = json!({ "revision": revision, "version": 1, "fence": 1, "leasedUntil": 0, "tokens": &tokens });
            let new: StoredSession = serde_json::from_value(new)?;
            ensure!(store.swap(&key, &old, &new).await?, "nobody else changes {key}");
        }
    }
    Ok(())
}
