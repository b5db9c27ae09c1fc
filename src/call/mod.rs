//! One call's way through the layers, from the typed method to the socket and back.
//!
//! ```text
//! client.ledgers().list()          a Call: arguments, and options set by name
//!   .await                         Call::send: the arguments are checked against the description's bounds
//!     raw.ledgers_list(..)         progenitor writes URL and body, then asks its hook to send them
//!       Attempt::exec              life.rs: bearer, SCA headers, send, classify, repeat where that is proven safe
//!     <- ResponseValue<T>          progenitor decodes what life.rs let through
//!   <- T, or Error                 a typed failure waits in the Attempt
//! ```

mod answer;
mod breaker;
mod deliver;
#[cfg(feature = "transactions")]
mod find;
mod json_path;
pub mod layer;
mod life;
mod pressure;
mod redact;
mod retry;
mod trace;

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::HeaderMap;
use serde::de::DeserializeOwned;
use tracing::Instrument;

pub(crate) use self::answer::excerpt;
pub use self::breaker::CircuitBreaker;
#[allow(unused_imports)]
pub(crate) use self::deliver::{decoded, emptied, streamed};
#[cfg(feature = "transactions")]
pub use self::find::{FoundTransfer, Transfer};
pub use self::layer::{Layer, Recorder};
pub(crate) use self::pressure::{Gate, Limits};
pub use self::retry::RetryPolicy;
use crate::Client;
use crate::auth::session::WeakSession;
use crate::error::{DecodeError, Error, blotted};
use crate::generated::raw;
use crate::operation::OperationInfo;
use crate::sca::{Plan, PreparedCall, ScaPolicy};
use crate::types::Timestamp;
use crate::types::check::{Path, Violation};
use crate::upload::Form;

/// What an operation is called with, and how: implemented by the generated calls only.
pub trait Operation: Send + Sync {
    /// What it gives.
    type Output: Send;

    /// Its row of the operation table.
    const INFO: &'static OperationInfo;

    /// Looks for arguments that break a bound of the description.
    ///
    /// # Errors
    /// The first such bound.
    #[doc(hidden)]
    fn check(&self, at: &mut Path) -> Result<(), Violation> {
        let _ = at;
        Ok(())
    }

    /// The multipart form, where it sends one.
    #[doc(hidden)]
    fn form(&self) -> Option<Form> {
        None
    }

    /// progenitor's method.
    #[doc(hidden)]
    fn send<'s>(&'s self, raw: &'s raw::Client) -> Sending<'s, Self::Output>;
}

/// A call of progenitor's method, under way. In a box: a future of its own kind for each operation took longer to compile
/// than the rest of the operation.
#[doc(hidden)]
pub type Sending<'s, T> = Pin<Box<dyn Future<Output = Result<raw::ResponseValue<T>, raw::Error>> + Send + 's>>;

/// An operation that takes SCA headers: only its calls have [`Call::sca`].
pub trait TakesSca: Operation {}

/// A list operation: see [`Call::pages`] and [`Call::stream`].
pub trait Paged: Operation<Output = crate::types::Page<Self::Item>> + Clone {
    /// What it lists.
    type Item: Send;

    /// The arguments that say which page.
    #[doc(hidden)]
    fn place(&mut self) -> Place<'_>;
}

/// The arguments of a list that say which page.
#[doc(hidden)]
pub struct Place<'a> {
    pub page: &'a mut Option<i32>,
    pub size: &'a mut Option<i32>,
    pub window: Option<Window<'a>>,
}

/// The arguments of a list that can be walked by creation date.
#[doc(hidden)]
pub struct Window<'a> {
    pub start: &'a mut Option<Timestamp>,
    pub end: &'a mut Option<Timestamp>,
    /// Whether the rows come oldest first.
    pub ascends: bool,
}

/// A call that is ready to go: set what is optional by name, then `.await` it.
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<'c, O> {
    pub(crate) client: &'c Client,
    pub(crate) arguments: O,
    pub(crate) options: Options,
}

