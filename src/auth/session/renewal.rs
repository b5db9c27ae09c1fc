//! One renewal: look into the store, take the lease, ask LinkCy, store the new pair, put it into use.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};
use tracing::{debug, warn};

use super::life::Life;
use super::plan::{self, Exchange, RefreshReason};
use super::single_flight::Work;
use super::state::{Core, CurrentTokens, Refreshed, StoreStatus};
use crate::auth::clock::Reading;
use crate::auth::error::SessionError;
use crate::auth::issuer::TokenAnswer;
use crate::auth::store::{Lease, LeaseEnd, StoredSession};
use crate::auth::token::{Issued, TokenPair};

/// The most rounds of a renewal: each round either ends it or finds out something that changes the next.
const ROUNDS: usize = 8;
/// The pauses between requests for a lease that another process has: from the first to the second, growing.
const POLL: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(200));
/// The pauses before a failed save is tried again: from the first to the second, growing, this many times.
const SAVE_AGAIN: (Duration, Duration, usize) = (Duration::from_millis(500), Duration::from_secs(30), 40);

impl Core {
    /// Makes one attempt at new tokens.
    pub async fn renew(self: &Arc<Self>, reason: RefreshReason) -> Refreshed {
        let _changing = self.changing.lock().await;
        let mut refused_login = None;
        for _ in 0..ROUNDS {
            if let Some(current) = self.sufficient(reason) {
                return Ok(current);
            }
            match self.round(reason, &mut refused_login).await {
                Ok(Some(current)) => return Ok(current),
                Ok(None) => {}
                // Whatever follows a refused login, it is not to be repeated soon.
                Err(error) => return Err(refused_login.unwrap_or(error)),
            }
        }
        Err(SessionError::Busy { store: self.store.name() })
    }

    /// Looks for what another process stored: whether there are tokens that suffice, or a newer pair to refresh.
    pub async fn look(&self, reason: RefreshReason) -> bool {
        let _changing = self.changing.lock().await;
        let (failed, has_password) = {
            let control = self.control();
            let Ok(login) = &control.login else { return false };
            (control.throttle.failed_version(), login.is_some())
        };
        let looking = self.change(|stored, _| {
            self.pick_up(stored);
            // A pair in doubt leads to a login, where there is a password.
            stored.version > failed && stored.is_refreshable() && !(has_password && stored.is_in_doubt())
        });
        looking.await.unwrap_or(false) || self.sufficient(reason).is_some()
    }

    /// Goes once from the store to LinkCy and back: returns tokens, or `None` where something changed for the next round.
    async fn round(
        self: &Arc<Self>,
        reason: RefreshReason,
        refused_login: &mut Option<SessionError>,
    ) -> Result<Option<Arc<CurrentTokens>>, SessionError> {
        let login = self.control().login.clone()?.filter(|_| refused_login.is_none());
        let Some(issuer) = &self.issuer else { return Err(SessionError::Anonymous) };
        let Some(lease) = self.acquire().await? else { return Ok(None) };
        let refusal = {
            let mut control = self.control();
            control.throttle.asked = lease.seen;
            control.refused.as_deref().filter(|refused| refused.0 == lease.seen).cloned()
        };
        let urgent = reason.is_urgent() || self.sufficient(RefreshReason::Missing).is_none();
        let exchange = match plan::next(&lease, refusal.map(|refused| refused.1), login.as_deref(), urgent) {
            Ok(exchange) => exchange,
            Err(error) => {
                self.release(&lease, LeaseEnd::NothingSent).await;
                return Err(error);
            }
        };
        debug!(call = exchange.name(), doubt = ?lease.doubt, urgent, "asking for new tokens");
        let sent = Reading::of(self.clock.as_ref());
        let (call, old) = match exchange {
            Exchange::Login(login) => (issuer.login(login), None),
            Exchange::Refresh(token) => (issuer.refresh(token), lease.tokens.as_deref()),
        };
        let within = self.timing.attempt;
        let answer = timeout(within, call).await.unwrap_or_else(|_| TokenAnswer::Lost(Arc::new(NoAnswer(within))));
        match plan::outcome(exchange, answer, login.is_some()) {
            Ok(issued) => self.save(&lease, issued, old, sent).await.map(Some),
            Err((end, next)) => {
                self.release(&lease, end).await;
                match next {
                    Ok(refusal) => self.control().refused = Some(Box::new((lease.seen, refusal))),
                    // What is left is the refresh token, if it is in doubt.
                    Err(error @ SessionError::LoginRefused(_)) => *refused_login = Some(error),
                    Err(error) => return Err(error),
                }
                Ok(None)
            }
        }
    }

    /// Takes the lease. `None`: another process stored a pair, which is in use now, or the lease was granted too late.
    async fn acquire(&self) -> Result<Option<Lease>, SessionError> {
        let (start, mut pause) = (self.now(), POLL.0);
        loop {
            let asked_at = self.now();
            let leasing = self.change(|stored, now| {
                if self.pick_up(stored).is_some() {
                    return None;
                }
                let saved = self.put_missing(stored, now);
                Some((stored.lease(now, self.timing.lease()), saved))
            });
            let Some((lease, saved)) = leasing.await? else { return Ok(None) };
            self.note_saved(saved);
            let since = |start| self.now().saturating_duration_since(start);
            match lease {
                Some(lease) if since(asked_at) <= self.timing.store => return Ok(Some(lease)),
                // The process was stopped meanwhile and may outlive its lease: nothing is sent unless there is time for
                // the answer and for storing it.
                Some(lease) => {
                    self.release(&lease, LeaseEnd::NothingSent).await;
                    return Ok(None);
                }
                None if since(start) > self.timing.lease().saturating_mul(2) => {
                    return Err(SessionError::Busy { store: self.store.name() });
                }
                None => sleep(pause.mul_f64(0.5 + fastrand::f64())).await,
            }
            pause = pause.mul_f64(1.5).min(POLL.1);
        }
    }

