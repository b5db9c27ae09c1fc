//! [`Attempt`]: what one call carries through progenitor's client, and what it brings back for its end: the typed failure,
//! or the answer that progenitor decoded.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use http::HeaderMap;
use serde::de::DeserializeOwned;

use super::{Options, Reply, json_path, redact, trace};
use crate::Client;
use crate::error::{DecodeError, Error, Lost, OutcomeUnknown, blotted};
use crate::generated::raw;
use crate::operation::{OperationInfo, Repeat};
use crate::upload::Form;

/// What one call carries through progenitor's client, and what it leaves there: its typed failure.
#[derive(Clone)]
pub struct Attempt(pub(super) Arc<State>);

pub(super) struct State {
    pub(super) client: Client,
    pub(super) operation: &'static OperationInfo,
    pub(super) options: Options,
    pub(super) form: Option<Form>,
    pub(super) request_id: String,
    progress: Mutex<Progress>,
    left: Mutex<Left>,
}

/// How far a call got.
#[derive(Clone, Copy, Default)]
pub(super) struct Progress {
    /// How often it was sent.
    pub(super) attempts: u32,
    /// When the attempt left that is not known to have done nothing; none while there is no such attempt.
    pub(super) in_doubt_since: Option<SystemTime>,
}

impl State {
    pub(super) fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn left(&self) -> MutexGuard<'_, Left> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the life of the call leaves for its end.
#[derive(Default)]
pub(super) enum Left {
    #[default]
    Nothing,
    Answer(Answered),
    Failure(Error),
    /// What would have been sent.
    Request(Box<reqwest::Request>),
}

/// A success, before it is decoded.
#[derive(Default)]
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// What was sent, where an answer that cannot be read leaves the outcome unknown.
    sent: Option<reqwest::Body>,
}

impl Answered {
    pub(super) fn new(status: u16, headers: HeaderMap, body: Bytes) -> Self {
        Self { status, headers, body, sent: None }
    }
}

impl Attempt {
    pub(super) fn new(
        client: &Client,
        operation: &'static OperationInfo,
        options: Options,
        form: Option<Form>,
    ) -> Self {
        Self(Arc::new(State {
            client: client.clone(),
            operation,
            options,
            form,
            request_id: request_id(),
            progress: Mutex::default(),
            left: Mutex::default(),
        }))
    }

    /// progenitor wants a body where a form is sent; the form itself is put in its place in life.rs.
    #[allow(clippy::unused_self)]
    #[cfg_attr(not(feature = "documents"), allow(dead_code))]
    pub(crate) fn form_body(&self) -> Bytes {
        Bytes::new()
    }

    pub(super) fn leave(&self, left: Left) {
        *self.0.left() = left;
    }

    pub(super) fn take(&self) -> Left {
        std::mem::take(&mut *self.0.left())
    }

    /// Keeps what was sent until the answer is read, on a call that creates or moves.
    pub(super) fn keep_sent(&self, mut request: reqwest::Request) {
        if self.0.operation.repeat == Repeat::Never
            && let Left::Answer(answered) = &mut *self.0.left()
        {
            answered.sent = request.body_mut().take();
        }
    }

    /// Sends a request that was written before, and has `read` make its value of the answer's body.
    pub(crate) async fn send_exact<T>(
        client: &Client,
        operation: &'static OperationInfo,
        request: reqwest::Request,
        options: Options,
        read: impl FnOnce(&Bytes) -> Result<T, serde_json::Error>,
    ) -> Result<Reply<T>, Error> {
        let attempt = Self::new(client, operation, options, None);
        let life = async {
            attempt.exec(request).await;
            match attempt.take() {
                Left::Failure(error) => Err(error),
                Left::Answer(answered) => match read(&answered.body) {
                    Ok(value) => Ok(attempt.reply(answered, value)),
                    Err(error) => Err(attempt.unreadable(&answered, &answered.body, &error)),
                },
                Left::Nothing | Left::Request(_) => {
                    Err(Error::Request { operation, source: "it left no answer".into() })
                }
            }
        };
        trace::watched(&attempt, life).await
    }

