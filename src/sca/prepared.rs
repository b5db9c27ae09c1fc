//! [`PreparedCall`]: a call written now, signed on a phone, and sent later, from another process if need be.

use std::fmt;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::exact::ExactRequest;
use super::output;
use super::plan::Plan;
use super::signer::{Signature, SigningInput};
use crate::Client;
use crate::call::{Execution, Options, value};
use crate::error::Error;
use crate::operation::OperationInfo;

/// A call whose bytes are final and which was not sent: from [`Call::prepare`](crate::Call::prepare), sent by
/// [`Client::send_prepared`].
///
/// It serialises, body included, so that it can wait for the phone in a database or a queue. Its body may hold personal
/// data; that of a login holds a password and is stored only after [`with_credentials`](Self::with_credentials). There is
/// no way to change a body; if what is stored is tampered with, the signature no longer fits it and LinkCy refuses.
///
/// ```no_run
/// # use linkcy::types::{BeneficiaryTransactionCreateRequest, BeneficiaryTransactionCreateResponse};
/// # use linkcy::sca::{PreparedCall, Signature};
/// # async fn example(alice: linkcy::Client, payment: BeneficiaryTransactionCreateRequest) -> anyhow::Result<()> {
/// let prepared = alice.transactions().create_to_beneficiary(&payment).prepare().await?;
/// let for_the_phone = serde_json::to_string(&prepared.signing_input())?;
/// let to_keep = serde_json::to_string(&prepared)?;
/// # let from_the_phone = String::new();
/// // .. later, perhaps elsewhere, with what the phone made of it:
/// let prepared: PreparedCall<BeneficiaryTransactionCreateResponse> = serde_json::from_str(&to_keep)?;
/// let payment = alice.send_prepared(prepared, Signature::new(from_the_phone)?).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub struct PreparedCall<T> {
    #[serde(deserialize_with = "ExactRequest::giving::<T, _>")]
    request: ExactRequest,
    #[serde(skip)]
    of: PhantomData<fn() -> T>,
}

impl<T> PreparedCall<T> {
    pub(crate) fn new(operation: &'static OperationInfo, request: &reqwest::Request) -> Self {
        Self { request: ExactRequest::of(operation, request, output::name_of::<T>()), of: PhantomData }
    }

    /// The operation.
    pub fn operation(&self) -> &'static OperationInfo {
        self.request.operation
    }

    /// What the device has to sign.
    pub fn signing_input(&self) -> SigningInput {
        let ExactRequest { operation, url, body, .. } = &self.request;
        SigningInput::new(operation, url, body.clone())
    }

    /// Lets a login or a refresh be serialised: its body is a password or a refresh token in clear.
    #[must_use]
    pub fn with_credentials(mut self) -> Self {
        self.request.with_credentials = true;
        self
    }
}

impl<T> fmt::Debug for PreparedCall<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedCall").field("operation", &self.operation().name).finish_non_exhaustive()
    }
}

impl Client {
    /// Sends a prepared call with its signature (strategy `DATA_SIGNING`): exactly those bytes, once. The client has to be
    /// the one, or be logged in as the one, that prepared it.
    ///
    /// # Errors
    /// As the call itself; and when the call is for another environment.
    pub async fn send_prepared<T: DeserializeOwned>(
        &self,
        prepared: PreparedCall<T>,
        signature: Signature,
    ) -> Result<T, Error> {
        let operation = prepared.operation();
        let request = prepared.request.request(self.environment())?;
        let plan = Plan::signed(operation, signature, self.environment())?;
        let options = Options { output: std::any::type_name::<T>(), ..Options::default() };
        Execution::new(self, operation, options, plan, request, None).value(value).await
    }
}
