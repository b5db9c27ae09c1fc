//! A session's calls to its token store, each within a bounded time.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;
use tracing::debug;

use crate::auth::error::SessionError;
use crate::auth::store::{Lease, LeaseEnd, Leased, Saved, StoreError, Stored, TokenStore};
use crate::auth::token::TokenPair;

/// How long a session waits for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// For LinkCy's answer to one login or refresh. Ten seconds.
    pub attempt: Duration,
    /// For one answer of the token store. Three seconds.
    pub store: Duration,
}

impl Timing {
    /// How long a refresh lease lasts: one attempt, and the store's answers around it.
    pub fn lease(&self) -> Duration {
        self.attempt.saturating_add(self.store.saturating_mul(2))
    }
}

impl Default for Timing {
    fn default() -> Self {
        Self { attempt: Duration::from_secs(10), store: Duration::from_secs(3) }
    }
}

/// One session's place in its store.
pub(super) struct BoundedStore {
    pub key: Box<str>,
    pub store: Arc<dyn TokenStore>,
    pub timing: Timing,
}

impl BoundedStore {
    pub async fn load(&self) -> Result<Option<Stored>, SessionError> {
        self.bounded(self.store.load(&self.key)).await
    }

    pub async fn lease(&self) -> Result<Leased, SessionError> {
        self.bounded(self.store.lease(&self.key, self.timing.lease())).await
    }

    pub async fn save(&self, lease: &Lease, tokens: &Arc<TokenPair>) -> Result<Saved, SessionError> {
        self.bounded(self.store.save(&self.key, lease, tokens)).await
    }

    /// A lease that can't be released runs out by itself, so a failure is only logged.
    pub async fn release(&self, lease: &Lease, end: LeaseEnd) {
        if let Err(error) = self.bounded(self.store.release(&self.key, lease, end)).await {
            debug!(%error, "the refresh lease could not be released and will run out");
        }
    }

    pub async fn remove(&self) -> Result<(), SessionError> {
        self.bounded(self.store.remove(&self.key)).await
    }

    /// How long to wait for another process's lease.
    pub fn patience(&self) -> Duration {
        self.timing.lease().saturating_mul(2)
    }

    /// The error after waiting in vain for another process's lease.
    pub fn busy(&self) -> SessionError {
        SessionError::Busy { store: self.store.name() }
    }

    async fn bounded<T>(&self, call: impl Future<Output = Result<T, StoreError>>) -> Result<T, SessionError> {
        timeout(self.timing.store, call)
            .await
            .unwrap_or(Err(StoreError::TimedOut(self.timing.store)))
            .map_err(|source| SessionError::Store { name: self.store.name(), source: Arc::new(source) })
    }
}
