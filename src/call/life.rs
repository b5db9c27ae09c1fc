//! The life of a call between progenitor's request and the socket: bearer, SCA headers, send, classify (verdict.rs), repeat.
//!
//! ```text
//!           +--------------------------------- again, after a pause --------------------------------------+
//!           v                                                                                             |
//!  token -> turn (pressure.rs) -> SCA headers (signed last) -> send -> answer?                            |
//!                                                  |- none, never connected --------- any call, unsigned ->|
//!                                                  |- none, lost -------- safe, idempotent -------------->|
//!                                                  |                      creates or moves -> OutcomeUnknown
//!                                                  |- 2xx -> its value      202 -> Pending
//!                                                  |- 401 of SCA -> Sca     401 else -> refresh, once --->|
//!                                                  |- 429 ------------------------- any call, unsigned -->|
//!                                                  |- 408, 502-504 ------ safe, idempotent -------------->|
//!                                                  |- 408, 5xx without errorCode
//!                                                  |                      creates or moves -> OutcomeUnknown
//!                                                  `- else -> Api
//! ```
//!
//! docs/CALLS.md says why.

use std::pin::pin;
use std::time::{Duration, SystemTime};

use http::StatusCode;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use reqwest::{Request, RequestBuilder, Response};
use tokio::time::{Instant, timeout_at};

use super::answer::Answer;
use super::attempt::{Answered, Attempt};
use super::layer::{AttemptInfo, SessionKind, Target};
use super::pressure::Passage;
use super::verdict::Miss;
use crate::auth::Authorization;
use crate::error::{Error, Lost};
use crate::operation::Access;
use crate::sca;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

