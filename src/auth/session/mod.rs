//! A session: tokens that never lapse while there is a way to renew them.
//!
//! # The state machine
//! ```text
//!                 first call                              share of its life left: 15 to 30 %
//!    Empty ----------------------+        +-------> Fresh ---------------------------------> Ageing
//!                                v        |           ^                                        |
//!                            ( a flight )-+           | landed: stored first, then used        | its end comes
//!                              ^  ^   |               |                                        v
//!        callers wait for it   |  |   |               +--------( a flight )<--------------- Expired
//!        (Empty, Expired, 401) |  |   |                        background when Ageing,
//!                              |  |   |                        waited for when Expired
//!                              |  |   +--> refused, nothing left to log in with: Expired for good
//!                              |  |   +--> password change required, SCA pending: held until adopt()
//!                              |  |   +--> no answer: tried again, in ever longer pauses
//!                              |  +-- 401 on the token in use: Fresh and Ageing alike
//!                              +-- refresh_now(), access_token(min_life)
//!
//!    adopt(tokens): any state -> Fresh            forget(): any state -> Closed; adopt() reopens it
//! ```
//! - `Fresh`: the header comes from a lock-free read. `Ageing`: the same, and one flight refreshes in the background.
//!   `Expired`: callers wait for the one flight.
//! - A token that is opaque, or has no credible `exp`, stays `Fresh` until a call with it gets a 401.
//! - A failed flight takes nothing away: a token is used to its end, and a stored pair stays as it is.
//!
//! # A flight
//! ```text
//!   look into the store --newer pair--> use it
//!        |
//!   take the lease ------held---------> look again (20 to 200 ms) until a newer pair or the lease is there
//!        |
//!   the refresh token is   unused   --> refresh --- tokens ------> store (compare and set), use
//!                          in doubt --> log in        |
//!                          refused  --> log in        +- 400/401/403 -> look into the store, then log in
//!                          absent   --> log in        +- lost -> in doubt
//! ```
//! *In doubt* is a refresh token that was sent and whose answer was lost, be it by this process or by one that died with
//! the lease. It may be rotated, and a server may take its return for theft. While the access token lives nothing is
//! done; then the password is used, if there is one; a session without password sends it again after ten seconds,
//! because the session is lost otherwise.
//!
//! Flights run detached on the Tokio runtime of the caller that started them and survive the cancellation of every
//! caller. Without a runtime no flight starts: [`SessionError::NoRuntime`]. If the runtime is shut down under a flight,
//! its callers get [`SessionError::Interrupted`], the pair is in doubt, and the next call starts another flight.
//!
//! # How often LinkCy is asked
//! Failures in a row are followed by pauses of 0.25, 1, 5, 15 and then 30 s, each drawn anew from ±20 %; calls in between
//! get the last error at once. Failures in the background are counted apart, so that the first call after a token's end
//! finds an attempt waiting for it. A refused login is not repeated for five minutes, a login that waits for SCA or a new
//! password not before that has run out (only the store is looked at, in case another process got tokens);
//! [`Session::refresh_now`] asks all the same. Refreshes that callers demand, or that a 401 causes, have the same pauses.
//! A suspended machine's monotonic clock stands still: the first call after it may get a 401, which refreshes.

mod builder;
mod core;
mod flight;
mod life;
mod pace;
mod plan;
mod refresh;

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::runtime::Handle;

pub use self::builder::SessionBuilder;
use self::core::Core;
pub use self::core::{Authorization, Timing};
use self::flight::Why;
use super::credentials::Credentials;
use super::error::SessionError;
use super::issuer::Issuer;
use super::token::Issued;
use crate::types::secret::Secret;

/// One login's tokens, kept fresh. Clones share them.
///
/// See the [module](self) for its states and for what it does when.
#[derive(Clone)]
pub struct Session(Arc<Core>);

/// What goes on when nobody waits any longer. In a box: Tokio's tasks are compiled anew, with all that is in them and for
/// each of its schedulers, for every kind of future.
type Detached = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A session that may be gone: for what outlives a login but must not keep its session alive.
#[cfg_attr(not(feature = "client"), allow(dead_code))]
#[derive(Clone)]
pub(crate) struct WeakSession(Weak<Core>);

#[cfg_attr(not(feature = "client"), allow(dead_code))]
impl WeakSession {
    pub(crate) fn upgrade(&self) -> Option<Session> {
        self.0.upgrade().map(Session)
    }
}

impl fmt::Debug for WeakSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WeakSession")
    }
}

/// Where a session stands.
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
    /// The session has no tokens and gets none by itself: it is anonymous, was forgotten, or its credentials are wrong.
    Closed,
}

impl Session {
    /// A session for `credentials`, with tokens from `issuer`.
    pub fn builder(credentials: Credentials, issuer: Arc<dyn Issuer>) -> SessionBuilder {
        SessionBuilder::new(credentials, issuer)
    }

    /// The header for a call, if a token is at hand. Lock-free while it is fresh; never waits. Starts a refresh in the
    /// background when the token nears its end.
    pub fn cached(&self) -> Option<Authorization> {
        let live = self.0.live.load();
        let live = live.as_ref()?;
        let now = self.0.now();
        if live.life.is_over(now) {
            return None;
        }
        if live.life.nears_its_end(now) {
            self.0.fly_in_background();
        }
        Some(live.authorization())
    }

