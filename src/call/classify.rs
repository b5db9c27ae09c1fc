//! [`classify`]: what an answer means, from the operation and the answer alone. docs/CALLS.md says why.

use http::StatusCode;
use serde_json::Value;

use super::response::Response;
use crate::error::{ApiError, ScaError, TransportCause};
use crate::operation::{OperationInfo, Repeat};
use crate::sca;

/// What an answer means.
pub(super) enum Verdict {
    /// 2xx, or a redirect where that is the success: its value can be read.
    Success,
    /// LinkCy holds the call until the end-user has decided.
    Pending,
    /// Refused for a reason of strong authentication.
    Sca(ScaError),
    /// The token was not accepted.
    Unauthorized(ApiError),
    /// It was put off: the same call may succeed later.
    TryLater(ApiError),
    /// There is an answer, but it does not settle whether LinkCy executed the call.
    Unsettled(TransportCause),
    /// LinkCy did not do it.
    Refused(ApiError),
}

/// Whose answer it is, as far as its body shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Author {
    /// LinkCy itself: only it has error codes, and an `error` that begins with `linkcy.`. A status that leaves open whether
    /// the call was done counts as its word only with a code, which every documented 5xx has.
    LinkCy,
    /// JSON of the documented shape, as LinkCy's server framework writes it, and others do.
    Framework,
    /// A gateway, a firewall, a captive portal, or nobody: a page, other JSON, or no body.
    Foreign,
}

impl Author {
    pub(super) fn of(status: StatusCode, body: Option<&Value>) -> Self {
        let text = |key: &str| body?.get(key)?.as_str();
        let is_documented =
            body.is_some_and(|body| ["errorCode", "error", "details"].iter().any(|key| body.get(key).is_some()));
        match text("error").is_some_and(|error| error.starts_with("linkcy.")) {
            _ if text("errorCode").is_some() => Self::LinkCy,
            true if !leaves_open(status) => Self::LinkCy,
            _ if is_documented => Self::Framework,
            _ => Self::Foreign,
        }
    }
}

/// What an answer to an operation means.
pub(super) fn classify(operation: &'static OperationInfo, response: &Response, request_id: &str) -> Verdict {
    let status = response.status;
    if status == StatusCode::ACCEPTED && operation.sca.is_some_and(|headers| headers.pending) {
        return Verdict::Pending;
    }
    if status.is_success() || (operation.redirects && status.is_redirection()) {
        return Verdict::Success;
    }
    let error = response.api_error(operation, request_id);
    if let Some(code) = error.code.clone().filter(|code| sca::remedy(code).is_some()) {
        return Verdict::Sca(ScaError { code, answer: error });
    }
    match (operation.repeat, status) {
        // These mean that the call was not executed, whoever answered.
        (_, StatusCode::UNAUTHORIZED) => Verdict::Unauthorized(error),
        (_, StatusCode::TOO_MANY_REQUESTS) => Verdict::TryLater(error),
        (Repeat::Never, _) if !is_settled(status, error.author) => {
            let (status, excerpt) = (status.as_u16(), crate::redact::excerpt(&response.body));
            Verdict::Unsettled(TransportCause::Gateway { status, excerpt })
        }
        (Repeat::Safe | Repeat::Idempotent, _) if matches!(status.as_u16(), 408 | 502..=504) => {
            Verdict::TryLater(error)
        }
        _ => Verdict::Refused(error),
    }
}

/// Whether an answer settles that a call which creates or moves something did not. A gateway does not know that, nor does a
/// framework that answers for code which stopped midway.
fn is_settled(status: StatusCode, author: Author) -> bool {
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
