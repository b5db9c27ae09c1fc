//! The life of a call between progenitor and the socket: bearer, SCA headers, send, classify, repeat.
//!
//! ```text
//!            +-------------------------------- again, after a pause -------------------------------+
//!            v                                                                                     |
//!  token -> SCA headers (signed last) -> send -> answer?                                           |
//!                                                  |- no, never connected ----------------- any call, unsigned
//!                                                  |- no, lost -------- safe, idempotent --------->|
//!                                                  |                    creates or moves -> OutcomeUnknown
//!                                                  |- 2xx -> progenitor    202 -> Pending
//!                                                  |- 401 of SCA -> Sca    401 else -> refresh, once --->|
//!                                                  |- 429 ------------------ any call, unsigned -->|
//!                                                  |- 408, 502-504 -- safe, idempotent ----------->|
//!                                                  |                  creates or moves -> OutcomeUnknown
//!                                                  `- else -> Api
//! ```

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::StatusCode;
use http::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Request, RequestBuilder, Response};
use tokio::time::Instant;
use tracing::Instrument;

use super::answer::Answer;
use super::{Attempt, Left};
use crate::auth::Authorization;
use crate::error::{Error, Lost, OutcomeUnknown, ScaError, TransportError};
use crate::operation::{Access, Repeat};
use crate::sca::{self, ScaCode};

const REQUEST_ID: &str = "x-request-id";

/// What came of one attempt.
enum Turn {
    Done(Response),
    Failed(Error),
    /// Once more, with another token.
    Rejected(Error, u64),
    /// Once more after a pause, if the policy still has one; else this error.
    Again(Error, Option<Duration>),
}

impl Attempt {
    /// Takes progenitor's request to its end. A failure is left for [`Attempt::conclude`]; what progenitor then gets
    /// is an answer it has no success for.
    pub(super) async fn exec(&self, request: Request) -> Response {
        let state = &self.0;
        if state.options.capture {
            self.leave(Left::Request(Box::new(request)));
            return Response::from(no_success());
        }
        let span = tracing::info_span!(
            "linkcy.call",
            otel.kind = "client",
            linkcy.operation = state.operation.name,
            linkcy.request_id = %state.request_id,
            http.request.method = state.operation.method,
            url.template = state.operation.path,
            server.address = state.client.environment().origin(),
            http.response.status_code = tracing::field::Empty,
            http.request.resend_count = tracing::field::Empty,
            linkcy.sca_strategy = tracing::field::Empty,
            error.type = tracing::field::Empty,
        );
        let settings = state.client.settings();
        let deadline = state.options.deadline.unwrap_or(settings.deadline);
        let life = async {
            match tokio::time::timeout(deadline, self.live(request)).await {
                Ok(outcome) => outcome,
                Err(_) => Err(self.lost(Lost::TimedOut(deadline), self.sent_at(), 1)),
            }
        };
        match life.instrument(span.clone()).await {
            Ok(response) => {
                span.record("http.response.status_code", response.status().as_u16());
                response
            }
            Err(error) => {
                span.record("error.type", kind(&error));
                if let Some(status) = error.status() {
                    span.record("http.response.status_code", status);
                }
                self.leave(Left::Failure(error));
                Response::from(no_success())
            }
        }
    }

