//! [`PendingCall`]: a pending call without its result type, and the single request that polls for its outcome.
//!
//! What asks after it is `#[inline]`, so that only programs that do compile it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use reqwest::Request;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use super::exact::ExactRequest;
use super::interaction::ScaInteraction;
use super::output;
use super::plan::Plan;
use super::refusal::ScaRefusal;
use super::{Completion, Resumed};
use crate::Client;
use crate::auth::session::WeakSession;
use crate::call::{Execution, Options, Success, UnreadableSuccess, decode};
use crate::error::Error;
use crate::issuer;
use crate::operation::OperationInfo;
use crate::types::Tokens;

/// A call that LinkCy holds until the end-user has decided: what [`Error::Pending`] carries, not yet typed.
/// [`Error::into_pending`] makes it a [`Pending`](super::Pending). Clones are the same call.
#[derive(Clone)]
pub struct PendingCall {
    held: Arc<HeldCall>,
    poll: Arc<Mutex<Poll>>,
}

/// The call and what became of it so far; it never changes.
pub(super) struct HeldCall {
    pub(super) request: ExactRequest,
    pub(super) sent: SentHeaders,
    pub(super) interaction: ScaInteraction,
    /// The name of the type it gives.
    pub(super) output: String,
    /// The session that its tokens are for, when it is that session's login or refresh.
    pub(super) session: Option<WeakSession>,
}

/// The headers it was sent with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SentHeaders {
    pub(super) strategy: Option<&'static str>,
    pub(super) signed: bool,
}

/// An answer that is kept, so that it can be given more than once.
#[derive(Clone)]
pub(super) struct Done {
    status: u16,
    body: Bytes,
    request_id: String,
    /// When the request left that this answers, or a little before.
    sent_at: SystemTime,
}

type RunningPoll = Pin<Box<dyn Future<Output = Result<Resumed<Done>, Error>> + Send>>;

/// The request that asks after the call.
enum Poll {
    None,
    /// Under way. It stays here while nobody waits for it, so that no answer is lost with a cancelled caller.
    Request(RunningPoll),
    Done(Done),
}

impl PendingCall {
    pub(crate) fn new(
        operation: &'static OperationInfo,
        options: &Options,
        plan: &Plan,
        outgoing: &Request,
        answer: &Bytes,
    ) -> Self {
        Self::of(HeldCall {
            request: ExactRequest::of(operation, outgoing),
            sent: SentHeaders { strategy: plan.strategy, signed: plan.is_signed() },
            interaction: ScaInteraction::read(answer),
            // A session's login and refresh give tokens in the end, whatever else they may answer.
            output: match options.session {
                Some(_) => output::name_of::<Tokens>(),
                None => output::short(options.output),
            },
            session: options.session.clone(),
        })
    }

    pub(super) fn of(held: HeldCall) -> Self {
        Self { held: Arc::new(held), poll: Arc::new(Mutex::new(Poll::None)) }
    }

    /// The operation.
    pub fn operation(&self) -> &'static OperationInfo {
        self.held.request.operation
    }

    /// What the end-user is asked.
    pub fn interaction(&self) -> &ScaInteraction {
        &self.held.interaction
    }

    pub(super) fn held(&self) -> &HeldCall {
        &self.held
    }

    pub(super) fn output(&self) -> &str {
        &self.held.output
    }

    /// For how long the end-user can still decide, where the server said so.
    pub(crate) fn time_left(&self) -> Option<Duration> {
        self.interaction().time_left()
    }

    /// Reads the value of an answer.
    pub(super) fn read<T: DeserializeOwned>(&self, done: &Done) -> Result<T, Error> {
        decode(&done.body).map_err(|error| {
            let unread = UnreadableSuccess {
                operation: self.operation(),
                status: done.status,
                body: &done.body,
                request_id: &done.request_id,
                sent_at: Some(done.sent_at),
                sent: Some(&self.held.request.body()),
            };
            unread.into_error(&error)
        })
    }

    pub(super) async fn resume(&self, client: &Client) -> Result<Resumed<Done>, Error> {
        let mut poll = self.poll.lock().await;
        loop {
            match &mut *poll {
                Poll::Done(done) => return Ok(Resumed::Done(done.clone())),
                Poll::None => {
                    let asking = Arc::clone(&self.held).ask(client.clone());
                    *poll = Poll::Request(Box::pin(asking));
                }
                Poll::Request(request) => {
                    let outcome = request.await;
                    *poll = match &outcome {
                        Ok(Resumed::Done(done)) => Poll::Done(done.clone()),
                        _ => Poll::None,
                    };
                    return outcome;
                }
            }
        }
    }
}

impl HeldCall {
    /// Sends the identical request once more.
    async fn ask(self: Arc<Self>, client: Client) -> Result<Resumed<Done>, Error> {
        let operation = self.request.operation;
        let plan = self.plan(operation, &client)?;
        let request = self.request.request(client.environment())?;
        let sent_at = SystemTime::now();
        // Which type it is to be read as is not known here.
        let unread = |success: &mut Success| Ok(success.body().clone());
        match Execution::new(&client, operation, Options::default(), plan, None).send(&request, unread).await {
            Ok(reply) => {
                if let Some(session) = self.session.as_ref().and_then(WeakSession::upgrade) {
                    issuer::adopt(&session, operation, &reply).await?;
                }
                Ok(Resumed::Done(Done {
                    status: reply.status,
                    body: Bytes::from_owner(Zeroizing::new(reply.value.to_vec())),
                    request_id: reply.request_id,
                    sent_at,
                }))
            }
            Err(Error::Pending(again)) if again.interaction().is(&self.interaction) => Ok(Resumed::NotYet),
            Err(Error::Pending(again)) => Err(Error::Pending(Box::new(self.asked_anew(&again)))),
            Err(error) => Err(error),
        }
    }

    /// The same call with another interaction.
    #[inline]
    fn asked_anew(&self, again: &PendingCall) -> PendingCall {
        PendingCall::of(Self {
            request: self.request.clone(),
            sent: self.sent,
            interaction: again.interaction().clone(),
            output: self.output.clone(),
            session: self.session.clone(),
        })
    }

    #[inline]
    fn plan(&self, operation: &'static OperationInfo, client: &Client) -> Result<Plan, ScaRefusal> {
        let unknown = ScaRefusal::CompletionUnknown { operation };
        let Some(headers) = &operation.sca else {
            return Err(unknown);
        };
        if self.sent.signed {
            return Err(ScaRefusal::Signed { operation });
        }
        let plan = Plan::of(operation, headers, self.sent.strategy, client.environment())?;
        match client.sca_completion() {
            // After expiry, sending it again would ask the end-user for a new approval.
            Completion::RepeatIdentical if self.interaction.is_over() => Err(ScaRefusal::Expired { operation }),
            Completion::RepeatIdentical => Ok(plan),
            Completion::Undocumented => Err(unknown),
        }
    }
}

impl fmt::Debug for PendingCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingCall")
            .field("operation", &self.operation().name)
            .field("sent", &self.held.sent)
            .field("device", &self.interaction().device_id)
            .field("expires_at", &self.interaction().expires_at())
            .finish_non_exhaustive()
    }
}

impl fmt::Display for PendingCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: LinkCy waits for the end-user's approval: see Error::into_pending", self.operation())
    }
}

impl std::error::Error for PendingCall {}
