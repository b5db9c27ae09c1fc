//! An answer on the wire: whole as a rule; cut off, garbled or dripping where a fault asks for it.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::Full;
use http_body_util::channel::{Channel, Sender};
use hyper::Response;
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, DATE, HeaderName, HeaderValue};
use jiff::fmt::rfc2822;

use crate::clock::Clock;
use crate::faults::Effect;
use crate::http::answer::{Answer, Content};
use crate::journal::Told;
use crate::shared::Shared;

/// The body of an answer.
#[derive(Debug)]
pub(crate) enum Reply {
    /// All of it at once.
    Whole(Full<Bytes>),
    /// Piece by piece, perhaps never to its end.
    Pieces(Channel<Bytes, CutOff>),
}

/// The body ends here, before its announced length.
#[derive(Debug, thiserror::Error)]
#[error("the body was cut off on purpose")]
pub(crate) struct CutOff;

impl Body for Reply {
    type Data = Bytes;
    type Error = CutOff;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, CutOff>>> {
        match self.get_mut() {
            Reply::Whole(body) => Pin::new(body).poll_frame(cx).map_err(|never: Infallible| match never {}),
            Reply::Pieces(body) => Pin::new(body).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Reply::Whole(body) => body.is_end_stream(),
            Reply::Pieces(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Reply::Whole(body) => body.size_hint(),
            Reply::Pieces(body) => body.size_hint(),
        }
    }
}

impl Reply {
    /// The answer as it is.
    pub(crate) fn whole(answer: Answer, shared: &Shared) -> Response<Self> {
        let (mut response, bytes) = Self::head(answer, shared);
        *response.body_mut() = Reply::Whole(Full::new(bytes));
        response
    }

    /// The answer as a fault has it.
    pub(crate) fn distorted(answer: Answer, effect: &Effect, shared: &Shared) -> Response<Self> {
        let (mut response, bytes) = Self::head(answer, shared);
        let length = HeaderValue::from(bytes.len());
        *response.body_mut() = match effect {
            Effect::NotJson => Reply::Whole(Full::new(Bytes::from_static(b"<html>502 Bad Gateway</html>"))),
            Effect::CutBody { after } => {
                response.headers_mut().insert(CONTENT_LENGTH, length);
                let part = bytes.slice(..bytes.len().min(*after).min(bytes.len().saturating_sub(1)));
                Self::pieces(move |mut sender| async move {
                    // A client that went away needs nothing cut.
                    if part.is_empty() || sender.send_data(part).await.is_ok() {
                        sender.abort(CutOff);
                    }
                })
            }
            Effect::SlowBytes { pause_millis } => {
                response.headers_mut().insert(CONTENT_LENGTH, length);
                let (clock, pause) = (shared.clock.clone(), std::time::Duration::from_millis(*pause_millis));
                Self::pieces(move |sender| drip(sender, bytes, clock, pause))
            }
            _ => Reply::Whole(Full::new(bytes)),
        };
        response
    }

    /// A body that is sent piece by piece.
    pub(super) fn pieces<F>(send: impl FnOnce(Sender<Bytes, CutOff>) -> F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (sender, body) = Channel::new(1);
        tokio::spawn(send(sender));
        Reply::Pieces(body)
    }

    fn head(answer: Answer, shared: &Shared) -> (Response<Self>, Bytes) {
        let mut code = None;
        let json = HeaderValue::from_static("application/json");
        let (content_type, bytes) = match answer.content {
            Content::Empty => (None, Bytes::new()),
            Content::Json(value) => {
                code = value.get("errorCode").and_then(serde_json::Value::as_str).map(str::to_owned);
                (Some(json), Bytes::from(serde_json::to_vec(&value).unwrap_or_default()))
            }
            Content::Written(written) => (Some(json), Bytes::from(written)),
            Content::Bytes(content_type, bytes) => (HeaderValue::from_str(&content_type).ok(), Bytes::from(bytes)),
        };
        let mut response = Response::new(Reply::Whole(Full::default()));
        *response.status_mut() =
            hyper::StatusCode::from_u16(answer.status).unwrap_or(hyper::StatusCode::INTERNAL_SERVER_ERROR);
        if code.is_some() || shared.journal.keeps_bodies() {
            response.extensions_mut().insert(Told { error_code: code, body: bytes.clone() });
        }
        let headers = response.headers_mut();
        if let Some(content_type) = content_type {
            headers.insert(CONTENT_TYPE, content_type);
        }
        // The Date is of the sandbox's clock, so that clients can find out how wrong theirs is.
        if let Ok(date) = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&shared.clock.now())
            && let Ok(date) = HeaderValue::from_str(&date)
        {
            headers.insert(DATE, date);
        }
        for (name, value) in answer.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(&value)) {
                headers.insert(name, value);
            }
        }
        (response, bytes)
    }
}

async fn drip(mut sender: Sender<Bytes, CutOff>, bytes: Bytes, clock: Clock, pause: std::time::Duration) {
    for at in 0..bytes.len() {
        if sender.send_data(bytes.slice(at..=at)).await.is_err() {
            return;
        }
        clock.sleep(pause).await;
    }
}
