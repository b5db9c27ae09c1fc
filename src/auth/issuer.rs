//! [`Issuer`]: the source of a session's tokens, and the possible results of a login or a refresh.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::credentials::Login;
use super::token::Issued;
use crate::types::secret::Secret;

/// Issues tokens. The client implements it over `POST /api/partner/login` and `POST /api/partner/refresh`.
///
/// A session calls it from a detached task, one call at a time, and gives up on a call after
/// [`Timing::attempt`](super::Timing).
#[async_trait]
pub trait Issuer: Send + Sync + 'static {
    /// The environment's origin, such as `https://api.sandbox.linkcy.cloud`. It distinguishes the sessions of two
    /// environments that share a store.
    fn origin(&self) -> &str;

    /// Logs in with a password.
    async fn login(&self, login: &Login) -> TokenAnswer;

    /// Trades a refresh token for a new pair.
    async fn refresh(&self, refresh_token: &Secret) -> TokenAnswer;
}

/// The result of a login or a refresh.
#[derive(Debug)]
#[non_exhaustive]
pub enum TokenAnswer {
    /// New tokens.
    Tokens(Issued),
    /// The password has to be changed first, with this secret.
    PasswordChangeRequired(Secret),
    /// 202: a strong authentication has to be completed first.
    ScaPending(PendingSca),
    /// LinkCy answered with an error status. The answer of a proxy in front of it is [`Lost`](Self::Lost).
    Refused(Refusal),
    /// LinkCy provably was not reached: the connection was refused, the name did not resolve. The call may be repeated.
    Unreached(Arc<dyn Error + Send + Sync>),
    /// No answer arrived from LinkCy, and it may have executed the call: a refresh token that was sent may have been
    /// rotated.
    Lost(Arc<dyn Error + Send + Sync>),
}

/// LinkCy's answer with an error status.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// `errorCode` of the body.
    pub error_code: Option<String>,
    /// `message` of the body.
    pub message: Option<String>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status {}", self.status)?;
        self.error_code.iter().try_for_each(|code| write!(f, ", {code}"))?;
        self.message.iter().try_for_each(|message| write!(f, ", {message:?}"))
    }
}

/// A login that waits for a strong authentication. Its payload is the client's pending value; cheap to clone.
#[derive(Clone, Debug)]
pub struct PendingSca {
    payload: Arc<dyn Any + Send + Sync>,
    /// For how long the authentication can be completed, where the server said so. Until then the session does not ask for
    /// another.
    pub ttl: Option<Duration>,
}

impl PendingSca {
    /// With this payload.
    pub fn new<T: Any + Send + Sync>(payload: T, ttl: Option<Duration>) -> Self {
        Self { payload: Arc::new(payload), ttl }
    }

    /// The payload, if it is a `T`.
    pub fn downcast<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        Arc::clone(&self.payload).downcast().ok()
    }
}
