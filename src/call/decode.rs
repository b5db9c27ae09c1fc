//! From a success to its value, or to the error that says at which JSON path it cannot be read.

// Which decoders are used depends on the areas of the API that are switched on.
#![allow(dead_code)]

use std::time::SystemTime;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde::de::{DeserializeOwned, Error as _};
use tracing::warn;

use super::json_path;
use super::response::Response;
use crate::error::{DecodeError, Error, OutcomeUnknown, TransportCause};
use crate::generated::raw::ByteStream;
use crate::operation::{OperationInfo, Repeat};
use crate::{json, redact};

/// Makes a value of a success.
pub(crate) type Decode<T> = fn(&mut Success) -> Result<T, serde_json::Error>;

/// An answer of success, before its value is read.
pub(crate) struct Success {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// Empty where it is streamed.
    pub(super) body: Bytes,
    /// The response whose body is streamed, where the operation gives bytes.
    pub(super) streamed: Option<Box<reqwest::Response>>,
}

impl Success {
    pub(super) fn complete(Response { status, headers, body }: Response) -> Self {
        Self { status, headers, body, streamed: None }
    }

    pub(super) fn streamed(mut response: reqwest::Response) -> Self {
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        Self { status, headers, body: Bytes::new(), streamed: Some(Box::new(response)) }
    }

    /// The body as it came.
    pub(crate) fn body(&self) -> &Bytes {
        &self.body
    }

    /// Whether it has no body.
    pub(crate) fn is_empty(&self) -> bool {
        match &self.streamed {
            Some(response) => response.status() == StatusCode::NO_CONTENT || response.content_length() == Some(0),
            None => self.body.is_empty(),
        }
    }

    pub(crate) fn status(&self) -> u16 {
        self.status.as_u16()
    }

    pub(crate) fn bytes(&self) -> Bytes {
        self.body.clone()
    }

    fn content_type(&self) -> &str {
        self.headers.get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default()
    }
}

/// Reads a value from a body that was kept. An empty body decodes as `null`.
pub(crate) fn decode<T: DeserializeOwned>(body: &Bytes) -> Result<T, serde_json::Error> {
    let (value, failure) = json::read_telling(if body.is_empty() { b"null" } else { body })?;
    if let Some(error) = failure.filter(serde_json::Error::is_data) {
        let (path, what) = (json_path::of(body, &error), redact::serde_message(&error));
        warn!(target: "linkcy::call", path, what, "a part of the answer cannot be read; see `Reply::differences`");
    }
    Ok(value)
}

/// Reads the value of a JSON answer.
pub(crate) fn value<T: DeserializeOwned>(success: &mut Success) -> Result<T, serde_json::Error> {
    decode(&success.body)
}

/// For an operation whose answer has no value. A web page is not its answer: LinkCy answers with none.
pub(crate) fn nothing(success: &mut Success) -> Result<(), serde_json::Error> {
    let is_page = success.content_type().starts_with("text/html") || success.body.trim_ascii_start().starts_with(b"<");
    if is_page { Err(serde_json::Error::custom("the answer is a web page")) } else { Ok(()) }
}

/// Reads a text: as it came, or the one that a JSON answer holds.
pub(crate) fn text_answer(success: &mut Success) -> Result<String, serde_json::Error> {
    if success.content_type().contains("json")
        && let Ok(text) = decode::<String>(&success.body)
    {
        return Ok(text);
    }
    Ok(String::from_utf8_lossy(&success.body).into_owned())
}

/// Hands over the answer's bytes as they come.
pub(crate) fn stream(success: &mut Success) -> Result<ByteStream, serde_json::Error> {
    let response = success.streamed.take().ok_or_else(|| serde_json::Error::custom("it was not kept open"))?;
    Ok(ByteStream::new(Box::pin(response.bytes_stream())))
}

/// A success whose body cannot be read, and what is known of the request it answers.
pub(crate) struct UnreadableSuccess<'a> {
    pub(crate) operation: &'static OperationInfo,
    pub(crate) status: u16,
    pub(crate) body: &'a Bytes,
    pub(crate) request_id: &'a str,
    pub(crate) sent_at: Option<SystemTime>,
    pub(crate) sent: Option<&'a [u8]>,
}

impl UnreadableSuccess<'_> {
    /// An unknown outcome for what creates or moves, since anything between here and LinkCy can answer with success; a
    /// [`DecodeError`] for the rest.
    pub(crate) fn into_error(self, error: &serde_json::Error) -> Error {
        let Self { operation, status, body, request_id, sent_at, sent } = self;
        let unreadable = Box::new(DecodeError {
            operation,
            status,
            path: json_path::of(body, error),
            what: redact::serde_message(error),
            body: body.clone(),
            request_id: request_id.to_owned(),
        });
        match (operation.repeat, sent_at) {
            (Repeat::Never, Some(sent_at)) => Error::OutcomeUnknown(Box::new(OutcomeUnknown {
                operation,
                sent_at,
                sent: sent.and_then(redact::json_body),
                request_id: request_id.to_owned(),
                cause: TransportCause::Unreadable(unreadable),
            })),
            _ => Error::Decode(unreadable),
        }
    }
}
