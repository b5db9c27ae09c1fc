//! Layers of the user's own: a hook around each attempt and at the end of each call, for headers, metrics and records.
//!
//! A layer sees no token, signature or body: it gets the headers before bearer and SCA headers are added, and only
//! the status of an answer. Proxies and certificates are set on the HTTP client ([`ClientBuilder::http`]).
//!
//! [`ClientBuilder::http`]: crate::ClientBuilder::http

use std::time::Duration;

use http::HeaderMap;

use crate::error::Error;
use crate::operation::OperationInfo;

/// What is done around attempts and calls. Every method has a default that does nothing.
///
/// Metrics are a layer too: [`Layer::call_ended`] gives everything a counter or a histogram wants, in values of low
/// cardinality.
pub trait Layer: Send + Sync + 'static {
    /// Before an attempt leaves. Headers added here are sent with it; the bearer, the SCA headers and the request id
    /// are added afterwards and override them.
    fn attempt_starts(&self, attempt: &AttemptInfo<'_>, headers: &mut HeaderMap) {
        let _ = (attempt, headers);
    }

    /// After an attempt. `status` is `None` where no answer arrived.
    fn attempt_ended(&self, attempt: &AttemptInfo<'_>, status: Option<u16>, duration: Duration) {
        let _ = (attempt, status, duration);
    }

    /// After the last attempt of a call, when its value was read; or when the call was dropped.
    fn call_ended(&self, call: &CallEnd<'_>) {
        let _ = call;
    }
}

/// One attempt of a call.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AttemptInfo<'a> {
    /// The operation.
    pub operation: &'static OperationInfo,
    /// Which attempt it is; the first is 1.
    pub number: u32,
    /// The id the call is sent with (`X-Request-Id`), the same for all its attempts.
    pub request_id: &'a str,
}

/// A call that ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallEnd<'a> {
    /// The operation.
    pub operation: &'static OperationInfo,
    /// Whose session it was made with.
    pub session: SessionKind,
    /// How often it was sent.
    pub attempts: u32,
    /// Status of the last answer.
    pub status: Option<u16>,
    /// `errorCode` of LinkCy's refusal.
    pub code: Option<&'a str>,
    /// How it ended.
    pub outcome: Outcome,
    /// From the first poll to the end, waits and pauses included.
    pub duration: Duration,
    /// The id it was sent with (`X-Request-Id`).
    pub request_id: &'a str,
}

/// Whose session a call is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionKind {
    /// The partner's.
    Partner,
    /// A consumer's.
    Consumer,
    /// A corporate owner's.
    CorporateOwner,
    /// Tokens obtained elsewhere.
    Tokens,
    /// None: the client is anonymous.
    Anonymous,
    /// None yet: the call is a session's own login or refresh.
    Login,
}

impl SessionKind {
    /// As in logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Partner => "partner",
            Self::Consumer => "consumer",
            Self::CorporateOwner => "corporate_owner",
            Self::Tokens => "tokens",
            Self::Anonymous => "anonymous",
            Self::Login => "login",
        }
    }
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// It gave its value.
    Done,
    /// LinkCy refused it.
    Refused,
    /// LinkCy refused it because of strong authentication, or the SCA policy does not fit.
    Sca,
    /// LinkCy waits for the end-user.
    Pending,
    /// There was no token.
    Session,
    /// LinkCy was not reached or did not answer, and nothing was changed.
    Transport,
    /// It may have happened or not.
    Unknown,
    /// LinkCy answered with success that cannot be read, on a call that changes nothing when it is made again.
    Unreadable,
    /// It was not sent: the request is at fault.
    NotSent,
    /// The caller dropped it.
    Dropped,
}

impl Outcome {
    /// As in logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Sca => "sca",
            Self::Pending => "pending",
            Self::Session => "session",
            Self::Transport => "transport",
            Self::Unknown => "outcome_unknown",
            Self::Unreadable => "unreadable",
            Self::NotSent => "not_sent",
            Self::Dropped => "dropped",
        }
    }

    pub(super) fn of(error: &Error) -> Self {
        match error {
            Error::Api(_) => Self::Refused,
            Error::Sca(_) | Error::ScaPolicy(_) => Self::Sca,
            Error::Pending(_) => Self::Pending,
            Error::Session(_) => Self::Session,
            Error::Transport(_) => Self::Transport,
            Error::OutcomeUnknown(_) => Self::Unknown,
            Error::Decode(_) => Self::Unreadable,
            _ => Self::NotSent,
        }
    }
}
