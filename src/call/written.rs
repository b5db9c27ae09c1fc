//! [`Written`]: a request as progenitor wrote it, with what the operation adds to it, and how its answer is read. The build script
//! ends progenitor's methods with one of these functions (spec/src/emit/raw.rs); the generated operation adds the rest.

// Which of them are used depends on the areas of the API that are switched on.
#![allow(dead_code)]

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, HeaderName, HeaderValue};
use reqwest::Request;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::attempt::{Answered, decode};
use super::parameter::{self, Style};
use crate::generated::raw::ByteStream;

type Refused = Box<dyn std::error::Error + Send + Sync>;

/// A request that is written, or what kept it from that; and how the answer is read.
pub struct Written<T> {
    pub(super) request: Result<Request, Refused>,
    pub(super) read: Read<T>,
}

/// Makes a value of a success.
pub(crate) type Read<T> = fn(&mut Answered) -> Result<T, serde_json::Error>;

fn written<T>(request: reqwest::Result<Request>, read: Read<T>) -> Written<T> {
    // An error's address would be the filled path.
    Written { request: request.map_err(|error| error.without_url().into()), read }
}

/// For a method whose answer is a JSON value.
pub(crate) fn decoded<T: DeserializeOwned>(request: reqwest::Result<Request>) -> Written<T> {
    written(request, value)
}

/// For a method whose answer says nothing.
pub(crate) fn emptied(request: reqwest::Result<Request>) -> Written<()> {
    written(request, nothing)
}

/// For a method whose answer is taken as it comes.
pub(crate) fn streamed(request: reqwest::Result<Request>) -> Written<ByteStream> {
    written(request, stream)
}

/// Reads the value of a JSON answer.
pub(crate) fn value<T: DeserializeOwned>(answered: &mut Answered) -> Result<T, serde_json::Error> {
    decode(&answered.body)
}

/// Reads nothing.
pub(crate) fn nothing(_: &mut Answered) -> Result<(), serde_json::Error> {
    Ok(())
}

/// Reads a text: as it came, or the one that a JSON answer holds.
pub(crate) fn text_answer(answered: &mut Answered) -> Result<String, serde_json::Error> {
    let media = answered.headers.get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default();
    if media.contains("json")
        && let Ok(text) = decode::<String>(&answered.body)
    {
        return Ok(text);
    }
    Ok(String::from_utf8_lossy(&answered.body).into_owned())
}

/// Hands over the answer's bytes as they come.
pub(crate) fn stream(answered: &mut Answered) -> Result<ByteStream, serde_json::Error> {
    // Whoever has the answer read twice gets nothing the second time: no one does.
    let response = answered.streamed.take().ok_or_else(|| serde::de::Error::custom("it was not kept open"))?;
    Ok(ByteStream::new(Box::pin(response.bytes_stream())))
}

/// What readers of several answers ask.
impl Answered {
    /// Whether it has no body.
    pub(crate) fn is_empty(&self) -> bool {
        match &self.streamed {
            Some(response) => response.status() == http::StatusCode::NO_CONTENT || response.content_length() == Some(0),
            None => self.body.is_empty(),
        }
    }

    pub(crate) fn status(&self) -> u16 {
        self.status.as_u16()
    }

    pub(crate) fn bytes(&self) -> Bytes {
        self.body.clone()
    }
}

impl<T> Written<T> {
    /// Reads the answer by another function.
    pub(crate) fn read_by<U>(self, read: Read<U>) -> Written<U> {
        Written { request: self.request, read }.with(|request| {
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
            let mut text = HeaderValue::from_str(&parameter::text(value))?;
            // What a description calls by a name of its own may be a key.
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
            let mut cookies = HeaderValue::from_str(&all)?;
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
            let before = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
            let mut form = form_urlencoded::Serializer::new(String::from_utf8_lossy(before).into_owned());
            form.extend_pairs(pairs);
            set_body(request, "application/x-www-form-urlencoded", form.finish().into_bytes())
        })
    }

    fn given<V>(self, value: Option<&V>, change: impl FnOnce(&mut Request, &V) -> Result<(), Refused>) -> Self {
        match value {
            Some(value) => self.with(|request| change(request, value)),
            None => self,
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Request) -> Result<(), Refused>) -> Self {
        self.request = self.request.and_then(|mut request| change(&mut request).map(|()| request));
        self
    }
}

fn set_body(request: &mut Request, media: &'static str, body: Vec<u8>) -> Result<(), Refused> {
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_str(media)?);
    *request.body_mut() = Some(body.into());
    Ok(())
}