/// What one call does otherwise than its client.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub(crate) sca: Option<ScaPolicy>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) once: bool,
    /// The SCA headers, where they are settled: a pending or prepared call.
    pub(crate) plan: Option<Plan>,
    /// The session whose login or refresh this is.
    pub(crate) session: Option<WeakSession>,
    /// `type_name` of the value, for what outlives the call.
    pub(crate) output: &'static str,
    /// Nothing is sent: the request is left as it would leave.
    pub(crate) capture: bool,
}

/// A call's value with the answer it came in.
#[derive(Clone)]
#[non_exhaustive]
pub struct Reply<T> {
    /// The value.
    pub value: T,
    /// HTTP status.
    pub status: u16,
    /// The answer's headers.
    pub headers: HeaderMap,
    /// The body as it came, with whatever the value's type does not know. Empty where it was streamed.
    pub body: Bytes,
    /// The id the call was sent with (`X-Request-Id`).
    pub request_id: String,
}

/// Without the body, which holds in clear what the value's type hides.
impl<T: fmt::Debug> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("value", &self.value)
            .field("status", &self.status)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

impl<'c, O: Operation> Call<'c, O> {
    pub(crate) fn new(client: &'c Client, arguments: O) -> Self {
        Self { client, arguments, options: Options::default() }
    }

    /// How long one attempt may take, instead of the client's time-out.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// How long the whole call may take, refreshes and repetitions included, instead of the client's deadline.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.options.deadline = Some(deadline);
        self
    }

    /// Sends it at most once, whatever happens to it.
    pub fn once(mut self) -> Self {
        self.options.once = true;
        self
    }

    /// Makes the call. The same as `.await`, but the answer comes with the value.
    ///
    /// # Errors
    /// See [`Error`], and the operation's documented codes.
    pub async fn send(self) -> Result<Reply<O::Output>, Error> {
        let operation = O::INFO;
        self.arguments
            .check(&mut Path::default())
            .map_err(|violation| Error::Invalid { operation, violation: Box::new(violation) })?;
        let options = Options { output: std::any::type_name::<O::Output>(), ..self.options };
        let attempt = Attempt::new(self.client, operation, options, self.arguments.form());
        let raw = raw::Client::new_with_client(
            self.client.environment().origin(),
            self.client.http().clone(),
            attempt.clone(),
        );
        let mut watch = trace::Watch::start(&attempt);
        let answer = self.arguments.send(&raw).instrument(watch.span.clone()).await;
        let concluded = attempt.conclude(answer);
        match &concluded {
            Ok(reply) => watch.end(Some(reply.status), None),
            Err(error) => watch.end(error.status(), Some(error)),
        }
        concluded
    }
}

impl<O: TakesSca> Call<'_, O> {
    /// The SCA policy of this call, instead of its client's.
    pub fn sca(mut self, policy: ScaPolicy) -> Self {
        self.options.sca = Some(policy);
        self
    }

    /// Writes the call and sends nothing: its bytes can then be signed on a phone and sent, from another process if need
    /// be, by [`Client::send_prepared`]. Time-out, deadline and policy set on the call have no effect.
    ///
    /// # Errors
    /// When the arguments break a bound of the description, or cannot be written.
    pub async fn prepare(self) -> Result<PreparedCall<O::Output>, Error> {
        let operation = O::INFO;
        self.arguments
            .check(&mut Path::default())
            .map_err(|violation| Error::Invalid { operation, violation: Box::new(violation) })?;
        let options = Options { capture: true, ..Options::default() };
        let attempt = Attempt::new(self.client, operation, options, None);
        let raw = raw::Client::new_with_client(
            self.client.environment().origin(),
            self.client.http().clone(),
            attempt.clone(),
        );
        // What comes of it is in `attempt`: nothing was sent, so there is no answer.
        let answer = self.arguments.send(&raw).await;
        match attempt.take() {
            Left::Request(request) => Ok(PreparedCall::new(operation, &request)),
            _ => Err(attempt
                .conclude(answer)
                .err()
                .unwrap_or_else(|| Error::Request { operation, source: "it was not handed over".into() })),
        }
    }
}

