//! The life of a call between progenitor and the socket: bearer, SCA headers, send, classify (verdict.rs), repeat.
//!
//! ```text
//!           +--------------------------------- again, after a pause --------------------------------------+
//!           v                                                                                             |
//!  token -> turn (pressure.rs) -> SCA headers (signed last) -> send -> answer?                            |
//!                                                  |- none, never connected --------- any call, unsigned ->|
//!                                                  |- none, lost -------- safe, idempotent -------------->|
//!                                                  |                      creates or moves -> OutcomeUnknown
//!                                                  |- 2xx -> progenitor     202 -> Pending
//!                                                  |- 401 of SCA -> Sca     401 else -> refresh, once --->|
//!                                                  |- 429 ------------------------- any call, unsigned -->|
//!                                                  |- 408, 502-504 ------ safe, idempotent -------------->|
//!                                                  |- 408, 5xx without errorCode
//!                                                  |                      creates or moves -> OutcomeUnknown
//!                                                  `- else -> Api
//! ```
//!
//! docs/CALLS.md says why.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::StatusCode;
use http::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Request, RequestBuilder, Response};
use tokio::time::Instant;

use super::answer::Answer;
use super::attempt::{Answered, Attempt, Left};
use super::layer::{AttemptInfo, SessionKind, Target};
use super::pressure::Passage;
use super::verdict::Turn;
use crate::auth::Authorization;
use crate::error::{Error, Lost};
use crate::operation::Access;
use crate::sca;

const REQUEST_ID: &str = "x-request-id";

impl Attempt {
    /// Takes progenitor's request to its end. A failure is left for [`Attempt::conclude`]; what progenitor then gets
    /// is an answer it has no success for.
    pub(super) async fn exec(&self, request: Request) -> Response {
        let state = &self.0;
        if state.options.capture {
            self.leave(Left::Request(Box::new(request)));
            return Response::from(no_success());
        }
        let within = state.options.deadline.unwrap_or(state.client.settings().deadline);
        let deadline = after(within);
        let outgoing = self.outgoing(request);
        let outcome = match tokio::time::timeout_at(deadline, self.live(&outgoing, deadline)).await {
            Ok(outcome) => outcome,
            Err(_) if state.progress().in_doubt_since.is_some() => Err(self.lost(Lost::TimedOut(within), &outgoing)),
            Err(_) => Err(self.lost(Lost::NotSent(within), &outgoing)),
        };
        match outcome {
            Ok(response) => {
                self.keep_sent(outgoing);
                response
            }
            Err(error) => {
                self.leave(Left::Failure(error));
                Response::from(no_success())
            }
        }
    }

    async fn live(&self, outgoing: &Request, deadline: Instant) -> Result<Response, Error> {
        let state = &self.0;
        let policy = state.client.sca_policy(&state.options);
        let plan = match &state.options.plan {
            Some(plan) => plan.clone(),
            None => sca::Plan::make(state.operation, policy.as_ref(), state.client.environment())?,
        };
        let retry = state.client.settings().retry;
        let (mut authorization, mut device) = self.ready(&plan).await?;
        let mut repetitions = 0;
        let mut refreshed = false;
        let mut answer_lost = false;
        loop {
            let unrepeatable = self.unrepeatable(&plan);
            let turn = {
                let mut passage = self.enter(outgoing).await?;
                // A newer token may have come while this waited for its turn.
                if authorization.is_some() {
                    authorization = state.client.session().cached().or(authorization);
                }
                self.attempt(outgoing, authorization.as_ref(), &plan, &mut passage).await
            };
            match turn {
                Turn::Done(response) => return Ok(response),
                Turn::Failed(Error::Api(mut error)) if answer_lost => {
                    error.remark = Some("an earlier attempt got no answer of LinkCy's: it may have done it already");
                    return Err(Error::Api(error));
                }
                Turn::Failed(error) => return Err(error),
                Turn::Rejected(error, _) if refreshed => return Err(remarked(error, "nor was a fresh token accepted")),
                Turn::Rejected(error, generation) => {
                    // The refresh may have to be signed by the same device.
                    drop(device.take());
                    self.settled();
                    // Even where it is not repeated: the next call has use for a new token.
                    let fresh = state.client.session().rejected(generation).await;
                    if let Some(remark) = unrepeatable {
                        return Err(remarked(error, remark));
                    }
                    refreshed = true;
                    authorization = Some(fresh?);
                }
                Turn::Again(error, asked) => {
                    answer_lost |= may_have_done_it(&error);
                    repetitions += 1;
                    let pause = if unrepeatable.is_none() { retry.pause(repetitions, asked) } else { None };
                    match pause {
                        Some(pause) if after(pause) < deadline => {
                            self.settled();
                            tracing::debug!(?pause, repetition = repetitions, "sending it again");
                            tokio::time::sleep(pause).await;
                        }
                        _ => return Err(error),
                    }
                    authorization = self.authorization().await?;
                }
            }
        }
    }

