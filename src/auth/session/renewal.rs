//! One renewal: look into the store, take the lease, ask LinkCy, store the new pair, put it into use.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex as AsyncMutex;
use tokio::time::{Instant, sleep, timeout};
use tracing::{debug, warn};

use super::held::{CurrentTokens, Held, StoreStatus};
use super::lease::BoundedStore;
use super::life::Life;
use super::plan::{self, Exchange, RefreshPlan, RefreshRequest, RefreshToken};
use super::single_flight::Work;
use crate::auth::clock::Reading;
use crate::auth::credentials::Login;
use crate::auth::error::SessionError;
use crate::auth::issuer::{Failure, Issuer, Reached, Refusal, TokenAnswer};
use crate::auth::store::{Lease, LeaseEnd, Leased, Saved};
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
struct Means {
    /// Whether it can have tokens at all.
    standing: Result<(), SessionError>,
    login: Option<Arc<Login>>,
    /// The version whose refresh token was refused, and how.
    refused: Option<Box<(u64, Refusal)>>,
}

/// The lease, or what makes it unnecessary.
enum Acquired {
    Newer(Arc<CurrentTokens>),
    /// And when it was asked for.
    Lease(Lease, Instant),
}

impl Renewer {
    pub fn new(
        held: Held,
        store: BoundedStore,
        issuer: Option<Arc<dyn Issuer>>,
        standing: Result<(), SessionError>,
        login: Option<Login>,
    ) -> Self {
        let means = Mutex::new(Means { standing, login: login.map(Arc::new), refused: None });
        Self { held, store, issuer, means, changing: AsyncMutex::new(()) }
    }

    /// Whether the session can have tokens at all.
    pub fn standing(&self) -> Result<(), SessionError> {
        self.means().standing.clone()
    }

    /// Makes one attempt at new tokens.
    pub async fn run(self: &Arc<Self>, request: RefreshRequest) -> Result<Arc<CurrentTokens>, SessionError> {
        let _changing = self.changing.lock().await;
        self.standing()?;
        if let Some(current) = self.held.replacement(request.instead_of) {
            return Ok(current);
        }
        for _ in 0..ROUNDS {
            if let Some(current) = self.round(request).await? {
                return Ok(current);
            }
        }
        Err(self.store.busy())
    }

    /// Looks for tokens that another process stored.
    pub async fn look(&self, request: RefreshRequest) -> Result<Option<Arc<CurrentTokens>>, SessionError> {
        let _changing = self.changing.lock().await;
        self.standing()?;
        match self.held.replacement(request.instead_of) {
            Some(current) => Ok(Some(current)),
            None => Ok(self.held.pick_up(self.store.load().await?)),
        }
    }

    /// Goes once from the store to LinkCy and back; `None`: something was learned that changes the next round.
    async fn round(self: &Arc<Self>, request: RefreshRequest) -> Result<Option<Arc<CurrentTokens>>, SessionError> {
        // A pair that another process got needs no lease.
        if let Some(current) = self.held.pick_up(self.store.load().await?) {
            return Ok(Some(current));
        }
        let (lease, asked_at) = match self.acquire().await? {
            Acquired::Newer(current) => return Ok(Some(current)),
            Acquired::Lease(lease, asked_at) => (lease, asked_at),
        };
        if self.store_missing(&lease).await? {
            return Ok(None);
        }
        let (login, refusal) = {
            let means = self.means();
            let refused = means.refused.as_ref().filter(|refused| refused.0 == lease.seen);
            (means.login.clone(), refused.map(|refused| refused.1.clone()))
        };
        let refresh_token = refresh_token(&lease, refusal.is_some());
        let urgent = request.reason.is_urgent() || self.held.usable().is_none();
        let plan = plan::next(refresh_token, login.is_some(), urgent);
        debug!(?refresh_token, ?plan, urgent, "planned how to get new tokens");
        // A process that was stopped meanwhile may have outlived its lease: nothing is sent unless there is time for the
        // answer and for storing it.
        if self.held.now().saturating_duration_since(asked_at) > self.store.timing.store {
            self.store.release(&lease, LeaseEnd::NothingSent).await;
            return Ok(None);
        }
        let sent = self.held.reading();
        let old = lease.current.as_ref().map(|stored| Arc::clone(&stored.tokens));
        let (exchange, answer) = match (plan, &self.issuer, old.as_ref().and_then(|old| old.refresh()), &login) {
            (RefreshPlan::Refresh, Some(issuer), Some(token), _) => {
                (Exchange::Refresh, self.in_time(issuer.refresh(token)).await)
            }
            (RefreshPlan::LogIn, Some(issuer), _, Some(login)) => {
                (Exchange::Login, self.in_time(issuer.login(login)).await)
            }
            (plan, ..) => {
                self.store.release(&lease, LeaseEnd::NothingSent).await;
                return Err(match plan {
                    RefreshPlan::Wait => SessionError::InDoubt,
                    _ => SessionError::SessionExpired { refusal },
                });
            }
        };
        if let TokenAnswer::Tokens(issued) = answer {
            let old = old.filter(|_| exchange == Exchange::Refresh);
            return self.settle(&lease, issued, old.as_deref(), sent).await.map(Some);
        }
        let Some((end, next)) = plan::without_tokens(exchange, answer, login.is_some()) else { return Ok(None) };
        self.store.release(&lease, end).await;
        self.means().refused = Some(Box::new((lease.seen, next?)));
        Ok(None)
    }

