//! [`PreparedCall`]: a call as it was written once, to be signed, stored, and sent later byte for byte.
//!
//! Few programs store calls. Code for that is `#[inline]` or generic, so that other programs do not compile it.

use std::any::type_name;
use std::collections::HashMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Method};
use reqwest::{Request, Url};
use serde::de::DeserializeOwned;
use serde::ser::{Error as _, SerializeStruct};
use serde::{Deserialize, Serialize, Serializer};
use zeroize::Zeroizing;

use super::policy::Plan;
use super::refusal::ScaRefusal;
use super::signer::{Signature, SigningInput, body};
use crate::call::{Decode, Execution, Options, is_path_of, value, value_or_nothing};
use crate::environment::Environment;
use crate::error::Error;
use crate::operation::{Access, OperationInfo};
use crate::types::Secret;
use crate::{Client, OPERATIONS};

/// A call whose bytes are final and which was not sent: from [`Call::prepare`](crate::Call::prepare), sent by
/// [`Client::send_prepared`].
///
/// It serialises, body included, so that it can wait for the phone in a database or a queue. Its body may hold personal
/// data; that of a login holds a password and is stored only after [`with_credentials`](Self::with_credentials). A body
/// cannot be changed; if a stored call is modified, the signature no longer fits and LinkCy refuses it.
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
/// let prepared: PreparedCall = serde_json::from_str(&to_keep)?;
/// let paid: BeneficiaryTransactionCreateResponse =
///     alice.send_prepared(prepared, Signature::new(from_the_phone)?).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Deserialize)]
#[serde(try_from = "StoredCall")]
pub struct PreparedCall {
    operation: &'static OperationInfo,
    url: Url,
    /// Without what each sending adds: bearer, request id, SCA headers.
    headers: HeaderMap,
    body: Bytes,
    /// The name of the type that its answer is read as, so that a stored call is not read as another type.
    output: String,
    /// The caller has accepted that the stored body contains a credential.
    with_credentials: bool,
}

impl PreparedCall {
    pub(crate) fn new(operation: &'static OperationInfo, request: &Request, output: &str) -> Self {
        Self {
            operation,
            url: request.url().clone(),
            headers: request.headers().clone(),
            body: body(request),
            output: without_paths(output),
            with_credentials: false,
        }
    }

    /// The operation.
    pub fn operation(&self) -> &'static OperationInfo {
        self.operation
    }

    /// What the device has to sign.
    pub fn signing_input(&self) -> SigningInput {
        SigningInput::new(self.operation, &self.url, self.body.clone())
    }

    /// Lets a login or a refresh be serialised: its body is a password or a refresh token in clear.
    #[must_use]
    pub fn with_credentials(mut self) -> Self {
        self.with_credentials = true;
        self
    }

    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }

    /// Whether its answer can be read as a `T`: as the operation's own type, or as plain JSON.
    pub(super) fn gives<T>(&self) -> Result<(), ScaRefusal> {
        let asked = without_paths(type_name::<T>());
        if asked == self.output || asked == without_paths(type_name::<serde_json::Value>()) {
            return Ok(());
        }
        Err(ScaRefusal::Output { operation: self.operation, gives: self.output.clone(), asked })
    }

    /// How its answer is read as a `T`. Where the operation gives nothing, a body is passed over, as the call itself does it.
    pub(super) fn decode<T: DeserializeOwned>(&self) -> Decode<T> {
        if self.output == "()" { value_or_nothing } else { value }
    }

    /// Builds the request again.
    #[inline]
    pub(super) fn request(&self, environment: &Environment) -> Result<Request, ScaRefusal> {
        let operation = self.operation;
        let stored = self.url.origin().ascii_serialization();
        if stored != environment.origin() {
            return Err(ScaRefusal::OtherEnvironment { operation, stored, client: environment.origin().to_owned() });
        }
        let method = Method::from_bytes(operation.method.as_bytes());
        let method = method.map_err(|_| refused(operation.id, "its method is invalid"))?;
        let mut request = Request::new(method, self.url.clone());
        *request.headers_mut() = self.headers.clone();
        if !self.body.is_empty() {
            *request.body_mut() = Some(self.body.clone().into());
        }
        Ok(request)
    }
}

