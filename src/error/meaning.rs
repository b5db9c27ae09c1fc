//! What an error means to the caller: the questions that programs ask before they decide.

use std::time::Duration;

use super::{ApiError, Error};
use crate::auth::SessionError;
use crate::operation::Repeat;
use crate::types::ErrorCode;

impl Error {
    /// LinkCy's answer, where there was one.
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            Self::Api(error) | Self::Sca(error) => Some(error),
            _ => None,
        }
    }

    /// `errorCode` of LinkCy's answer.
    pub fn code(&self) -> Option<&ErrorCode> {
        self.api()?.code.as_ref()
    }

    /// HTTP status of the answer, LinkCy's or a gateway's, where one arrived.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Decode(error) => Some(error.status),
            Self::OutcomeUnknown(error) => error.cause.status(),
            _ => self.api().map(|error| error.status),
        }
    }

    /// What was asked for does not exist. Like the next two, this is `false` for an unknown outcome, and where the body of the answer
    /// is not LinkCy's.
    pub fn is_not_found(&self) -> bool {
        self.is_refusal(404)
    }

    /// It conflicts with the current state.
    pub fn is_conflict(&self) -> bool {
        self.is_refusal(409)
    }

    /// The session's roles do not allow it.
    pub fn is_forbidden(&self) -> bool {
        self.is_refusal(403)
    }

    /// Whether it is an answer with this status whose body is LinkCy's or empty.
    fn is_refusal(&self, status: u16) -> bool {
        self.api().is_some_and(|answer| answer.status == status && answer.excerpt.is_none())
    }

    /// LinkCy asks to slow down.
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(429)
    }

    /// The request itself is at fault.
    pub fn is_invalid_request(&self) -> bool {
        matches!(self, Self::Invalid { .. } | Self::Request { .. }) || self.is_refusal(400)
    }

    /// It may have happened: look before sending it again.
    pub fn is_outcome_unknown(&self) -> bool {
        matches!(self, Self::OutcomeUnknown(_))
    }

    /// It has happened or may have, and to send it again may do it twice. `false` for a `PUT` or `DELETE` without an answer, which may have
    /// been done too: for those, twice is the same as once.
    pub fn may_have_happened(&self) -> bool {
        matches!(self, Self::OutcomeUnknown(_) | Self::Decode(_))
    }

    /// A time limit passed.
    pub fn is_timeout(&self) -> bool {
        match self {
            Self::Transport(error) => error.cause.is_timeout(),
            Self::OutcomeUnknown(error) => error.cause.is_timeout(),
            Self::Download(error) => {
                matches!(&**error, crate::DownloadError::Lost { cause, .. } if cause.is_timeout())
            }
            _ => false,
        }
    }

    /// How long LinkCy asks to wait before the next try (`Retry-After`).
    pub fn retry_after(&self) -> Option<Duration> {
        self.api()?.retry_after
    }

    /// The id the call was sent with (`X-Request-Id`), where it got that far.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Transport(error) => Some(&error.request_id),
            Self::OutcomeUnknown(error) => Some(&error.request_id),
            Self::Decode(error) => Some(&error.request_id),
            _ => self.api().map(|error| error.request_id.as_str()),
        }
    }

    /// The same call may succeed later, and to send it again does nothing twice.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Transport(_) => true,
            Self::Download(error) => error.is_passing(),
            Self::Api(error) => match error.operation.repeat {
                Repeat::Never => error.status == 429,
                Repeat::Safe | Repeat::Idempotent => matches!(error.status, 408 | 429 | 502 | 503 | 504),
            },
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
