//! [`Execution`]: one call on its way, from its built request to its value: the loop.
//!
//! ```text
//!           +--------------------------------- Retry, after a pause --------------------------------------+
//!           v                                                                                             |
//!  token -> permit (limits.rs) -> SCA headers (signed last) -> send -> answer?                            |
//!                                                  |- none, never connected --------- any call, unsigned ->|
//!                                                  |- none, lost -------- safe, idempotent -------------->|
//!                                                  |                      creates or moves -> OutcomeUnknown
//!                                                  |- 2xx -> its value      202 -> Pending
//!                                                  |- 401 of SCA -> Sca     401 else -> Reauthenticate -->|
//!                                                  |- 429 ------------------------- any call, unsigned -->|
//!                                                  |- 408, 502-504 ------ safe, idempotent -------------->|
//!                                                  |- 408 and 5xx without LinkCy's error code, foreign answers
//!                                                  |                      creates or moves -> OutcomeUnknown
//!                                                  `- else -> Api
//! ```

use std::pin::{Pin, pin};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use reqwest::Request;
use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

use super::classify::{Verdict, classify};
use super::layer::{AttemptInfo, SessionKind};
use super::limits::Permit;
use super::observe::Observation;
use super::request::RequestCopies;
use super::request_id::RequestId;
use super::response::{Decode, Response, exchange};
use super::{Options, Reply};
use crate::Client;
use crate::auth::{Authorization, SessionError};
use crate::error::{Error, SentRequest, TransportCause};
use crate::operation::{Access, OperationInfo, Repeat};
use crate::sca::{DeviceGuard, PendingCall, Plan, signed};
use crate::upload::Form;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// One call on its way.
pub(crate) struct Execution<'c> {
    pub(super) client: &'c Client,
    pub(super) operation: &'static OperationInfo,
    options: Options,
    /// Its SCA headers.
    plan: Plan,
    request: RequestCopies,
    /// The body, where it is built again for each attempt. In a box, because few calls have one.
    form: Option<Box<Form>>,
    pub(super) request_id: RequestId,
    /// When the call was first polled.
    pub(super) started: OnceLock<Instant>,
    progress: Mutex<Progress>,
}

/// How far a call got.
#[derive(Clone, Copy, Default)]
pub(super) struct Progress {
    /// How often it was sent.
    pub(super) attempts: u32,
    /// When the latest attempt left, if that may have taken effect.
    sent_at: Option<SystemTime>,
}

/// What follows an attempt that did not succeed.
enum NextStep {
    Fail(Error),
    /// Once more, with a newer token than that of this generation.
    Reauthenticate(Error, u64),
    /// Once more after a pause, if the policy still has one; else this error.
    Retry(Error),
}

/// What the attempts so far have used up.
#[derive(Default)]
struct Used {
    retries: u32,
    reauthenticated: bool,
    /// An earlier attempt may have taken effect.
    may_have_happened: bool,
    /// The device that signs, reserved for this call.
    device: Option<DeviceGuard>,
}

// A future that every call passes to another one is pinned first, so that it is not moved. Futures of rare paths are boxed, so that
// they do not enlarge the future of every call.
impl<'c> Execution<'c> {
    /// # Errors
    /// For a body that can be read only once, which could not be sent again.
    pub(crate) fn new(
        client: &'c Client,
        operation: &'static OperationInfo,
        options: Options,
        plan: Plan,
        request: Request,
        form: Option<Form>,
    ) -> Result<Self, Error> {
        let once = || Error::unwritten(operation, "its body can be read only once");
        let request = RequestCopies::of(request).ok_or_else(once)?;
        let (form, request_id) = (form.map(Box::new), RequestId::random());
        let (started, progress) = (OnceLock::new(), Mutex::default());
        Ok(Self { client, operation, options, plan, request, form, request_id, started, progress })
    }

    /// Makes the call, and gives the answer with its value.
    // An async fn stores its arguments twice (argument and local), so this one takes a reference.
    pub(crate) async fn send<T>(&self, decode: Decode<T>) -> Result<Reply<T>, Error> {
        let mut observation = Observation::start(self);
        let mut response = self.success(&mut observation).await?;
        let value = self.decoded(&mut response, decode, &mut observation)?;
        let (status, request_id) = (response.status.as_u16(), self.request_id.as_str().to_owned());
        let Response { headers, body, .. } = response;
        Ok(Reply { value, operation: self.operation, status, headers, body, request_id })
    }