    async fn live(&self, request: Request) -> Result<Response, Error> {
        let state = &self.0;
        let outgoing = self.outgoing(request);
        let policy = state.client.sca_policy(&state.options);
        let plan = match &state.options.plan {
            Some(plan) => plan.clone(),
            None => sca::Plan::make(state.operation, policy.as_ref(), state.client.environment())?,
        };
        if let Some(strategy) = plan.strategy() {
            tracing::Span::current().record("linkcy.sca_strategy", strategy);
        }
        let retry = state.client.settings().retry;
        let (mut authorization, mut turn) = self.ready(&plan).await?;
        let mut attempts = 0;
        let mut refreshed = false;
        loop {
            attempts += 1;
            if attempts > 1 {
                tracing::Span::current().record("http.request.resend_count", attempts - 1);
            }
            let repeatable = self.is_repeatable() && !plan.is_signed();
            match self.attempt(&outgoing, authorization.as_ref(), &plan, attempts).await {
                Turn::Done(response) => return Ok(response),
                Turn::Failed(error) => return Err(error),
                Turn::Rejected(error, generation) => {
                    // The refresh may have to be signed by the same device.
                    drop(turn.take());
                    // Even where it is not repeated: the next call has use for a new token.
                    let fresh = state.client.session().rejected(generation).await;
                    if refreshed || !repeatable {
                        return Err(error);
                    }
                    refreshed = true;
                    authorization = Some(fresh?);
                }
                Turn::Again(error, asked) => {
                    let pause = if repeatable { retry.pause(attempts, asked) } else { None };
                    let Some(pause) = pause else {
                        return Err(error);
                    };
                    tokio::time::sleep(pause).await;
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

    async fn authorization(&self) -> Result<Option<Authorization>, Error> {
        let session = self.0.client.session();
        match self.0.operation.access {
            Access::Anonymous => Ok(None),
            Access::Either if self.0.client.is_anonymous() => Ok(None),
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
        attempts: u32,
    ) -> Turn {
        let state = &self.0;
        let timeout = state.options.timeout.unwrap_or(state.client.settings().timeout);
        let request = match self.request(outgoing, authorization, plan).await {
            Ok(request) => request,
            Err(error) => return Turn::Failed(error),
        };
        let sent_at = SystemTime::now();
        self.mark_sent(sent_at);
        let until = Instant::now() + timeout;
        let response = tokio::time::timeout_at(until, state.client.http().execute(request));
        let response = match response.await {
            Err(_) => return self.no_answer(Lost::TimedOut(timeout), sent_at, attempts),
            Ok(Err(error)) if error.is_connect() => {
                let lost = TransportError {
                    operation: state.operation,
                    attempts,
                    request_id: state.request_id.clone(),
                    cause: Lost::NotConnected(error.without_url()),
                };
                return Turn::Again(Error::Transport(Box::new(lost)), None);
            }
            Ok(Err(error)) => return self.no_answer(Lost::Broken(error.without_url()), sent_at, attempts),
            Ok(Ok(response)) => response,
        };
        if response.status().is_success() && state.operation.media.is_some() {
            let headers = response.headers().clone();
            self.leave(Left::Answer { status: response.status().as_u16(), headers, body: Bytes::new() });
            return Turn::Done(response);
        }
        match tokio::time::timeout_at(until, Answer::read(response)).await {
            Err(_) => self.no_answer(Lost::TimedOut(timeout), sent_at, attempts),
            Ok(Err(lost)) => self.no_answer(lost, sent_at, attempts),
            Ok(Ok(answer)) => self.classify(answer, outgoing, authorization, plan, sent_at, attempts),
        }
    }

    async fn request(
        &self,
        outgoing: &Request,
        authorization: Option<&Authorization>,
        plan: &sca::Plan,
    ) -> Result<Request, Error> {
        let state = &self.0;
        let refused = |source| Error::Request { operation: state.operation, source };
        let mut request =
            outgoing.try_clone().ok_or_else(|| refused("its body can be read only once".into()))?;
        if let Some(authorization) = authorization {
            request.headers_mut().insert(AUTHORIZATION, authorization.header().clone());
        }
        if let Some(form) = &state.form {
            let form = form.multipart().ok_or_else(|| refused("its file was sent already, or has a content type that is none".into()))?;
            request.headers_mut().remove(http::header::CONTENT_TYPE);
            request = RequestBuilder::from_parts(state.client.http().clone(), request)
                .multipart(form)
                .build()
                .map_err(|error| refused(Box::new(error)))?;
        }
        plan.apply(state.operation, &mut request).await?;
        Ok(request)
    }

    fn classify(
        &self,
        answer: Answer,
        outgoing: &Request,
        authorization: Option<&Authorization>,
        plan: &sca::Plan,
        sent_at: SystemTime,
        attempts: u32,
    ) -> Turn {
        let state = &self.0;
        let status = answer.status;
        let waits = state.operation.sca.is_some_and(|headers| headers.pending);
        if status == StatusCode::ACCEPTED && waits {
            let pending =
                sca::PendingCall::new(&state.client, state.operation, &state.options, plan, outgoing, &answer.body);
            return Turn::Failed(Error::Pending(Box::new(pending)));
        }
        if status.is_success() {
            return Turn::Done(self.let_through(answer));
        }
        let error = answer.error(state.operation, &state.request_id);
        if let Some(code) = error.code.as_ref().and_then(ScaCode::of) {
            return Turn::Failed(Error::Sca(Box::new(ScaError { code, answer: error })));
        }
        let asked = answer.retry_after();
        match (status, authorization) {
            (StatusCode::UNAUTHORIZED, Some(authorization)) => {
                Turn::Rejected(Error::Api(Box::new(error)), authorization.generation())
            }
            (StatusCode::TOO_MANY_REQUESTS, _) => Turn::Again(Error::Api(Box::new(error)), asked),
            _ if !is_passing(status) => Turn::Failed(Error::Api(Box::new(error))),
            _ if state.operation.repeat != Repeat::Never => Turn::Again(Error::Api(Box::new(error)), asked),
            // LinkCy's own word that it did not do it counts; a gateway does not know.
            _ if answer.is_linkcys() => Turn::Failed(Error::Api(Box::new(error))),
            _ => {
                let cause = Lost::Gateway { status: status.as_u16(), excerpt: answer.excerpt() };
                self.no_answer(cause, sent_at, attempts)
            }
        }
    }

    /// Hands a success to progenitor; the body stays readable for the reply and for errors.
    fn let_through(&self, answer: Answer) -> Response {
        let (headers, body) = (answer.headers.clone(), answer.body.clone());
        self.leave(Left::Answer { status: answer.status.as_u16(), headers, body });
        let mut response = http::Response::new(answer.body);
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        Response::from(response)
    }

    fn no_answer(&self, cause: Lost, sent_at: SystemTime, attempts: u32) -> Turn {
        match self.0.operation.repeat {
            Repeat::Never => Turn::Failed(self.lost(cause, Some(sent_at), attempts)),
            Repeat::Safe | Repeat::Idempotent => Turn::Again(self.lost(cause, Some(sent_at), attempts), None),
        }
    }

    /// An answer that is not there: unknown for what creates or moves, a mere disturbance for the rest.
    fn lost(&self, cause: Lost, sent_at: Option<SystemTime>, attempts: u32) -> Error {
        let operation = self.0.operation;
        let request_id = self.0.request_id.clone();
        match (operation.repeat, sent_at) {
            (Repeat::Never, Some(sent_at)) => {
                Error::OutcomeUnknown(Box::new(OutcomeUnknown { operation, sent_at, request_id, cause }))
            }
            _ => Error::Transport(Box::new(TransportError { operation, attempts, request_id, cause })),
        }
    }

    fn is_repeatable(&self) -> bool {
        !self.0.options.once && self.0.form.as_ref().is_none_or(|form| form.is_repeatable())
    }
}

/// Statuses of a passing trouble.
fn is_passing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 502..=504)
}

/// What progenitor gets in place of a failure.
fn no_success() -> http::Response<Bytes> {
    let mut response = http::Response::new(Bytes::new());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

/// The `error.type` of a span: few values, no data.
fn kind(error: &Error) -> &'static str {
    match error {
        Error::Api(_) => "api",
        Error::Sca(_) | Error::ScaPolicy(_) => "sca",
        Error::Pending(_) => "pending",
        Error::Session(_) => "session",
        Error::Transport(_) => "transport",
        Error::OutcomeUnknown(_) => "outcome_unknown",
        Error::Decode(_) => "decode",
        _ => "request",
    }
}