    async fn in_time(&self, call: impl Future<Output = TokenAnswer>) -> TokenAnswer {
        let within = self.store.timing.attempt;
        timeout(within, call).await.unwrap_or_else(|_| {
            TokenAnswer::Failed(Failure { reached: Reached::Perhaps, source: Arc::new(NoAnswer(within)) })
        })
    }

    /// Takes the lease, or the pair that the process which holds it brings.
    async fn acquire(&self) -> Result<Acquired, SessionError> {
        let start = self.held.now();
        let mut pause = POLL.0;
        loop {
            let asked_at = self.held.now();
            match self.store.lease().await? {
                Leased::Granted(lease) => {
                    let Some(current) = self.held.pick_up(lease.current.clone()) else {
                        return Ok(Acquired::Lease(lease, asked_at));
                    };
                    self.store.release(&lease, LeaseEnd::NothingSent).await;
                    return Ok(Acquired::Newer(current));
                }
                Leased::Held(found) => {
                    if let Some(current) = self.held.pick_up(found) {
                        return Ok(Acquired::Newer(current));
                    }
                }
            }
            if self.held.now().saturating_duration_since(start) > self.store.patience() {
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
        let (tokens, life) = self.held.read(issued, old, Some(sent))?;
        match self.store.save(lease, &tokens).await {
            Ok(Saved::Done) => Ok(self.held.put(tokens, life, StoreStatus::Stored(lease.fence))),
            Ok(Saved::Superseded(found)) => match self.held.pick_up(found) {
                Some(current) => Ok(current),
                None => Ok(self.held.put(tokens, life, StoreStatus::Unsaved { after: lease.fence })),
            },
            Err(error) => Ok(self.put_unsaved(tokens, life, lease.fence, &error)),
        }
    }

    fn put_unsaved(
        self: &Arc<Self>,
        tokens: Arc<TokenPair>,
        life: Life,
        after: u64,
        error: &SessionError,
    ) -> Arc<CurrentTokens> {
        warn!(%error, "new tokens could not be stored: they are used and will be stored when the store is back");
        let current = self.held.put(tokens, life, StoreStatus::Unsaved { after });
        let later: Work<Result<(), SessionError>> = Box::pin(Arc::clone(self).save_again(current.generation));
        tokio::spawn(later);
        current
    }

    /// Tries to store the tokens of `generation` until they are stored, or no longer the ones in use.
    async fn save_again(self: Arc<Self>, generation: u64) -> Result<(), SessionError> {
        let (mut pause, longest, times) = SAVE_AGAIN;
        for _ in 0..times {
            sleep(pause.mul_f64(0.5 + fastrand::f64())).await;
            pause = (pause * 2).min(longest);
            let _changing = self.changing.lock().await;
            if !self.held.is_unsaved(generation) {
                break;
            }
            if let Ok(Leased::Granted(lease)) = self.store.lease().await
                && let Ok(false) = self.store_missing(&lease).await
            {
                self.store.release(&lease, LeaseEnd::NothingSent).await;
                break;
            }
        }
        Ok(())
    }

    /// Stores the tokens in use, if the store that granted this lease has nothing as new. A save ends the lease.
    async fn store_missing(&self, lease: &Lease) -> Result<bool, SessionError> {
        let Some(current) = self.held.missing_from(lease) else { return Ok(false) };
        if let Saved::Done = self.store.save(lease, &current.tokens).await? {
            self.held.note_stored(&current, lease.fence);
        }
        Ok(true)
    }

    /// Puts tokens into use that came another way: a password change, a login completed with SCA.
    pub async fn adopt(self: &Arc<Self>, issued: Issued) -> Result<Arc<CurrentTokens>, SessionError> {
        let _changing = self.changing.lock().await;
        let (tokens, life) = self.held.read(issued, None, None)?;
        let current = match self.store_adopted(&tokens).await {
            Ok(version) => self.held.put(tokens, life, StoreStatus::Stored(version)),
            Err(error) => self.put_unsaved(tokens, life, self.held.version(), &error),
        };
        let mut means = self.means();
        means.standing = Ok(());
        means.refused = None;
        Ok(current)
    }

    /// Stores what replaces whatever is there, and returns its version.
    async fn store_adopted(&self, tokens: &Arc<TokenPair>) -> Result<u64, SessionError> {
        let start = self.held.now();
        while self.held.now().saturating_duration_since(start) < self.store.patience() {
            if let Leased::Granted(lease) = self.store.lease().await?
                && let Saved::Done = self.store.save(&lease, tokens).await?
            {
                return Ok(lease.fence);
            }
            sleep(POLL.1).await;
        }
        Err(self.store.busy())
    }

    /// Wipes the tokens from memory and store, and the password from memory.
    pub async fn forget(&self) -> Result<(), SessionError> {
        let _changing = self.changing.lock().await;
        *self.means() = Means { standing: Err(SessionError::Forgotten), login: None, refused: None };
        self.held.clear();
        self.store.remove().await
    }

    /// No code panics while it holds the lock, so what a poisoned one guards is whole.
    fn means(&self) -> MutexGuard<'_, Means> {
        self.means.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("no answer within {0:?}")]
struct NoAnswer(Duration);

fn refresh_token(lease: &Lease, is_refused: bool) -> RefreshToken {
    let is_held = lease.current.as_ref().is_some_and(|stored| stored.tokens.refresh().is_some());
    match (is_held, is_refused, lease.doubt) {
        (false, ..) => RefreshToken::Absent,
        (true, true, _) => RefreshToken::Refused,
        (true, false, Some(age)) => RefreshToken::InDoubt(age),
        (true, false, None) => RefreshToken::Unused,
    }
}
