//! [`Attempt`]: one call on its way, from the request that progenitor wrote to the value read from its answer.

use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use reqwest::{Request, Response};
use serde::de::DeserializeOwned;
use tracing::Instrument;

use super::trace::Watch;
use super::written::Read;
use super::{Options, Reply, json_path, redact};
use crate::Client;
use crate::error::{DecodeError, Error, Lost, OutcomeUnknown, blotted};
use crate::json;
use crate::operation::{OperationInfo, Repeat};
use crate::sca::Plan;
use crate::upload::Form;

/// One call under way.
pub(crate) struct Attempt<'c> {
    pub(super) client: &'c Client,
    pub(super) operation: &'static OperationInfo,
    pub(super) options: Options,
    /// Its SCA headers.
    pub(super) plan: Plan,
    pub(super) form: Option<Form>,
    pub(super) request_id: String,
    progress: Mutex<Progress>,
}

/// How far a call got.
#[derive(Clone, Copy, Default)]
pub(super) struct Progress {
    /// How often it was sent.
    pub(super) attempts: u32,
    /// When the attempt left that is not known to have done nothing; none while there is no such attempt.
    pub(super) in_doubt_since: Option<SystemTime>,
}

/// A success, before its value is read.
pub(crate) struct Answered {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// Empty where it is streamed.
    pub(super) body: Bytes,
    /// Where the body is taken as it comes.
    pub(super) streamed: Option<Box<Response>>,
}

impl Answered {
    pub(super) fn streamed(mut response: Response) -> Self {
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        Self { status, headers, body: Bytes::new(), streamed: Some(Box::new(response)) }
    }

    /// The body as it came.
    pub(crate) fn body(&self) -> &Bytes {
        &self.body
    }
}

impl<'c> Attempt<'c> {
    pub(crate) fn new(
        client: &'c Client,
        operation: &'static OperationInfo,
        options: Options,
        plan: Plan,
        form: Option<Form>,
    ) -> Self {
        Self { client, operation, options, plan, form, request_id: request_id(), progress: Mutex::default() }
    }

    pub(super) fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a request to its end.
    // A future holds what it is given twice, once as an argument and once as a variable: so it is given references. And it
    // is made of two boxes, because allocators serve small ones from a cache.
    pub(crate) async fn send<T>(&self, request: &Request, read: Read<T>) -> Result<Reply<T>, Error> {
        let mut watch = Watch::start(self);
        let answered = self.life(request).instrument(watch.span()).await;
        let concluded = answered.and_then(|answered| self.conclude(request, answered, read));
        watch.end(concluded.as_ref().map(|reply| reply.status));
        concluded
    }

    fn life<'s>(&'s self, request: &'s Request) -> Pin<Box<dyn Future<Output = Result<Answered, Error>> + Send + 's>> {
        Box::pin(self.live(request))
    }

    fn conclude<T>(&self, sent: &Request, mut answered: Answered, read: Read<T>) -> Result<Reply<T>, Error> {
        match read(&mut answered) {
            Ok(value) => {
                let Answered { status, headers, body, .. } = answered;
                Ok(Reply { value, status: status.as_u16(), headers, body, request_id: self.request_id.clone() })
            }
            Err(error) => Err(self.unreadable(sent, &answered, &error)),
        }
    }

    fn unreadable(&self, sent: &Request, answered: &Answered, error: &serde_json::Error) -> Error {
        Unread {
            operation: self.operation,
            status: answered.status.as_u16(),
            body: &answered.body,
            request_id: &self.request_id,
            sent_at: self.progress().in_doubt_since,
            sent: sent.body().and_then(reqwest::Body::as_bytes),
        }
        .because(error)
    }
}

/// A random UUID, to find the call by in the server's logs and in ours.
fn request_id() -> String {
    let id = uuid::Builder::from_random_bytes(fastrand::u128(..).to_be_bytes()).into_uuid();
    id.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()).to_owned()
}

/// Reads a value from a body that was kept.
pub(crate) fn decode<T: DeserializeOwned>(body: &Bytes) -> Result<T, serde_json::Error> {
    // A value that is nothing is written as nothing, which is no JSON.
    json::read(if body.is_empty() { b"null" } else { body })
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
