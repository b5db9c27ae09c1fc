//! What a session consists of, and the calls it makes to its store.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use http::HeaderValue;
use tokio::time::{Instant, timeout};
use tracing::debug;

use super::flight::Flight;
use super::life::Life;
use super::pace::Pace;
use crate::auth::clock::{Clock, Reading};
use crate::auth::credentials::Login;
use crate::auth::error::SessionError;
use crate::auth::issuer::{Issuer, Refusal};
use crate::auth::store::{End, Lease, Leased, Saved, StoreError, Stored, TokenStore};
use crate::auth::token::{Claims, Tokens};

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
pub(super) struct Live {
    pub tokens: Arc<Tokens>,
    pub life: Life,
    pub generation: u64,
    pub place: Place,
}

impl Live {
    pub fn authorization(&self) -> Authorization {
        Authorization { header: self.tokens.access.header().clone(), generation: self.generation }
    }
}

/// How the tokens in use stand to those in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// They are there, under this version.
    Stored(u64),
    /// They could not be stored yet; pairs up to this version are older.
    Unsaved { after: u64 },
    /// They were handed in when the session was built, and which is newer is told by their `exp`.
    Given,
}

/// What is behind a [`Session`](super::Session).
pub(super) struct Core {
    pub key: Box<str>,
    pub issuer: Arc<dyn Issuer>,
    pub store: Arc<dyn TokenStore>,
    pub clock: Arc<dyn Clock>,
    pub timing: Timing,
    pub live: ArcSwapOption<Live>,
    pub control: Mutex<Control>,
    /// Whoever changes the tokens holds it: a flight, an adoption, a forgetting, a later save.
    pub gate: tokio::sync::Mutex<()>,
}

/// What is decided under a lock, never across an await.
pub(super) struct Control {
    /// Whether the session can have tokens at all.
    pub standing: Result<(), SessionError>,
    pub login: Option<Arc<Login>>,
    pub flight: Option<Flight>,
    /// Failures in a row while callers waited.
    pub failures: Pace,
    /// Failures in a row while an ageing token was still good. They are counted apart: when it ends, the callers that
    /// wait from then on do not pay for them.
    pub background: Pace,
    /// Looks into the store in vain while LinkCy is left alone.
    pub looks: Pace,
    /// Refreshes that a caller or a 401 demanded of a token that was still good by its own word.
    pub demands: Pace,
    pub last: Option<LastFailure>,
    /// The version whose refresh token was refused, and how.
    pub refused: Option<(u64, Refusal)>,
    pub generations: u64,
    /// How far the server's clock is ahead of the local one, in seconds, once it is known.
    pub skew: Option<f64>,
}

/// The last failure, for the callers that come before the next attempt.
pub(super) struct LastFailure {
    pub error: SessionError,
    /// Until then LinkCy is not asked, though the store is: another process may be luckier.
    pub held_until: Option<Instant>,
}

impl Core {
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    pub fn reading(&self) -> Reading {
        Reading::of(self.clock.as_ref())
    }

    /// No code panics while it holds the lock, so what a poisoned one guards is whole.
    pub fn control(&self) -> MutexGuard<'_, Control> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The tokens in use, if they can still be used.
    pub fn usable(&self) -> Option<Arc<Live>> {
        self.live.load_full().filter(|live| !live.life.is_over(self.now()))
    }

    /// Puts tokens into use.
    pub fn put(&self, tokens: Arc<Tokens>, life: Life, place: Place) -> Arc<Live> {
        let generation = {
            let mut control = self.control();
            control.generations += 1;
            control.generations
        };
        let live = Arc::new(Live { tokens, life, generation, place });
        self.live.store(Some(Arc::clone(&live)));
        debug!(generation, life = ?life.left(self.now()), ?place, "new tokens in use");
        live
    }

    /// Notes that the tokens in use are stored now, if they are the same still.
    pub fn note_stored(&self, live: &Live, version: u64) {
        self.live.store(Some(Arc::new(Live {
            tokens: Arc::clone(&live.tokens),
            life: live.life,
            generation: live.generation,
            place: Place::Stored(version),
        })));
    }

    /// Takes over a pair found in the store, if it is newer than the one in use and can be used.
    pub fn pick_up(&self, found: Option<Stored>) -> Option<Arc<Live>> {
        let found = found?;
        if !self.supersedes(&found) {
            return None;
        }
        let skew = self.control().skew;
        let life = Life::found(Claims::of(found.tokens.access()), skew, self.reading());
        if life.is_over(self.now()) {
            return None;
        }
        Some(self.put(found.tokens, life, Place::Stored(found.version)))
    }

    /// Whether a stored pair is newer than the one in use.
    pub fn supersedes(&self, found: &Stored) -> bool {
        let mine = self.live.load();
        match mine.as_ref().map(|live| (live.place, live)) {
            None => true,
            Some((Place::Stored(version) | Place::Unsaved { after: version }, _)) => found.version > version,
            // A stored pair may descend from the given one, so in doubt it is the newer.
            Some((Place::Given, live)) => {
                let exp = |tokens: &Tokens| Claims::of(tokens.access()).exp;
                match (exp(&found.tokens), exp(&live.tokens)) {
                    (Some(found), Some(given)) => found >= given,
                    _ => true,
                }
            }
        }
    }

    /// The tokens in use, if the store that granted this lease has nothing as new: they are to be stored first.
    pub fn missing_from(&self, lease: &Lease) -> Option<Arc<Live>> {
        let live = self.live.load_full()?;
        let missing = match live.place {
            Place::Stored(version) => lease.seen < version,
            Place::Unsaved { after } => lease.seen <= after,
            Place::Given => lease.current.as_ref().is_none_or(|found| !self.supersedes(found)),
        };
        missing.then_some(live)
    }

    pub async fn load(&self) -> Result<Option<Stored>, SessionError> {
        self.bounded(self.store.load(&self.key)).await
    }

    pub async fn lease(&self) -> Result<Leased, SessionError> {
        self.bounded(self.store.lease(&self.key, self.timing.lease())).await
    }

    pub async fn save(&self, lease: &Lease, tokens: &Arc<Tokens>) -> Result<Saved, SessionError> {
        self.bounded(self.store.save(&self.key, lease, tokens)).await
    }

    /// A lease that can't be released runs out by itself, so a failure is only told.
    pub async fn release(&self, lease: &Lease, end: End) {
        if let Err(error) = self.bounded(self.store.release(&self.key, lease, end)).await {
            debug!(%error, "the refresh lease could not be released and will run out");
        }
    }

    pub async fn remove(&self) -> Result<(), SessionError> {
        self.bounded(self.store.remove(&self.key)).await
    }

    async fn bounded<T>(&self, call: impl Future<Output = Result<T, StoreError>>) -> Result<T, SessionError> {
        timeout(self.timing.store, call)
            .await
            .unwrap_or(Err(StoreError::TimedOut(self.timing.store)))
            .map_err(|source| SessionError::Store { name: self.store.name(), source: Arc::new(source) })
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("store", &self.store.name()).finish_non_exhaustive()
    }
}
