//! What LinkCy says when it refuses: the documented error body, as far as it was received.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::call::Author;
use crate::operation::OperationInfo;
use crate::sca;
use crate::types::{ErrorCode, Timestamp};

/// LinkCy's answer that it did not do what was asked.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{operation}: LinkCy answered {status}{} (request {request_id}){}", particulars(self), advice(self))]
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
    /// When it happened, by the server's clock.
    pub timestamp: Option<Timestamp>,
    /// How long the server asks to wait (`Retry-After`).
    pub retry_after: Option<Duration>,
    /// The id this call was sent with (`X-Request-Id`).
    pub request_id: String,
    /// The beginning of a body that is not of the documented shape.
    pub excerpt: Option<String>,
    /// The client's own remark, such as why the call was not repeated.
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

/// The details that the answer has.
fn particulars(answer: &ApiError) -> String {
    let mut said = Vec::new();
    said.extend(answer.code.as_ref().map(|code| format!(" {code}")));
    said.extend(answer.message.as_ref().map(|message| format!(": {message}")));
    said.extend(answer.details.iter().map(|detail| {
        let field = detail.field.as_deref().unwrap_or("?");
        format!("; {field} {}", detail.message.as_deref().unwrap_or("is not accepted"))
    }));
    said.extend(answer.retry_after.map(|wait| format!("; try again in {} s", wait.as_secs())));
    said.extend(answer.excerpt.as_ref().map(|excerpt| format!("; the body is not LinkCy's: {excerpt:?}")));
    said.extend(answer.remark.map(|remark| format!("; {remark}")));
    said.concat()
}

fn advice(answer: &ApiError) -> String {
    answer.sca_remedy().map(|remedy| format!("; {remedy}")).unwrap_or_default()
}

impl ApiError {
    /// What to do about a refusal because of strong authentication; `None` for any other.
    pub fn sca_remedy(&self) -> Option<&'static str> {
        sca::remedy(self.code.as_ref()?)
    }
}
