//! [`Error`]: everything a call can end in except success, each with what it means for the caller.

mod api;
mod meaning;
mod transport;

pub use self::api::{ApiError, ErrorDetail};
pub(crate) use self::transport::SentRequest;
pub use self::transport::{DecodeError, OutcomeUnknown, TransportCause, TransportError};
use crate::auth::SessionError;
use crate::environment::EnvironmentError;
use crate::operation::OperationInfo;
use crate::reason::reason;
use crate::sca::{PendingCall, ScaRefusal};
use crate::types::check::Violation;
use crate::types::{AmountError, Unreadable};

/// Why a call did not give its value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An error status. Of an operation that creates or moves something it is LinkCy's own refusal: nothing was done. Of others it is also
    /// a 5xx or a gateway's answer, after which a `PUT` or `DELETE` may have been done; sending that again is safe.
    #[error(transparent)]
    Api(Box<ApiError>),
    /// LinkCy refused it because of strong authentication; see [`ApiError::sca_remedy`]. No token was refreshed, nothing was repeated.
    /// Whether a call that ended with `SCA_UNEXPECTED_ERROR` (500) was executed is not documented.
    #[error(transparent)]
    Sca(Box<ApiError>),
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
    /// LinkCy was not reached, or did not answer. Nothing was created or moved; a `PUT` or `DELETE` may have been done, and sending that
    /// again is safe.
    #[error(transparent)]
    Transport(Box<TransportError>),
    /// It may have happened or not: no answer arrived, or it cannot be read as one.
    #[error(transparent)]
    OutcomeUnknown(Box<OutcomeUnknown>),
    /// LinkCy answered with success, and the answer cannot be read. Only for calls that may be repeated; for calls that
    /// create or move something it is [`OutcomeUnknown`](Self::OutcomeUnknown).
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
    /// A file cannot be fetched from its address.
    #[error(transparent)]
    Download(#[from] Box<crate::DownloadError>),
    /// A list has more rows than the API has pages for; see [`crate::page`].
    #[error("{operation}: more rows than the pages up to number {max_page} contain: narrow the list by its filters")]
    TooManyRows {
        /// The operation.
        operation: &'static OperationInfo,
        /// The last page there is.
        max_page: u64,
    },
    /// There is no Tokio runtime.
    #[error("calls need a Tokio runtime, and none is running here: poll them from within one")]
    NoRuntime,
    /// The client cannot be built this way.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A text or a number that is not an amount.
    #[error(transparent)]
    Amount(#[from] AmountError),
    /// A text that is not an IBAN, BIC, date or whatever it was parsed as.
    #[error(transparent)]
    Text(#[from] Unreadable),
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
    /// The SCA policy is invalid for this environment.
    #[error(transparent)]
    Sca(#[from] ScaRefusal),
    /// The HTTP client.
    #[error("the HTTP client cannot be built: {}", reason(.0))]
    Http(#[source] reqwest::Error),
}

impl Error {
    pub(crate) fn unwritten(
        operation: &'static OperationInfo,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Request { operation, source: source.into() }
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
