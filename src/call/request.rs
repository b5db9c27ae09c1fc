//! What progenitor's methods write: they begin with an [`Origin`] and end with a [`BuiltRequest`], by `json_answer`, `empty_answer` or
//! `streamed_answer` (spec/src/emit/raw.rs). The generated operation adds headers, cookies and other bodies.

// Which of them are used depends on the areas of the API that are switched on.
#![allow(dead_code)]

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use futures_util::FutureExt;
use http::HeaderMap;
use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, HeaderName, HeaderValue};
use http_body_util::BodyExt;
use reqwest::{Body, Method, Request, RequestBuilder, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::parameter::{self, Style};
use super::response::{Decode, nothing, stream, value};
use crate::environment::Environment;
use crate::generated::raw::{ByteStream, Client};
use crate::operation::OperationInfo;

/// Why a request cannot be written.
pub(crate) type Unwritten = Box<dyn std::error::Error + Send + Sync>;

/// A path that is never sent: it reserves room in the URL's buffer for most paths and queries.
const ROOM: &str = "/------------------------------------------------------------------------------------------------";

/// The base URL and the HTTP client behind progenitor's methods (their `inner`). The URL is parsed once; progenitor would parse it
/// for every call, which doubles the time to build a request.
#[derive(Clone, Debug)]
pub struct Origin {
    url: Url,
    http: reqwest::Client,
}

impl Origin {
    /// progenitor's client of an environment, whose requests go over `http`.
    pub(crate) fn client(environment: &Environment, http: reqwest::Client) -> Client {
        let mut url = environment.url();
        // Room for a path: a clone has it too.
        url.set_path(ROOM);
        let origin = Self { url, http: http.clone() };
        // progenitor's base URL is empty, because the origin is added here.
        Client::new_with_client("", http, origin)
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut url = self.url.clone();
        url.set_path(path);
        let mut request = Request::new(method, url);
        *request.headers_mut() = header_map(request.method());
        RequestBuilder::from_parts(self.http.clone(), request)
    }
}

/// A request that is built, or the reason why it cannot be; and how its answer is decoded.
pub struct BuiltRequest<T> {
    pub(super) request: Result<Request, Unwritten>,
    pub(super) decode: Decode<T>,
}

fn built<T>(request: reqwest::Result<Request>, decode: Decode<T>) -> BuiltRequest<T> {
    // An error's address would be the filled path.
    BuiltRequest { request: request.map_err(|error| error.without_url().into()), decode }
}

/// For a method whose answer is a JSON value.
pub(crate) fn json_answer<T: DeserializeOwned>(request: reqwest::Result<Request>) -> BuiltRequest<T> {
    built(request, value)
}

/// For a method whose answer has no value.
pub(crate) fn empty_answer(request: reqwest::Result<Request>) -> BuiltRequest<()> {
    built(request, nothing)
}

/// For a method whose answer is streamed.
pub(crate) fn streamed_answer(request: reqwest::Result<Request>) -> BuiltRequest<ByteStream> {
    built(request, stream)
}

/// A request that can be sent several times: at first as it was built, then as copies, because sending consumes it.
// `Request::try_clone` allocates four times more.
pub(super) struct RequestCopies {
    built: Mutex<Option<Request>>,
    method: Method,
    url: Url,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Option<Bytes>,
}

impl RequestCopies {
    /// `None` for a body that can be read only once.
    pub(super) fn of(mut built: Request) -> Option<Self> {
        let body = match built.body_mut().take() {
            Some(body) => Some(in_memory(body)?),
            None => None,
        };
        *built.body_mut() = body.clone().map(Into::into);
        let mut headers = Vec::with_capacity(built.headers().len());
        headers.extend(built.headers().iter().map(|(name, value)| (name.clone(), value.clone())));
        let (method, url) = (built.method().clone(), built.url().clone());
        Some(Self { built: Mutex::new(Some(built)), method, url, headers, body })
    }

    /// The request as it was built, the first time; then a copy.
    pub(super) fn take(&self) -> Request {
        let built = self.built.lock().unwrap_or_else(PoisonError::into_inner).take();
        built.unwrap_or_else(|| self.copy())
    }

    /// A copy, as it was built.
    pub(super) fn copy(&self) -> Request {
        let mut copy = Request::new(self.method.clone(), self.url.clone());
        *copy.headers_mut() = header_map(&self.method);
        for (name, value) in &self.headers {
            copy.headers_mut().append(name, value.clone());
        }
        *copy.body_mut() = self.body.clone().map(Into::into);
        copy
    }

    pub(super) fn body(&self) -> Option<&[u8]> {
        self.body.as_deref()
    }
}

/// The bytes of a body, without a copy of them. `None` where it is not in memory.
fn in_memory(mut body: Body) -> Option<Bytes> {
    let length = body.as_bytes()?.len();
    let frame = body.frame().now_or_never().flatten();
    let bytes = frame.and_then(|frame| frame.ok()?.into_data().ok()).unwrap_or_default();
    (bytes.len() == length).then_some(bytes)
}

/// An empty map with room for the headers of nearly every request, because growing costs more than a new map.
fn header_map(method: &Method) -> HeaderMap {
    // Accept, request id, bearer, user agent, host; and the body's type and length.
    HeaderMap::with_capacity(if matches!(*method, Method::POST | Method::PUT | Method::PATCH) { 7 } else { 5 })
}

/// Checks that no value in a path is empty or a dot segment, since either would name another path. A path that is not described
/// has no template.
///
/// # Errors
/// Which parameter of the operation's path it is.
pub(super) fn check_path(operation: &OperationInfo, request: &Request) -> Result<(), String> {
    if !operation.path.starts_with('/') || !operation.path.contains('{') {
        return Ok(());
    }
    path_matches(operation.path, request.url().path()).map_err(|parameter| {
        format!("the value of {parameter} in the path is empty or a dot segment, which names another path: give the whole id")
    })
}

/// Whether a path is this template with its values filled in.
pub(crate) fn is_path_of(template: &str, path: &str) -> bool {
    let mut segments = template.split('/').zip(path.split('/'));
    path_matches(template, path).is_ok() && segments.all(|(fixed, found)| fixed.contains('{') || fixed == found)
}

/// Whether a path has as many segments as a template and a value for each parameter; else a parameter without one.
fn path_matches<'t>(template: &'t str, path: &str) -> Result<(), &'t str> {
    let is_slash = |byte: &u8| *byte == b'/';
    // Strings are split by a search for each piece, which takes several times as long for pieces this short.
    let mut values = path.as_bytes().split(is_slash);
    for (number, segment) in template.as_bytes().split(is_slash).enumerate() {
        // Dot segments were removed.
        let Some(value) = values.next() else { return Err(first_parameter(template)) };
        if segment.contains(&b'{') && (value.is_empty() || std::str::from_utf8(value).is_ok_and(is_dots)) {
            return Err(template.split('/').nth(number).unwrap_or(template));
        }
    }
    // Dot segments were removed, or a value has a slash.
    if values.next().is_some() { Err(first_parameter(template)) } else { Ok(()) }
}

