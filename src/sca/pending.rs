//! [`PendingCall`]: a call that LinkCy executes once the end-user has approved it (202), and the request that asks whether they
//! have.
//!
//! The code of that request is `#[inline]`, generic or boxed by generic code, so that only programs that use it compile
//! it.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use reqwest::Request;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until, timeout_at};
use zeroize::Zeroizing;

use super::ScaInteraction;
use super::policy::Plan;
use super::prepared::PreparedCall;
use super::refusal::ScaRefusal;
use crate::auth::SessionError;
use crate::auth::session::WeakSession;
use crate::call::{Execution, Options, Response, saturating_add};
use crate::error::{ApiError, Error, SentRequest};
use crate::operation::{OperationInfo, Repeat};
use crate::types::Tokens;
use crate::{Client, issuer};

/// How long [`PendingCall::wait`] pauses before it asks again, unless set.
const INTERVAL: Duration = Duration::from_secs(2);

/// How long [`PendingCall::wait`] waits unless set, where the server did not say how long the end-user has.
const DEADLINE: Duration = Duration::from_secs(300);

/// How a pending call is completed.
///
/// No public document says how an approval becomes known in this version of the API, or what then executes the call. Ask
/// LinkCy. A wrong choice may ask, and charge, the end-user twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Completion {
    /// Nothing is sent: [`PendingCall::resume`] and [`PendingCall::wait`] refuse with [`ScaRefusal::CompletionUnknown`].
    /// Read the resource itself, or wait for a webhook.
    #[default]
    Undocumented,
    /// The identical call again, with the same strategy: 202 while the end-user has not decided, the operation's answer
    /// once they have approved. The project's sandbox does it this way.
    RepeatIdentical,
}

/// A call that waits for the end-user's approval: in [`Error::Pending`], from [`Error::into_pending`].
///
/// ```no_run
/// # use linkcy::types::{BeneficiaryTransactionCreateRequest, BeneficiaryTransactionCreateResponse};
/// # async fn example(alice: linkcy::Client, payment: BeneficiaryTransactionCreateRequest) -> Result<BeneficiaryTransactionCreateResponse, linkcy::Error> {
/// match alice.transactions().create_to_beneficiary(&payment).await {
///     Ok(done) => Ok(done),
///     // Any other error comes back through the question mark.
///     Err(error) => error.into_pending()?.wait(&alice).await,
/// }
/// # }
/// ```
///
/// Clones are the same call. Dropping them forgets it; the end-user may still approve it. It serialises, body included, to be
/// resumed in another process: protect it like the personal data in it. A login's body is a password and a refresh's a
/// refresh token; those serialise only after [`with_credentials`](Self::with_credentials), and it is usually wiser to log in
/// again in the other process. A stored call that may have been executed, and creates or moves something, is not sent again where it is
/// deserialised: [`ScaRefusal::AnswerLost`].
#[derive(Clone, Serialize, Deserialize, thiserror::Error)]
#[error("{}: LinkCy waits for the end-user's approval: see Error::into_pending", .request.operation())]
#[serde(rename_all = "camelCase")]
pub struct PendingCall {
    request: PreparedCall,
    /// The strategy it was sent with.
    strategy: Option<String>,
    interaction: ScaInteraction,
    /// It is the login or refresh of a session: of this one, or of the client that resumes it in another process.
    for_session: bool,
    #[serde(skip)]
    session: Option<WeakSession>,
    #[serde(skip)]
    interval: Option<Duration>,
    #[serde(skip)]
    deadline: Option<Duration>,
    #[serde(rename = "mayBeDone", default, serialize_with = "store", deserialize_with = "restore")]
    poll: Arc<Mutex<Poll>>,
}

/// The request that asks for the result of the call.
#[derive(Default)]
enum Poll {
    #[default]
    None,
    /// Under way. It stays here when its caller is cancelled, so that no answer is lost.
    Request(RunningPoll),
    /// Answered; its value can be given more than once.
    Done(Arc<Answer>),
    /// Refused for a reason of strong authentication. Sent again, it would be a new question to the end-user.
    Refused(Box<ApiError>),
    /// The answer was lost or is not stored, and the call may have been executed.
    Lost,
}

type RunningPoll = Pin<Box<dyn Future<Output = Result<Option<Arc<Answer>>, Error>> + Send>>;

struct Answer {
    status: u16,
    body: Bytes,
    request_id: String,
    /// When the request was sent that this answers, or a little earlier.
    sent_at: SystemTime,
}

