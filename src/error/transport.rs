//! What is known without a readable answer: nothing sent, nothing changed, or unknown.

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;

use super::Error;
use crate::call::json_path;
use crate::operation::{OperationInfo, Repeat};
use crate::reason::causes;
use crate::redact;

/// What is known of a request that gives no value.
pub(crate) struct SentRequest<'a> {
    pub(crate) operation: &'static OperationInfo,
    pub(crate) attempts: u32,
    pub(crate) request_id: &'a str,
    /// When it left, if it may have taken effect.
    pub(crate) sent_at: Option<SystemTime>,
    pub(crate) body: Option<&'a [u8]>,
}

impl SentRequest<'_> {
    /// The error when no answer arrived: an unknown outcome if the operation creates or moves something, else a transport
    /// error.
    pub(crate) fn lost(self, cause: TransportCause) -> Error {
        let Self { operation, attempts, request_id, sent_at, body } = self;
        let request_id = request_id.to_owned();
        match (operation.repeat, sent_at, cause) {
            (Repeat::Never, Some(sent_at), cause) if !cause.is_unsent() => {
                let sent = body.and_then(redact::json_body);
                Error::OutcomeUnknown(Box::new(OutcomeUnknown { operation, sent_at, sent, request_id, cause }))
            }
            (_, _, TransportCause::Unreadable(unreadable)) => Error::Decode(unreadable),
            (_, _, cause) => Error::Transport(Box::new(TransportError { operation, attempts, request_id, cause })),
        }
    }

    /// The error when a success cannot be read. Any proxy between here and LinkCy can answer with success.
    pub(crate) fn unreadable(self, status: u16, body: &Bytes, error: &serde_json::Error) -> Error {
        let unreadable = DecodeError {
            operation: self.operation,
            status,
            path: json_path(body, error),
            what: redact::serde_message(error),
            body: body.clone(),
            request_id: self.request_id.to_owned(),
        };
        self.lost(TransportCause::Unreadable(Box::new(unreadable)))
    }
}

/// LinkCy was not reached or did not answer, on a call that created and moved nothing.
#[derive(Debug, thiserror::Error)]
#[error("{operation}: {cause} (tried {}, request {request_id}){}", times(.attempts), advice(.cause))]
#[non_exhaustive]
pub struct TransportError {
    /// The operation.
    pub operation: &'static OperationInfo,
    /// How often it was sent.
    pub attempts: u32,
    /// The id it was sent with (`X-Request-Id`).
    pub request_id: String,
    /// What went wrong.
    #[source]
    pub cause: TransportCause,
}

/// Why there is no readable answer of LinkCy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportCause {
    /// No connection: nothing was sent.
    #[error("no connection{}: {}", to(.0), causes(.0))]
    NotConnected(#[source] reqwest::Error),
    /// The connection broke.
    #[error("the connection broke: {}", causes(.0))]
    Broken(#[source] reqwest::Error),
    /// No answer in time.
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    /// Something between here and LinkCy answered.
    #[error("a gateway answered {status}")]
    Gateway {
        /// HTTP status.
        status: u16,
        /// The beginning of its body.
        excerpt: String,
    },
    /// The deadline passed while no request was under way that could still have an effect.
    #[error("the deadline of {0:?} passed while waiting for the session, the client's limits or a pause")]
    DeadlineExceeded(Duration),
    /// LinkCy failed several times in a row, and nothing is sent for a moment (see [`CircuitBreaker`](crate::call::CircuitBreaker)).
    #[error("nothing was sent: LinkCy failed repeatedly, and the circuit breaker stays open for another {0:?}")]
    CircuitOpen(Duration),
    /// The answer says success and cannot be read. If LinkCy sent it, the call took effect; if something else answered, that is
    /// not known.
    #[error("the answer says success ({}), but cannot be read at {}: {}", .0.status, .0.path, .0.what)]
    Unreadable(Box<DecodeError>),
    /// The answer is compressed in a way that was not asked for, or its compression is damaged.
    #[error("the answer came with the content encoding `{0}`, which was not asked for and cannot be decoded")]
    Encoding(String),
    /// The answer is longer than any the API gives.
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
}

/// Where no connection could be made to.
fn to(error: &reqwest::Error) -> String {
    error.url().map(|url| format!(" to {}", url.origin().ascii_serialization())).unwrap_or_default()
}

impl TransportCause {
    /// The last attempt did not reach LinkCy. Earlier ones of an idempotent call may have.
    pub fn is_unsent(&self) -> bool {
        matches!(self, Self::NotConnected(_) | Self::DeadlineExceeded(_) | Self::CircuitOpen(_))
    }

    /// HTTP status of a gateway's answer, or of a success that cannot be read.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Gateway { status, .. } => Some(*status),
            Self::Unreadable(answer) => Some(answer.status),
            _ => None,
        }
    }

    /// A time limit passed.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::TimedOut(_) | Self::DeadlineExceeded(_))
    }
}

