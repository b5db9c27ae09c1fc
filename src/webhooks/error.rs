//! [`WebhookError`]: why a request is not accepted as a webhook of LinkCy.

use std::time::Duration;

/// Why a request is not accepted as a webhook of LinkCy.
///
/// Answer with [`status`](Self::status) and an empty body, and write the text only to your log: it would show a forger
/// which check failed. The text quotes nothing of the request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// One of the three headers is missing.
    #[error("the header {name} is missing: the request is not a webhook, or a proxy removes headers")]
    MissingHeader {
        /// The header.
        name: &'static str,
    },
    /// One of the three headers is malformed.
    #[error("the header {name} {problem}")]
    MalformedHeader {
        /// The header.
        name: &'static str,
        /// What it has to be.
        problem: &'static str,
    },
    /// No signature of a known version belongs to this request and one of the secrets.
    #[error(
        "no signature fits: the secret is that of another endpoint or an old one, or the body is not the bytes that arrived \
         (a framework may have parsed and rewritten them), or the sender is not LinkCy"
    )]
    NoSignatureFits,
    /// The signature is good, and older than the tolerance allows.
    #[error("it was signed {} s ago and {} s are allowed: it is replayed, or this machine's clock is wrong", age.as_secs(), tolerance.as_secs())]
    TooOld {
        /// How long ago it was signed.
        age: Duration,
        /// How long ago it may be.
        tolerance: Duration,
    },
    /// The signature is good, and from a later time than the tolerance allows.
    #[error("it was signed {} s ahead of this machine's clock and {} s are allowed: check that the clock is right", ahead.as_secs(), tolerance.as_secs())]
    TooFarAhead {
        /// How far ahead it was signed.
        ahead: Duration,
        /// How far ahead it may be.
        tolerance: Duration,
    },
}

impl WebhookError {
    /// The HTTP status to answer with: 400 where headers are missing or malformed, 401 otherwise. Either is a failure
    /// to Svix, which tries again by its schedule.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::MissingHeader { .. } | Self::MalformedHeader { .. } => 400,
            Self::NoSignatureFits | Self::TooOld { .. } | Self::TooFarAhead { .. } => 401,
        }
    }
}
