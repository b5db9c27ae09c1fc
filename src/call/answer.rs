//! Reads an answer once and says what it is: a value to decode, a refusal, or no answer of LinkCy's at all.

use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::retry::retry_after;
use crate::error::{ApiError, ErrorDetail, Lost};
use crate::operation::OperationInfo;
use crate::types::{ErrorCode, Timestamp};

/// No answer of the API is longer; a page of 100 transactions is some 100 KB.
const LONGEST: usize = 64 << 20;

/// How much of a foreign body an error shows.
const EXCERPT: usize = 200;

/// An answer, read to its end.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Answer {
    pub(super) async fn read(response: &mut reqwest::Response) -> Result<Self, Lost> {
        let mut chunks = BytesMut::new();
        let mut only = None;
        while let Some(chunk) = response.chunk().await.map_err(|error| Lost::Broken(error.without_url()))? {
            // Most answers come in one piece, which is then not copied.
            match only.take() {
                None if chunks.is_empty() => only = Some(chunk),
                first => {
                    chunks.extend_from_slice(&first.unwrap_or_default());
                    chunks.extend_from_slice(&chunk);
                }
            }
            if chunks.len() > LONGEST {
                return Err(Lost::TooLong(LONGEST));
            }
        }
        let body = only.unwrap_or_else(|| chunks.freeze());
        Ok(Self { status: response.status(), headers: std::mem::take(response.headers_mut()), body })
    }

    pub(super) fn retry_after(&self) -> Option<Duration> {
        retry_after(&self.headers, SystemTime::now())
    }

    /// The documented error body, or what can be told without it.
    pub(super) fn error(&self, operation: &'static OperationInfo, request_id: &str) -> ApiError {
        let body: Option<Value> = crate::json::read(&self.body).ok().filter(is_documented);
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
            retry_after: self.retry_after(),
            request_id: request_id.to_owned(),
            excerpt: (body.is_none() && !self.body.is_empty()).then(|| self.excerpt()),
            remark: None,
            is_linkcys_word: is_linkcys_word(self.status, body.as_ref()),
        }
    }

    /// The beginning of the body, printable, without anything that looks like a secret.
    pub(super) fn excerpt(&self) -> String {
        excerpt(&self.body)
    }
}

/// The beginning of a body that is not LinkCy's, printable, without anything that looks like a secret.
pub(crate) fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(4 * EXCERPT)]);
    let words = text.split_whitespace().map(|word| {
        let longest_run = word.split(|c: char| !c.is_ascii_alphanumeric()).map(str::len).max();
        // Tokens, IBANs and card numbers are long runs; prose is not.
        if longest_run.unwrap_or_default() > 15 || word.chars().filter(char::is_ascii_digit).count() > 6 {
            "…"
        } else {
            word
        }
    });
    let plain = words.collect::<Vec<_>>().join(" ");
    plain.chars().filter(|c| !c.is_control()).take(EXCERPT).collect()
}

/// Whether LinkCy itself says so, rather than something in front of it or its framework: only LinkCy has error codes. Its
/// refusals may come without one, and then bear an `error` such as `linkcy.unauthorized`. A status that leaves open whether
/// it was done counts only with a code, which every documented 5xx has.
fn is_linkcys_word(status: StatusCode, body: Option<&Value>) -> bool {
    let text = |key: &str| body?.get(key)?.as_str();
    let is_open = status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT;
    text("errorCode").is_some() || (!is_open && text("error").is_some_and(|error| error.starts_with("linkcy.")))
}

/// Every error body of the description has a status or an `error`, and 404 and 409 a code.
fn is_documented(body: &Value) -> bool {
    body.is_object() && ["errorCode", "error", "details"].iter().any(|key| body.get(key).is_some())
}

fn detail(value: &Value) -> ErrorDetail {
    let text = |key: &str| value.get(key)?.as_str().map(str::to_owned);
    ErrorDetail {
        field: text("field"),
        rejected_value: value.get("rejectedValue").filter(|value| !value.is_null()).cloned(),
        message: text("message"),
    }
}
