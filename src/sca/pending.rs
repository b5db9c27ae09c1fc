//! [`Pending`]: a call that LinkCy holds until the end-user has decided (202), and the ways to its end.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use super::output;
use super::pending_call::{self, PendingCall};
use super::refusal::ScaRefusal;
use super::{Resumed, ScaInteraction};
use crate::Client;
use crate::auth::SessionError;
use crate::error::Error;
use crate::operation::OperationInfo;

/// How long [`Pending::wait`] pauses before it asks again, unless set.
const INTERVAL: Duration = Duration::from_secs(2);

/// How long [`Pending::wait`] waits where the server did not say how long the end-user has.
const DEADLINE: Duration = Duration::from_secs(300);

/// A call that waits for the end-user's approval, with the type of what it will give: from [`Error::into_pending`].
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
/// Dropping it forgets the call; the end-user may still approve it. It serialises, body included, to go on in another process:
/// protect it like the personal data it holds. A login's body is a password and a refresh's a refresh token; those
/// serialise only after [`with_credentials`](Self::with_credentials), and it is usually wiser to log in again in the other
/// process.
#[derive(Serialize, Deserialize)]
#[serde(bound = "", transparent)]
pub struct Pending<T> {
    #[serde(serialize_with = "pending_call::write_stored", deserialize_with = "pending_call::read_stored::<T, _>")]
    call: PendingCall,
    #[serde(skip)]
    interval: Option<Duration>,
    #[serde(skip)]
    deadline: Option<Duration>,
    #[serde(skip)]
    of: PhantomData<fn() -> T>,
}

impl<T> Pending<T> {
    /// The operation.
    pub fn operation(&self) -> &'static OperationInfo {
        self.call.operation()
    }

    /// What the end-user is asked: its id, device, join code and end.
    pub fn interaction(&self) -> &ScaInteraction {
        self.call.interaction()
    }

    /// How long [`wait`](Self::wait) pauses before it asks again; 2 s unless set.
    #[must_use]
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = Some(interval);
        self
    }

    /// How long [`wait`](Self::wait) goes on; unless set as long as the end-user has, or 5 minutes where that is not known.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Lets a login or a refresh be serialised: its body is a password or a refresh token in clear.
    #[must_use]
    pub fn with_credentials(mut self) -> Self {
        Arc::make_mut(&mut self.call.held).request.with_credentials = true;
        self
    }

    pub(super) fn new(call: PendingCall) -> Result<Self, ScaRefusal> {
        output::check::<T>(call.operation(), &call.held.request.output)?;
        Ok(Self { call, interval: None, deadline: None, of: PhantomData })
    }
}

impl<T: DeserializeOwned> Pending<T> {
    /// Sends the identical bytes once more, to see whether the end-user has decided, as [`Completion`](super::Completion) says.
    /// `client` has to be the one, or be logged in as the one, that made the call.
    ///
    /// Several callers share one request, and a cancelled caller takes nothing away: the next caller goes on with the
    /// request that is under way. Once done, the value is given again without another request.
    ///
    /// # Errors
    /// - [`Error::Sca`]: the end-user declined, or ran out of time.
    /// - [`Error::ScaPolicy`]: nothing was sent, because it is too late, how to complete the call is not known, or a stored call
    ///   is for another environment or for headers that this version's operation does not have.
    /// - [`Error::Pending`]: LinkCy has put a new question to the end-user instead; it is in the error.
    /// - [`Error::OutcomeUnknown`]: the answer was lost, and the call may have been executed. It is not sent again:
    ///   [`ScaRefusal::AnswerLost`] from then on.
    /// - And as any call.
    pub async fn resume(&self, client: &Client) -> Result<Resumed<T>, Error> {
        match self.call.resume(client).await? {
            Resumed::NotYet => Ok(Resumed::NotYet),
            Resumed::Done(answer) => Ok(Resumed::Done(self.call.read(&answer)?)),
        }
    }

    /// Resumes until it is done. It is safe to cancel, and to call again.
    ///
    /// # Errors
    /// As [`resume`](Self::resume); and [`Error::Pending`] with this same call when the [deadline](Self::deadline) passes.
    pub async fn wait(&self, client: &Client) -> Result<T, Error> {
        let deadline = self.deadline.or_else(|| self.interaction().time_left()).unwrap_or(DEADLINE);
        let started = Instant::now();
        loop {
            if let Resumed::Done(value) = self.resume(client).await? {
                return Ok(value);
            }
            if self.interaction().is_over() {
                return Err(ScaRefusal::Expired { operation: self.operation() }.into());
            }
            let left = deadline.saturating_sub(started.elapsed());
            if left.is_zero() {
                return Err(Error::Pending(Box::new(self.call.clone())));
            }
            sleep(self.interval.unwrap_or(INTERVAL).min(left)).await;
        }
    }
}

impl<T> fmt::Debug for Pending<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pending").field(&self.call).finish()
    }
}

impl Error {
    /// The pending call behind this error, where there is one; any other error comes back as it was. A session whose login
    /// or refresh waits for the end-user gives a [`Pending`] of [`Tokens`](crate::types::Tokens), and goes on by itself
    /// once that is done.
    ///
    /// # Errors
    /// This error, if nothing is pending; [`ScaRefusal::Output`] if `T` is not what the operation gives.
    pub fn into_pending<T>(self) -> Result<Pending<T>, Self> {
        let call = match self {
            Self::Pending(call) => *call,
            Self::Session(error) => {
                let waiting = match &*error {
                    SessionError::ScaPending(pending) => pending.downcast::<PendingCall>(),
                    _ => None,
                };
                waiting.as_deref().cloned().ok_or(Self::Session(error))?
            }
            other => return Err(other),
        };
        Pending::new(call).map_err(Self::ScaPolicy)
    }
}