fn first_parameter(template: &str) -> &str {
    template.split('/').find(|segment| segment.contains('{')).unwrap_or(template)
}

/// Whether a segment is `.` or `..`, however often it is percent-encoded.
pub(super) fn is_dots(segment: &str) -> bool {
    if segment.len() > 24 || !segment.starts_with(['.', '%']) {
        return false;
    }
    let mut decoded = segment.to_ascii_lowercase();
    while decoded.contains("%25") {
        decoded = decoded.replace("%25", "%");
    }
    matches!(&*decoded.replace("%2e", "."), "." | "..")
}

impl<T> BuiltRequest<T> {
    /// Reads the answer by another function.
    pub(crate) fn read_by<U>(self, decode: Decode<U>) -> BuiltRequest<U> {
        BuiltRequest { request: self.request, decode }.with(|request| {
            request.headers_mut().entry(ACCEPT).or_insert(HeaderValue::from_static("application/json, */*"));
            Ok(())
        })
    }

    /// Adds a parameter to the query.
    pub(crate) fn query(self, name: &str, style: Style, value: Option<&impl Serialize>) -> Self {
        self.given(value, |request, value| {
            let pairs = parameter::pairs(name, style, value);
            if !pairs.is_empty() {
                request.url_mut().query_pairs_mut().extend_pairs(pairs);
            }
            Ok(())
        })
    }

    /// Sets a header.
    pub(crate) fn header(self, name: &'static str, value: Option<&impl Serialize>) -> Self {
        self.given(value, |request, value| {
            let mut text = header_value(name, &parameter::text(value))?;
            // A header that the description defines may be a key.
            text.set_sensitive(true);
            request.headers_mut().insert(HeaderName::from_bytes(name.as_bytes())?, text);
            Ok(())
        })
    }

