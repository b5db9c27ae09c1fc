//! One session's place in a store, as pure state: what [`MemoryStore`](super::MemoryStore) holds in memory and
//! `FileStore` in a file. `RedisStore` does the same in its scripts. Times are milliseconds on the store's own clock.

use std::sync::Arc;
use std::time::Duration;

use super::{Lease, LeaseEnd, Leased, Saved, Stored};
use crate::auth::token::TokenPair;

/// No lease lasts this long, in milliseconds: one that claims to was granted before the clock was set back.
const CLOCK_WENT_BACK: u64 = 3_600_000;

#[derive(Default)]
#[cfg_attr(feature = "file-store", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "camelCase"))]
pub(super) struct StoreSlot {
    version: u64,
    tokens: Option<Arc<TokenPair>>,
    fence: u64,
    leased_until: u64,
    /// When the refresh token of the current pair may have been sent.
    sent_at: Option<u64>,
}

impl StoreSlot {
    pub fn current(&self) -> Option<Stored> {
        self.tokens.as_ref().map(|tokens| Stored { version: self.version, tokens: Arc::clone(tokens) })
    }

    pub fn lease(&mut self, now: u64, ttl: Duration) -> Leased {
        let left = self.leased_until.saturating_sub(now);
        if left > 0 && left < CLOCK_WENT_BACK {
            return Leased::Held(self.current());
        }
        let doubt = self.sent_at.map(|at| Duration::from_millis(now.saturating_sub(at)));
        // The time in it keeps fences growing when the place was removed in between.
        self.fence = now.max(self.fence.saturating_add(1));
        self.leased_until = now.saturating_add(millis(ttl));
        // Noted before anything can be sent: a holder that dies from here on leaves the doubt behind.
        self.sent_at = self.tokens.as_ref().map(|_| now);
        Leased::Granted(Lease { fence: self.fence, seen: self.version, current: self.current(), doubt })
    }

    pub fn save(&mut self, lease: &Lease, tokens: &Arc<TokenPair>) -> Saved {
        if self.version != lease.fence {
            if self.version != lease.seen {
                return Saved::Superseded(self.current());
            }
            self.version = lease.fence;
            self.tokens = Some(Arc::clone(tokens));
            self.sent_at = None;
        }
        if self.fence <= lease.fence {
            self.fence = lease.fence;
            self.leased_until = 0;
        }
        Saved::Done
    }

    /// Wipes the tokens. The version stays and grows, so that a process that still has them treats them as outdated.
    pub fn remove(&mut self, now: u64) {
        let version = now.max(self.fence.saturating_add(1));
        *self = Self { version, fence: version, ..Self::default() };
    }

    pub fn release(&mut self, now: u64, lease: &Lease, end: LeaseEnd) {
        if self.fence != lease.fence || self.version != lease.seen {
            return;
        }
        self.leased_until = 0;
        if end == LeaseEnd::NothingSent {
            self.sent_at = lease.doubt.map(|doubt| now.saturating_sub(millis(doubt)));
        }
    }
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
