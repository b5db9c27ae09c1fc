//! [`Error`]: everything a call can end in but success, each with what it means for the one who called.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::auth::SessionError;
use crate::environment::EnvironmentError;
use crate::operation::OperationInfo;
use crate::sca::{PendingCall, ScaCode, ScaRefusal};
use crate::types::check::Violation;
use crate::types::{ErrorCode, Timestamp};

/// Why a call did not give its value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// LinkCy answered that it did not do it.
    #[error(transparent)]
    Api(Box<ApiError>),
    /// LinkCy refused it for a reason of strong authentication. No token was refreshed, nothing was repeated.
    #[error(transparent)]
    Sca(Box<ScaError>),
    /// The SCA policy does not fit the operation or the environment; nothing was sent.
    #[error(transparent)]
    ScaPolicy(#[from] ScaRefusal),
    /// LinkCy waits for the end-user (202): see [`Error::into_pending`].
    #[error(transparent)]
    Pending(Box<PendingCall>),
    /// There is no token to call with.
    #[error(transparent)]
    Session(Box<SessionError>),
    /// The request breaks a bound of the description; nothing was sent.
    #[error("{operation} was not sent: {violation}")]
    Invalid {
        /// The operation.
        operation: &'static OperationInfo,
        /// Which field breaks which bound.
        violation: Box<Violation>,
    },
    /// The request cannot be written; nothing was sent.
    #[error("{operation} was not sent: its request cannot be written: {source}")]
    Request {
        /// The operation.
        operation: &'static OperationInfo,
        /// What progenitor or reqwest said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// LinkCy was not reached, or did not answer, and nothing was changed by it.
    #[error(transparent)]
    Transport(Box<TransportError>),
    /// It may have happened or not: the answer never came, or cannot be read as one.
    #[error(transparent)]
    OutcomeUnknown(Box<OutcomeUnknown>),
    /// LinkCy did it, and its answer cannot be read.
    #[error(transparent)]
    Decode(Box<DecodeError>),
    /// A file to upload cannot be read; nothing was sent.
    #[error("the file {name} cannot be read: {source}")]
    Upload {
        /// The file's name.
        name: String,
        /// Why.
        source: std::io::Error,
    },
    /// A list goes on beyond the last page the API gives; see [`crate::page`].
    #[error("{operation}: more rows than {max_page} pages hold: narrow the list by its filters")]
    TooManyRows {
        /// The operation.
        operation: &'static OperationInfo,
        /// The last page there is.
        max_page: u64,
    },
    /// The client cannot be built this way.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// Why a client cannot be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The address.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// The credentials.
    #[error(transparent)]
    Credentials(#[from] crate::auth::CredentialsError),
    /// The SCA policy is none for this environment.
    #[error(transparent)]
    Sca(#[from] ScaRefusal),
    /// The HTTP client.
    #[error("the HTTP client cannot be built: {0}")]
    Http(#[source] reqwest::Error),
}

/// LinkCy's answer that it did not do what was asked.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ApiError {
    /// The operation.
    pub operation: &'static OperationInfo,
    /// HTTP status.
    pub status: u16,
    /// `errorCode`; absent on plain validation errors, and where the body is not LinkCy's.
    pub code: Option<ErrorCode>,
    /// `message`, in the server's words.
    pub message: Option<String>,
    /// The fields a 400 names.
    pub details: Vec<ErrorDetail>,
    /// When the server says it was.
    pub timestamp: Option<Timestamp>,
    /// How long the server asks to wait (`Retry-After`).
    pub retry_after: Option<Duration>,
    /// The id this call was sent with (`X-Request-Id`).
    pub request_id: String,
    /// The beginning of a body that is not of the documented shape.
    pub excerpt: Option<String>,
}

/// One field that a 400 names.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorDetail {
    /// Which field.
    pub field: Option<String>,
    /// What was sent in it, as JSON. It may be personal data: `Debug` does not show it.
    pub rejected_value: Option<Value>,
    /// What is wrong with it.
    pub message: Option<String>,
}

impl fmt::Debug for ErrorDetail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorDetail").field("field", &self.field).field("message", &self.message).finish_non_exhaustive()
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: LinkCy answered {}", self.operation, self.status)?;
        if let Some(code) = &self.code {
            write!(f, " {code}")?;
        }
        if let Some(message) = &self.message {
            write!(f, ": {message}")?;
        }
        for detail in &self.details {
            let field = detail.field.as_deref().unwrap_or("?");
            write!(f, "; {field} {}", detail.message.as_deref().unwrap_or("is not accepted"))?;
        }
        if let Some(wait) = self.retry_after {
            write!(f, "; try again in {} s", wait.as_secs())?;
        }
        if let Some(excerpt) = &self.excerpt {
            write!(f, "; the body is not LinkCy's: {excerpt:?}")?;
        }
        write!(f, " (request {})", self.request_id)
    }
}

impl std::error::Error for ApiError {}

/// A refusal for a reason of strong authentication.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ScaError {
    /// The reason, and what to do about it.
    pub code: ScaCode,
    /// The answer.
    pub answer: ApiError,
}

