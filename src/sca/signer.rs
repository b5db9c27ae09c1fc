//! Data signing: the signer a backend supplies, what it signs, and the device that signs one call at a time.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::HeaderValue;
use reqwest::{Request, Url};
use serde::{Serialize, Serializer};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::refusal::{InvalidSignature, SIGNATURE_LIFE, ScaRefusal};
use crate::operation::OperationInfo;

pub(super) const SIGNATURE: &str = "linkcy-sca-signature";

/// How often a signer is asked for one call before it counts as one that gives old signatures only.
const TIMES: u32 = 3;

/// Signs calls on behalf of one registered device: a bridge to the phone whose SDK has the key.
///
/// It is asked last, when there is a token and the request's bytes are final; the signature is sent at once, and only once. It
/// may take until the call's deadline, and ten seconds for a login or a refresh. The signature must have been made for exactly
/// this input.
///
/// ```
/// use linkcy::sca::{ScaSigner, Signature, SignerError, SigningInput};
///
/// struct Phone;
///
/// #[async_trait::async_trait]
/// impl ScaSigner for Phone {
///     async fn sign(&self, input: &SigningInput) -> Result<Signature, SignerError> {
///         // Send `input` to the app (it serialises to JSON), and wait for what its SDK makes of it.
///         let header = format!("PowerAuth pa_signature=\"{}\"", input.body.len());
///         Ok(Signature::new(header)?)
///     }
/// }
/// ```
#[async_trait]
pub trait ScaSigner: Send + Sync + 'static {
    /// The value of `Linkcy-SCA-Signature` for this request.
    ///
    /// # Errors
    /// Whatever keeps the device from signing; the call is then not sent ([`ScaRefusal::Signer`]).
    async fn sign(&self, input: &SigningInput) -> Result<Signature, SignerError>;
}

/// Why a signer gives no signature.
pub type SignerError = Box<dyn std::error::Error + Send + Sync>;

/// What a device signs: one request, exactly as it will be sent.
///
/// No public document says which of the parts LinkCy's signature covers, or how it names the path: PowerAuth signs
/// the method, a name for the resource, and the body's bytes (for GET and DELETE the sorted query in its place), so all of
/// them are here.
///
/// Serialises for the way to the phone, its body in Base64. `Debug` shows the operation and sizes only.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SigningInput {
    /// The operation's name, `handle.verb`.
    pub operation: &'static str,
    /// HTTP method, in upper case.
    pub method: &'static str,
    /// The path as the description writes it, `/api/partner/cards/{cardId}`.
    pub path_template: &'static str,
    /// The path that is sent, percent-encoded.
    pub path: String,
    /// The query that is sent, percent-encoded, its parameters sorted by name and then value; empty for none.
    pub query: String,
    /// The body's exact bytes; empty for none.
    #[serde(serialize_with = "as_base64")]
    pub body: Bytes,
}

fn as_base64<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(bytes))
}

impl SigningInput {
    pub(super) fn new(operation: &'static OperationInfo, url: &Url, body: Bytes) -> Self {
        let query = url.query().unwrap_or_default();
        let mut parameters: Vec<(&str, &str)> = query
            .split('&')
            .filter(|parameter| !parameter.is_empty())
            .map(|parameter| parameter.split_once('=').unwrap_or((parameter, "")))
            .collect();
        parameters.sort_unstable();
        let parameters: Vec<String> = parameters.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        Self {
            operation: operation.name,
            method: operation.method,
            path_template: operation.path,
            path: url.path().to_owned(),
            query: parameters.join("&"),
            body,
        }
    }
}

impl fmt::Debug for SigningInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningInput")
            .field("operation", &self.operation)
            .field("method", &self.method)
            .field("path_template", &self.path_template)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// The value of a `Linkcy-SCA-Signature` header, good for one call. Never shown.
#[derive(Clone)]
pub struct Signature {
    header: HeaderValue,
    made: Instant,
    age: Duration,
}

impl Signature {
    /// A signature that was made just now.
    ///
    /// # Errors
    /// When the text is empty or contains characters that are invalid in a header value.
    pub fn new(header: impl Into<String>) -> Result<Self, InvalidSignature> {
        let header = Zeroizing::new(header.into().into_bytes());
        if header.iter().all(u8::is_ascii_whitespace) {
            return Err(InvalidSignature::Empty);
        }
        let mut header =
            HeaderValue::from_maybe_shared(Bytes::from_owner(header)).map_err(|_| InvalidSignature::NotAHeaderValue)?;
        if header.to_str().is_err() {
            return Err(InvalidSignature::NotAHeaderValue);
        }
        header.set_sensitive(true);
        Ok(Self { header, made: Instant::now(), age: Duration::ZERO })
    }

    /// Sets how long ago the device made it.
    #[must_use]
    pub fn aged(mut self, age: Duration) -> Self {
        self.age = age;
        self
    }

    pub(super) fn header(&self) -> &HeaderValue {
        &self.header
    }

    fn is_too_old(&self) -> bool {
        self.age.saturating_add(self.made.elapsed()) >= SIGNATURE_LIFE
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(***)")
    }
}

/// A registered device, and its signer. Clones are the same device.
///
/// PowerAuth signatures use a counter, so a device's calls are made one at a time: from before one is signed until its
/// answer arrives, the device's other calls wait. Their tokens are checked before and after the wait, and waiting counts
/// towards a call's deadline, not its time-out.
#[derive(Clone)]
pub struct SigningDevice {
    signer: Arc<dyn ScaSigner>,
    lock: Arc<Mutex<()>>,
}

/// Until it is dropped, no other call of the device is signed.
pub(crate) type DeviceGuard = OwnedMutexGuard<()>;

impl SigningDevice {
    /// A device that this signer signs for.
    pub fn new(signer: impl ScaSigner) -> Self {
        Self { signer: Arc::new(signer), lock: Arc::default() }
    }

    pub(super) async fn lock(&self) -> DeviceGuard {
        Arc::clone(&self.lock).lock_owned().await
    }
}

impl fmt::Debug for SigningDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningDevice(..)")
    }
}

/// Signs a request that is complete except for its signature.
///
/// # Errors
/// When the device does not sign, or gives old signatures only.
pub(crate) async fn signed(
    operation: &'static OperationInfo,
    device: &SigningDevice,
    mut request: Request,
) -> Result<Request, ScaRefusal> {
    let input = SigningInput::new(operation, request.url(), body(&request));
    for _ in 0..TIMES {
        let signed = device.signer.sign(&input).await;
        let signature = signed.map_err(|source| ScaRefusal::Signer { operation, source: Arc::from(source) })?;
        if !signature.is_too_old() {
            request.headers_mut().insert(SIGNATURE, signature.header);
            return Ok(request);
        }
    }
    Err(ScaRefusal::SignatureTooOld(operation))
}

/// The body's bytes. The calls that take SCA headers all have theirs in memory.
pub(super) fn body(request: &Request) -> Bytes {
    let bytes = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
    Bytes::from_owner(Zeroizing::new(bytes.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_sorted_by_name_and_then_by_value() {
        for (query, sorted) in [
            ("?b=2&a=10&a=1", "a=1&a=10&b=2"),
            ("?b&a=1", "a=1&b="),
            ("?a=1&&ab=2&a", "a=&a=1&ab=2"),
            ("?a=b=c", "a=b=c"),
            ("?", ""),
            ("", ""),
        ] {
            let url = Url::parse(&format!("https://bank.example/path{query}")).unwrap();
            assert_eq!(SigningInput::new(&crate::OPERATIONS[0], &url, Bytes::new()).query, sorted, "{query}");
        }
    }
}