/// Stored is whether the call may have been executed and its answer is not stored with it.
fn store<S: Serializer>(poll: &Mutex<Poll>, serializer: S) -> Result<S::Ok, S::Error> {
    // It is locked while a request is under way.
    let is_undone = poll.try_lock().is_ok_and(|poll| matches!(*poll, Poll::None | Poll::Refused(_)));
    serializer.serialize_bool(!is_undone)
}

fn restore<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<Mutex<Poll>>, D::Error> {
    let may_be_done = bool::deserialize(deserializer)?;
    Ok(Arc::new(Mutex::new(if may_be_done { Poll::Lost } else { Poll::None })))
}

impl PendingCall {
    pub(crate) fn new(
        operation: &'static OperationInfo,
        options: &Options,
        plan: &Plan,
        outgoing: &Request,
        answer: &Bytes,
    ) -> Self {
        let for_session = options.session.is_some();
        // A completed login or refresh of a session gives tokens, whatever else it may answer.
        let output = if for_session { std::any::type_name::<Tokens>() } else { options.output };
        Self {
            request: PreparedCall::new(operation, outgoing, output),
            strategy: plan.strategy().map(str::to_owned),
            interaction: ScaInteraction::read(answer),
            for_session,
            session: options.session.clone(),
            interval: None,
            deadline: None,
            poll: Arc::default(),
        }
    }

