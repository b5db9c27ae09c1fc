//! [`ExactRequest`]: a request as it was written once, to be sent later or again byte for byte.
//!
//! Few programs store calls. Code for that is `#[inline]`, so that other programs do not compile it.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Method};
use reqwest::{Request, Url};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use super::refusal::ScaRefusal;
use crate::OPERATIONS;
use crate::call::path_matches;
use crate::environment::Environment;
use crate::operation::{Access, OperationInfo};
use crate::types::Secret;

/// A request without what each sending adds to it: bearer, request id, SCA headers.
#[derive(Clone)]
pub(super) struct ExactRequest {
    pub(super) operation: &'static OperationInfo,
    origin: String,
    path: String,
    query: Option<String>,
    accept: Option<HeaderValue>,
    content_type: Option<HeaderValue>,
    body: Bytes,
    /// The caller has accepted that the stored body contains a credential.
    pub(super) with_credentials: bool,
}

/// The body's bytes. The calls that take SCA headers all have theirs in memory.
pub(super) fn body(request: &Request) -> Bytes {
    let bytes = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
    Bytes::from_owner(Zeroizing::new(bytes.to_vec()))
}

impl ExactRequest {
    pub(super) fn of(operation: &'static OperationInfo, request: &Request) -> Self {
        let header = |name: HeaderName| request.headers().get(name).cloned();
        Self {
            operation,
            origin: request.url().origin().ascii_serialization(),
            path: request.url().path().to_owned(),
            query: request.url().query().map(str::to_owned),
            accept: header(ACCEPT),
            content_type: header(CONTENT_TYPE),
            body: body(request),
            with_credentials: false,
        }
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn query(&self) -> &str {
        self.query.as_deref().unwrap_or_default()
    }

    pub(super) fn body(&self) -> Bytes {
        self.body.clone()
    }

    /// Builds the request again.
    #[inline]
    pub(super) fn request(&self, environment: &Environment) -> Result<Request, ScaRefusal> {
        let operation = self.operation;
        if self.origin != environment.origin() {
            return Err(ScaRefusal::OtherEnvironment {
                operation,
                stored: self.origin.clone(),
                client: environment.origin().to_owned(),
            });
        }
        let unwritable = |what| ScaRefusal::Stored { operation: operation.name.to_owned(), what };
        let mark = if self.query.is_some() { "?" } else { "" };
        let address = format!("{}{}{mark}{}", self.origin, self.path, self.query());
        let url = Url::parse(&address)
            .ok()
            .filter(|url| url.path() == self.path && url.query() == self.query.as_deref())
            .ok_or_else(|| unwritable("its address is invalid"))?;
        let method =
            Method::from_bytes(operation.method.as_bytes()).map_err(|_| unwritable("its method is invalid"))?;
        let mut request = Request::new(method, url);
        for (name, value) in [(ACCEPT, &self.accept), (CONTENT_TYPE, &self.content_type)] {
            if let Some(value) = value {
                request.headers_mut().insert(name, value.clone());
            }
        }
        if !self.body.is_empty() {
            *request.body_mut() = Some(self.body.clone().into());
        }
        Ok(request)
    }
}

/// The stored form. The body is text in Base64, which no store reformats.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredRequest<'a> {
    operation: Cow<'a, str>,
    origin: Cow<'a, str>,
    path: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    query: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    accept: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content_type: Option<Cow<'a, str>>,
    body: Secret,
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
        let text = |value: &'_ Option<HeaderValue>| {
            value.as_ref().and_then(|value| value.to_str().ok()).map(|value| Cow::Owned(value.to_owned()))
        };
        StoredRequest {
            operation: self.operation.id.into(),
            origin: self.origin.as_str().into(),
            path: self.path.as_str().into(),
            query: self.query.as_deref().map(Cow::from),
            accept: text(&self.accept),
            content_type: text(&self.content_type),
            body: Secret::new(STANDARD.encode(&self.body)),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ExactRequest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(StoredRequest::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl ExactRequest {
    #[inline]
    fn read(record: StoredRequest<'_>) -> Result<Self, ScaRefusal> {
        let refused = |what| ScaRefusal::Stored { operation: record.operation.to_string(), what };
        let operation = OPERATIONS
            .iter()
            .find(|operation| operation.id == record.operation)
            .ok_or_else(|| refused("this version of the library has no such operation"))?;
        if path_matches(operation.path, &record.path).is_err() || !has_words_of(operation.path, &record.path) {
            return Err(refused("its path is not the operation's"));
        }
        let header = |value: &Option<Cow<'_, str>>| {
            value
                .as_deref()
                .map(HeaderValue::from_str)
                .transpose()
                .map_err(|_| refused("one of its headers is invalid"))
        };
        let body = STANDARD.decode(record.body.expose()).map_err(|_| refused("its body is not readable"))?;
        Ok(Self {
            operation,
            origin: record.origin.to_string(),
            path: record.path.to_string(),
            query: record.query.as_deref().map(str::to_owned),
            accept: header(&record.accept)?,
            content_type: header(&record.content_type)?,
            body: Bytes::from_owner(Zeroizing::new(body)),
            with_credentials: false,
        })
    }
}

/// Whether a path has the fixed words of a template.
#[inline]
fn has_words_of(template: &str, path: &str) -> bool {
    template.split('/').zip(path.split('/')).all(|(word, found)| word.contains('{') || word == found)
}
