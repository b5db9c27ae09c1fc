//! One renewal: look into the store, take the lease, ask LinkCy, store the new pair, put it into use.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex as AsyncMutex;
use tokio::time::{Instant, sleep, timeout};
use tracing::{debug, warn};

use super::held::{CurrentTokens, Held, StoreStatus};
use super::lease::BoundedStore;
use super::life::Life;
use super::plan::{self, Exchange, RefreshReason};
use super::single_flight::Work;
use crate::auth::clock::Reading;
use crate::auth::credentials::Login;
use crate::auth::error::SessionError;
use crate::auth::issuer::{Issuer, Refusal, TokenAnswer};
use crate::auth::store::{Lease, LeaseEnd, StoredSession};
use crate::auth::token::{Issued, TokenPair};

/// A renewal goes round at most this often: each round either ends it or learns something that changes the next.
const ROUNDS: usize = 8;
/// The pauses between requests for a lease that another process holds: from the first to the second, growing.
const POLL: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(200));
/// The pauses before a failed save is tried again: from the first to the second, growing, this many times.
const SAVE_AGAIN: (Duration, Duration, usize) = (Duration::from_millis(500), Duration::from_secs(30), 40);

/// Gets a session's tokens and keeps them.
pub(super) struct Renewer {
    pub held: Held,
    pub store: BoundedStore,
    /// None in a session that never logs in.
    issuer: Option<Arc<dyn Issuer>>,
    means: Mutex<Means>,
    /// Held across awaits while the tokens are changed.
    changing: AsyncMutex<()>,
}

/// What a session can get tokens with.
pub(super) struct Means {
    /// Whether it can have tokens at all.
    pub standing: Result<(), SessionError>,
    pub login: Option<Arc<Login>>,
    /// The version whose refresh token was refused, and how.
    pub refused: Option<Box<(u64, Refusal)>>,
}

impl Renewer {
    pub fn new(held: Held, store: BoundedStore, issuer: Option<Arc<dyn Issuer>>, means: Means) -> Self {
        Self { held, store, issuer, means: Mutex::new(means), changing: AsyncMutex::new(()) }
    }

    /// Whether the session can have tokens at all.
    pub fn standing(&self) -> Result<(), SessionError> {
        self.means().standing.clone()
    }

    /// Makes one attempt at new tokens, in the place of that generation.
    pub async fn run(
        self: &Arc<Self>,
        reason: RefreshReason,
        instead_of: Option<u64>,
    ) -> Result<Arc<CurrentTokens>, SessionError> {
        let _changing = self.changing.lock().await;
        self.standing()?;
        for _ in 0..ROUNDS {
            if let Some(current) = self.held.replacement(instead_of) {
                return Ok(current);
            }
            self.round(reason).await?;
        }
        self.held.replacement(instead_of).ok_or_else(|| self.store.busy())
    }

    /// Looks for tokens that another process stored.
    pub async fn look(&self, instead_of: Option<u64>) -> Result<Option<Arc<CurrentTokens>>, SessionError> {
        let _changing = self.changing.lock().await;
        self.standing()?;
        match self.held.replacement(instead_of) {
            Some(current) => Ok(Some(current)),
            None => self.store.change(|kept, _| self.held.pick_up(kept)).await,
        }
    }

    /// Goes once from the store to LinkCy and back: brings tokens into use, or learns what changes the next round.
    async fn round(self: &Arc<Self>, reason: RefreshReason) -> Result<(), SessionError> {
        let Some(issuer) = &self.issuer else { return Err(SessionError::Anonymous) };
        let Some((lease, asked_at)) = self.acquire().await? else { return Ok(()) };
        let (login, refusal) = {
            let means = self.means();
            let refused = means.refused.as_ref().filter(|refused| refused.0 == lease.seen);
            (means.login.clone(), refused.map(|refused| refused.1.clone()))
        };
        let urgent = reason.is_urgent() || self.held.usable().is_none();
        // A process that was stopped meanwhile may have outlived its lease: nothing is sent unless there is time for the
        // answer and for storing it.
        let is_late = self.held.now().saturating_duration_since(asked_at) > self.store.timing.store;
        let planned = match is_late {
            true => Ok(None),
            false => plan::next(&lease, refusal, login.as_deref(), urgent).map(Some),
        };
        let exchange = match planned {
            Ok(Some(exchange)) => exchange,
            unsent => {
                self.store.release(&lease, LeaseEnd::NothingSent).await;
                return unsent.map(drop);
            }
        };
        debug!(call = exchange.name(), doubt = ?lease.doubt, urgent, "asking for new tokens");
        let sent = self.held.reading();
        let (answer, old) = match exchange {
            Exchange::Login(login) => (self.in_time(issuer.login(login)).await, None),
            Exchange::Refresh(token) => (self.in_time(issuer.refresh(token)).await, lease.tokens.as_deref()),
        };
        if let TokenAnswer::Tokens(issued) = answer {
            return self.settle(&lease, issued, old, sent).await.map(drop);
        }
        let Some((end, next)) = plan::without_tokens(exchange, answer, login.is_some()) else { return Ok(()) };
        self.store.release(&lease, end).await;
        self.means().refused = Some(Box::new((lease.seen, next?)));
        Ok(())
    }

    async fn in_time(&self, call: impl Future<Output = TokenAnswer>) -> TokenAnswer {
        let within = self.store.timing.attempt;
        timeout(within, call).await.unwrap_or_else(|_| TokenAnswer::Lost(Arc::new(NoAnswer(within))))
    }

