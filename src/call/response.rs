//! An answer: read to its end by [`exchange`], and read as a value by the functions that a built request names.

// Which of those are used depends on the areas of the API that are switched on.
#![allow(dead_code)]

use std::pin::pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde::de::{DeserializeOwned, Error as _};
use tokio::time::{Instant, timeout_at};
use tracing::warn;

use super::encoding;
use super::json_path::json_path;
use crate::error::TransportCause;
use crate::generated::raw::ByteStream;
use crate::{json, redact};

/// No answer of the API is longer; a page of 100 transactions is some 100 KB.
const LONGEST: usize = 64 << 20;

/// An answer.
pub(crate) struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Empty where it is streamed.
    pub(crate) body: Bytes,
    /// A success whose body is streamed.
    pub(crate) streamed: Option<Box<reqwest::Response>>,
}

/// Sends, and reads the answer by `until`; `within` is that limit as a duration. `is_streamed`: a success's body is not read.
/// The status is also returned where the answer broke off after it.
pub(crate) async fn exchange(
    sending: impl Future<Output = reqwest::Result<reqwest::Response>>,
    until: Instant,
    within: Duration,
    is_streamed: bool,
) -> (Result<Response, TransportCause>, Option<StatusCode>) {
    let mut status = None;
    // One time limit for both, because each sets a timer.
    let received = {
        let receiving = pin!(receive(sending, &mut status, is_streamed));
        timeout_at(until, receiving).await
    };
    let received = match received {
        // reqwest's own time limit, which a streamed answer has, may be reported first.
        Ok(Err(TransportCause::Broken(error))) if error.is_timeout() && Instant::now() >= until => None,
        received => received.ok(),
    };
    (received.unwrap_or(Err(TransportCause::TimedOut(within))), status)
}

async fn receive(
    sending: impl Future<Output = reqwest::Result<reqwest::Response>>,
    arrived: &mut Option<StatusCode>,
    is_streamed: bool,
) -> Result<Response, TransportCause> {
    let mut response = sending.await.map_err(|error| match error.is_connect() {
        true => TransportCause::NotConnected(with_origin_alone(error)),
        false => TransportCause::Broken(error.without_url()),
    })?;
    let status = response.status();
    *arrived = Some(status);
    let headers = std::mem::take(response.headers_mut());
    if is_streamed && status.is_success() {
        return match encoding::of(&headers) {
            Some(encoding) => Err(TransportCause::Encoding(encoding.to_owned())),
            None => Ok(Response { status, headers, body: Bytes::new(), streamed: Some(Box::new(response)) }),
        };
    }
    let body = encoding::decoded(&headers, read(&mut response).await?, LONGEST)?;
    Ok(Response { status, headers, body, streamed: None })
}

/// Path and query of the address may hold personal data and are removed; scheme, host and port show what cannot be
/// reached.
fn with_origin_alone(mut error: reqwest::Error) -> reqwest::Error {
    if let Some(url) = error.url_mut() {
        url.set_path("");
        url.set_query(None);
    }
    error
}

async fn read(response: &mut reqwest::Response) -> Result<Bytes, TransportCause> {
    let mut chunks = BytesMut::new();
    let mut only = None;
    while let Some(chunk) = response.chunk().await.map_err(|error| TransportCause::Broken(error.without_url()))? {
        // Most answers arrive in one piece, which is then not copied.
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
    /// A success that was kept.
    pub(crate) fn of(body: Bytes) -> Self {
        Self { status: StatusCode::OK, headers: HeaderMap::new(), body, streamed: None }
    }

    /// Whether it is a web page. LinkCy answers with one only where the answer is streamed.
    pub(super) fn is_page(&self) -> bool {
        self.content_type().starts_with("text/html") || self.body.trim_ascii_start().starts_with(b"<")
    }
}

// What generated operations need of an answer.
impl Response {
    /// Whether it has no body.
    pub(crate) fn is_empty(&self) -> bool {
        match &self.streamed {
            Some(response) => self.status == StatusCode::NO_CONTENT || response.content_length() == Some(0),
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

/// Makes a value of a success.
pub(crate) type Decode<T> = fn(&mut Response) -> Result<T, serde_json::Error>;

/// Reads a value from a body. An empty body decodes as `null`.
pub(crate) fn decode<T: DeserializeOwned>(body: &Bytes) -> Result<T, serde_json::Error> {
    let mut failure = None;
    let read = json::read_with_failure(if body.is_empty() { b"null" } else { body }, &mut failure);
    if let Some(error) = failure.filter(serde_json::Error::is_data) {
        let (path, what) = (json_path(body, &error), redact::serde_message(&error));
        warn!(target: "linkcy::call", path, what, "a part of the answer cannot be read; see `Reply::differences`");
    }
    read
}

/// Reads the value of a JSON answer.
pub(crate) fn value<T: DeserializeOwned>(response: &mut Response) -> Result<T, serde_json::Error> {
    decode(&response.body)
}

/// For an operation whose answer has no value. A web page is an error: LinkCy never answers with one.
pub(crate) fn nothing(response: &mut Response) -> Result<(), serde_json::Error> {
    if response.is_page() { Err(serde_json::Error::custom("the answer is a web page")) } else { Ok(()) }
}

/// For a stored call whose operation may have no value: reads `null` where the body is neither a `T` nor a web page.
pub(crate) fn value_or_nothing<T: DeserializeOwned>(response: &mut Response) -> Result<T, serde_json::Error> {
    decode(&response.body).or_else(|error| match nothing(response) {
        Ok(()) => decode(&Bytes::new()),
        Err(_) => Err(error),
    })
}

/// Reads a text: the body as received, or the string in a JSON answer.
pub(crate) fn text_answer(response: &mut Response) -> Result<String, serde_json::Error> {
    if response.content_type().contains("json")
        && let Ok(text) = decode::<String>(&response.body)
    {
        return Ok(text);
    }
    Ok(String::from_utf8_lossy(&response.body).into_owned())
}

/// Returns the answer's bytes as they arrive.
pub(crate) fn stream(response: &mut Response) -> Result<ByteStream, serde_json::Error> {
    let response = response.streamed.take().ok_or_else(|| serde_json::Error::custom("it was not kept open"))?;
    Ok(ByteStream::new(Box::pin(response.bytes_stream())))
}
