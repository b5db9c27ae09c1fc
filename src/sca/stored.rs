//! [`StoredPending`]: a pending call on its way to another process.

use std::fmt;
use std::marker::PhantomData;

use serde::{Deserialize, Deserializer, Serialize};

use super::exact::ExactRequest;
use super::interaction::ScaInteraction;
use super::output;
use super::pending::Pending;
use super::pending_call::{HeldCall, PendingCall, SentHeaders};
use super::plan::Plan;
use super::refusal::ScaRefusal;
use crate::Client;
use crate::error::Error;
use crate::operation::OperationInfo;

/// A pending call as it is kept: [`Pending::stored`] makes it, [`Client::resume`] goes on with it.
///
/// It serialises, body included: protect it like the personal data it holds. A login's body is a password and a refresh's
/// a refresh token; those serialise only after [`with_credentials`](Self::with_credentials), and it is usually wiser to
/// log in again in the other process.
#[derive(Serialize)]
#[serde(bound = "", rename_all = "camelCase")]
pub struct StoredPending<T> {
    pub(super) request: ExactRequest,
    #[serde(skip_serializing_if = "Option::is_none")]
    strategy: Option<String>,
    signed: bool,
    interaction: ScaInteraction,
    output: String,
    /// Its tokens are for the client's session.
    for_session: bool,
    #[serde(skip)]
    of: PhantomData<fn() -> T>,
}

impl<T> StoredPending<T> {
    pub(super) fn of(call: &PendingCall) -> Self {
        let held = call.held();
        Self {
            request: held.request.clone(),
            strategy: held.sent.strategy.map(str::to_owned),
            signed: held.sent.signed,
            interaction: held.interaction.clone(),
            output: held.output.clone(),
            for_session: held.session.is_some(),
            of: PhantomData,
        }
    }

    /// The operation.
    pub fn operation(&self) -> &'static OperationInfo {
        self.request.operation
    }

    /// What the end-user is asked.
    pub fn interaction(&self) -> &ScaInteraction {
        &self.interaction
    }

    /// Lets a login or a refresh be serialised: its body is a password or a refresh token in clear.
    #[must_use]
    pub fn with_credentials(mut self) -> Self {
        self.request.with_credentials = true;
        self
    }

    /// The call again, as that client's.
    pub(super) fn resumed_by(self, client: &Client) -> Result<Pending<T>, ScaRefusal> {
        let operation = self.operation();
        // Refused here already, if it is for elsewhere.
        self.request.request(client.environment())?;
        let headers = operation.sca.as_ref().ok_or(ScaRefusal::CompletionUnknown { operation })?;
        let plan = Plan::of(operation, headers, self.strategy.as_deref(), client.environment())?;
        let held = HeldCall {
            request: self.request,
            sent: SentHeaders { strategy: plan.strategy, signed: self.signed },
            interaction: self.interaction,
            output: self.output,
            session: self.for_session.then(|| client.session().downgrade()),
        };
        Pending::new(PendingCall::of(held))
    }
}

impl<'de, T> Deserialize<'de> for StoredPending<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct StoredFields {
            request: ExactRequest,
            strategy: Option<String>,
            signed: bool,
            interaction: ScaInteraction,
            output: String,
            for_session: bool,
        }
        let StoredFields { request, strategy, signed, interaction, output, for_session } =
            StoredFields::deserialize(deserializer)?;
        output::check::<T>(request.operation, &output).map_err(serde::de::Error::custom)?;
        Ok(Self { request, strategy, signed, interaction, output, for_session, of: PhantomData })
    }
}

impl<T> fmt::Debug for StoredPending<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredPending")
            .field("operation", &self.operation().name)
            .field("expires_at", &self.interaction.expires_at())
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Goes on with a pending call that was stored, perhaps by another process. This client has to be the one, or be
    /// logged in as the one, that made the call.
    ///
    /// # Errors
    /// When the call is for another environment, or for headers that this version's operation does not have.
    pub fn resume<T>(&self, stored: StoredPending<T>) -> Result<Pending<T>, Error> {
        Ok(stored.resumed_by(self)?)
    }
}
