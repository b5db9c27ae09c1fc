//! [`PendingCall`]: a pending call without its result type, and the single request that polls for its outcome.
//!
//! What asks after it is `#[inline]`, so that only programs that do compile it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use reqwest::Request;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
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
use crate::call::{Execution, Options, Response, decode};
use crate::error::{Error, SentRequest};
use crate::issuer;
use crate::operation::OperationInfo;
use crate::types::Tokens;

/// A call that LinkCy holds until the end-user has decided: what [`Error::Pending`] carries, not yet typed.
/// [`Error::into_pending`] makes it a [`Pending`](super::Pending). Clones are the same call.
#[derive(Clone, thiserror::Error)]
#[error("{}: LinkCy waits for the end-user's approval: see Error::into_pending", .held.request.operation)]
pub struct PendingCall {
    pub(super) held: Arc<HeldCall>,
    poll: Arc<Mutex<Poll>>,
}

/// The call and its question, which never change: here, and as they are stored.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HeldCall {
    pub(super) request: ExactRequest,
    /// The strategy it was sent with.
    strategy: Option<String>,
    signed: bool,
    pub(super) interaction: ScaInteraction,
    /// Its tokens are for a session, whose login or refresh it is. In another process that is the session of the client
    /// which asks for them.
    for_session: bool,
    #[serde(skip)]
    session: Option<WeakSession>,
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
    /// The answer was lost, and the call may have been executed.
    Lost,
}

impl PendingCall {
    pub(crate) fn new(
        operation: &'static OperationInfo,
        options: &Options,
        plan: &Plan,
        outgoing: &Request,
        answer: &Bytes,
    ) -> Self {
        // A session's login and refresh give tokens in the end, whatever else they may answer.
        let output = match options.session {
            Some(_) => output::name_of::<Tokens>(),
            None => output::short(options.output),
        };
        Self::of(HeldCall {
            request: ExactRequest::of(operation, outgoing, output),
            strategy: plan.strategy.map(str::to_owned),
            signed: plan.is_signed(),
            interaction: ScaInteraction::read(answer),
            for_session: options.session.is_some(),
            session: options.session.clone(),
        })
    }

    fn of(held: HeldCall) -> Self {
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

    /// Reads the value of an answer.
    pub(super) fn read<T: DeserializeOwned>(&self, done: &Done) -> Result<T, Error> {
        decode(&done.body).map_err(|error| {
            let sent = SentRequest {
                operation: self.operation(),
                attempts: 1,
                request_id: &done.request_id,
                sent_at: Some(done.sent_at),
                body: Some(&self.held.request.body),
            };
            sent.unreadable(done.status, &done.body, &error)
        })
    }

    pub(super) async fn resume(&self, client: &Client) -> Result<Resumed<Done>, Error> {
        let mut poll = self.poll.lock().await;
        loop {
            match &mut *poll {
                Poll::Done(done) => return Ok(Resumed::Done(done.clone())),
                // It may have been executed: the identical request would ask the end-user for a second one.
                Poll::Lost => return Err(ScaRefusal::AnswerLost { operation: self.operation() }.into()),
                Poll::None => {
                    let asking = Arc::clone(&self.held).ask(client.clone());
                    *poll = Poll::Request(Box::pin(asking));
                }
                Poll::Request(request) => {
                    let outcome = request.await;
                    *poll = match &outcome {
                        Ok(Resumed::Done(done)) => Poll::Done(done.clone()),
                        Err(Error::OutcomeUnknown(_)) => Poll::Lost,
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
        let request = self.request.request(client.environment())?;
        let plan = self.plan(&client)?;
        let sent_at = SystemTime::now();
        // Which type it is to be read as is not known here.
        let unread = |response: &mut Response| Ok(response.bytes());
        match Execution::new(&client, operation, Options::default(), plan, request, None).send(unread).await {
            Ok(reply) => {
                let session = match &self.session {
                    Some(session) => session.upgrade(),
                    None => self.for_session.then(|| client.session().clone()),
                };
                if let Some(session) = session {
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
            // The same call with another question.
            Err(Error::Pending(again)) => {
                let asked = Self { interaction: again.interaction().clone(), ..(*self).clone() };
                Err(Error::Pending(Box::new(PendingCall::of(asked))))
            }
            Err(error) => Err(error),
        }
    }

    #[inline]
    fn plan(&self, client: &Client) -> Result<Plan, ScaRefusal> {
        let operation = self.request.operation;
        if self.signed {
            return Err(ScaRefusal::Signed { operation });
        }
        let plan = Plan::of(operation, self.strategy.as_deref(), client.environment())?;
        match client.settings().completion {
            // After expiry, sending it again would ask the end-user for a new approval.
            Completion::RepeatIdentical if self.interaction.is_over() => Err(ScaRefusal::Expired { operation }),
            Completion::RepeatIdentical if operation.sca.is_some() => Ok(plan),
            _ => Err(ScaRefusal::CompletionUnknown { operation }),
        }
    }
}

/// Writes it as it is stored.
pub(super) fn write_stored<S: Serializer>(call: &PendingCall, serializer: S) -> Result<S::Ok, S::Error> {
    call.held.serialize(serializer)
}

/// Reads a stored one, if it gives a `T`.
pub(super) fn read_stored<'de, T, D: Deserializer<'de>>(deserializer: D) -> Result<PendingCall, D::Error> {
    let held = HeldCall::deserialize(deserializer)?;
    output::check::<T>(held.request.operation, &held.request.output).map_err(serde::de::Error::custom)?;
    Ok(PendingCall::of(held))
}

impl fmt::Debug for PendingCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingCall")
            .field("operation", &self.operation().name)
            .field("strategy", &self.held.strategy)
            .field("signed", &self.held.signed)
            .field("device", &self.interaction().device_id)
            .field("expires_at", &self.interaction().expires_at())
            .finish_non_exhaustive()
    }
}