    /// progenitor's request as it goes out, but for what each attempt adds.
    fn outgoing(&self, mut request: Request) -> Request {
        // progenitor announces the description's version, which is no header of this API.
        request.headers_mut().remove("api-version");
        if let Ok(id) = HeaderValue::from_str(&self.0.request_id) {
            request.headers_mut().insert(REQUEST_ID, id);
        }
        request
    }

    /// Waits for its turn. What a session sends for itself does not: others wait for that already.
    async fn enter(&self, outgoing: &Request) -> Result<Passage<'_>, Error> {
        match self.0.client.session_kind() {
            SessionKind::Login => Ok(Passage::default()),
            _ => {
                let entered = self.0.client.gate().enter().await;
                entered.map_err(|rest| self.lost(Lost::LeftAlone(rest), outgoing))
            }
        }
    }

    async fn authorization(&self) -> Result<Option<Authorization>, Error> {
        let session = self.0.client.session();
        match self.0.operation.access {
            Access::Anonymous => Ok(None),
            Access::Either if self.0.client.session_kind() == SessionKind::Anonymous => Ok(None),
            Access::Bearer | Access::Either => match session.cached() {
                Some(authorization) => Ok(Some(authorization)),
                None => Ok(Some(session.authorization().await?)),
            },
        }
    }

    /// A token, and the turn of the device that signs. Never the turn while a token is waited for: a login may have to
    /// be signed by that very device.
    async fn ready(&self, plan: &sca::Plan) -> Result<(Option<Authorization>, Option<sca::Turn>), Error> {
        loop {
            let authorization = self.authorization().await?;
            let turn = plan.turn().await;
            if turn.is_none() || authorization.is_none() {
                return Ok((authorization, turn));
            }
            if let Some(authorization) = self.0.client.session().cached() {
                return Ok((Some(authorization), turn));
            }
        }
    }

    async fn attempt(
        &self,
        outgoing: &Request,
        authorization: Option<&Authorization>,
        plan: &sca::Plan,
        passage: &mut Passage<'_>,
    ) -> Turn {
        let state = &self.0;
        let number = state.progress().attempts + 1;
        let about = AttemptInfo {
            operation: state.operation,
            number,
            request_id: &state.request_id,
            target: Target(outgoing.url()),
        };
        let request = match self.request(outgoing, authorization, plan, &about).await {
            Ok(request) => request,
            Err(error) => return Turn::Failed(error),
        };
        {
            let mut progress = state.progress();
            progress.attempts = number;
            progress.in_doubt_since = Some(SystemTime::now());
        }
        let started = Instant::now();
        let (status, turn) = self.exchange(request, outgoing, authorization, plan).await;
        passage.tell(status.is_some_and(|status| !status.is_server_error()));
        for layer in state.client.layers() {
            layer.attempt_ended(&about, status.map(|status| status.as_u16()), started.elapsed());
        }
        turn
    }

    /// Sends, and reads the answer.
    async fn exchange(
        &self,
        request: Request,
        outgoing: &Request,
        authorization: Option<&Authorization>,
        plan: &sca::Plan,
    ) -> (Option<StatusCode>, Turn) {
        let state = &self.0;
        let timeout = state.options.timeout.unwrap_or(state.client.settings().timeout);
        let until = after(timeout);
        let response = match tokio::time::timeout_at(until, state.client.http().execute(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) if error.is_connect() => {
                let lost = self.lost(Lost::NotConnected(error.without_url()), outgoing);
                return (None, Turn::Again(lost, None));
            }
            Ok(Err(error)) => return (None, self.no_answer(Lost::Broken(error.without_url()), outgoing)),
            Err(_) => return (None, self.no_answer(Lost::TimedOut(timeout), outgoing)),
        };
        let status = response.status();
        if status.is_success() && state.operation.media.is_some() {
            let headers = response.headers().clone();
            self.leave(Left::Answer(Answered::new(status.as_u16(), headers, Bytes::new())));
            return (Some(status), Turn::Done(response));
        }
        let turn = match tokio::time::timeout_at(until, Answer::read(response)).await {
            Ok(Ok(answer)) => self.classify(answer, outgoing, authorization, plan),
            Ok(Err(lost)) => self.no_answer(lost, outgoing),
            Err(_) => self.no_answer(Lost::TimedOut(timeout), outgoing),
        };
        (Some(status), turn)
    }

    async fn request(
        &self,
        outgoing: &Request,
        authorization: Option<&Authorization>,
        plan: &sca::Plan,
        about: &AttemptInfo<'_>,
    ) -> Result<Request, Error> {
        let state = &self.0;
        let refused = |source| Error::Request { operation: state.operation, source };
        let mut request = outgoing.try_clone().ok_or_else(|| refused("its body can be read only once".into()))?;
        for layer in state.client.layers() {
            layer.attempt_starts(about, request.headers_mut());
            if let Some(id) = outgoing.headers().get(REQUEST_ID) {
                request.headers_mut().insert(REQUEST_ID, id.clone());
            }
        }
        if let Some(authorization) = authorization {
            request.headers_mut().insert(AUTHORIZATION, authorization.header().clone());
        }
        if let Some(form) = &state.form {
            let form = form
                .multipart()
                .ok_or_else(|| refused("its file was sent already, or has a content type that is none".into()))?;
            request.headers_mut().remove(http::header::CONTENT_TYPE);
            request = RequestBuilder::from_parts(state.client.http().clone(), request)
                .multipart(form)
                .build()
                .map_err(|error| refused(Box::new(error)))?;
        }
        plan.apply(state.operation, &mut request).await?;
        if let Some(strategy) = plan.strategy() {
            tracing::Span::current().record("linkcy.sca_strategy", strategy);
        }
        Ok(request)
    }

    /// What was sent so far is known to have done nothing that matters.
    fn settled(&self) {
        self.0.progress().in_doubt_since = None;
    }

    /// Why the call is not sent again, if it is not.
    fn unrepeatable(&self, plan: &sca::Plan) -> Option<&'static str> {
        let form = self.0.form.as_ref();
        match () {
            () if self.0.options.once => Some("it was to be sent once, so it was not repeated with a new token"),
            () if plan.is_signed() => Some("a signature is sent once, so it was not repeated with a new token"),
            () if form.is_some_and(|form| !form.is_repeatable()) => {
                Some("its file can be read only once, so it was not repeated with a new token: open it again")
            }
            () => None,
        }
    }
}

fn remarked(error: Error, remark: &'static str) -> Error {
    match error {
        Error::Api(mut error) => {
            error.remark = Some(remark);
            Error::Api(error)
        }
        other => other,
    }
}

/// Whether an attempt that is repeated may have had its effect: unless it never left, or was put off by a 429.
fn may_have_done_it(error: &Error) -> bool {
    match error {
        Error::Transport(lost) => !lost.cause.is_unsent(),
        other => other.status() != Some(429),
    }
}

/// The moment after so long; a year stands for what cannot be counted.
fn after(within: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(within).unwrap_or_else(|| now + Duration::from_secs(365 * 24 * 60 * 60))
}

/// What progenitor gets in place of a failure.
fn no_success() -> http::Response<Bytes> {
    let mut response = http::Response::new(Bytes::new());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