    /// The operation.
    pub fn operation(&self) -> &'static OperationInfo {
        self.request.operation()
    }

    /// The question to the end-user: its id, device and expiry.
    pub fn interaction(&self) -> &ScaInteraction {
        &self.interaction
    }

    /// How long [`wait`](Self::wait) pauses before it asks again; 2 s unless set.
    #[must_use]
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = Some(interval);
        self
    }

    /// How long [`wait`](Self::wait) waits; unless set as long as the end-user has, or 5 minutes where that is not known.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Lets a login or a refresh be serialised: its body is a password or a refresh token in clear.
    #[must_use]
    pub fn with_credentials(mut self) -> Self {
        self.request = self.request.with_credentials();
        self
    }

    /// Sends the identical bytes once more, to see whether the end-user has decided, as [`Completion`] says; `None` while they
    /// have not. `client` has to be the client that made the call, or be logged in as the same user. `T` is the type that the
    /// operation gives, or a `serde_json::Value`.
    ///
    /// Several callers share one request, and cancelling a caller loses nothing: the next caller continues with the
    /// request that is under way. Once done, the value is returned again without another request.
    ///
    /// # Errors
    /// - [`Error::Sca`]: the end-user declined, or ran out of time. It is not sent again, and this is the error from then on.
    /// - [`Error::ScaPolicy`]: nothing was sent, because it is too late, how to complete the call is not known, `T` is not
    ///   what it gives, or a stored call is for another environment or for headers that this version's operation does not have.
    /// - [`Error::Pending`]: LinkCy has asked the end-user a new question instead; it is in the error.
    /// - [`Error::OutcomeUnknown`]: the answer was lost, and the call may have been executed. It is not sent again:
    ///   [`ScaRefusal::AnswerLost`] from then on.
    /// - And the errors of any call.
    pub async fn resume<T: DeserializeOwned>(&self, client: &Client) -> Result<Option<T>, Error> {
        self.request.gives::<T>()?;
        let Some(answer) = self.answer(client).await? else { return Ok(None) };
        let mut response = Response::of(answer.body.clone());
        self.request.decode()(&mut response).map(Some).map_err(|error| {
            let sent = SentRequest {
                operation: self.operation(),
                attempts: 1,
                request_id: &answer.request_id,
                sent_at: Some(answer.sent_at),
                body: Some(self.request.body()),
            };
            sent.unreadable(answer.status, &answer.body, &error)
        })
    }

    /// Resumes until it is done. It is safe to cancel, and to call again.
    ///
    /// # Errors
    /// As [`resume`](Self::resume); and [`Error::Pending`] with this same call when the [deadline](Self::deadline) passes. A request
    /// that is under way then continues as soon as the call is waited for again.
    pub async fn wait<T: DeserializeOwned>(&self, client: &Client) -> Result<T, Error> {
        // Once the end-user's time is over, only the answer to a request that is under way can be waited for.
        let time_left = || self.interaction.time_left().filter(|left| !left.is_zero());
        let until = saturating_add(Instant::now(), self.deadline.or_else(time_left).unwrap_or(DEADLINE));
        while let Ok(resumed) = timeout_at(until, self.resume(client)).await {
            if let Some(value) = resumed? {
                return Ok(value);
            }
            let next = saturating_add(Instant::now(), self.interval.unwrap_or(INTERVAL));
            if !self.interaction.is_over() {
                sleep_until(next.min(until)).await;
            }
            if self.interaction.is_over() {
                return Err(ScaRefusal::Expired(self.operation()).into());
            }
            // No request is begun that could not be waited for.
            if next >= until {
                break;
            }
        }
        Err(Error::Pending(Box::new(self.clone())))
    }

    async fn answer(&self, client: &Client) -> Result<Option<Arc<Answer>>, Error> {
        let mut poll = self.poll.lock().await;
        loop {
            match &mut *poll {
                Poll::Done(answer) => return Ok(Some(Arc::clone(answer))),
                Poll::Refused(refusal) => return Err(Error::Sca(refusal.clone())),
                // It may have been executed: the identical request would ask the end-user for a second one.
                Poll::Lost if self.operation().repeat == Repeat::Never => {
                    return Err(ScaRefusal::AnswerLost(self.operation()).into());
                }
                Poll::None | Poll::Lost => {
                    // The copy has its own poll, because this one must not own itself.
                    let copy = Self { poll: Arc::default(), ..self.clone() };
                    *poll = Poll::Request(Box::pin(copy.ask(client.clone())));
                }
                Poll::Request(request) => {
                    let outcome = request.await;
                    *poll = match &outcome {
                        Ok(Some(answer)) => Poll::Done(Arc::clone(answer)),
                        Err(Error::OutcomeUnknown(_)) => Poll::Lost,
                        // It was completed, and the session cannot use its tokens. Logins and refreshes need no session to be sent.
                        Err(Error::Session(_)) if self.for_session => Poll::Lost,
                        Err(Error::Sca(refusal)) => Poll::Refused(refusal.clone()),
                        _ => Poll::None,
                    };
                    return outcome;
                }
            }
        }
    }

    /// Sends the identical request once more.
    async fn ask(self, client: Client) -> Result<Option<Arc<Answer>>, Error> {
        let operation = self.operation();
        let request = self.request.request(client.environment())?;
        let plan = self.plan(&client)?;
        let sent_at = SystemTime::now();
        // Which type it is to be read as is not known here.
        let bytes = |response: &mut Response| Ok(response.bytes());
        let call = Execution::new(&client, operation, Options::default(), plan, request, None)?;
        let reply = match call.send(bytes).await {
            Err(Error::Pending(again)) if again.interaction.is(&self.interaction) => return Ok(None),
            // The same call with another question.
            Err(Error::Pending(again)) => {
                let again = Self { interaction: again.interaction, ..self };
                return Err(Error::Pending(Box::new(again)));
            }
            outcome => outcome?,
        };
        let session = match &self.session {
            Some(session) => session.upgrade(),
            None => self.for_session.then(|| client.session().clone()),
        };
        if let Some(session) = session {
            issuer::adopt(&session, operation, &reply).await?;
        }
        let body = Bytes::from_owner(Zeroizing::new(reply.value.to_vec()));
        Ok(Some(Arc::new(Answer { status: reply.status, body, request_id: reply.request_id, sent_at })))
    }

    #[inline]
    fn plan(&self, client: &Client) -> Result<Plan, ScaRefusal> {
        let operation = self.operation();
        let plan = Plan::of(operation, self.strategy.as_deref(), client.environment())?;
        match client.settings().completion {
            _ if plan.is_signed() => Err(ScaRefusal::Signed(operation)),
            // After expiry, sending it again would ask the end-user for a new approval.
            Completion::RepeatIdentical if self.interaction.is_over() => Err(ScaRefusal::Expired(operation)),
            Completion::RepeatIdentical if operation.sca.is_some() => Ok(plan),
            _ => Err(ScaRefusal::CompletionUnknown(operation)),
        }
    }
}

impl fmt::Debug for PendingCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingCall")
            .field("operation", &self.operation().name)
            .field("strategy", &self.strategy)
            .field("device", &self.interaction.device_id)
            .field("expires_at", &self.interaction.expires_at())
            .finish_non_exhaustive()
    }
}

impl Error {
    /// The pending call behind this error, where there is one; any other error is returned unchanged. A session whose
    /// login or refresh waits for the end-user gives a call whose value is [`Tokens`], and continues by itself once that
    /// is done.
    ///
    /// # Errors
    /// This error, if nothing is pending.
    pub fn into_pending(self) -> Result<PendingCall, Self> {
        match self {
            Self::Pending(call) => Ok(*call),
            Self::Session(error) => {
                let call = match &*error {
                    SessionError::ScaPending(pending) => pending.downcast::<PendingCall>(),
                    _ => None,
                };
                call.as_deref().cloned().ok_or(Self::Session(error))
            }
            other => Err(other),
        }
    }
}