    /// Makes the call, and gives the value alone. A value is large: it is not moved more often than necessary.
    // Two boxes, its own and that of `running`, because allocators serve small allocations from a cache.
    pub(crate) fn value<T: 'c>(self, decode: Decode<T>) -> Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'c>> {
        Box::pin(async move {
            let mut observation = Observation::start(&self);
            let mut response = self.success(&mut observation).await?;
            self.decoded(&mut response, decode, &mut observation)
        })
    }

    async fn success(&self, observation: &mut Observation<'_>) -> Result<Response, Error> {
        let running = self.running().instrument(observation.span());
        running.await.inspect_err(|error| observation.end(Err(error)))
    }

    fn decoded<T>(
        &self,
        response: &mut Response,
        decode: Decode<T>,
        observation: &mut Observation<'_>,
    ) -> Result<T, Error> {
        let value =
            decode(response).map_err(|error| self.sent().unreadable(response.status.as_u16(), &response.body, &error));
        observation.end(value.as_ref().map(|_| response.status.as_u16()));
        value
    }

    /// [`run`](Self::run) in a box. A future is compiled wherever it is made: here once, instead of in every crate that calls.
    #[inline(never)]
    fn running(&self) -> Pin<Box<dyn Future<Output = Result<Response, Error>> + Send + '_>> {
        Box::pin(self.run())
    }

    /// The loop: attempts, until one succeeds or the next step is to fail.
    async fn run(&self) -> Result<Response, Error> {
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(Error::NoRuntime);
        }
        let mut used = Used::default();
        let mut authorization = match self.authorization_now() {
            Some(authorization) if self.plan.device().is_none() => authorization,
            _ => boxed(|| self.within_deadline(self.authorization_and_device(&mut used))).await??,
        };
        loop {
            let following = {
                let mut permit = self.permit().await?;
                // A newer token may have come while this waited for its permit.
                if authorization.is_some() && self.client.settings().limiter.delays() {
                    authorization = self.client.session().cached().or(authorization);
                }
                match self.attempt(authorization.as_ref(), &mut permit).await {
                    Ok(response) => return Ok(response),
                    Err(step) => boxed(|| self.follow(step, &mut used)),
                }
            };
            authorization = following.await?;
        }
    }

    /// Waits for what the next attempt needs, a newer token or a pause, and gives its token; or fails the call.
    async fn follow(&self, step: NextStep, used: &mut Used) -> Result<Option<Authorization>, Error> {
        let only_once = self.only_once();
        match step {
            NextStep::Fail(error) if used.may_have_happened => {
                Err(remarked(error, "LinkCy did not answer an earlier attempt, which may have taken effect"))
            }
            NextStep::Fail(error) => Err(error),
            NextStep::Reauthenticate(error, _) if used.reauthenticated => {
                Err(remarked(error, "the refreshed token was rejected, too"))
            }
            NextStep::Reauthenticate(error, generation) => {
                // The refresh may have to be signed by the same device.
                drop(used.device.take());
                self.progress().sent_at = None;
                // Refresh even if this call is not retried: the next call needs the new token.
                let fresh = self.within_deadline(self.client.session().rejected(generation)).await?;
                if let Some(remark) = only_once {
                    return Err(remarked(error, remark));
                }
                used.reauthenticated = true;
                match fresh {
                    Err(SessionError::TooOften { .. }) => {
                        Err(remarked(error, "its token is new and was rejected, so no other was asked for"))
                    }
                    fresh => Ok(Some(fresh?)),
                }
            }
            NextStep::Retry(error) => {
                used.may_have_happened |= may_have_happened(&error);
                used.retries += 1;
                let pause = self.client.settings().retry.pause(used.retries, error.retry_after());
                let is_in_time = |pause: &Duration| saturating_add(Instant::now(), *pause) < self.deadline();
                match pause.filter(|pause| only_once.is_none() && is_in_time(pause)) {
                    None => return Err(error),
                    Some(pause) => {
                        self.progress().sent_at = None;
                        tracing::debug!(?pause, repetition = used.retries, "sending it again");
                        tokio::time::sleep(pause).await;
                    }
                }
                self.within_deadline(self.authorization()).await?
            }
        }
    }

    /// Waits no longer than the call may take.
    async fn within_deadline<T>(&self, wait: impl Future<Output = T>) -> Result<T, Error> {
        let waited = timeout_at(self.deadline(), wait).await;
        waited.map_err(|_| self.sent().lost(TransportCause::DeadlineExceeded(self.deadline_duration())))
    }

    /// How long the call may take.
    fn deadline_duration(&self) -> Duration {
        self.options.deadline.unwrap_or(self.client.settings().deadline)
    }

    /// When it has to be over.
    fn deadline(&self) -> Instant {
        saturating_add(*self.started.get_or_init(Instant::now), self.deadline_duration())
    }

    /// Waits for its permit. A session's own login or refresh needs none: other calls already wait for it.
    async fn permit(&self) -> Result<Permit<'_>, Error> {
        let limiter = &self.client.settings().limiter;
        if limiter.grants_all() || self.client.session_kind() == SessionKind::Login {
            return Ok(Permit::default());
        }
        let permit = self.within_deadline(pin!(limiter.permit())).await?;
        permit.map_err(|rest| self.sent().lost(TransportCause::CircuitOpen(rest)))
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
            None => Ok(Some(boxed(|| self.client.session().authorization()).await?)),
        }
    }

    /// A token, and the device that signs, reserved for this call. The device is never reserved while a token is waited for: a
    /// login may have to be signed by the same device.
    async fn authorization_and_device(&self, used: &mut Used) -> Result<Option<Authorization>, Error> {
        loop {
            let authorization = self.authorization().await?;
            used.device = self.plan.lock_device().await;
            if used.device.is_none() || authorization.is_none() {
                return Ok(authorization);
            }
            if let Some(authorization) = self.client.session().cached() {
                return Ok(Some(authorization));
            }
            used.device = None;
        }
    }

    /// Sends it once, and returns the answer or the next step.
    async fn attempt(
        &self,
        authorization: Option<&Authorization>,
        permit: &mut Permit<'_>,
    ) -> Result<Response, NextStep> {
        let number = self.progress().attempts + 1;
        let info = AttemptInfo { operation: self.operation, number, request_id: self.request_id.as_str() };
        let signed = match self.plan.device() {
            Some(device) => {
                let request = self.outgoing(authorization, &info).map_err(NextStep::Fail)?;
                let signing = boxed(|| self.within_deadline(signed(self.operation, device, request)));
                Some(Box::new(signing.await.and_then(|signed| Ok(signed?)).map_err(NextStep::Fail)?))
            }
            None => None,
        };
        if let Some(strategy) = self.plan.strategy() {
            tracing::Span::current().record("linkcy.sca_strategy", strategy);
        }
        let (started, sending) = self.sending(signed, authorization, &info).map_err(NextStep::Fail)?;
        let timeout = self.timeout();
        // The nearer of the two, with its duration for the error.
        let (until, within) =
            (saturating_add(started, timeout), timeout).min((self.deadline(), self.deadline_duration()));
        let (received, status) = exchange(sending, until, within, self.is_streamed()).await;
        permit.record(status.is_some_and(|status| !status.is_server_error()));
        for layer in &self.client.settings().layers {
            layer.attempt_ended(&info, status.map(|status| status.as_u16()), started.elapsed());
        }
        let response = received.map_err(|cause| self.step_without_answer(cause))?;
        if response.streamed.is_some() {
            return Ok(response);
        }
        if let Some(watch) = &self.client.settings().drift {
            watch(self.operation, response.status.as_u16(), &response.headers, &response.body);
        }
        let verdict = classify(self.operation, &response, info.request_id, SystemTime::now());
        Err(match (verdict, authorization) {
            (Verdict::Success, _) => return Ok(response),
            (Verdict::Pending, _) => NextStep::Fail(self.pending(&response)),
            (Verdict::Unauthorized(error), Some(used)) => NextStep::Reauthenticate(error, used.generation()),
            (Verdict::TryLater(error), _) => NextStep::Retry(error),
            (Verdict::Unknown(cause), _) => self.step_without_answer(cause),
            (Verdict::Unauthorized(error), None) | (Verdict::Refused(error), _) => NextStep::Fail(error),
        })
    }

    /// The future that sends it, signed by a device or as it is, and when it began. A request is large: no future keeps room for one.
    #[inline(never)]
    fn sending(
        &self,
        signed: Option<Box<Request>>,
        authorization: Option<&Authorization>,
        info: &AttemptInfo<'_>,
    ) -> Result<(Instant, impl Future<Output = reqwest::Result<reqwest::Response>> + use<>), Error> {
        let request = match signed {
            Some(request) => *request,
            None => self.outgoing(authorization, info)?,
        };
        *self.progress() = Progress { attempts: info.number, sent_at: Some(SystemTime::now()) };
        // Before reqwest's own clock starts.
        let started = Instant::now();
        Ok((started, self.client.http(self.operation.repeat).execute(request)))
    }

    /// The request as it is sent, except for a device's signature.
    fn outgoing(&self, authorization: Option<&Authorization>, info: &AttemptInfo<'_>) -> Result<Request, Error> {
        let mut request = self.request.take();
        for layer in &self.client.settings().layers {
            layer.attempt_starts(info, request.headers_mut());
        }
        if let Ok(id) = HeaderValue::from_str(info.request_id) {
            request.headers_mut().insert(REQUEST_ID, id);
        }
        if let Some(authorization) = authorization {
            request.headers_mut().insert(AUTHORIZATION, authorization.header().clone());
        }
        if let Some(form) = &self.form {
            let written = form.write(self.client.http(self.operation.repeat), request);
            request = written.map_err(|reason| Error::unwritten(self.operation, reason))?;
        }
        self.plan.add_headers(request.headers_mut());
        if self.is_streamed() {
            // For all of the answer: its body is read after the call.
            *request.timeout_mut() = Some(self.timeout());
        }
        Ok(request)
    }

    /// How long one attempt may take.
    fn timeout(&self) -> Duration {
        self.options.timeout.unwrap_or(self.client.settings().timeout)
    }

    /// Whether the body of a success is read as it comes, by the caller.
    fn is_streamed(&self) -> bool {
        self.operation.media.is_some() && !self.options.is_buffered
    }

    /// The error for a call that LinkCy wants approved.
    #[cold]
    fn pending(&self, response: &Response) -> Error {
        let request = self.request.copy();
        let pending = PendingCall::new(self.operation, &self.options, &self.plan, &request, &response.body);
        Error::Pending(Box::new(pending))
    }

    /// The next step when no usable answer arrived.
    fn step_without_answer(&self, cause: TransportCause) -> NextStep {
        let may_be_sent_again = cause.is_unsent() || self.operation.repeat != Repeat::Never;
        let error = self.sent().lost(cause);
        if may_be_sent_again { NextStep::Retry(error) } else { NextStep::Fail(error) }
    }

    /// What is known of the request, for an error.
    fn sent(&self) -> SentRequest<'_> {
        let Progress { attempts, sent_at } = *self.progress();
        SentRequest {
            operation: self.operation,
            attempts,
            request_id: self.request_id.as_str(),
            sent_at,
            body: self.request.body(),
        }
    }

    pub(super) fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why the call is sent only once, if it is.
    fn only_once(&self) -> Option<&'static str> {
        if self.options.once {
            Some("`once()` is set, so it was not repeated with a new token")
        } else if self.plan.is_signed() {
            Some("a signature is sent once, so it was not repeated with a new token")
        } else if self.form.as_ref().is_some_and(|form| !form.is_repeatable()) {
            Some("its file can be read only once, so it was not repeated with a new token: open it again")
        } else {
            None
        }
    }
}

