//! The state of a session: its tokens in use, and how they compare with what the store has.

use std::cmp::Ordering;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use http::HeaderValue;
use tokio::sync::Mutex as AsyncMutex;
use tokio::time::Instant;
use tracing::debug;

use super::life::{AFTER_LOGIN, AFTER_REFRESH, Life};
use super::plan::RefreshReason;
use super::single_flight::SingleFlight;
use super::throttle::Throttle;
use crate::auth::clock::{Clock, Reading, unix_seconds};
use crate::auth::credentials::Login;
use crate::auth::error::SessionError;
use crate::auth::issuer::{Issuer, Refusal};
use crate::auth::store::{StoredSession, TokenStore};
use crate::auth::token::{Claims, Issued, TokenPair};

/// A header ready to send: `Bearer` and the access token, marked sensitive. A clone shares the bytes.
#[derive(Clone, Debug)]
pub struct Authorization {
    header: HeaderValue,
    generation: u64,
}

impl Authorization {
    /// The value of the `Authorization` header.
    pub fn header(&self) -> &HeaderValue {
        &self.header
    }

    /// Which of the session's tokens this is; [`Session::rejected`](super::Session::rejected) asks for it.
    pub fn generation(&self) -> u64 {
        self.generation
    }
}

/// The tokens in use.
#[derive(Clone)]
pub(super) struct CurrentTokens {
    pub tokens: Arc<TokenPair>,
    pub life: Life,
    pub generation: u64,
    pub status: StoreStatus,
}

/// Whether the tokens in use are in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StoreStatus {
    /// They are there, under this version.
    Stored(u64),
    /// They could not be stored yet, or so it seems. Pairs up to the version `after` are older. `seen`: the fence that was there
    /// when it was tried; a smaller one says that the store lost what it had.
    Unsaved { seen: u64, after: u64 },
    /// They were handed in when the session was built. Their `exp` decides which pair is newer.
    Given,
}

/// How long a session waits for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// For LinkCy's answer to one login or refresh. Ten seconds.
    pub attempt: Duration,
    /// For one look into the token store, and its change. Three seconds.
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

/// The outcome of a refresh.
pub(super) type Refreshed = Result<Arc<CurrentTokens>, SessionError>;

/// The state of a [`Session`](super::Session), which its clones share.
pub(super) struct Core {
    /// The session's key in its store.
    pub key: Box<str>,
    pub store: Arc<dyn TokenStore>,
    pub timing: Timing,
    pub clock: Arc<dyn Clock>,
    /// `None` in a session that never logs in.
    pub issuer: Option<Arc<dyn Issuer>>,
    /// Read without a lock; changed by one task at a time.
    pub current: ArcSwapOption<CurrentTokens>,
    /// Locked, across awaits too, while the tokens are changed.
    pub changing: AsyncMutex<()>,
    pub generations: AtomicU64,
    pub control: Mutex<Control>,
}

/// Guarded by a lock that is never held across an await.
pub(super) struct Control {
    /// The login, if there is one; or why the session gets no tokens.
    pub login: Result<Option<Arc<Login>>, SessionError>,
    /// The version whose refresh token was refused, and how.
    pub refused: Option<Box<(u64, Refusal)>>,
    /// How far the server's clock is ahead of the local one, in seconds, once it is known.
    pub skew: Option<f64>,
    pub refresh: SingleFlight<Refreshed>,
    pub throttle: Throttle,
}

impl CurrentTokens {
    pub fn authorization(&self) -> Authorization {
        Authorization { header: self.tokens.access.header().clone(), generation: self.generation }
    }

    /// Whether they are what a caller wants.
    pub fn suffice(&self, reason: RefreshReason, now: Instant) -> bool {
        match reason {
            RefreshReason::Ageing => !self.life.nears_its_end(now),
            RefreshReason::Missing => !self.life.is_over(now),
            RefreshReason::Rejected(old) | RefreshReason::Demanded(old) => {
                self.generation != old && !self.life.is_over(now)
            }
        }
    }

