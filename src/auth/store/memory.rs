//! [`MemoryStore`]: tokens in this process only. The default.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use super::{StoreError, StoredSession, TokenStore};

/// Stores tokens in memory. Clients that are given the same store and log in as the same user share a session. A session
/// without a store keeps its tokens in memory by itself.
pub struct MemoryStore {
    start: Instant,
    sessions: Mutex<HashMap<Box<str>, StoredSession>>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self { start: Instant::now(), sessions: Mutex::default() }
    }

    /// No code panics while it holds the lock, so the data behind a poisoned one is consistent.
    fn sessions(&self) -> MutexGuard<'_, HashMap<Box<str>, StoredSession>> {
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
        let stored = self.sessions().get(key).cloned();
        Ok((stored.unwrap_or_default(), self.start.elapsed()))
    }

    async fn swap(&self, key: &str, old: &StoredSession, new: &StoredSession) -> Result<bool, StoreError> {
        let mut sessions = self.sessions();
        Ok(replace(sessions.entry(key.into()).or_default(), old, new))
    }
}

/// The store of one session that is given none. Its key is not kept.
pub(crate) struct OwnStore {
    start: Instant,
    session: Mutex<StoredSession>,
}

impl OwnStore {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), session: Mutex::default() }
    }

    fn session(&self) -> MutexGuard<'_, StoredSession> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl TokenStore for OwnStore {
    fn name(&self) -> String {
        "memory".to_owned()
    }

    async fn load(&self, _: &str) -> Result<(StoredSession, Duration), StoreError> {
        Ok((self.session().clone(), self.start.elapsed()))
    }

    async fn swap(&self, _: &str, old: &StoredSession, new: &StoredSession) -> Result<bool, StoreError> {
        Ok(replace(&mut self.session(), old, new))
    }
}

/// Puts a session in the place of the stored one, unless that has changed.
fn replace(stored: &mut StoredSession, old: &StoredSession, new: &StoredSession) -> bool {
    let is_there = stored.revision == old.revision;
    if is_there {
        *stored = new.clone();
    }
    is_there
}