    /// Stores a new pair, then puts it into use. It is never dropped: if the store fails, it is used and stored later.
    async fn save(
        self: &Arc<Self>,
        lease: &Lease,
        issued: Issued,
        old: Option<&TokenPair>,
        sent: Reading,
    ) -> Refreshed {
        let (tokens, life) = match self.read(issued, old, Some(sent)) {
            Ok(read) => read,
            Err(error) => {
                self.release(lease, LeaseEnd::AnswerLost).await;
                return Err(error);
            }
        };
        // What is stored instead, if the pair that the lease saw is gone.
        let saved = self.change(|stored, _| (!stored.save(lease, &tokens)).then(|| stored.clone())).await;
        let after = lease.fence;
        Ok(match saved {
            Ok(None) => self.put(tokens, life, StoreStatus::Stored(after)),
            Ok(Some(found)) => self.pick_up(&found).unwrap_or_else(|| {
                self.put_unsaved(tokens, life, (0, after), &"the pair they replace is gone from the store")
            }),
            Err(error) => self.put_unsaved(tokens, life, (lease.fence, after), &error),
        })
    }

    fn put_unsaved(
        self: &Arc<Self>,
        tokens: Arc<TokenPair>,
        life: Life,
        (seen, after): (u64, u64),
        error: &dyn fmt::Display,
    ) -> Arc<CurrentTokens> {
        warn!(%error, "new tokens could not be stored: they are used and will be stored when the store is back");
        let current = self.put(tokens, life, StoreStatus::Unsaved { seen, after });
        let later: Work<()> = Box::pin(Arc::clone(self).save_later());
        tokio::spawn(later);
        current
    }

    /// Tries for some twenty minutes to store the tokens in use, until the store has them or newer ones.
    async fn save_later(self: Arc<Self>) {
        let (mut pause, longest, times) = SAVE_AGAIN;
        for _ in 0..times {
            sleep(pause.mul_f64(0.5 + fastrand::f64())).await;
            pause = (pause * 2).min(longest);
            let _changing = self.changing.lock().await;
            if let Ok(saved) = self.change(|stored, now| self.put_missing(stored, now)).await {
                return self.note_saved(saved);
            }
        }
    }

    /// Replaces the stored tokens with those in use, if the stored ones are older; returns those in use with their new
    /// status.
    fn put_missing(&self, stored: &mut StoredSession, now: Duration) -> Option<CurrentTokens> {
        let current = self.current.load_full().filter(|current| current.compare(stored) == Ordering::Less)?;
        // A save that seemed to fail may have arrived, and another process may have sent that pair's refresh token since.
        let is_there = stored.tokens.as_ref() == Some(&current.tokens);
        let fence = stored.fence;
        let version = if is_there { stored.version } else { stored.put(now, Some(Arc::clone(&current.tokens))) };
        // The store had it once, or may have, and lost what it had: another process may have refreshed it since.
        let was_lost = match current.status {
            StoreStatus::Stored(_) => true,
            StoreStatus::Unsaved { seen, .. } => {
                // Where the answer is lost the pair may be there all the same, and what is newer may have come from it.
                let status = StoreStatus::Unsaved { seen: seen.max(fence), after: version };
                self.current.store(Some(Arc::new(CurrentTokens { status, ..(*current).clone() })));
                fence < seen
            }
            StoreStatus::Given => false,
        };
        if was_lost {
            stored.doubt(now);
        }
        Some(current.stored_as(version))
    }

    /// Notes that the tokens in use are stored now.
    fn note_saved(&self, saved: Option<CurrentTokens>) {
        if let Some(saved) = saved {
            self.current.store(Some(Arc::new(saved)));
        }
    }

    /// Puts tokens from another source into use, and clears earlier failures.
    pub async fn adopt(self: Arc<Self>, issued: Issued) -> Refreshed {
        let _changing = self.changing.lock().await;
        let (tokens, life) = self.read(issued, None, None)?;
        // Whatever the store has is older, until the pair may have got there.
        let (mut seen, mut version) = (0, u64::MAX);
        let putting = self.change(|stored, now| {
            seen = stored.fence;
            version = stored.put(now, Some(Arc::clone(&tokens)));
        });
        let current = match putting.await {
            Ok(()) => self.put(tokens, life, StoreStatus::Stored(version)),
            Err(error) => self.put_unsaved(tokens, life, (seen, version), &error),
        };
        let mut control = self.control();
        (control.refused, control.throttle) = Default::default();
        if control.login.is_err() {
            control.login = Ok(None);
        }
        Ok(current)
    }

    /// Wipes the tokens from memory and store, and the password from memory.
    pub async fn forget(self: Arc<Self>) -> Result<(), SessionError> {
        let _changing = self.changing.lock().await;
        self.control().login = Err(SessionError::Forgotten);
        self.current.store(None);
        let forgotten = self.change(|stored, now| stored.put(now, None)).await;
        // Failures may hold a secret too.
        let mut control = self.control();
        (control.refused, control.throttle) = Default::default();
        forgotten.map(drop)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("no answer within {0:?}")]
struct NoAnswer(Duration);