    pub(super) fn conclude<T>(&self, answer: Result<raw::ResponseValue<T>, raw::Error>) -> Result<Reply<T>, Error> {
        let answered = match self.take() {
            Left::Failure(error) => return Err(error),
            Left::Answer(answered) => answered,
            Left::Nothing | Left::Request(_) => Answered::default(),
        };
        match answer {
            Ok(value) => Ok(self.reply(answered, value.into_inner())),
            Err(raw::Error::InvalidResponsePayload(body, error)) => Err(self.unreadable(&answered, &body, &error)),
            // Its address is the filled path.
            Err(raw::Error::CommunicationError(error)) => Err(self.unwritten(error.without_url())),
            Err(other) => Err(self.unwritten(other)),
        }
    }

    fn reply<T>(&self, answered: Answered, value: T) -> Reply<T> {
        let Answered { status, headers, body, .. } = answered;
        Reply { value, status, headers, body, request_id: self.0.request_id.clone() }
    }

    fn unreadable(&self, answered: &Answered, body: &Bytes, error: &serde_json::Error) -> Error {
        let state = &self.0;
        let sent_at = state.progress().in_doubt_since;
        let sent = answered.sent.as_ref().and_then(reqwest::Body::as_bytes);
        Unread {
            operation: state.operation,
            status: answered.status,
            body,
            request_id: &state.request_id,
            sent_at,
            sent,
        }
        .because(error)
    }

    fn unwritten(&self, source: impl std::error::Error + Send + Sync + 'static) -> Error {
        Error::Request { operation: self.0.operation, source: Box::new(source) }
    }
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt").field("operation", &self.0.operation.name).finish_non_exhaustive()
    }
}

impl progenitor_client::ClientHooks<Attempt> for raw::Client {
    async fn exec(
        &self,
        request: reqwest::Request,
        _: &progenitor_client::OperationInfo,
    ) -> reqwest::Result<reqwest::Response> {
        Ok(self.inner.exec(request).await)
    }
}

/// A random UUID, to find the call by in the server's logs and in ours.
fn request_id() -> String {
    uuid::Builder::from_random_bytes(fastrand::u128(..).to_be_bytes()).into_uuid().to_string()
}

/// Reads a value from a body that was kept.
pub(crate) fn decode<T: DeserializeOwned>(body: &Bytes) -> Result<T, serde_json::Error> {
    // A value that is nothing is written as nothing, which is no JSON.
    serde_json::from_slice(if body.is_empty() { b"null" } else { body })
}

/// A success whose body cannot be read, and what is known of the request it answers.
pub(crate) struct Unread<'a> {
    pub(crate) operation: &'static OperationInfo,
    pub(crate) status: u16,
    pub(crate) body: &'a Bytes,
    pub(crate) request_id: &'a str,
    pub(crate) sent_at: Option<SystemTime>,
    pub(crate) sent: Option<&'a [u8]>,
}

impl Unread<'_> {
    /// What that means: for what creates or moves that nobody knows whether it happened, since anything between here and
    /// LinkCy can answer with success; for the rest no more than it is.
    pub(crate) fn because(self, error: &serde_json::Error) -> Error {
        let Self { operation, status, body, request_id, sent_at, sent } = self;
        let unreadable = Box::new(DecodeError {
            operation,
            status,
            path: json_path::of(body, error),
            what: blotted(error),
            body: body.clone(),
            request_id: request_id.to_owned(),
        });
        match (operation.repeat, sent_at) {
            (Repeat::Never, Some(sent_at)) => Error::OutcomeUnknown(Box::new(OutcomeUnknown {
                operation,
                sent_at,
                sent: sent.and_then(redact::json),
                request_id: request_id.to_owned(),
                cause: Lost::Unreadable(unreadable),
            })),
            _ => Error::Decode(unreadable),
        }
    }
}
