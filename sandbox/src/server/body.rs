//! Reading a request's body: bounded in size and time, and what arrived is kept even if the rest does not.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::header::CONTENT_LENGTH;
use hyper::http::request::Parts;

use crate::http::refusal::Refusal;

/// More than the largest upload the description allows (5 MB).
const LARGEST: usize = 8 * 1024 * 1024;

/// How far a body was read.
pub(super) enum Read {
    /// To its end.
    Whole,
    /// Not to its end: it is too large or too slow.
    Refused(Refusal),
    /// The client went away.
    BrokenOff,
}

/// Reads a body; gives what arrived of it.
pub(super) async fn read(parts: &Parts, body: Incoming, patience: Duration) -> (Bytes, Read) {
    let announced = parts.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    // A body that is not read is not asked for either: no 100 Continue.
    if announced.is_some_and(|length| length > LARGEST as u64) {
        return (Bytes::new(), Read::Refused(Refusal::TooLarge));
    }
    let mut arrived = BytesMut::new();
    let read = match tokio::time::timeout(patience, collect(body, &mut arrived)).await {
        Ok(read) => read,
        Err(_) => Read::Refused(Refusal::TooSlow),
    };
    (arrived.freeze(), read)
}

async fn collect(mut body: Incoming, arrived: &mut BytesMut) -> Read {
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            return Read::BrokenOff;
        };
        if let Some(data) = frame.data_ref() {
            arrived.extend_from_slice(data);
            if arrived.len() > LARGEST {
                return Read::Refused(Refusal::TooLarge);
            }
        }
    }
    Read::Whole
}
