//! [`MemoryStore`]: tokens in this process only. The default.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use super::slot::StoreSlot;
use super::{Lease, LeaseEnd, Leased, Saved, StoreError, Stored, TokenStore};
use crate::auth::token::TokenPair;

/// Keeps tokens in memory. By default each session has its own, which goes with it; give one to several clients and
/// those with the same login share a session.
pub struct MemoryStore {
    start: Instant,
    /// In boxes: most maps hold one, and have room for four.
    slots: Mutex<HashMap<Box<str>, Box<StoreSlot>>>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self { start: Instant::now(), slots: Mutex::default() }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// No code panics while it holds the lock, so what a poisoned one guards is whole.
    fn slots(&self) -> MutexGuard<'_, HashMap<Box<str>, Box<StoreSlot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
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

    async fn load(&self, key: &str) -> Result<Option<Stored>, StoreError> {
        Ok(self.slots().get(key).and_then(|slot| slot.current()))
    }

    async fn lease(&self, key: &str, ttl: Duration) -> Result<Leased, StoreError> {
        let now = self.now();
        Ok(self.slots().entry(key.into()).or_default().lease(now, ttl))
    }

    async fn save(&self, key: &str, lease: &Lease, tokens: &Arc<TokenPair>) -> Result<Saved, StoreError> {
        Ok(self.slots().entry(key.into()).or_default().save(lease, tokens))
    }

    async fn release(&self, key: &str, lease: &Lease, end: LeaseEnd) -> Result<(), StoreError> {
        let now = self.now();
        if let Some(slot) = self.slots().get_mut(key) {
            slot.release(now, lease, end);
        }
        Ok(())
    }

    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        let now = self.now();
        self.slots().entry(key.into()).or_default().remove(now);
        Ok(())
    }
}