impl Attempt<'_> {
    /// Takes progenitor's request to its success.
    // Futures are pinned where they are made: they would be moved into whatever waits for them otherwise. Those of rare
    // ways are in boxes, so that no call has to have room for them.
    pub(super) async fn live(&self, outgoing: &Request) -> Result<Answered, Error> {
        let within = self.options.deadline.unwrap_or(self.client.settings().deadline);
        let end = End { within, at: after(within) };
        let (mut authorization, mut device) = self.by(end, outgoing, pin!(self.ready())).await??;
        let mut past = Past::default();
        loop {
            let attempted = {
                let mut passage = self.by(end, outgoing, pin!(self.enter(outgoing))).await??;
                // A newer token may have come while this waited for its turn.
                if authorization.is_some() && self.client.gate().makes_wait() {
                    authorization = self.client.session().cached().or(authorization);
                }
                self.attempt(outgoing, authorization.as_ref(), &mut passage, end).await
            };
            authorization = match attempted {
                Ok(answered) => return Ok(answered),
                Err(miss) => Box::pin(self.again(miss, &mut past, &mut device, outgoing, end)).await?,
            };
        }
    }

    /// Waits for what the next attempt needs, a newer token or a pause, and gives its token; or says that there is none.
    async fn again(
        &self,
        miss: Miss,
        past: &mut Past,
        device: &mut Option<sca::Turn>,
        outgoing: &Request,
        end: End,
    ) -> Result<Option<Authorization>, Error> {
        let unrepeatable = self.unrepeatable();
        match miss {
            Miss::Failed(Error::Api(mut error)) if past.answer_lost => {
                error.remark = Some("an earlier attempt got no answer of LinkCy's: it may have done it already");
                Err(Error::Api(error))
            }
            Miss::Failed(error) => Err(error),
            Miss::Rejected(error, _) if past.refreshed => Err(remarked(error, "nor was a fresh token accepted")),
            Miss::Rejected(error, generation) => {
                // The refresh may have to be signed by the same device.
                drop(device.take());
                self.settled();
                // Even where it is not repeated: the next call has use for a new token.
                let fresh = self.by(end, outgoing, self.client.session().rejected(generation)).await?;
                if let Some(remark) = unrepeatable {
                    return Err(remarked(error, remark));
                }
                past.refreshed = true;
                Ok(Some(fresh?))
            }
            Miss::Again(error, asked) => {
                past.answer_lost |= may_have_done_it(&error);
                past.repetitions += 1;
                let retry = &self.client.settings().retry;
                let pause = if unrepeatable.is_none() { retry.pause(past.repetitions, asked) } else { None };
                match pause {
                    Some(pause) if after(pause) < end.at => {
                        self.settled();
                        tracing::debug!(?pause, repetition = past.repetitions, "sending it again");
                        tokio::time::sleep(pause).await;
                    }
                    _ => return Err(error),
                }
                self.by(end, outgoing, self.authorization()).await?
            }
        }
    }

    /// Waits no longer than the call may take.
    async fn by<T>(&self, end: End, outgoing: &Request, wait: impl Future<Output = T>) -> Result<T, Error> {
        let waited = timeout_at(end.at, wait).await;
        waited.map_err(|_| self.lost(Lost::NotSent(end.within), outgoing))
    }

    /// Waits for its turn. What a session sends for itself does not: others wait for that already.
    async fn enter(&self, outgoing: &Request) -> Result<Passage<'_>, Error> {
        match self.client.session_kind() {
            SessionKind::Login => Ok(Passage::default()),
            _ => {
                let entered = self.client.gate().enter().await;
                entered.map_err(|rest| self.lost(Lost::LeftAlone(rest), outgoing))
            }
        }
    }

    async fn authorization(&self) -> Result<Option<Authorization>, Error> {
        let session = self.client.session();
        match self.operation.access {
            Access::Anonymous => Ok(None),
            Access::Either if self.client.session_kind() == SessionKind::Anonymous => Ok(None),
            Access::Bearer | Access::Either => match session.cached() {
                Some(authorization) => Ok(Some(authorization)),
                None => Ok(Some(Box::pin(session.authorization()).await?)),
            },
        }
    }

    /// A token, and the turn of the device that signs. Never the turn while a token is waited for: a login may have to
    /// be signed by that very device.
    async fn ready(&self) -> Result<(Option<Authorization>, Option<sca::Turn>), Error> {
        loop {
            let authorization = self.authorization().await?;
            let turn = self.plan.turn().await;
            if turn.is_none() || authorization.is_none() {
                return Ok((authorization, turn));
            }
            if let Some(authorization) = self.client.session().cached() {
                return Ok((Some(authorization), turn));
            }
        }
    }

    async fn attempt(
        &self,
        outgoing: &Request,
        authorization: Option<&Authorization>,
        passage: &mut Passage<'_>,
        end: End,
    ) -> Result<Answered, Miss> {
        let number = self.progress().attempts + 1;
        let about = AttemptInfo {
            operation: self.operation,
            number,
            request_id: &self.request_id,
            target: Target(outgoing.url()),
        };
        let request = match self.by(end, outgoing, pin!(self.request(outgoing, authorization, &about))).await {
            Ok(Ok(request)) => request,
            Ok(Err(error)) | Err(error) => return Err(Miss::Failed(error)),
        };
        {
            let mut progress = self.progress();
            progress.attempts = number;
            progress.in_doubt_since = Some(SystemTime::now());
        }
        let started = Instant::now();
        let exchanged = self.exchange(self.client.http().execute(request), started, end).await;
        let status = exchanged.status();
        passage.tell(status.is_some_and(|status| !status.is_server_error()));
        for layer in self.client.layers() {
            layer.attempt_ended(&about, status.map(|status| status.as_u16()), started.elapsed());
        }
        if let (Some(drift), Exchanged::Read(answer)) = (self.client.drift(), &exchanged) {
            let media = answer.headers.get(http::header::CONTENT_TYPE).and_then(|media| media.to_str().ok());
            drift.see(self.operation, answer.status.as_u16(), media, Some(&answer.body));
        }
        match exchanged {
            Exchanged::Read(answer) => self.classify(answer, outgoing, authorization),
            Exchanged::Open(response) => Ok(Answered::streamed(response)),
            Exchanged::Lost(lost @ Lost::NotConnected(_), _) => Err(Miss::Again(self.lost(lost, outgoing), None)),
            Exchanged::Lost(lost, _) => Err(self.no_answer(lost, outgoing)),
        }
    }

    /// Sends, and reads the answer, in the time an attempt may take or the call has left.
    async fn exchange(
        &self,
        sending: impl Future<Output = reqwest::Result<Response>>,
        started: Instant,
        end: End,
    ) -> Exchanged {
        let timeout = self.options.timeout.unwrap_or(self.client.settings().timeout);
        let (until, within) = match started.checked_add(timeout) {
            Some(until) if until < end.at => (until, timeout),
            _ => (end.at, end.within),
        };
        let mut response = match timeout_at(until, sending).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) if error.is_connect() => {
                return Exchanged::Lost(Lost::NotConnected(error.without_url()), None);
            }
            Ok(Err(error)) => return Exchanged::Lost(Lost::Broken(error.without_url()), None),
            Err(_) => return Exchanged::Lost(Lost::TimedOut(within), None),
        };
        let status = response.status();
        if status.is_success() && self.operation.media.is_some() {
            return Exchanged::Open(response);
        }
        match timeout_at(until, pin!(Answer::read(&mut response))).await {
            Ok(Ok(answer)) => Exchanged::Read(answer),
            Ok(Err(lost)) => Exchanged::Lost(lost, Some(status)),
            Err(_) => Exchanged::Lost(Lost::TimedOut(within), Some(status)),
        }
    }

    async fn request(
        &self,
        outgoing: &Request,
        authorization: Option<&Authorization>,
        about: &AttemptInfo<'_>,
    ) -> Result<Request, Error> {
        let mut request =
            outgoing.try_clone().ok_or_else(|| Error::unwritten(self.operation, "its body can be read only once"))?;
        for layer in self.client.layers() {
            layer.attempt_starts(about, request.headers_mut());
        }
        if let Ok(id) = HeaderValue::from_str(&self.request_id) {
            request.headers_mut().insert(REQUEST_ID, id);
        }
        if let Some(authorization) = authorization {
            request.headers_mut().insert(AUTHORIZATION, authorization.header().clone());
        }
        if let Some(form) = &self.form {
            request.headers_mut().remove(http::header::CONTENT_TYPE);
            request = form
                .write(RequestBuilder::from_parts(self.client.http().clone(), request))
                .ok_or("its file was sent already, or has an invalid content type")
                .map_err(|what| Error::unwritten(self.operation, what))?
                .build()
                .map_err(|error| Error::unwritten(self.operation, error.without_url()))?;
        }
        self.plan.apply(self.operation, &mut request).await?;
        if let Some(strategy) = self.plan.strategy() {
            tracing::Span::current().record("linkcy.sca_strategy", strategy);
        }
        Ok(request)
    }

    /// What was sent so far is known to have done nothing that matters.
    fn settled(&self) {
        self.progress().in_doubt_since = None;
    }

    /// Why the call is not sent again, if it is not.
    fn unrepeatable(&self) -> Option<&'static str> {
        let form = self.form.as_ref();
        match () {
            () if self.options.once => Some("it was to be sent once, so it was not repeated with a new token"),
            () if self.plan.is_signed() => Some("a signature is sent once, so it was not repeated with a new token"),
            () if form.is_some_and(|form| !form.is_repeatable()) => {
                Some("its file can be read only once, so it was not repeated with a new token: open it again")
            }
            () => None,
        }
    }
}

/// What became of a call's attempts so far.
#[derive(Default)]
struct Past {
    repetitions: u32,
    refreshed: bool,
    /// One of them may have done it.
    answer_lost: bool,
}

/// When a call has to be over.
#[derive(Clone, Copy)]
struct End {
    /// How long it may take from its beginning.
    within: Duration,
    at: Instant,
}

/// What came back for a request.
enum Exchanged {
    Read(Answer),
    /// A success whose body is taken as it comes.
    Open(Response),
    /// No answer, or one that broke off after its status.
    Lost(Lost, Option<StatusCode>),
}

impl Exchanged {
    fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Read(answer) => Some(answer.status),
            Self::Open(response) => Some(response.status()),
            Self::Lost(_, status) => *status,
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
