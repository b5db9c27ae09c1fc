//! A session: tokens that stay valid while there is a way to renew them.
//!
//! # States
//! ```text
//!                 first call                              share of its life left: 15 to 30 %
//!    Empty ----------------------+        +-------> Fresh ---------------------------------> Ageing
//!                                v        |           ^                                        |
//!                           ( a refresh )-+           | tokens: stored first, then used        | its end comes
//!                              ^  ^   |               |                                        v
//!        callers wait for it   |  |   |               +-------( a refresh )<---------------- Expired
//!        (Empty, Expired, 401) |  |   |                        in the background when Ageing,
//!                              |  |   |                        waited for when Expired
//!                              |  |   +--> refused, nothing left to log in with: Expired for good
//!                              |  |   +--> password change required, SCA pending: no login until adopt(), or until the question ran out
//!                              |  |   +--> no answer: tried again, in ever longer pauses
//!                              |  +-- 401 on the token in use: Fresh and Ageing alike
//!                              +-- refresh_now(), access_token(min_life)
//!
//!    adopt(tokens): any state -> Fresh            forget(): any state -> Closed; adopt() reopens it
//! ```
//! - `Fresh`: the header comes from a lock-free read. `Ageing`: the same, and one refresh runs in the background.
//!   `Expired`: callers wait for the one refresh.
//! - The share of its life that is left when a token is `Ageing` is drawn for each token: 15 to 30 %, and 25 to 95 % for the first
//!   token of a login. Sessions that log in together therefore refresh at different times from the start.
//! - A token that is opaque, or has no credible `exp`, stays `Fresh` until a call with it gets a 401.
//! - A failed refresh changes nothing: a token is used to its end, and a stored pair stays as it is.
//!
//! # One refresh
//! ```text
//!   look into the store --newer pair--> use it
//!        |
//!   take the lease ------taken--------> look again (every 10 to 300 ms) until a newer pair or the lease is there
//!        |
//!   the refresh token is   unused   --> refresh --- tokens ------> store (compare and set), use
//!                          in doubt --> log in        |
//!                          refused  --> log in        +- refused -> look into the store, then log in
//!                          absent   --> log in        +- no answer -> in doubt
//! ```
//! A refresh token is *in doubt* when it was sent and the answer was lost, by this process or by one that died with the
//! lease. It may be rotated, and a server may treat its reuse as theft. While the access token lives nothing is sent;
//! then the password is used, if there is one. A session without password, or with one that LinkCy refuses, sends the token again
//! after ten seconds, because the session is lost otherwise.
//!
//! # Whose answer counts
//! A refusal ends a session or refuses a login only if it is LinkCy's own: JSON with an `errorCode`, or with an `error`
//! that begins with `linkcy.`. The answer of a firewall, a gateway or a captive portal, an empty body and one that breaks
//! off do not count, whatever their status: the tokens stay, and the next attempt follows at the ordinary pace. A 401 or
//! 403 whose code is about SCA leaves the refresh token as it is.
//!
//! # Runtimes
//! A refresh is a task on the Tokio runtime of the caller that started it, and completes even if every caller is
//! dropped. Without a runtime none starts: [`SessionError::NoRuntime`]. If the runtime is shut down during a refresh,
//! its callers get [`SessionError::Interrupted`], the pair is in doubt, and the next call starts another refresh.
//! Callers that wait for a runtime that exists and does not run get the same error after eight leases (two minutes).
//!
//! # How often LinkCy is asked
//! Failures in a row are followed by pauses of 0.25, 1, 5, 15 and then 30 s, each ±20 % at random; calls in between
//! get the last error at once. Failures in the background do not delay the first call that has to wait. A refused
//! login is not repeated for five minutes, one that waits for SCA or a new password not before that has run out;
//! meanwhile the store is checked every five seconds, in case another process got tokens. [`Session::refresh_now`] asks
//! in spite of that. Refreshes that callers demand, or that a 401 causes, have the same pauses. The monotonic clock of
//! a suspended machine stops: the first call afterwards may get a 401, which starts a refresh.

mod builder;
mod lease;
mod life;
mod plan;
mod refresh;
mod renewal;
mod single_flight;
mod state;
mod throttle;

use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::runtime::Handle;

pub use self::builder::SessionBuilder;
use self::life::Life;
use self::plan::RefreshReason;
use self::single_flight::Work;
pub use self::state::{Authorization, Timing};
use self::state::{Core, CurrentTokens};
use super::error::SessionError;
use super::token::Issued;
use crate::types::secret::Secret;

/// One login's tokens, kept valid. Clones share them.
///
/// See the [module](self) for its states and for what it does when.
#[derive(Clone)]
pub struct Session(Arc<Core>);

/// A session that may have been dropped, for holders that outlive a login and must not keep its session alive.
#[derive(Clone, Debug)]
pub(crate) struct WeakSession(Weak<Core>);

impl WeakSession {
    pub(crate) fn upgrade(&self) -> Option<Session> {
        self.0.upgrade().map(Session)
    }
}

/// The state of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionState {
    /// No tokens yet: the first call logs in, or finds them in the store.
    Empty,
    /// The access token is good.
    Fresh,
    /// The access token is good and about to be refreshed in the background.
    Ageing,
    /// The access token has ended: the next call waits for another.
    Expired,
    /// The session has no tokens and gets none by itself: it is anonymous, was forgotten, or its credentials are invalid.
    Closed,
}

impl Session {
    /// The header for a call, if there is a token. Lock-free while it is fresh; never waits. Starts a refresh in the
    /// background when the token nears its end.
    pub fn cached(&self) -> Option<Authorization> {
        let current = self.0.current.load();
        let current = current.as_ref()?;
        let now = self.0.now();
        if current.life.is_over(now) {
            return None;
        }
        if current.life.nears_its_end(now) {
            self.0.refresh_in_background();
        }
        Some(current.authorization())
    }