    /// Takes the lease, and says when it was asked for; `None`: another process brought a pair, which is in use now and
    /// needs no lease.
    async fn acquire(&self) -> Result<Option<(Lease, Instant)>, SessionError> {
        let start = self.held.now();
        let mut pause = POLL.0;
        loop {
            let asked_at = self.held.now();
            let leasing = self.store.change(|kept, now| {
                if self.held.pick_up(kept).is_some() {
                    return Some(None);
                }
                let missing = self.put_missing(kept, now);
                Some(Some((kept.lease(now, self.store.timing.lease())?, missing)))
            });
            if let Some(leased) = leasing.await? {
                return Ok(leased.map(|(lease, missing)| {
                    if let Some(stored) = missing {
                        self.held.note_stored(stored);
                    }
                    (lease, asked_at)
                }));
            }
            if self.held.now().saturating_duration_since(start) > self.store.timing.lease().saturating_mul(2) {
                return Err(self.store.busy());
            }
            sleep(pause.mul_f64(0.5 + fastrand::f64())).await;
            pause = pause.mul_f64(1.5).min(POLL.1);
        }
    }

    /// Stores a new pair, then puts it into use. It is never dropped: if the store fails, it is used and stored later.
    async fn settle(
        self: &Arc<Self>,
        lease: &Lease,
        issued: Issued,
        old: Option<&TokenPair>,
        sent: Reading,
    ) -> Result<Arc<CurrentTokens>, SessionError> {
        let (tokens, life) = match self.held.read(issued, old, Some(sent)) {
            Ok(read) => read,
            Err(error) => {
                self.store.release(lease, LeaseEnd::AnswerLost).await;
                return Err(error);
            }
        };
        // What is there instead, if the pair that the lease saw is gone.
        let saved = self.store.change(|kept, _| (!kept.save(lease, &tokens)).then(|| kept.clone())).await;
        Ok(match saved {
            Ok(None) => self.held.put(tokens, life, StoreStatus::Stored(lease.fence)),
            Ok(Some(found)) => match self.held.pick_up(&found) {
                Some(current) => current,
                None => self.put_unsaved(tokens, life, lease.fence, &"the pair they replace is gone from the store"),
            },
            Err(error) => self.put_unsaved(tokens, life, lease.fence, &error),
        })
    }

    fn put_unsaved(
        self: &Arc<Self>,
        tokens: Arc<TokenPair>,
        life: Life,
        after: u64,
        error: &dyn std::fmt::Display,
    ) -> Arc<CurrentTokens> {
        warn!(%error, "new tokens could not be stored: they are used and will be stored when the store is back");
        let current = self.held.put(tokens, life, StoreStatus::Unsaved { after });
        let later: Work<Result<(), SessionError>> = Box::pin(Arc::clone(self).save_again());
        tokio::spawn(later);
        current
    }

    /// Tries for some twenty minutes to store the tokens in use, until the store keeps them or newer ones.
    async fn save_again(self: Arc<Self>) -> Result<(), SessionError> {
        let (mut pause, longest, times) = SAVE_AGAIN;
        for _ in 0..times {
            sleep(pause.mul_f64(0.5 + fastrand::f64())).await;
            pause = (pause * 2).min(longest);
            let _changing = self.changing.lock().await;
            if let Ok(missing) = self.store.change(|kept, now| self.put_missing(kept, now)).await {
                if let Some(stored) = missing {
                    self.held.note_stored(stored);
                }
                break;
            }
        }
        Ok(())
    }

    /// Puts the tokens in use into what the store keeps, if it has nothing as new; returns them as they then are.
    fn put_missing(&self, kept: &mut StoredSession, now: Duration) -> Option<CurrentTokens> {
        let current = self.held.missing_from(kept)?;
        // A save that seemed to fail may have arrived, and another process may have sent that pair's refresh token since.
        let is_there = kept.tokens.as_ref() == Some(&current.tokens);
        let version = if is_there { kept.version } else { kept.put(now, Some(Arc::clone(&current.tokens))) };
        // The store had it once and lost what it kept: another process may have refreshed it since.
        if matches!(current.status, StoreStatus::Stored(_)) {
            kept.doubt(now);
        }
        Some(current.stored_as(version))
    }

    /// Puts tokens into use that came another way: a password change, a login completed with SCA.
    pub async fn adopt(self: &Arc<Self>, issued: Issued) -> Result<Arc<CurrentTokens>, SessionError> {
        let _changing = self.changing.lock().await;
        let (tokens, life) = self.held.read(issued, None, None)?;
        let current = match self.store.change(|kept, now| kept.put(now, Some(Arc::clone(&tokens)))).await {
            Ok(version) => self.held.put(tokens, life, StoreStatus::Stored(version)),
            // Whatever the store keeps is older.
            Err(error) => self.put_unsaved(tokens, life, u64::MAX, &error),
        };
        let mut means = self.means();
        means.standing = Ok(());
        means.refused = None;
        Ok(current)
    }

    /// Wipes the tokens from memory and store, and the password from memory.
    pub async fn forget(&self) -> Result<(), SessionError> {
        let _changing = self.changing.lock().await;
        *self.means() = Means { standing: Err(SessionError::Forgotten), login: None, refused: None };
        self.held.clear();
        self.store.change(|kept, now| kept.put(now, None)).await.map(drop)
    }

    /// No code panics while it holds the lock, so what a poisoned one guards is whole.
    fn means(&self) -> MutexGuard<'_, Means> {
        self.means.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("no answer within {0:?}")]
struct NoAnswer(Duration);
