//! A process that writes a session's file is killed at random points: the file always holds a whole pair.

use std::process::Stdio;
use std::time::Duration;

use linkcy::auth::store::{FileStore, StoredSession, TokenStore};
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::process::Command;

use crate::{Outcome, ROLE};

const DIRECTORY: &str = "LINKCY_FLEET_STORE";
const KEY: &str = "key";
/// Both tokens are this long, so that a write takes more than one block.
const LENGTH: usize = 16_000;

/// A session whose revision and two tokens can be told to belong together.
fn session(serial: u64) -> serde_json::Result<StoredSession> {
    let text = |kind: &str| format!("{kind}-{serial}-{}", "x".repeat(LENGTH));
    let tokens = json!({ "access": text("access"), "refresh": text("refresh") });
    serde_json::from_value(json!({
        "revision": serial, "version": serial, "fence": serial, "leasedUntil": 0, "tokens": tokens,
    }))
}

/// The role: write one session after the other.
pub async fn write_until_killed() -> Outcome {
    let store = FileStore::new(std::env::var(DIRECTORY)?);
    println!("writing");
    loop {
        let (old, _) = store.load(KEY).await?;
        store.swap(KEY, &old, &session(old.revision() + 1)?).await?;
    }
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
        let (found, _) = store.load(KEY).await?;
        if found.revision() > 0 {
            assert_eq!(found, session(found.revision())?);
        }
        assert!(found.revision() >= last, "an older session came back");
        moved += usize::from(found.revision() > last);
        last = found.revision();
    }
    assert!(moved > 50, "the writer got something done: {moved}");
    Ok(())
}