    /// The same tokens, stored under this version.
    pub fn stored_as(&self, version: u64) -> Self {
        Self { status: StoreStatus::Stored(version), ..self.clone() }
    }

    /// Compares what the store has with these: `Greater` if it is newer.
    pub fn compare(&self, stored: &StoredSession) -> Ordering {
        let is_newer = match (self.status, stored.tokens()) {
            (StoreStatus::Stored(version), _) => return stored.version.cmp(&version),
            (StoreStatus::Unsaved { after, .. }, _) => stored.version > after,
            (StoreStatus::Given, None) => false,
            // A stored pair may descend from the given one, so it counts as newer unless both have an `exp`.
            (StoreStatus::Given, Some(pair)) => {
                let exp = |tokens: &TokenPair| Claims::of(tokens.access()).exp;
                exp(pair).zip(exp(&self.tokens)).is_none_or(|(stored, given)| stored >= given)
            }
        };
        if is_newer { Ordering::Greater } else { Ordering::Less }
    }
}

impl Core {
    /// No code panics while it holds the lock, so the data behind a poisoned one is consistent.
    pub fn control(&self) -> MutexGuard<'_, Control> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// The tokens in use, if they are what a caller wants.
    pub fn sufficient(&self, reason: RefreshReason) -> Option<Arc<CurrentTokens>> {
        self.current.load_full().filter(|current| current.suffice(reason, self.now()))
    }

    /// Puts tokens into use.
    pub fn put(&self, tokens: Arc<TokenPair>, life: Life, status: StoreStatus) -> Arc<CurrentTokens> {
        let generation = self.generations.fetch_add(1, Relaxed) + 1;
        let current = Arc::new(CurrentTokens { tokens, life, generation, status });
        self.current.store(Some(Arc::clone(&current)));
        debug!(generation, life = ?life.left(self.now()), ?status, "new tokens in use");
        current
    }

    /// Reads tokens as they were issued. `sent` is when they were asked for, if this session did; `old` is the pair they
    /// replace.
    pub fn read(
        &self,
        issued: Issued,
        old: Option<&TokenPair>,
        sent: Option<Reading>,
    ) -> Result<(Arc<TokenPair>, Life), SessionError> {
        let received = Reading::of(self.clock.as_ref());
        // An answer without a refresh token leaves the old one in force.
        let refresh = issued.refresh.or_else(|| old?.refresh().cloned());
        let end_user_id = issued.end_user_id.or_else(|| Some(old?.end_user_id()?.to_owned()));
        let tokens = TokenPair::new(issued.access, refresh, end_user_id)?;
        let claims = Claims::of(tokens.access());
        let mut control = self.control();
        let life = match (sent, issued.server_date.map(unix_seconds)) {
            // Nothing says how long ago these were issued.
            (None, None) => Life::found(claims, control.skew, received),
            (sent, date) => {
                let window = if old.is_some() { AFTER_REFRESH } else { AFTER_LOGIN };
                let (life, skew) = Life::issued(claims, window, date, sent.unwrap_or(received), received);
                control.skew = skew.or(control.skew);
                life
            }
        };
        Ok((Arc::new(tokens), life))
    }

    /// Puts the pair that the store has into use, if it is newer than the one in use and can be used.
    pub fn pick_up(&self, stored: &StoredSession) -> Option<Arc<CurrentTokens>> {
        let tokens = stored.tokens.as_ref()?;
        if let Some(current) = self.current.load_full() {
            if current.compare(stored) != Ordering::Greater {
                return None;
            }
            if current.tokens == *tokens {
                // The same pair is not newer: a caller that was refused with it needs another.
                self.current.store(Some(Arc::new(current.stored_as(stored.version))));
                return None;
            }
        }
        let skew = self.control().skew;
        let life = Life::found(Claims::of(tokens.access()), skew, Reading::of(self.clock.as_ref()));
        (!life.is_over(self.now())).then(|| self.put(Arc::clone(tokens), life, StoreStatus::Stored(stored.version)))
    }
}
