//! A process that writes a session's file is killed at random points: the file always holds a whole pair.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use linkcy::auth::TokenPair;
use linkcy::auth::store::{FileStore, Leased, TokenStore};
use linkcy::types::Secret;
use tokio::io::AsyncReadExt;
use tokio::process::Command;

use crate::{Outcome, ROLE};

const DIRECTORY: &str = "LINKCY_FLEET_STORE";
const KEY: &str = "key";
/// Shorter than the pauses between two writers, so that a killed one holds up nobody.
const LEASE: Duration = Duration::from_millis(1);
/// Both tokens are this long, so that a write takes more than one block.
const LENGTH: usize = 16_000;

/// A pair whose two tokens can be told to belong together.
fn pair(serial: u64) -> Result<Arc<TokenPair>, linkcy::auth::MalformedToken> {
    let text = |kind: &str| Secret::from(format!("{kind}-{serial}-{}", "x".repeat(LENGTH)));
    TokenPair::new(&text("access"), Some(text("refresh")), None).map(Arc::new)
}

/// The role: write one pair after the other.
pub async fn write_until_killed() -> Outcome {
    let store = FileStore::new(std::env::var(DIRECTORY)?);
    println!("writing");
    for serial in 0.. {
        if let Leased::Granted(lease) = store.lease(KEY, LEASE).await? {
            store.save(KEY, &lease, &pair(serial)?).await?;
        }
    }
    Ok(())
}

pub async fn a_writer_killed_200_times_leaves_a_whole_pair() -> Outcome {
    let directory = tempfile::tempdir()?;
    let sessions = directory.path().join("sessions");
    let store = FileStore::new(&sessions);
    let mut random = fastrand::Rng::with_seed(5);
    let (mut last, mut moved) = (0, 0);
    for _ in 0..200 {
        let mut writer = Command::new(std::env::current_exe()?)
            .env(ROLE, "writer")
            .env(DIRECTORY, &sessions)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        // Its first line says that it has begun; then it is killed somewhere in its work.
        writer.stdout.as_mut().ok_or("no output")?.read_u8().await?;
        tokio::time::sleep(Duration::from_micros(random.u64(0..60_000))).await;
        writer.kill().await?;
        let Some(stored) = store.load(KEY).await? else { continue };
        let serial = |token: &str| token.split('-').nth(1).map(str::to_owned);
        let refresh = stored.tokens.refresh().ok_or("the refresh token is gone")?;
        assert_eq!(serial(stored.tokens.access()), serial(refresh.expose()));
        assert_eq!(refresh.expose().len(), stored.tokens.access().len() + "refresh".len() - "access".len());
        assert!(stored.version >= last, "an older pair came back");
        moved += usize::from(stored.version > last);
        last = stored.version;
    }
    assert!(moved > 50, "the writer got something done: {moved}");
    Ok(())
}