impl fmt::Display for ScaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.answer, self.code.remedy())
    }
}

impl std::error::Error for ScaError {}

/// LinkCy was not reached or did not answer, on a call that changed nothing.
#[derive(Debug)]
#[non_exhaustive]
pub struct TransportError {
    /// The operation.
    pub operation: &'static OperationInfo,
    /// How often it was sent.
    pub attempts: u32,
    /// The id it was sent with (`X-Request-Id`).
    pub request_id: String,
    /// What went wrong.
    pub cause: Lost,
}

/// How an answer got lost.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Lost {
    /// No connection: nothing was sent.
    #[error("no connection to LinkCy: {}", chain(.0))]
    NotConnected(#[source] reqwest::Error),
    /// The connection broke.
    #[error("the connection broke: {}", chain(.0))]
    Broken(#[source] reqwest::Error),
    /// No answer in time.
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    /// Something between here and LinkCy answered.
    #[error("a gateway answered {status}")]
    Gateway {
        /// HTTP status.
        status: u16,
        /// The beginning of its body.
        excerpt: String,
    },
    /// The answer is longer than any the API gives.
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
}

/// A reqwest error's causes in one line; its own text alone says little.
fn chain(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&error.to_string());
        cause = error.source();
    }
    if text.is_empty() { "unknown".into() } else { text }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let times = if self.attempts == 1 { "once".to_owned() } else { format!("{} times", self.attempts) };
        write!(f, "{}: {} (tried {times}, request {})", self.operation, self.cause, self.request_id)
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}

/// An operation that may have happened or not.
///
/// It is not a failure: to send it again may do it twice. Find out first, for a transfer by the ledger's transactions
/// since [`sent_at`](Self::sent_at).
#[derive(Debug)]
#[non_exhaustive]
pub struct OutcomeUnknown {
    /// The operation.
    pub operation: &'static OperationInfo,
    /// When it was sent, by this machine's clock.
    pub sent_at: std::time::SystemTime,
    /// The id it was sent with (`X-Request-Id`).
    pub request_id: String,
    /// What became of the answer.
    pub cause: Lost,
}

impl fmt::Display for OutcomeUnknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: it may have happened or not ({}, request {}); look before sending it again",
            self.operation, self.cause, self.request_id
        )
    }
}

impl std::error::Error for OutcomeUnknown {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}

/// A success whose body cannot be read: the operation has happened.
#[derive(Debug)]
#[non_exhaustive]
pub struct DecodeError {
    /// The operation.
    pub operation: &'static OperationInfo,
    /// HTTP status.
    pub status: u16,
    /// Where in the JSON, as `content[3].amount`.
    pub path: String,
    /// What is wrong there.
    pub source: serde_json::Error,
    /// The id it was sent with (`X-Request-Id`).
    pub request_id: String,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} has happened (status {}), but its answer cannot be read at {}: {} (request {})",
            self.operation, self.status, self.path, self.source, self.request_id
        )
    }
}

impl std::error::Error for DecodeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

impl Error {
    /// LinkCy's answer, where there was one.
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            Self::Api(error) => Some(error),
            Self::Sca(error) => Some(&error.answer),
            _ => None,
        }
    }

    /// `errorCode` of LinkCy's answer.
    pub fn code(&self) -> Option<&ErrorCode> {
        self.api()?.code.as_ref()
    }

    /// HTTP status of LinkCy's answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Decode(error) => Some(error.status),
            _ => self.api().map(|error| error.status),
        }
    }

    /// What was asked for is not there.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }

    /// The state of things does not allow it.
    pub fn is_conflict(&self) -> bool {
        self.status() == Some(409)
    }

    /// The session's roles do not allow it.
    pub fn is_forbidden(&self) -> bool {
        self.status() == Some(403)
    }

    /// LinkCy asks to slow down.
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(429)
    }

    /// The request itself is at fault.
    pub fn is_invalid_request(&self) -> bool {
        matches!(self, Self::Invalid { .. } | Self::Request { .. }) || self.status() == Some(400)
    }

    /// It may have happened: look before sending it again.
    pub fn is_outcome_unknown(&self) -> bool {
        matches!(self, Self::OutcomeUnknown(_))
    }

    /// The same call may succeed later, and to send it again does nothing twice.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Transport(_) => true,
            Self::Api(error) => matches!(error.status, 408 | 429 | 502 | 503 | 504),
            Self::Session(error) => matches!(
                **error,
                SessionError::Transport { .. }
                    | SessionError::Unavailable { .. }
                    | SessionError::Busy { .. }
                    | SessionError::InDoubt
                    | SessionError::Interrupted
            ),
            _ => false,
        }
    }
}

impl From<SessionError> for Error {
    fn from(error: SessionError) -> Self {
        Self::Session(Box::new(error))
    }
}

impl From<EnvironmentError> for Error {
    fn from(error: EnvironmentError) -> Self {
        Self::Config(error.into())
    }
}
