//! A session's use of its token store, within a bounded time.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::timeout;
use tracing::debug;

use super::state::Core;
use crate::auth::error::SessionError;
use crate::auth::store::{Lease, LeaseEnd, StoreError, StoredSession};

impl Core {
    /// Changes the stored session, given the store's time. Repeated with the current one if another process changed it
    /// first.
    pub async fn change<T: Default + Send>(
        &self,
        mut change: impl FnMut(&mut StoredSession, Duration) -> T + Send,
    ) -> Result<T, SessionError> {
        let mut changed = T::default();
        self.change_stored(&mut |stored, now| changed = change(stored, now)).await?;
        Ok(changed)
    }

    /// The same, compiled once.
    async fn change_stored(
        &self,
        change: &mut (dyn FnMut(&mut StoredSession, Duration) + Send),
    ) -> Result<(), SessionError> {
        let within = self.timing.store;
        let changing = async {
            loop {
                let (old, now) = self.store.load(&self.key).await?;
                let mut new = old.clone();
                change(&mut new, now);
                if new == old {
                    return Ok(());
                }
                new.revision = fastrand::u64(1..1 << 53);
                if self.store.swap(&self.key, &old, &new).await? {
                    return Ok(());
                }
                // So that a store that never waits does not block the thread.
                yield_now().await;
            }
        };
        let changed = timeout(within, changing).await.unwrap_or(Err(StoreError::TimedOut(within)));
        changed.map_err(|source| SessionError::Store { name: self.store.name(), source: Arc::new(source) })
    }

    /// A lease that can't be released runs out by itself, so a failure is only logged.
    pub async fn release(&self, lease: &Lease, end: LeaseEnd) {
        if let Err(error) = self.change(|stored, now| stored.release(now, lease, end)).await {
            debug!(%error, "the refresh lease could not be released and will run out");
        }
    }
}
