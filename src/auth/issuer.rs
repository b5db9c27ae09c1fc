//! [`Issuer`]: where a session's tokens come from, and what a login or a refresh may answer.

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
    /// The environment's origin, such as `https://api.sandbox.linkcy.cloud`. It tells apart the sessions of two
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
    /// LinkCy answered with an error status. What something in front of it answers is [`Failed`](Self::Failed).
    Refused(Refusal),
    /// No answer came from LinkCy.
    Failed(Failure),
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
        if let Some(code) = &self.error_code {
            write!(f, ", {code}")?;
        }
        match &self.message {
            Some(message) => write!(f, ", {message:?}"),
            None => Ok(()),
        }
    }
}

/// A call that brought no answer.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Whether the server may have acted on it.
    pub reached: Reached,
    /// What went wrong.
    pub source: Arc<dyn Error + Send + Sync>,
}

/// Whether a failed call may have taken effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// Proven not to have: the connection was refused, the name did not resolve. The call may be repeated.
    No,
    /// It may have: the answer was lost. A refresh token sent this way may be rotated already.
    Perhaps,
}

/// A login that waits for a strong authentication. What it holds is the client's pending value; cheap to clone.
#[derive(Clone)]
pub struct PendingSca {
    payload: Arc<dyn Any + Send + Sync>,
    ttl: Option<Duration>,
}

impl PendingSca {
    /// `ttl`: for how long the authentication can be completed. Until then the session does not ask for another.
    pub fn new<T: Any + Send + Sync>(payload: T, ttl: Option<Duration>) -> Self {
        Self { payload: Arc::new(payload), ttl }
    }

    /// For how long the authentication can be completed, where the server said so.
    pub fn ttl(&self) -> Option<Duration> {
        self.ttl
    }

    /// The payload, if it is a `T`.
    pub fn downcast<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        Arc::clone(&self.payload).downcast().ok()
    }
}

impl fmt::Debug for PendingSca {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingSca").field("ttl", &self.ttl).finish_non_exhaustive()
    }
}
