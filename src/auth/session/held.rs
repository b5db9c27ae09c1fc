//! The tokens in use: what calls get, and whether the store has it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::{ArcSwapOption, Guard};
use http::HeaderValue;
use tokio::time::Instant;
use tracing::debug;

use super::life::{AFTER_LOGIN, AFTER_REFRESH, Life};
use crate::auth::clock::{Clock, Reading, unix_seconds};
use crate::auth::error::SessionError;
use crate::auth::store::StoredSession;
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

    /// The header, to be put into a request.
    pub fn into_header(self) -> HeaderValue {
        self.header
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

impl CurrentTokens {
    /// The same tokens, stored under this version.
    pub fn stored_as(&self, version: u64) -> Self {
        Self { status: StoreStatus::Stored(version), ..self.clone() }
    }

    pub fn authorization(&self) -> Authorization {
        Authorization { header: self.tokens.access.header().clone(), generation: self.generation }
    }
}

/// Whether the tokens in use are in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StoreStatus {
    /// They are there, under this version.
    Stored(u64),
    /// They could not be stored yet; pairs up to this version are older.
    Unsaved { after: u64 },
    /// They were handed in when the session was built. Their `exp` decides which pair is newer.
    Given,
}

/// Holds the tokens in use. Read without a lock; changed by one task at a time.
pub(super) struct Held {
    current: ArcSwapOption<CurrentTokens>,
    clock: Arc<dyn Clock>,
    generations: AtomicU64,
    /// How far the server's clock is ahead of the local one, in seconds, once it is known.
    skew: Mutex<Option<f64>>,
}

impl Held {
    pub fn new(clock: Arc<dyn Clock>, given: Option<Arc<TokenPair>>) -> Self {
        let given = given.map(|tokens| {
            let life = Life::found(Claims::of(tokens.access()), None, Reading::of(clock.as_ref()));
            Arc::new(CurrentTokens { tokens, life, generation: 0, status: StoreStatus::Given })
        });
        Self { current: ArcSwapOption::new(given), clock, generations: AtomicU64::new(0), skew: Mutex::new(None) }
    }

    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    pub fn reading(&self) -> Reading {
        Reading::of(self.clock.as_ref())
    }

    pub fn current(&self) -> Guard<Option<Arc<CurrentTokens>>> {
        self.current.load()
    }

    /// The tokens in use, if they can still be used.
    pub fn usable(&self) -> Option<Arc<CurrentTokens>> {
        self.current.load_full().filter(|current| !current.life.is_over(self.now()))
    }

    /// Usable tokens of another generation than this one.
    pub fn replacement(&self, generation: Option<u64>) -> Option<Arc<CurrentTokens>> {
        self.usable().filter(|current| Some(current.generation) != generation)
    }

    /// Puts tokens into use.
    pub fn put(&self, tokens: Arc<TokenPair>, life: Life, status: StoreStatus) -> Arc<CurrentTokens> {
        let generation = self.generations.fetch_add(1, Ordering::Relaxed) + 1;
        let current = Arc::new(CurrentTokens { tokens, life, generation, status });
        self.current.store(Some(Arc::clone(&current)));
        debug!(generation, life = ?life.left(self.now()), ?status, "new tokens in use");
        current
    }

    pub fn clear(&self) {
        self.current.store(None);
    }

    /// Notes that the tokens in use are stored now.
    pub fn note_stored(&self, stored: CurrentTokens) {
        self.current.store(Some(Arc::new(stored)));
    }

    /// Reads tokens as they were issued. `sent` is when they were asked for, if this session did; `old` is the pair they
    /// replace.
    pub fn read(
        &self,
        issued: Issued,
        old: Option<&TokenPair>,
        sent: Option<Reading>,
    ) -> Result<(Arc<TokenPair>, Life), SessionError> {
        let received = self.reading();
        // An answer without a refresh token leaves the old one in force.
        let refresh = issued.refresh.or_else(|| old.and_then(TokenPair::refresh).cloned());
        let end_user_id = issued.end_user_id.or_else(|| old.and_then(TokenPair::end_user_id).map(str::to_owned));
        let tokens = TokenPair::new(issued.access, refresh, end_user_id)?;
        let claims = Claims::of(tokens.access());
        let life = match (sent, issued.server_date.map(unix_seconds)) {
            // Nothing says how long ago these were issued.
            (None, None) => Life::found(claims, *self.skew(), received),
            (sent, date) => {
                let window = if old.is_some() { AFTER_REFRESH } else { AFTER_LOGIN };
                let (life, skew) = Life::issued(claims, window, date, sent.unwrap_or(received), received);
                if skew.is_some() {
                    *self.skew() = skew;
                }
                life
            }
        };
        Ok((Arc::new(tokens), life))
    }

    /// Puts the pair that is kept in the store into use, if it is newer than the one in use and can be used.
    pub fn pick_up(&self, kept: &StoredSession) -> Option<Arc<CurrentTokens>> {
        let tokens = kept.tokens.as_ref().filter(|tokens| self.is_older_than(kept.version, tokens))?;
        if let Some(current) = self.current.load_full().filter(|current| current.tokens == *tokens) {
            // The same pair is no newer one: whoever was refused with it needs another.
            self.note_stored(current.stored_as(kept.version));
            return None;
        }
        let life = Life::found(Claims::of(tokens.access()), *self.skew(), self.reading());
        let is_over = life.is_over(self.now());
        (!is_over).then(|| self.put(Arc::clone(tokens), life, StoreStatus::Stored(kept.version)))
    }

    /// The tokens in use, if the store keeps nothing as new.
    pub fn missing_from(&self, kept: &StoredSession) -> Option<Arc<CurrentTokens>> {
        let current = self.current.load_full()?;
        let is_missing = match current.status {
            StoreStatus::Stored(version) => kept.version < version,
            StoreStatus::Unsaved { after } => kept.version <= after,
            StoreStatus::Given => kept.tokens.as_ref().is_none_or(|tokens| !self.is_older_than(kept.version, tokens)),
        };
        is_missing.then_some(current)
    }

    /// Whether the pair in use is older than this one.
    fn is_older_than(&self, version: u64, tokens: &TokenPair) -> bool {
        let current = self.current();
        let Some(current) = current.as_ref() else { return true };
        match current.status {
            StoreStatus::Stored(known) | StoreStatus::Unsaved { after: known } => version > known,
            // A stored pair may descend from the given one, so in doubt it is the newer.
            StoreStatus::Given => {
                let exp = |tokens: &TokenPair| Claims::of(tokens.access()).exp;
                exp(tokens).zip(exp(&current.tokens)).is_none_or(|(stored, given)| stored >= given)
            }
        }
    }

    fn skew(&self) -> MutexGuard<'_, Option<f64>> {
        self.skew.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