/// A type's name without the paths in it, which is what stays the same from build to build:
/// `linkcy::types::Page<linkcy::types::Ledger>` is `Page<Ledger>`.
fn without_paths(name: &str) -> String {
    let words = name.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_');
    words.filter(|word| !word.ends_with(':')).collect()
}

impl fmt::Debug for PreparedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedCall").field("operation", &self.operation.name).finish_non_exhaustive()
    }
}

impl Serialize for PreparedCall {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // The body is all that authenticates an anonymous call.
        if self.operation.access == Access::Anonymous && !self.with_credentials {
            return Err(S::Error::custom(format!(
                "the body of {} is a credential: call with_credentials() first, and protect what is stored",
                self.operation
            )));
        }
        let headers = self.headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let mut stored = serializer.serialize_struct("PreparedCall", 5)?;
        stored.serialize_field("operation", self.operation.id)?;
        stored.serialize_field("url", self.url.as_str())?;
        stored.serialize_field("headers", &headers.collect::<HashMap<_, _>>())?;
        // Text in Base64, which no store reformats.
        stored.serialize_field("body", Zeroizing::new(STANDARD.encode(&self.body)).as_str())?;
        stored.serialize_field("output", &self.output)?;
        stored.end()
    }
}

/// What is read of a stored call, before it is checked.
#[derive(Deserialize)]
struct StoredCall {
    operation: String,
    url: String,
    headers: HashMap<String, String>,
    body: Secret,
    output: String,
}

impl TryFrom<StoredCall> for PreparedCall {
    type Error = ScaRefusal;

    #[inline]
    fn try_from(stored: StoredCall) -> Result<Self, ScaRefusal> {
        let refused = |what| refused(&stored.operation, what);
        let operation = OPERATIONS
            .iter()
            .find(|operation| operation.id == stored.operation)
            .ok_or_else(|| refused("this version of the library has no such operation"))?;
        let url = Url::parse(&stored.url)
            .ok()
            .filter(|url| url.as_str() == stored.url && url.username().is_empty() && url.password().is_none())
            .ok_or_else(|| refused("its address is invalid"))?;
        if !is_path_of(operation.path, url.path()) {
            return Err(refused("its path is not the operation's"));
        }
        let headers = HeaderMap::try_from(&stored.headers).map_err(|_| refused("its headers are invalid"))?;
        let body = STANDARD.decode(stored.body.expose()).map_err(|_| refused("its body is not readable"))?;
        let body = Bytes::from_owner(Zeroizing::new(body));
        Ok(Self { operation, url, headers, body, output: stored.output, with_credentials: false })
    }
}

fn refused(operation: &str, what: &'static str) -> ScaRefusal {
    ScaRefusal::Stored { operation: operation.to_owned(), what }
}

impl Client {
    /// Sends a prepared call with its signature (strategy `DATA_SIGNING`): exactly those bytes, once. The client has to be
    /// the one that prepared it, or be logged in as the same user. `T` is the type that the operation gives, or a
    /// `serde_json::Value`.
    ///
    /// # Errors
    /// As the call itself. [`Error::ScaPolicy`] if the call is for another environment or gives another type than `T`;
    /// nothing was sent then.
    pub async fn send_prepared<T: DeserializeOwned>(
        &self,
        prepared: PreparedCall,
        signature: Signature,
    ) -> Result<T, Error> {
        prepared.gives::<T>()?;
        let request = prepared.request(self.environment())?;
        let plan = Plan::signed(prepared.operation, signature, self.environment())?;
        let options = Options { output: type_name::<T>(), ..Options::default() };
        Execution::new(self, prepared.operation, options, plan, request, None)?.value(prepared.decode()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_paths_and_keep_their_arguments() {
        for (name, short) in [
            ("linkcy::types::Page<linkcy::types::Ledger>", "Page<Ledger>"),
            ("()", "()"),
            (type_name::<Vec<Option<String>>>(), "Vec<Option<String>>"),
            (type_name::<serde_json::Value>(), "Value"),
        ] {
            assert_eq!(without_paths(name), short);
        }
    }
}