impl<'c, O: Operation + 'c> IntoFuture for Call<'c, O> {
    type Output = Result<O::Output, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'c>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { Ok(self.send().await?.value) })
    }
}

impl<O: Operation> fmt::Debug for Call<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("operation", &O::INFO.name).finish_non_exhaustive()
    }
}

/// What one call carries through progenitor's client, and what it leaves there: its typed failure.
#[derive(Clone)]
pub struct Attempt(Arc<State>);

struct State {
    client: Client,
    operation: &'static OperationInfo,
    options: Options,
    form: Option<Form>,
    request_id: String,
    progress: Mutex<Progress>,
    left: Mutex<Left>,
}

/// How far a call got.
#[derive(Clone, Copy, Default)]
struct Progress {
    /// How often it was sent.
    attempts: u32,
    /// When the attempt left that is not known to have done nothing; none while there is no such attempt.
    in_doubt_since: Option<SystemTime>,
}

impl State {
    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the life of the call leaves for its end.
#[derive(Default)]
enum Left {
    #[default]
    Nothing,
    Answer {
        status: u16,
        headers: HeaderMap,
        body: Bytes,
    },
    Failure(Error),
    /// What would have been sent.
    Request(Box<reqwest::Request>),
}

impl Attempt {
    fn new(client: &Client, operation: &'static OperationInfo, options: Options, form: Option<Form>) -> Self {
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

    fn leave(&self, left: Left) {
        *self.0.left.lock().unwrap_or_else(PoisonError::into_inner) = left;
    }

    fn take(&self) -> Left {
        std::mem::take(&mut *self.0.left.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sends a request that was written before. What it answers is not decoded.
    pub(crate) async fn send_exact(
        client: &Client,
        operation: &'static OperationInfo,
        request: reqwest::Request,
        options: Options,
    ) -> Result<Reply<Bytes>, Error> {
        let attempt = Self::new(client, operation, options, None);
        attempt.exec(request).await;
        match attempt.take() {
            Left::Failure(error) => Err(error),
            Left::Answer { status, headers, body } => {
                let request_id = attempt.0.request_id.clone();
                Ok(Reply { value: body.clone(), status, headers, body, request_id })
            }
            Left::Nothing | Left::Request(_) => Err(Error::Request { operation, source: "it left no answer".into() }),
        }
    }

    fn conclude<T>(&self, answer: Result<raw::ResponseValue<T>, raw::Error>) -> Result<Reply<T>, Error> {
        let (status, headers, body) = match self.take() {
            Left::Failure(error) => return Err(error),
            Left::Answer { status, headers, body } => (status, headers, body),
            Left::Nothing | Left::Request(_) => (0, HeaderMap::new(), Bytes::new()),
        };
        let request_id = self.0.request_id.clone();
        match answer {
            Ok(value) => Ok(Reply { status, headers, body, request_id, value: value.into_inner() }),
            Err(raw::Error::InvalidResponsePayload(body, error)) => {
                Err(unreadable(self.0.operation, status, &body, &error, &request_id))
            }
            // Its address is the filled path.
            Err(raw::Error::CommunicationError(error)) => Err(self.unwritten(error.without_url())),
            Err(other) => Err(self.unwritten(other)),
        }
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

/// Reads a value from a body that was kept, for answers that come after the call.
pub(crate) fn decode<T: DeserializeOwned>(
    operation: &'static OperationInfo,
    status: u16,
    body: &Bytes,
    request_id: &str,
) -> Result<T, Error> {
    // A value that is nothing is written as nothing, which is no JSON.
    let body = if body.is_empty() { &Bytes::from_static(b"null") } else { body };
    serde_json::from_slice(body).map_err(|error| unreadable(operation, status, body, &error, request_id))
}

fn unreadable(
    operation: &'static OperationInfo,
    status: u16,
    body: &Bytes,
    error: &serde_json::Error,
    request_id: &str,
) -> Error {
    Error::Decode(Box::new(DecodeError {
        operation,
        status,
        path: json_path::of(body, error),
        what: blotted(error),
        body: body.clone(),
        request_id: request_id.to_owned(),
    }))
}