fn times(attempts: &u32) -> String {
    if *attempts == 1 { "once".to_owned() } else { format!("{attempts} times") }
}

fn advice(cause: &TransportCause) -> &'static str {
    match cause {
        TransportCause::NotConnected(_) => "; check the address and the network",
        TransportCause::Gateway { .. } => "; if this persists, check that the address is LinkCy's",
        _ => "",
    }
}

/// An operation that may have happened or not.
///
/// It is not a failure: to send it again may do it twice. Find out first: [`Display`](fmt::Display) names the operation
/// to use; for a transfer [`Client::find_transfer`](crate::Client::find_transfer) does it.
#[derive(Debug, thiserror::Error)]
#[error(
    "{operation}: it may have happened or not ({cause}, sent {}, request {request_id}); before sending it again {}",
    httpdate::fmt_http_date(*.sent_at), where_to_look(self)
)]
#[non_exhaustive]
pub struct OutcomeUnknown {
    /// The operation.
    pub operation: &'static OperationInfo,
    /// When it was sent, by this machine's clock.
    pub sent_at: SystemTime,
    /// What was sent: the JSON with every text but ids replaced, so that it may be logged. `None` for forms.
    pub sent: Option<String>,
    /// The id it was sent with (`X-Request-Id`).
    pub request_id: String,
    /// What became of the answer.
    #[source]
    pub cause: TransportCause,
}

impl OutcomeUnknown {
    /// The operation whose answer shows what happened: the list of what was to be created, or a read of it.
    pub fn look_at(&self) -> Option<&'static OperationInfo> {
        let (handle, _) = self.operation.name.split_once('.')?;
        let reads = |verb| crate::OPERATIONS.iter().find(|other| other.name.split_once('.') == Some((handle, verb)));
        reads("list").or_else(|| reads("get"))
    }
}

fn where_to_look(unknown: &OutcomeUnknown) -> String {
    match unknown.look_at() {
        Some(operation) => format!("look with {operation} for what it would have done since then"),
        None => "look for what it would have done".to_owned(),
    }
}

/// A success whose body cannot be read.
///
/// serde's own error quotes the answer, which may hold personal data, so only its message without values is kept.
#[derive(thiserror::Error)]
#[error(
    "{operation}: LinkCy answered with success ({status}), but the answer cannot be read at {path}: {what} (request {request_id})"
)]
#[non_exhaustive]
pub struct DecodeError {
    /// The operation.
    pub operation: &'static OperationInfo,
    /// HTTP status.
    pub status: u16,
    /// Where in the JSON, as `content[3].amount`.
    pub path: String,
    /// What is wrong there, without the value.
    pub what: String,
    /// The answer as received; not shown by `Debug`.
    pub body: Bytes,
    /// The id it was sent with (`X-Request-Id`).
    pub request_id: String,
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DecodeError({:?})", self.to_string())
    }
}
