//! The common end of progenitor's methods, once instead of in each of them: the build script puts a call of one of these
//! where progenitor sends the request it built (spec/src/emit/raw.rs).

// Which of them are used depends on the areas of the API that are switched on.
#![allow(dead_code)]

use progenitor_client::{ClientHooks, OperationInfo};
use reqwest::{Request, Response};
use serde::de::DeserializeOwned;

use super::Sending;
use crate::generated::raw::{ByteStream, Client, Error, ResponseValue};

/// A request as progenitor built it, or what kept it from that.
type Built = Result<Request, Error>;

/// For a method whose answer is a JSON value.
pub(crate) fn decoded<'a, T: DeserializeOwned + Send + 'a>(
    client: &'a Client,
    operation_id: &'static str,
    request: Built,
) -> Sending<'a, T> {
    Box::pin(async move { ResponseValue::from_response(answer(client, operation_id, request?).await?).await })
}

/// For a method whose answer says nothing.
pub(crate) fn emptied<'a>(client: &'a Client, operation_id: &'static str, request: Built) -> Sending<'a, ()> {
    Box::pin(async move { Ok(ResponseValue::empty(answer(client, operation_id, request?).await?)) })
}

/// For a method whose answer is taken as it comes.
pub(crate) fn streamed<'a>(client: &'a Client, operation_id: &'static str, request: Built) -> Sending<'a, ByteStream> {
    Box::pin(async move { Ok(ResponseValue::stream(answer(client, operation_id, request?).await?)) })
}

async fn answer(client: &Client, operation_id: &'static str, mut request: Request) -> Result<Response, Error> {
    let info = OperationInfo { operation_id };
    client.pre(&mut request, &info).await?;
    let result = client.exec(request, &info).await;
    client.post(&result, &info).await?;
    let response = result?;
    if response.status().is_success() { Ok(response) } else { Err(Error::UnexpectedResponse(response)) }
}
