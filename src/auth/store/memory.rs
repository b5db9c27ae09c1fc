//! [`MemoryStore`]: tokens in this process only. The default.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use super::{StoreError, StoredSession, TokenStore};

/// Stores tokens in memory. By default each session has its own store, which is dropped with it; clients that are
/// given the same store and log in as the same user share a session.
pub struct MemoryStore {
    start: Instant,
    /// In boxes: most maps hold one, and have room for four.
    sessions: Mutex<HashMap<Box<str>, Box<StoredSession>>>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self { start: Instant::now(), sessions: Mutex::default() }
    }

    /// No code panics while it holds the lock, so the data behind a poisoned one is consistent.
    fn sessions(&self) -> MutexGuard<'_, HashMap<Box<str>, Box<StoredSession>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl TokenStore for MemoryStore {
    fn name(&self) -> String {
        "memory".to_owned()
    }

    async fn load(&self, key: &str) -> Result<(StoredSession, Duration), StoreError> {
        let stored = self.sessions().get(key).map(|stored| StoredSession::clone(stored));
        Ok((stored.unwrap_or_default(), self.start.elapsed()))
    }

    async fn swap(&self, key: &str, old: &StoredSession, new: &StoredSession) -> Result<bool, StoreError> {
        let mut sessions = self.sessions();
        let stored = sessions.entry(key.into()).or_default();
        let is_there = stored.revision == old.revision;
        if is_there {
            **stored = new.clone();
        }
        Ok(is_there)
    }
}
