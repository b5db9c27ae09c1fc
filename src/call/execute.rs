//! [`Execution`]: one call on its way, from its built request to its value: the loop.
//!
//! ```text
//!           +--------------------------------- Retry, after a pause --------------------------------------+
//!           v                                                                                             |
//!  token -> permit (limits/) -> SCA headers (signed last) -> send -> answer?                              |
//!                                                  |- none, never connected --------- any call, unsigned ->|
//!                                                  |- none, lost -------- safe, idempotent -------------->|
//!                                                  |                      creates or moves -> OutcomeUnknown
//!                                                  |- 2xx -> its value      202 -> Pending
//!                                                  |- 401 of SCA -> Sca     401 else -> Reauthenticate -->|
//!                                                  |- 429 ------------------------- any call, unsigned -->|
//!                                                  |- 408, 502-504 ------ safe, idempotent -------------->|
//!                                                  |- 408, 5xx, pages that are not LinkCy's
//!                                                  |                      creates or moves -> OutcomeUnknown
//!                                                  `- else -> Api
//! ```

use std::pin::{Pin, pin};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use reqwest::Request;
use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

use super::classify::{Verdict, classify};
use super::decode::{Decode, Success, UnreadableSuccess};
use super::layer::{AttemptInfo, SessionKind, Target};
use super::limits::Permit;
use super::observe::{self, Observation};
use super::request_id::RequestId;
use super::response::{Received, exchange};
use super::retry::{NextStep, RetryState, may_have_taken_effect, remarked};
use super::{Options, Reply};
use crate::auth::Authorization;
use crate::error::{Error, OutcomeUnknown, TransportCause, TransportError};
use crate::operation::{Access, OperationInfo, Repeat};
use crate::sca::{DeviceGuard, PendingCall, Plan, SigningDevice, signed};
use crate::upload::Form;
use crate::{Client, redact};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// One call on its way.
pub(crate) struct Execution<'c> {
    pub(super) client: &'c Client,
    pub(super) operation: &'static OperationInfo,
    options: Options,
    /// Its SCA headers.
    plan: Plan,
    /// In a box: few calls have one.
    form: Option<Box<Form>>,
    pub(super) request_id: RequestId,
    progress: Mutex<AttemptsSoFar>,
}

/// How far a call got.
#[derive(Clone, Copy, Default)]
pub(super) struct AttemptsSoFar {
    /// How often it was sent.
    pub(super) attempts: u32,
    /// Send time of the latest attempt that may have taken effect.
    in_doubt_since: Option<SystemTime>,
}

/// When a call has to be over.
#[derive(Clone, Copy)]
struct Deadline {
    /// How long it may take from its beginning.
    within: Duration,
    at: Instant,
}

// Futures are pinned on the stack, so that awaiting one does not move it. Futures of rare paths are boxed, so that they do not
// enlarge the future of every call.
impl<'c> Execution<'c> {
    pub(crate) fn new(
        client: &'c Client,
        operation: &'static OperationInfo,
        options: Options,
        plan: Plan,
        form: Option<Form>,
    ) -> Self {
        let form = form.map(Box::new);
        Self { client, operation, options, plan, form, request_id: RequestId::random(), progress: Mutex::default() }
    }

    /// Takes a request to its end, and gives the answer with its value.
    // An async fn stores its arguments twice (argument and local), so this one takes references. It is split into two boxes,
    // because allocators serve small allocations from a cache.
    pub(crate) async fn send<T>(&self, request: &Request, decode: Decode<T>) -> Result<Reply<T>, Error> {
        let mut observation = Observation::start(self);
        let mut success = self.success(request, &mut observation).await?;
        let value = self.decoded(request, &mut success, decode, &mut observation)?;
        let Success { status, headers, body, .. } = success;
        let (operation, request_id) = (self.operation, self.request_id.as_str().to_owned());
        Ok(Reply { value, operation, status: status.as_u16(), headers, body, request_id })
    }

    /// Takes a request to its end, and gives the value alone: a value is large, and is not moved more often than need be.
    pub(crate) async fn value<T>(&self, request: &Request, decode: Decode<T>) -> Result<T, Error> {
        let mut observation = Observation::start(self);
        let mut success = self.success(request, &mut observation).await?;
        self.decoded(request, &mut success, decode, &mut observation)
    }

