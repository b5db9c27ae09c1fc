//! [`Written`]: what progenitor's methods give, a request and how its answer is read. The build script ends them with a call
//! of one of these (spec/src/emit/raw.rs); what is done with it is in life.rs.

// Which of them are used depends on the areas of the API that are switched on.
#![allow(dead_code)]

use reqwest::Request;
use serde::de::DeserializeOwned;

use super::attempt::{Answered, decode};
use crate::generated::raw::ByteStream;

/// A request as progenitor wrote it, or what kept it from that; and how the answer is read.
pub struct Written<T> {
    pub(super) request: reqwest::Result<Request>,
    pub(super) read: Read<T>,
}

/// Makes a value of a success.
pub(crate) type Read<T> = fn(&mut Answered) -> Result<T, serde_json::Error>;

/// For a method whose answer is a JSON value.
pub(crate) fn decoded<T: DeserializeOwned>(request: reqwest::Result<Request>) -> Written<T> {
    Written { request, read: value }
}

/// Reads the value of a JSON answer.
pub(crate) fn value<T: DeserializeOwned>(answered: &mut Answered) -> Result<T, serde_json::Error> {
    decode(&answered.body)
}

/// For a method whose answer says nothing.
pub(crate) fn emptied(request: reqwest::Result<Request>) -> Written<()> {
    Written { request, read: |_| Ok(()) }
}

/// For a method whose answer is taken as it comes.
pub(crate) fn streamed(request: reqwest::Result<Request>) -> Written<ByteStream> {
    Written { request, read: stream }
}

fn stream(answered: &mut Answered) -> Result<ByteStream, serde_json::Error> {
    // Whoever has the answer read twice gets nothing the second time: no one does.
    let response = answered.streamed.take().ok_or_else(|| serde::de::Error::custom("it was not kept open"))?;
    Ok(ByteStream::new(Box::pin(response.bytes_stream())))
}
