//! Reading a request's body: bounded in size and time, and what arrived is kept even if the rest does not.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use hyper::header::{CONTENT_LENGTH, EXPECT};
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
        if !parts.headers.contains_key(EXPECT) {
            drain(body, patience).await;
        }
        return (Bytes::new(), Read::Refused(Refusal::TooLarge));
    }
    if body.is_end_stream() {
        return (Bytes::new(), Read::Whole);
    }
    let mut arrived = BytesMut::new();
    let mut body = body;
    let read = match tokio::time::timeout(patience, collect(&mut body, &mut arrived)).await {
        Ok(Read::Refused(refusal)) => {
            drain(body, patience).await;
            Read::Refused(refusal)
        }
        Ok(read) => read,
        Err(_) => Read::Refused(Refusal::TooSlow),
    };
    (arrived.freeze(), read)
}

/// How much of a body that is too large is still taken and forgotten.
const MOST_FORGOTTEN: usize = 128 * 1024 * 1024;

/// Takes the rest of a body: a client that is still sending when its connection closes never sees why.
async fn drain(mut body: Incoming, patience: Duration) {
    let take = async {
        let mut taken = 0;
        while let Some(Ok(frame)) = body.frame().await {
            taken += frame.data_ref().map_or(0, Bytes::len);
            if taken > MOST_FORGOTTEN {
                return;
            }
        }
    };
    // One that is too slow even for that does not see it.
    let _ = tokio::time::timeout(patience, take).await;
}

async fn collect(body: &mut Incoming, arrived: &mut BytesMut) -> Read {
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
