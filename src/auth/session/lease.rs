//! A session's calls to its token store, each within a bounded time.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::timeout;
use tracing::debug;

use crate::auth::error::SessionError;
use crate::auth::store::{Lease, LeaseEnd, StoreError, StoredSession, TokenStore};

/// How long a session waits for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// For LinkCy's answer to one login or refresh. Ten seconds.
    pub attempt: Duration,
    /// For one look at what the token store keeps, and its change. Three seconds.
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
    /// Looks at what is kept and changes it, given the store's time. Tried again with what is there now if somebody else was
    /// faster.
    pub async fn change<T>(
        &self,
        mut change: impl FnMut(&mut StoredSession, Duration) -> T,
    ) -> Result<T, SessionError> {
        let within = self.timing.store;
        let changing = async {
            loop {
                let (old, now) = self.store.load(&self.key).await?;
                let mut new = old.clone();
                let changed = change(&mut new, now);
                if new == old {
                    return Ok(changed);
                }
                new.revision = fastrand::u64(1..1 << 53);
                if self.store.swap(&self.key, &old, &new).await? {
                    return Ok(changed);
                }
                // So that a store that never waits cannot keep the thread.
                yield_now().await;
            }
        };
        let changed = timeout(within, changing).await.unwrap_or(Err(StoreError::TimedOut(within)));
        changed.map_err(|source| SessionError::Store { name: self.store.name(), source: Arc::new(source) })
    }

    /// A lease that can't be released runs out by itself, so a failure is only logged.
    pub async fn release(&self, lease: &Lease, end: LeaseEnd) {
        if let Err(error) = self.change(|kept, now| kept.release(now, lease, end)).await {
            debug!(%error, "the refresh lease could not be released and will run out");
        }
    }

    /// The error after waiting in vain for another process's lease.
    pub fn busy(&self) -> SessionError {
        SessionError::Busy { store: self.store.name() }
    }
}
