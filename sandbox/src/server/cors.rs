//! CORS: lets a browser's page of any origin call the API, where the program was told to. There are no cookies to steal.

use hyper::Response;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_HEADERS, HeaderMap, HeaderValue,
};
use hyper::http::request::Parts;

use super::reply::Reply;
use crate::http::answer::Answer;
use crate::shared::Shared;

/// The answer to a preflight: yes, with the headers asked for.
pub(super) fn preflight(shared: &Shared, parts: &Parts) -> Response<Reply> {
    let mut reply = Reply::whole(Answer::empty().with_status(204), shared);
    let headers = reply.headers_mut();
    allow(headers);
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE"));
    if let Some(asked) = parts.headers.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    reply
}

/// Lets the page read an answer.
pub(super) fn allow(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("*"));
}
