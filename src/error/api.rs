//! What LinkCy says when it refuses: the documented error body, as far as it came.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::call::Author;
use crate::operation::OperationInfo;
use crate::sca;
use crate::types::{ErrorCode, Timestamp};

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
    /// What the client has to say about it, such as why the call was not repeated.
    pub remark: Option<&'static str>,
    /// Whose answer it is.
    pub(crate) author: Author,
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
        f.debug_struct("ErrorDetail")
            .field("field", &self.field)
            .field("message", &self.message)
            .finish_non_exhaustive()
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
        if let Some(remark) = self.remark {
            write!(f, "; {remark}")?;
        }
        write!(f, " (request {})", self.request_id)
    }
}

impl std::error::Error for ApiError {}

/// A refusal for a reason of strong authentication.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ScaError {
    /// The reason.
    pub code: ErrorCode,
    /// The answer.
    pub answer: ApiError,
}

impl fmt::Display for ScaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.answer, self.remedy())
    }
}

impl ScaError {
    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        sca::remedy(&self.code).unwrap_or_default()
    }
}

impl std::error::Error for ScaError {}