    async fn success(&self, request: &Request, observation: &mut Observation<'_>) -> Result<Success, Error> {
        let success = self.boxed_run(request).instrument(observation.span()).await;
        success.inspect_err(|error| observation.end(Err(error)))
    }

    fn boxed_run<'s>(
        &'s self,
        request: &'s Request,
    ) -> Pin<Box<dyn Future<Output = Result<Success, Error>> + Send + 's>> {
        Box::pin(self.run(request))
    }

    fn decoded<T>(
        &self,
        sent: &Request,
        success: &mut Success,
        decode: Decode<T>,
        observation: &mut Observation<'_>,
    ) -> Result<T, Error> {
        let value = decode(success).map_err(|error| {
            let unread = UnreadableSuccess {
                operation: self.operation,
                status: success.status.as_u16(),
                body: &success.body,
                request_id: self.request_id.as_str(),
                sent_at: self.progress().in_doubt_since,
                sent: sent.body().and_then(reqwest::Body::as_bytes),
            };
            unread.into_error(&error)
        });
        observation.end(value.as_ref().map(|_| success.status.as_u16()));
        value
    }

    /// The loop: attempts, until one succeeds or the next step is to fail.
    async fn run(&self, built: &Request) -> Result<Success, Error> {
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(Error::NoRuntime);
        }
        let within = self.options.deadline.unwrap_or(self.client.settings().deadline);
        let deadline = Deadline { within, at: after(within) };
        let (mut authorization, mut device) = match self.authorization_now() {
            Some(authorization) if self.plan.device().is_none() => (authorization, None),
            _ => Box::pin(self.before(&deadline, built, self.ready())).await??,
        };
        let mut state = RetryState::default();
        loop {
            let following = {
                let mut permit = self.permit(&deadline, built).await?;
                // A newer token may have come while this waited for its permit.
                if authorization.is_some() && self.client.limiter().delays() {
                    authorization = self.client.session().cached().or(authorization);
                }
                match self.attempt(built, authorization.as_ref(), &mut permit, &deadline).await {
                    Ok(success) => return Ok(success),
                    Err(step) => Box::pin(self.follow(step, &mut state, &mut device, built, &deadline)),
                }
            };
            authorization = following.await?;
        }
    }

    /// Waits for what the next attempt needs, a newer token or a pause, and gives its token; or fails the call.
    async fn follow(
        &self,
        step: NextStep,
        state: &mut RetryState,
        device: &mut Option<DeviceGuard>,
        built: &Request,
        deadline: &Deadline,
    ) -> Result<Option<Authorization>, Error> {
        let only_once = self.only_once();
        match step {
            NextStep::Fail(error) if state.in_doubt => {
                Err(remarked(error, "LinkCy did not answer an earlier attempt, which may have taken effect"))
            }
            NextStep::Fail(error) => Err(error),
            NextStep::Reauthenticate(error, _) if state.reauthenticated => {
                Err(remarked(error, "the refreshed token was rejected, too"))
            }
            NextStep::Reauthenticate(error, generation) => {
                // The refresh may have to be signed by the same device.
                drop(device.take());
                self.clear_doubt();
                // Refresh even if this call is not retried: the next call needs the new token.
                let fresh = self.before(deadline, built, self.client.session().rejected(generation)).await?;
                if let Some(remark) = only_once {
                    return Err(remarked(error, remark));
                }
                state.reauthenticated = true;
                Ok(Some(fresh?))
            }
            NextStep::Retry(error, asked) => {
                state.in_doubt |= may_have_taken_effect(&error);
                state.retries += 1;
                let policy = &self.client.settings().retry;
                let pause = if only_once.is_none() { policy.pause(state.retries, asked) } else { None };
                match pause {
                    Some(pause) if after(pause) < deadline.at => {
                        self.clear_doubt();
                        tracing::debug!(?pause, repetition = state.retries, "sending it again");
                        tokio::time::sleep(pause).await;
                    }
                    _ => return Err(error),
                }
                self.before(deadline, built, self.authorization()).await?
            }
        }
    }

    /// Waits no longer than the call may take.
    async fn before<T>(&self, deadline: &Deadline, built: &Request, wait: impl Future<Output = T>) -> Result<T, Error> {
        let waited = timeout_at(deadline.at, wait).await;
        waited.map_err(|_| self.without_answer(TransportCause::DeadlineExceeded(deadline.within), built))
    }

    /// Waits for its permit. A session's own login or refresh needs none: other calls already wait for it.
    async fn permit(&self, deadline: &Deadline, built: &Request) -> Result<Permit<'_>, Error> {
        let limiter = self.client.limiter();
        if limiter.grants_all() || self.client.session_kind() == SessionKind::Login {
            return Ok(Permit::default());
        }
        let permit = self.before(deadline, built, pin!(limiter.permit())).await?;
        permit.map_err(|rest| self.without_answer(TransportCause::CircuitOpen(rest), built))
    }

    /// What it can be sent with at once; `None` where a token has to be waited for.
    fn authorization_now(&self) -> Option<Option<Authorization>> {
        match self.operation.access {
            Access::Anonymous => Some(None),
            Access::Either if self.client.session_kind() == SessionKind::Anonymous => Some(None),
            Access::Bearer | Access::Either => self.client.session().cached().map(Some),
        }
    }

    async fn authorization(&self) -> Result<Option<Authorization>, Error> {
        match self.authorization_now() {
            Some(authorization) => Ok(authorization),
            None => Ok(Some(Box::pin(self.client.session().authorization()).await?)),
        }
    }

    /// A token, and the guard of the device that signs. Never the guard while a token is waited for: a login may have to
    /// be signed by that very device.
    async fn ready(&self) -> Result<(Option<Authorization>, Option<DeviceGuard>), Error> {
        loop {
            let authorization = self.authorization().await?;
            let device = self.plan.lock_device().await;
            if device.is_none() || authorization.is_none() {
                return Ok((authorization, device));
            }
            if let Some(authorization) = self.client.session().cached() {
                return Ok((Some(authorization), device));
            }
        }
    }

    /// Sends it once, and says what came of it.
    async fn attempt(
        &self,
        built: &Request,
        authorization: Option<&Authorization>,
        permit: &mut Permit<'_>,
        deadline: &Deadline,
    ) -> Result<Success, NextStep> {
        let number = self.progress().attempts + 1;
        let info = AttemptInfo {
            operation: self.operation,
            number,
            request_id: self.request_id.as_str(),
            target: Target(built.url()),
        };
        // Nothing here borrows the request, so that this future does not keep room for it once it is sent.
        let request = self.request(built, authorization, &info).map_err(NextStep::Fail)?;
        let request = match self.plan.device() {
            Some(device) => Box::pin(self.signed(device, request, deadline, built)).await.map_err(NextStep::Fail)?,
            None => request,
        };
        if let Some(strategy) = self.plan.strategy() {
            tracing::Span::current().record("linkcy.sca_strategy", strategy);
        }
        *self.progress() = AttemptsSoFar { attempts: number, in_doubt_since: Some(SystemTime::now()) };
        let started = Instant::now();
        let timeout = self.options.timeout.unwrap_or(self.client.settings().timeout);
        let (until, within) = match started.checked_add(timeout) {
            Some(until) if until < deadline.at => (until, timeout),
            _ => (deadline.at, deadline.within),
        };
        let sending = self.client.http(self.operation.repeat).execute(request);
        let received =
            exchange(sending, until, within, self.operation.media.is_some() && !self.options.is_buffered).await;
        let status = received.status();
        permit.record(status.is_some_and(|status| !status.is_server_error()));
        for layer in self.client.layers() {
            layer.attempt_ended(&info, status.map(|status| status.as_u16()), started.elapsed());
        }
        let response = match received {
            Received::Open(response) => return Ok(Success::streamed(response)),
            Received::Complete(response) => response,
            Received::Lost(cause, _) => return Err(self.step_without_answer(cause, built)),
        };
        observe::response_read(self.client, self.operation, &response);
        let verdict = classify(self.operation, &response, self.request_id.as_str());
        Err(match (verdict, authorization) {
            (Verdict::Success, _) => return Ok(Success::complete(response)),
            (Verdict::Pending, _) => {
                let pending = PendingCall::new(self.operation, &self.options, &self.plan, built, &response.body);
                NextStep::Fail(Error::Pending(Box::new(pending)))
            }
            (Verdict::Sca(error), _) => NextStep::Fail(Error::Sca(Box::new(error))),
            (Verdict::Unauthorized(error), Some(authorization)) => {
                NextStep::Reauthenticate(Error::Api(Box::new(error)), authorization.generation())
            }
            (Verdict::TryLater(error), _) => {
                let asked = error.retry_after;
                NextStep::Retry(Error::Api(Box::new(error)), asked)
            }
            (Verdict::Unsettled(cause), _) => self.step_without_answer(cause, built),
            (Verdict::Unauthorized(error), None) | (Verdict::Refused(error), _) => {
                NextStep::Fail(Error::Api(Box::new(error)))
            }
        })
    }

    /// The request as it leaves, but for a device's signature.
    fn request(
        &self,
        built: &Request,
        authorization: Option<&Authorization>,
        info: &AttemptInfo<'_>,
    ) -> Result<Request, Error> {
        let mut request =
            copied(built).ok_or_else(|| Error::unwritten(self.operation, "its body can be read only once"))?;
        for layer in self.client.layers() {
            layer.attempt_starts(info, request.headers_mut());
        }
        if let Ok(id) = HeaderValue::from_str(self.request_id.as_str()) {
            request.headers_mut().insert(REQUEST_ID, id);
        }
        if let Some(authorization) = authorization {
            request.headers_mut().insert(AUTHORIZATION, authorization.header().clone());
        }
        if let Some(form) = &self.form {
            request = form
                .write(self.client.http(self.operation.repeat), request)
                .map_err(|error| Error::unwritten(self.operation, error))?;
        }
        self.plan.add_headers(request.headers_mut());
        Ok(request)
    }

    async fn signed(
        &self,
        device: &SigningDevice,
        request: Request,
        deadline: &Deadline,
        built: &Request,
    ) -> Result<Request, Error> {
        Ok(self.before(deadline, built, pin!(signed(self.operation, device, request))).await??)
    }

    /// The next step when no usable answer came.
    fn step_without_answer(&self, cause: TransportCause, built: &Request) -> NextStep {
        let is_unsent = matches!(cause, TransportCause::NotConnected(_));
        let error = self.without_answer(cause, built);
        match self.operation.repeat {
            Repeat::Never if !is_unsent => NextStep::Fail(error),
            _ => NextStep::Retry(error, None),
        }
    }

    /// The error when no usable answer came: an unknown outcome if the operation creates or moves, else a transport error.
    fn without_answer(&self, cause: TransportCause, built: &Request) -> Error {
        let operation = self.operation;
        let request_id = self.request_id.as_str().to_owned();
        let AttemptsSoFar { attempts, in_doubt_since } = *self.progress();
        match (operation.repeat, in_doubt_since) {
            (Repeat::Never, Some(sent_at)) if !cause.is_unsent() => {
                let sent = built.body().and_then(reqwest::Body::as_bytes).and_then(redact::json_body);
                Error::OutcomeUnknown(Box::new(OutcomeUnknown { operation, sent_at, sent, request_id, cause }))
            }
            _ => Error::Transport(Box::new(TransportError { operation, attempts, request_id, cause })),
        }
    }

    pub(super) fn progress(&self) -> MutexGuard<'_, AttemptsSoFar> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was sent so far is known to have taken no effect that matters.
    fn clear_doubt(&self) {
        self.progress().in_doubt_since = None;
    }

    /// Why the call is sent only once, if it is.
    fn only_once(&self) -> Option<&'static str> {
        if self.options.once {
            Some("it was to be sent once, so it was not repeated with a new token")
        } else if self.plan.is_signed() {
            Some("a signature is sent once, so it was not repeated with a new token")
        } else if self.form.as_ref().is_some_and(|form| !form.is_repeatable()) {
            Some("its file can be read only once, so it was not repeated with a new token: open it again")
        } else {
            None
        }
    }
}

/// A copy, because sending a request consumes it, with room for the headers that are added on its way: a clone has none, and
/// growing costs more than starting anew.
fn copied(built: &Request) -> Option<Request> {
    let (mut copy, added) = match built.body() {
        // Request id, bearer, user agent and host.
        None => (Request::new(built.method().clone(), built.url().clone()), 4),
        // And the body's length.
        Some(_) => (built.try_clone()?, 5),
    };
    let mut headers = HeaderMap::with_capacity(built.headers().len() + added);
    headers.extend(built.headers().iter().map(|(name, value)| (name.clone(), value.clone())));
    *copy.headers_mut() = headers;
    Some(copy)
}

/// The moment after so long; a year stands for what cannot be counted.
fn after(within: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(within).unwrap_or_else(|| now + Duration::from_secs(365 * 24 * 60 * 60))
}
