//! [`ExactRequest`]: a request as it was written once, to be sent later or again byte for byte.
//!
//! Few programs store calls. Code for that is `#[inline]`, so that other programs do not compile it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Method};
use reqwest::{Request, Url};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use super::output;
use super::refusal::ScaRefusal;
use crate::OPERATIONS;
use crate::call::is_path_of;
use crate::environment::Environment;
use crate::operation::{Access, OperationInfo};
use crate::types::Secret;

/// A request without what each sending adds to it: bearer, request id, SCA headers.
#[derive(Clone, Deserialize)]
#[serde(try_from = "StoredRequest")]
pub(super) struct ExactRequest {
    pub(super) operation: &'static OperationInfo,
    pub(super) url: Url,
    accept: Option<String>,
    content_type: Option<String>,
    pub(super) body: Bytes,
    /// The name of the type it gives, without which a stored call could be read as anything.
    pub(super) output: String,
    /// The caller has accepted that the stored body contains a credential.
    pub(super) with_credentials: bool,
}

/// The body's bytes. The calls that take SCA headers all have theirs in memory.
pub(super) fn body(request: &Request) -> Bytes {
    let bytes = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
    Bytes::from_owner(Zeroizing::new(bytes.to_vec()))
}

impl ExactRequest {
    pub(super) fn of(operation: &'static OperationInfo, request: &Request, output: String) -> Self {
        let header = |name: HeaderName| Some(request.headers().get(name)?.to_str().ok()?.to_owned());
        Self {
            operation,
            url: request.url().clone(),
            accept: header(ACCEPT),
            content_type: header(CONTENT_TYPE),
            body: body(request),
            output,
            with_credentials: false,
        }
    }

    /// Builds the request again.
    #[inline]
    pub(super) fn request(&self, environment: &Environment) -> Result<Request, ScaRefusal> {
        let operation = self.operation;
        let stored = self.url.origin().ascii_serialization();
        if stored != environment.origin() {
            return Err(ScaRefusal::OtherEnvironment { operation, stored, client: environment.origin().to_owned() });
        }
        let unwritable = |what| ScaRefusal::Stored { operation: operation.name.to_owned(), what };
        let method =
            Method::from_bytes(operation.method.as_bytes()).map_err(|_| unwritable("its method is invalid"))?;
        let mut request = Request::new(method, self.url.clone());
        for (name, value) in [(ACCEPT, &self.accept), (CONTENT_TYPE, &self.content_type)] {
            if let Some(value) = value {
                let value = HeaderValue::from_str(value).map_err(|_| unwritable("one of its headers is invalid"))?;
                request.headers_mut().insert(name, value);
            }
        }
        if !self.body.is_empty() {
            *request.body_mut() = Some(self.body.clone().into());
        }
        Ok(request)
    }

    /// Reads one that gives a `T`.
    pub(super) fn giving<'de, T, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let request = Self::deserialize(deserializer)?;
        output::check::<T>(request.operation, &request.output).map_err(serde::de::Error::custom)?;
        Ok(request)
    }
}

/// The stored form. The body is text in Base64, which no store reformats.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredRequest {
    operation: String,
    url: String,
    accept: Option<String>,
    content_type: Option<String>,
    body: Secret,
    output: String,
}

impl Serialize for ExactRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Who is anonymous has nothing but the body to say who it is.
        if self.operation.access == Access::Anonymous && !self.with_credentials {
            return Err(serde::ser::Error::custom(format!(
                "the body of {} is a credential: call with_credentials() first, and protect what is stored",
                self.operation
            )));
        }
        StoredRequest {
            operation: self.operation.id.to_owned(),
            url: self.url.to_string(),
            accept: self.accept.clone(),
            content_type: self.content_type.clone(),
            body: Secret::new(STANDARD.encode(&self.body)),
            output: self.output.clone(),
        }
        .serialize(serializer)
    }
}

impl TryFrom<StoredRequest> for ExactRequest {
    type Error = ScaRefusal;

    #[inline]
    fn try_from(stored: StoredRequest) -> Result<Self, ScaRefusal> {
        let StoredRequest { operation: id, url: address, accept, content_type, body, output } = stored;
        let refused = |what| ScaRefusal::Stored { operation: id.clone(), what };
        let operation = OPERATIONS
            .iter()
            .find(|operation| operation.id == id)
            .ok_or_else(|| refused("this version of the library has no such operation"))?;
        let url = Url::parse(&address)
            .ok()
            .filter(|url| url.as_str() == address && url.username().is_empty() && url.password().is_none())
            .ok_or_else(|| refused("its address is invalid"))?;
        if !is_path_of(operation.path, url.path()) {
            return Err(refused("its path is not the operation's"));
        }
        let body = STANDARD.decode(body.expose()).map_err(|_| refused("its body is not readable"))?;
        let body = Bytes::from_owner(Zeroizing::new(body));
        Ok(Self { operation, url, accept, content_type, body, output, with_credentials: false })
    }
}