    /// The header for a call. Waits only while no usable token is available.
    ///
    /// # Errors
    /// When there is no token; see [`SessionError`].
    pub async fn authorization(&self) -> Result<Authorization, SessionError> {
        match self.cached() {
            Some(authorization) => Ok(authorization),
            None => Ok(self.0.refresh(RefreshReason::Missing).await?.authorization()),
        }
    }

    /// A call with this generation's token got a 401 that is not about SCA: the header to repeat it with.
    /// Refreshes only if that token is still the one in use.
    ///
    /// # Errors
    /// When there is no other token; the call then ends with this error.
    pub async fn rejected(&self, generation: u64) -> Result<Authorization, SessionError> {
        Ok(self.0.refresh(RefreshReason::Rejected(generation)).await?.authorization())
    }

    /// An access token that is valid for at least `min_life`, for programs that send it themselves. An opaque token is
    /// returned as it is, because its end is not known.
    ///
    /// # Errors
    /// As [`authorization`](Self::authorization), and when LinkCy's tokens don't live that long.
    pub async fn access_token(&self, min_life: Duration) -> Result<Secret, SessionError> {
        let suffices = |current: &CurrentTokens| current.life.left(self.0.now()).is_none_or(|left| left >= min_life);
        let mut current = match self.0.sufficient(RefreshReason::Missing) {
            Some(current) => current,
            None => self.0.refresh(RefreshReason::Missing).await?,
        };
        if !suffices(&current) {
            // A refresh that could not help is not made.
            if let Life::Ends { usable: Some(life), .. } = current.life
                && life < min_life
            {
                return Err(SessionError::LifeTooShort { asked: min_life, life });
            }
            current = self.0.refresh(RefreshReason::Demanded(current.generation)).await?;
        }
        if !suffices(&current) {
            let life = current.life.left(self.0.now()).unwrap_or_default();
            return Err(SessionError::LifeTooShort { asked: min_life, life });
        }
        Ok(Secret::from(current.tokens.access()))
    }

    /// Gets new tokens now, whatever life the old ones have left.
    ///
    /// # Errors
    /// As [`authorization`](Self::authorization), and [`SessionError::TooOften`].
    pub async fn refresh_now(&self) -> Result<Authorization, SessionError> {
        let old = self.0.current.load().as_ref().map_or(0, |current| current.generation);
        Ok(self.0.refresh(RefreshReason::Demanded(old)).await?.authorization())
    }

    /// Uses tokens from another source: from a password change, or a login completed with SCA. They replace what
    /// the store has. Completes even if the caller is cancelled.
    ///
    /// # Errors
    /// When the access token is malformed, or there is no Tokio runtime. A store failure is not an error here: the tokens
    /// are used, and stored later unless another process has stored a pair by then.
    pub async fn adopt(&self, tokens: Issued) -> Result<Authorization, SessionError> {
        self.adopts()?;
        Ok(detached(Box::pin(Arc::clone(&self.0).adopt(tokens))).await?.authorization())
    }

    /// Whether it can adopt tokens, for those who have to know before they ask for some.
    pub(crate) fn adopts(&self) -> Result<(), SessionError> {
        match &self.0.control().login {
            Err(unnamed @ SessionError::Unnamed { .. }) => Err(unnamed.clone()),
            _ => Ok(()),
        }
    }

    /// Wipes the tokens from memory and from the store, and the password from memory. Waits for a refresh under way.
    /// Afterwards every call fails with [`SessionError::Forgotten`] until tokens are adopted. Headers already handed out
    /// live as long as their holders keep them, and LinkCy is not notified, because it has no operation for that.
    ///
    /// # Errors
    /// When the store failed; memory is wiped all the same.
    pub async fn forget(&self) -> Result<(), SessionError> {
        detached(Box::pin(Arc::clone(&self.0).forget())).await
    }

    /// The session's state.
    pub fn state(&self) -> SessionState {
        if self.0.control().login.is_err() {
            return SessionState::Closed;
        }
        let now = self.0.now();
        match self.0.current.load().as_ref().map(|current| current.life) {
            None => SessionState::Empty,
            Some(life) if life.is_over(now) => SessionState::Expired,
            Some(life) if life.nears_its_end(now) => SessionState::Ageing,
            Some(_) => SessionState::Fresh,
        }
    }

    /// How long the current token can still be used; `None` without a token, or if its expiry is not known.
    pub fn expires_in(&self) -> Option<Duration> {
        self.0.current.load().as_ref()?.life.left(self.0.now())
    }

    /// Whose session this is (`endUserId`), once the session has tokens of a consumer or an account owner.
    pub fn end_user_id(&self) -> Option<String> {
        self.0.current.load().as_ref()?.tokens.end_user_id().map(str::to_owned)
    }

    /// Why the last attempt to get tokens failed, if it did; while LinkCy is not to be asked, the error that says so.
    pub fn last_error(&self) -> Option<SessionError> {
        self.0.control().throttle.last_error().cloned()
    }

    pub(crate) fn downgrade(&self) -> WeakSession {
        WeakSession(Arc::downgrade(&self.0))
    }
}

/// Continues even if its caller is dropped.
async fn detached<T: Send + 'static>(work: Work<Result<T, SessionError>>) -> Result<T, SessionError> {
    let runtime = Handle::try_current().map_err(|_| SessionError::NoRuntime)?;
    runtime.spawn(work).await.unwrap_or(Err(SessionError::Interrupted))
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("state", &self.state())
            .field("expires_in", &self.expires_in())
            .field("store", &self.0.store.name())
            .finish_non_exhaustive()
    }
}
