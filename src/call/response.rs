//! [`exchange`]: sends one attempt's request and reads the answer to its end; and the documented error body.

use std::pin::pin;
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::classify::Author;
use super::encoding;
use crate::clock::retry_after;
use crate::error::{ApiError, ErrorDetail, TransportCause};
use crate::operation::OperationInfo;
use crate::types::{ErrorCode, Timestamp};
use crate::{json, redact};

/// No answer of the API is longer; a page of 100 transactions is some 100 KB.
const LONGEST: usize = 64 << 20;

/// What came back for a request.
pub(super) enum Received {
    Complete(Response),
    /// A success whose body is taken as it comes.
    Open(reqwest::Response),
    /// No answer, or one that broke off after its status.
    Lost(TransportCause, Option<StatusCode>),
}

impl Received {
    pub(super) fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Complete(response) => Some(response.status),
            Self::Open(response) => Some(response.status()),
            Self::Lost(_, status) => *status,
        }
    }
}

/// An answer, read to its end.
pub(super) struct Response {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Of the address, path and query may hold personal data; scheme, host and port say where nobody listens.
fn with_origin_alone(mut error: reqwest::Error) -> reqwest::Error {
    if let Some(url) = error.url_mut() {
        url.set_path("");
        url.set_query(None);
    }
    error
}

/// Sends, and reads the answer by `until`; `within` is that limit as a duration. `is_open`: a success's body is not read.
pub(super) async fn exchange(
    sending: impl Future<Output = reqwest::Result<reqwest::Response>>,
    until: Instant,
    within: Duration,
    is_open: bool,
) -> Received {
    let mut status = None;
    // One time limit for both, because each sets a timer.
    let received = {
        let receiving = pin!(receive(sending, &mut status, is_open));
        timeout_at(until, receiving).await
    };
    received.unwrap_or_else(|_| Received::Lost(TransportCause::TimedOut(within), status))
}

async fn receive(
    sending: impl Future<Output = reqwest::Result<reqwest::Response>>,
    arrived: &mut Option<StatusCode>,
    is_open: bool,
) -> Received {
    let mut response = match sending.await {
        Ok(response) => response,
        Err(error) if error.is_connect() => {
            return Received::Lost(TransportCause::NotConnected(with_origin_alone(error)), None);
        }
        Err(error) => return Received::Lost(TransportCause::Broken(error.without_url()), None),
    };
    let status = response.status();
    *arrived = Some(status);
    if is_open && status.is_success() {
        return match encoding::of(response.headers()) {
            None => Received::Open(response),
            Some(encoding) => Received::Lost(TransportCause::Encoding(encoding.to_owned()), Some(status)),
        };
    }
    let headers = std::mem::take(response.headers_mut());
    match read(&mut response).await {
        Ok(body) => match encoding::decoded(&headers, body, LONGEST) {
            Ok(body) => Received::Complete(Response { status, headers, body }),
            Err(cause) => Received::Lost(cause, Some(status)),
        },
        Err(cause) => Received::Lost(cause, Some(status)),
    }
}

async fn read(response: &mut reqwest::Response) -> Result<Bytes, TransportCause> {
    let mut chunks = BytesMut::new();
    let mut only = None;
    while let Some(chunk) = response.chunk().await.map_err(|error| TransportCause::Broken(error.without_url()))? {
        // Most answers come in one piece, which is then not copied.
        match only.take() {
            None if chunks.is_empty() => only = Some(chunk),
            first => {
                chunks.extend_from_slice(&first.unwrap_or_default());
                chunks.extend_from_slice(&chunk);
            }
        }
        if chunks.len() > LONGEST {
            return Err(TransportCause::TooLong(LONGEST));
        }
    }
    Ok(only.unwrap_or_else(|| chunks.freeze()))
}

impl Response {
    /// The documented error body, or what can be told without it.
    pub(super) fn api_error(&self, operation: &'static OperationInfo, request_id: &str) -> ApiError {
        let body: Option<Value> = json::read(&self.body).ok();
        let author = Author::of(self.status, body.as_ref());
        let body = body.filter(|_| author != Author::Foreign);
        let text = |key: &str| body.as_ref()?.get(key)?.as_str().map(str::to_owned);
        let details = body.as_ref().and_then(|body| body.get("details")?.as_array());
        ApiError {
            operation,
            status: self.status.as_u16(),
            code: text("errorCode").map(ErrorCode::from),
            message: text("message"),
            details: details.into_iter().flatten().map(detail).collect(),
            timestamp: body
                .as_ref()
                .and_then(|body| serde_json::from_value::<Timestamp>(body.get("timestamp")?.clone()).ok()),
            retry_after: retry_after(&self.headers, SystemTime::now()),
            request_id: request_id.to_owned(),
            excerpt: (body.is_none() && !self.body.is_empty()).then(|| redact::excerpt(&self.body)),
            remark: None,
            author,
        }
    }
}

fn detail(value: &Value) -> ErrorDetail {
    let text = |key: &str| value.get(key)?.as_str().map(str::to_owned);
    ErrorDetail {
        field: text("field"),
        rejected_value: value.get("rejectedValue").filter(|value| !value.is_null()).cloned(),
        message: text("message"),
    }
}
