//! [`classify`]: what an answer means, from the operation and the answer alone. docs/CALLS.md has the reasons.

use std::time::SystemTime;

use http::StatusCode;
use serde_json::Value;

use super::response::Response;
use crate::clock::retry_after;
use crate::error::{ApiError, Error, ErrorDetail, TransportCause};
use crate::operation::{OperationInfo, Repeat};
use crate::types::ErrorCode;
use crate::types::raw::scalar;
use crate::{json, redact};

/// What an answer means.
pub(super) enum Verdict {
    /// 2xx, or a redirect where that is the success: its value can be read.
    Success,
    /// LinkCy waits for the end-user's decision.
    Pending,
    /// The token was not accepted.
    Unauthorized(Error),
    /// It was put off: the same call may succeed later.
    TryLater(Error),
    /// There is an answer, but it does not say whether LinkCy executed the call.
    Unknown(TransportCause),
    /// LinkCy did not do it.
    Refused(Error),
}

/// Whose answer it is, as far as its body shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Author {
    /// LinkCy itself: only it has error codes, and an `error` that begins with `linkcy.`. A status that leaves open whether
    /// the call was done counts as its answer only with a code, which every documented 5xx has.
    LinkCy,
    /// JSON of the documented shape, as LinkCy's server framework and others write it.
    Framework,
    /// A gateway, a firewall, a captive portal, or unknown: a page, other JSON, or no body.
    Foreign,
}

impl Author {
    fn of(status: StatusCode, body: Option<&Value>) -> Self {
        let text = |key: &str| body?.get(key)?.as_str();
        let has = |key: &str| body.is_some_and(|body| body.get(key).is_some());
        let is_named = text("error").is_some_and(|error| error.starts_with("linkcy."));
        if text("errorCode").is_some() || (is_named && !leaves_open(status)) {
            Self::LinkCy
        } else if has("errorCode") || has("error") || has("details") {
            Self::Framework
        } else {
            Self::Foreign
        }
    }
}

/// What an answer to an operation means; `now` is when it arrived.
pub(super) fn classify(
    operation: &'static OperationInfo,
    response: &Response,
    request_id: &str,
    now: SystemTime,
) -> Verdict {
    let status = response.status;
    // A page is something else's: as a success it cannot be read.
    if status == StatusCode::ACCEPTED && operation.sca.is_some_and(|headers| headers.pending) && !response.is_page() {
        return Verdict::Pending;
    }
    if status.is_success() || (operation.redirects && status.is_redirection()) {
        return Verdict::Success;
    }
    let error = Box::new(api_error(operation, response, request_id, now));
    if error.sca_remedy().is_some() {
        return Verdict::Refused(Error::Sca(error));
    }
    let author = error.author;
    let error = Error::Api(error);
    match (operation.repeat, status) {
        // These mean that the call was not executed, whoever answered.
        (_, StatusCode::UNAUTHORIZED) => Verdict::Unauthorized(error),
        (_, StatusCode::TOO_MANY_REQUESTS) => Verdict::TryLater(error),
        (Repeat::Never, _) if !is_final(status, author) => {
            let (status, excerpt) = (status.as_u16(), redact::excerpt(&response.body));
            Verdict::Unknown(TransportCause::Gateway { status, excerpt })
        }
        (Repeat::Safe | Repeat::Idempotent, _) if matches!(status.as_u16(), 408 | 502..=504) => {
            Verdict::TryLater(error)
        }
        _ => Verdict::Refused(error),
    }
}

/// Whether an answer proves that a call which creates or moves something did not. A gateway does not know that, nor does a
/// framework that answers for code which stopped midway.
fn is_final(status: StatusCode, author: Author) -> bool {
    match author {
        Author::LinkCy => true,
        Author::Framework => !leaves_open(status),
        Author::Foreign => false,
    }
}

/// Whether the status alone leaves open that the call was done.
fn leaves_open(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT
}

/// The documented error body, or what is known without it.
fn api_error(operation: &'static OperationInfo, response: &Response, request_id: &str, now: SystemTime) -> ApiError {
    let body: Option<Value> = json::read(&response.body).ok();
    let author = Author::of(response.status, body.as_ref());
    let body = body.filter(|_| author != Author::Foreign);
    let field = |key: &str| body.as_ref()?.get(key);
    ApiError {
        operation,
        status: response.status.as_u16(),
        code: field("errorCode").and_then(text).map(ErrorCode::from),
        message: field("message").and_then(text),
        details: field("details")
            .and_then(Value::as_array)
            .map(|list| list.iter().map(detail).collect())
            .unwrap_or_default(),
        timestamp: field("timestamp").and_then(|time| scalar(&time.to_string())),
        retry_after: retry_after(&response.headers, now),
        request_id: request_id.to_owned(),
        excerpt: (body.is_none() && !response.body.is_empty()).then(|| redact::excerpt(&response.body)),
        remark: None,
        author,
    }
}

fn detail(detail: &Value) -> ErrorDetail {
    ErrorDetail {
        field: detail.get("field").and_then(text),
        rejected_value: detail.get("rejectedValue").filter(|value| !value.is_null()).cloned(),
        message: detail.get("message").and_then(text),
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}