/// A future in a box. It is made in a frame of its own: a frame that has room for it is large, and takes room in the processor's
/// cache also while the future is polled.
#[inline(never)]
fn boxed<F: Future>(make: impl FnOnce() -> F) -> Pin<Box<F>> {
    Box::pin(make())
}

/// Whether an attempt that is repeated may have taken effect: unless it never left, or was put off by a 429.
fn may_have_happened(error: &Error) -> bool {
    match error {
        Error::Transport(error) => !error.cause.is_unsent(),
        other => other.status() != Some(429),
    }
}

/// The error with the client's remark on it, where it is LinkCy's answer.
fn remarked(mut error: Error, remark: &'static str) -> Error {
    if let Error::Api(error) = &mut error {
        error.remark = Some(remark);
    }
    error
}

/// The instant after `duration`; a year later where that is out of range.
pub(crate) fn saturating_add(instant: Instant, duration: Duration) -> Instant {
    instant.checked_add(duration).unwrap_or_else(|| instant + Duration::from_secs(365 * 24 * 60 * 60))
}

#[cfg(all(test, feature = "ledgers"))]
mod tests {
    use super::*;
    use crate::Environment;

    #[test]
    fn the_futures_of_every_call_are_small() {
        let client = Client::builder(Environment::at("http://127.0.0.1:1").unwrap()).build().unwrap();
        let (execution, decode) = client.ledgers().list().start().unwrap();
        let (run, send) =
            (size_of_val(&execution.run()), size_of_val(&execution.send(decode)) + size_of_val(&execution));
        // Allocators serve small allocations from a cache.
        for (future, size) in [("run", run), ("send", send), ("value", size_of_val(&*execution.value(decode)))] {
            assert!(size <= 1_024, "{future}: {size} bytes");
        }
    }
}