    /// Adds a cookie.
    pub(crate) fn cookie(self, name: &str, value: Option<&impl Serialize>) -> Self {
        self.given(value, |request, value| {
            let one = format!("{name}={}", parameter::text(value));
            let all = match request.headers().get(COOKIE).and_then(|cookies| cookies.to_str().ok()) {
                Some(cookies) => format!("{cookies}; {one}"),
                None => one,
            };
            let mut cookies = header_value(name, &all)?;
            cookies.set_sensitive(true);
            request.headers_mut().insert(COOKIE, cookies);
            Ok(())
        })
    }

    /// Sets a body of JSON.
    pub(crate) fn json(self, media: &'static str, body: Option<&impl Serialize>) -> Self {
        self.given(body, |request, body| set_body(request, media, serde_json::to_vec(body)?))
    }

    /// Sets a body of text.
    pub(crate) fn text(self, media: &'static str, body: Option<&String>) -> Self {
        self.given(body, |request, body| set_body(request, media, body.clone().into_bytes()))
    }

    /// Adds a field to an `application/x-www-form-urlencoded` body.
    pub(crate) fn field(self, name: &str, value: Option<&impl Serialize>) -> Self {
        self.with(|request| {
            let pairs = value.map(|value| parameter::pairs(name, Style::Repeated, value)).unwrap_or_default();
            let before = request.body().and_then(Body::as_bytes).unwrap_or_default();
            let mut form = form_urlencoded::Serializer::new(String::from_utf8_lossy(before).into_owned());
            form.extend_pairs(pairs);
            set_body(request, "application/x-www-form-urlencoded", form.finish().into_bytes())
        })
    }

    fn given<V>(self, value: Option<&V>, change: impl FnOnce(&mut Request, &V) -> Result<(), Unwritten>) -> Self {
        match value {
            Some(value) => self.with(|request| change(request, value)),
            None => self,
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Request) -> Result<(), Unwritten>) -> Self {
        self.request = self.request.and_then(|mut request| change(&mut request).map(|()| request));
        self
    }
}

/// # Errors
/// Which header or cookie contains a control character, which would end it early.
fn header_value(name: &str, text: &str) -> Result<HeaderValue, Unwritten> {
    HeaderValue::from_str(text).map_err(|_| {
        format!("the value of {name} contains a control character, which is invalid in a header: remove it").into()
    })
}

fn set_body(request: &mut Request, media: &'static str, body: Vec<u8>) -> Result<(), Unwritten> {
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_str(media)?);
    *request.body_mut() = Some(body.into());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_fits_its_template_only_with_a_value_for_each_parameter() {
        let template = "/api/partner/cards/{cardId}/pin";
        for path in ["/api/partner/cards/7/pin", "/api/partner/cards/.../pin", "/api/partner/cards/%25/pin"] {
            assert_eq!(path_matches(template, path), Ok(()), "{path}");
        }
        for value in ["", ".", "..", "%2e", "%2E%2e", ".%2e", "%252e%252E", "%25252e", "a/b"] {
            assert_eq!(path_matches(template, &format!("/api/partner/cards/{value}/pin")), Err("{cardId}"), "{value}");
        }
        for path in ["/api/partner/pin", "/api/partner/cards/pin", "/api/partner/cards/7"] {
            assert_eq!(path_matches(template, path), Err("{cardId}"), "{path}");
        }
        assert!(is_path_of(template, "/api/partner/cards/7/pin"));
        for path in ["/api/partner/cards/7/pan", "/api/partner/cards//pin", "/api/partner/cards/7"] {
            assert!(!is_path_of(template, path), "{path}");
        }
    }

    #[test]
    fn a_value_that_names_another_path_is_found_wherever_it_stands() {
        let values = ["7", "0f3c-9A_z", "", ".", "..", "%2e", ".%2e", "%252e", "a%2Fb", "...", "%20"];
        for template in ["/x/{a}", "/x/{a}/y", "/x/{a}/y/{b}", "/x/{a}/{b}", "/{a}/{b}/y", "/x/{a}/y/{b}/z"] {
            for a in values {
                for b in values {
                    let filled = template.replace("{a}", a).replace("{b}", b);
                    // As it is sent: dot segments are removed.
                    let url: Url = format!("http://bank.example{filled}").parse().unwrap();
                    let is_bad = |value: &str, name| template.contains(name) && (value.is_empty() || is_dots(value));
                    let expected = !is_bad(a, "{a}") && !is_bad(b, "{b}");
                    assert_eq!(path_matches(template, url.path()).is_ok(), expected, "{filled} of {template}");
                }
            }
        }
    }
}
