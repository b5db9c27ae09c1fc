//! Calls: what a typed method returns, and what can be set on it.
//!
//! Options that one operation has are listed at its method in [`operations`](crate::operations).

// docs/ARCHITECTURE.md, *A call*, lists the steps from the typed method to the socket and back, with the file of each.

mod classify;
mod encoding;
mod endpoint;
mod execute;
mod json_path;
pub mod layer;
mod limits;
mod observe;
mod operation;
pub(crate) mod parameter;
pub(crate) mod request;
mod request_id;
mod response;
mod retry;
mod sent;

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use reqwest::Request;

pub(crate) use self::classify::Author;
pub use self::endpoint::{Endpoint, EndpointCall};
pub(crate) use self::execute::{Execution, saturating_add};
pub(crate) use self::json_path::json_path;
pub use self::layer::Layer;
pub use self::limits::CircuitBreaker;
pub(crate) use self::limits::Limiter;
pub use self::operation::{Operation, Paged, TakesSca};
#[doc(hidden)]
pub use self::operation::{Place, Window};
#[doc(hidden)]
pub use self::parameter::Style;
#[allow(unused_imports)]
pub(crate) use self::parameter::{filled, pairs, text};
#[doc(hidden)]
pub use self::request::{BuiltRequest, Origin};
pub(crate) use self::request::{Unwritten, is_path_of};
#[allow(unused_imports)]
pub(crate) use self::request::{empty_answer, json_answer, streamed_answer};
pub(crate) use self::response::{Decode, Response, decode, exchange, value, value_or_nothing};
#[allow(unused_imports)]
pub(crate) use self::response::{nothing, stream, text_answer};
pub use self::retry::RetryPolicy;
pub use self::sent::Sent;
use crate::Client;
use crate::auth::session::WeakSession;
use crate::drift::{Description, Difference};
use crate::error::Error;
use crate::operation::OperationInfo;
use crate::sca::{Plan, PreparedCall, ScaPolicy};
use crate::types::check::Path;

/// A call that is ready to go: set what is optional by name, then `.await` it.
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<'c, O> {
    pub(crate) client: &'c Client,
    pub(crate) arguments: O,
    pub(crate) options: Options,
}

/// The settings of one call that differ from its client's.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub(crate) sca: Option<ScaPolicy>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) once: bool,
    /// Reads the whole body, also where the operation's value is a stream of bytes.
    pub(crate) is_buffered: bool,
    /// The session whose login or refresh this is.
    pub(crate) session: Option<WeakSession>,
    /// `type_name` of the value, for pending calls, which outlive this one.
    pub(crate) output: &'static str,
}

/// A call's value with the answer it was read from.
#[derive(Clone)]
#[non_exhaustive]
pub struct Reply<T> {
    /// The value.
    pub value: T,
    /// The operation that was called.
    pub operation: &'static OperationInfo,
    /// HTTP status.
    pub status: u16,
    /// The answer's headers.
    pub headers: HeaderMap,
    /// The body as received, including what the value's type does not know. Empty where it was streamed.
    pub body: Bytes,
    /// The id the call was sent with (`X-Request-Id`).
    pub request_id: String,
}

impl<T> Reply<T> {
    /// Where this answer differs from the description this crate was built from: what could not be read, and what the type does
    /// not know. The differences are computed on request, as [`drift`](crate::drift) finds them, and hold no personal data.
    ///
    /// An endpoint that is not described has none. Of a body that was streamed, only status and media type are compared.
    pub fn differences(&self) -> Vec<Difference> {
        Description::built_from().compare(self.operation, self.status, &self.headers, &self.body)
    }
}

/// Without the body, which has in clear what the value's type hides.
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
        let (execution, decode) = self.start()?;
        execution.send(decode).await
    }

    pub(super) fn start(self) -> Result<(Execution<'c>, Decode<O::Output>), Error> {
        let (request, decode) = self.build_request()?;
        let operation = self.arguments.info();
        let options = Options { output: std::any::type_name::<O::Output>(), ..self.options };
        let plan = Plan::make(operation, self.client.sca_policy(&options), self.client.environment())?;
        let form = self.arguments.form();
        // A form's bytes are made as it is sent: they can be neither signed nor kept.
        if form.is_some() && operation.sca.is_some() && !plan.is_bypass() {
            let reason = "its body is a form, which can be neither signed nor sent again after an approval: send JSON";
            return Err(Error::unwritten(operation, reason));
        }
        Ok((Execution::new(self.client, operation, options, plan, request, form)?, decode))
    }

    /// Checks the arguments and has progenitor write the request.
    fn build_request(&self) -> Result<(Request, Decode<O::Output>), Error> {
        let operation = self.arguments.info();
        let mut at = Path::default();
        self.arguments.check(&mut at);
        at.end().map_err(|violation| Error::Invalid { operation, violation: Box::new(violation) })?;
        let BuiltRequest { request, decode } = self.arguments.write(self.client.raw());
        let request = request.map_err(|error| Error::unwritten(operation, error))?;
        request::check_path(operation, &request).map_err(|error| Error::unwritten(operation, error))?;
        Ok((request, decode))
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
    pub async fn prepare(self) -> Result<PreparedCall, Error> {
        let (request, _) = self.build_request()?;
        Ok(PreparedCall::new(O::INFO, &request, std::any::type_name::<O::Output>()))
    }
}

impl<'c, O: Operation> IntoFuture for Call<'c, O> {
    type Output = Result<O::Output, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'c>>;

    fn into_future(self) -> Self::IntoFuture {
        // The request is written now, so that the future borrows no argument.
        match self.start() {
            Ok((execution, decode)) => execution.value(decode),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }
}

impl<O: Operation> fmt::Debug for Call<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("operation", &self.arguments.info().name).finish_non_exhaustive()
    }
}
