//! One call's way through the layers, from the typed method to the socket and back.
//!
//! ```text
//! client.ledgers().list()          a Call: arguments, and options set by name
//!   .await                         Call::send: the arguments are checked against the description's bounds
//!     raw.ledgers_list(..)         progenitor writes URL and body
//!     <- Written<T>                a request, and how its answer is read
//!     Attempt::send                attempt.rs: in a span of its own
//!       live                       life.rs: bearer, SCA headers, send, repeat where that is proven safe
//!         classify                 verdict.rs: what an answer means, or its absence
//!       <- Answered                a success, read from here on as T
//!   <- T, or Error
//! ```

mod answer;
mod attempt;
mod breaker;
#[cfg(feature = "transactions")]
mod find;
mod json_path;
pub mod layer;
mod life;
mod origin;
mod parameter;
mod pressure;
mod redact;
mod retry;
mod sent;
mod trace;
mod verdict;
mod written;

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use reqwest::Request;

pub(crate) use self::answer::excerpt;
pub(crate) use self::attempt::{Answered, Attempt, Unread, decode};
pub use self::breaker::CircuitBreaker;
#[cfg(feature = "transactions")]
pub use self::find::{FoundTransfer, Transfer};
pub use self::layer::{Layer, Recorder};
pub use self::origin::Origin;
#[doc(hidden)]
pub use self::parameter::Style;
#[allow(unused_imports)]
pub(crate) use self::parameter::{form_pairs, text};
pub(crate) use self::pressure::{Gate, Limits};
pub use self::retry::RetryPolicy;
pub use self::sent::Sent;
use self::written::Read;
pub use self::written::Written;
#[allow(unused_imports)]
pub(crate) use self::written::{decoded, emptied, nothing, stream, streamed, text_answer, value};
use crate::Client;
use crate::auth::session::WeakSession;
use crate::error::Error;
use crate::generated::raw;
use crate::operation::OperationInfo;
use crate::sca::{Plan, PreparedCall, ScaPolicy};
use crate::types::Timestamp;
use crate::types::check::{Path, Violation};
use crate::upload::Form;

/// What an operation is called with, and how: implemented by the generated calls only.
pub trait Operation: Send + Sync {
    /// What it gives.
    type Output: Send + 'static;

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
    fn write(&self, raw: &raw::Client) -> Written<Self::Output>;
}

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
    /// The session whose login or refresh this is.
    pub(crate) session: Option<WeakSession>,
    /// `type_name` of the value, for what outlives the call.
    pub(crate) output: &'static str,
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
        let started = self.start()?;
        started.attempt.send(&started.request, started.read).await
    }

    fn start(self) -> Result<Started<'c, O::Output>, Error> {
        let (request, read) = self.write()?;
        let options = Options { output: std::any::type_name::<O::Output>(), ..self.options };
        let plan = Plan::make(O::INFO, self.client.sca_policy(&options), self.client.environment())?;
        let attempt = Attempt::new(self.client, O::INFO, options, plan, self.arguments.form());
        Ok(Started { attempt, request, read })
    }

    /// Checks the arguments and has progenitor write the request.
    fn write(&self) -> Result<(Request, Read<O::Output>), Error> {
        self.arguments
            .check(&mut Path::default())
            .map_err(|violation| Error::Invalid { operation: O::INFO, violation: Box::new(violation) })?;
        let Written { request, read } = self.arguments.write(self.client.raw());
        let request = request.map_err(|error| Error::unwritten(O::INFO, error))?;
        Ok((request, read))
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
        let (request, _) = self.write()?;
        Ok(PreparedCall::new(O::INFO, &request))
    }
}

/// A call that is written, and about to be sent.
struct Started<'c, T> {
    attempt: Attempt<'c>,
    request: Request,
    read: Read<T>,
}

impl<'c, O: Operation> IntoFuture for Call<'c, O> {
    type Output = Result<O::Output, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'c>>;

    fn into_future(self) -> Self::IntoFuture {
        match self.start() {
            Ok(started) => Box::pin(async move {
                let reply = started.attempt.send(&started.request, started.read).await?;
                Ok(reply.value)
            }),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }
}

impl<O: Operation> fmt::Debug for Call<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("operation", &O::INFO.name).finish_non_exhaustive()
    }
}