    /// The header for a call. Waits only while no usable token is at hand.
    ///
    /// # Errors
    /// When there is no token to be had; see [`SessionError`].
    pub async fn authorization(&self) -> Result<Authorization, SessionError> {
        match self.cached() {
            Some(authorization) => Ok(authorization),
            None => Ok(self.0.fly(Why::Missing).await?.authorization()),
        }
    }

    /// A call with this generation's token got a 401 that does not speak of SCA: the header to repeat it with.
    /// Refreshes only if that token is still the one in use.
    ///
    /// # Errors
    /// When there is no other token to be had; the call's 401 is then its end.
    pub async fn rejected(&self, generation: u64) -> Result<Authorization, SessionError> {
        Ok(self.0.fly(Why::Rejected(generation)).await?.authorization())
    }

    /// An access token good for at least `min_life`, for those who send it themselves. An opaque token is handed out as
    /// it is, since nobody can tell.
    ///
    /// # Errors
    /// As [`authorization`](Self::authorization), and when LinkCy's tokens don't live that long.
    pub async fn access_token(&self, min_life: Duration) -> Result<Secret, SessionError> {
        let suffices = |live: &self::core::Live| live.life.left(self.0.now()).is_none_or(|left| left >= min_life);
        let mut live = match self.0.usable() {
            Some(live) => live,
            None => self.0.fly(Why::Missing).await?,
        };
        if !suffices(&live) {
            self.long_enough(&live, min_life)?;
            live = self.0.fly(Why::Demanded).await?;
        }
        if !suffices(&live) {
            let life = live.life.left(self.0.now()).unwrap_or_default();
            return Err(SessionError::LifeTooShort { asked: min_life, life });
        }
        Ok(Secret::from(live.tokens.access()))
    }

    /// A refresh that could not help is not made.
    fn long_enough(&self, live: &self::core::Live, min_life: Duration) -> Result<(), SessionError> {
        match live.life {
            life::Life::Ends { total, .. } if total < min_life => {
                Err(SessionError::LifeTooShort { asked: min_life, life: total })
            }
            _ => Ok(()),
        }
    }

    /// Gets new tokens now, whatever the old ones are worth.
    ///
    /// # Errors
    /// As [`authorization`](Self::authorization), and [`SessionError::TooOften`].
    pub async fn refresh_now(&self) -> Result<Authorization, SessionError> {
        Ok(self.0.fly(Why::Demanded).await?.authorization())
    }

    /// Takes over tokens that came another way: from a password change, or a login completed with SCA. They replace what
    /// the store holds. Completes even if the caller is cancelled.
    ///
    /// # Errors
    /// When the access token is none, or there is no Tokio runtime. A store that fails is no error here: the tokens are
    /// used and stored later.
    pub async fn adopt(&self, tokens: Issued) -> Result<Authorization, SessionError> {
        if let Err(unnamed @ SessionError::Unnamed { .. }) = &self.0.control().standing {
            return Err(unnamed.clone());
        }
        let live = self.detached(refresh::adopt(Arc::clone(&self.0), tokens)).await?;
        Ok(live.authorization())
    }

    /// Wipes the tokens from memory and from the store, and the password from memory. A refresh under way is waited
    /// for. Afterwards every call fails with [`SessionError::Forgotten`] until tokens are adopted. Headers already
    /// handed out live as long as their holders keep them, and LinkCy is not told: it has no call for it.
    ///
    /// # Errors
    /// When the store failed; memory is wiped all the same.
    pub async fn forget(&self) -> Result<(), SessionError> {
        self.detached(refresh::forget(Arc::clone(&self.0))).await
    }

    /// Where the session stands.
    pub fn state(&self) -> SessionState {
        if self.0.control().standing.is_err() {
            return SessionState::Closed;
        }
        let now = self.0.now();
        match self.0.live.load().as_ref().map(|live| live.life) {
            None => SessionState::Empty,
            Some(life) if life.is_over(now) => SessionState::Expired,
            Some(life) if life.nears_its_end(now) => SessionState::Ageing,
            Some(_) => SessionState::Fresh,
        }
    }

    /// For how long the token at hand can be used; `None` when there is none, or its end is not known.
    pub fn expires_in(&self) -> Option<Duration> {
        self.0.live.load().as_ref().and_then(|live| live.life.left(self.0.now()))
    }

    /// Whose session this is (`endUserId`), once tokens of a consumer or an account owner are at hand.
    pub fn end_user_id(&self) -> Option<String> {
        self.0.live.load().as_ref().and_then(|live| live.tokens.end_user_id().map(str::to_owned))
    }

    /// Why the last attempt to get tokens failed, if it did.
    pub fn last_error(&self) -> Option<SessionError> {
        self.0.control().last.as_ref().map(|last| last.error.clone())
    }

    #[cfg_attr(not(feature = "client"), allow(dead_code))]
    pub(crate) fn downgrade(&self) -> WeakSession {
        WeakSession(Arc::downgrade(&self.0))
    }

    async fn detached<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, SessionError>> + Send + 'static,
    ) -> Result<T, SessionError> {
        let runtime = Handle::try_current().map_err(|_| SessionError::NoRuntime)?;
        runtime.spawn(work).await.unwrap_or(Err(SessionError::Interrupted))
    }
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
