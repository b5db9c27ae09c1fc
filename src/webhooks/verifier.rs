//! [`Verifier`]: from the bytes and headers of a request to an event that LinkCy sent.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::Mac as _;
use jiff::Timestamp;

use super::error::WebhookError;
use super::event::{EventKind, WebhookEvent};
use super::headers::{Headers, Signed};
use super::payload::Payload;
use super::secret::WebhookSecret;

/// How old, or how far ahead, a signature may be: what Svix's own libraries allow.
const TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// Where the sandbox and many senders write an event's name. LinkCy does not document it.
const KIND_AT: &str = "/type";

/// Checks signatures and times of webhooks. It is cheap to clone.
///
/// ```
/// # fn example(headers: &http::HeaderMap, body: bytes::Bytes) -> Result<(), Box<dyn std::error::Error>> {
/// use linkcy::webhooks::{EventKind, Verifier};
///
/// let verifier = Verifier::new(std::env::var("LINKCY_WEBHOOK_SECRET")?.parse()?);
/// let event = verifier.verify(headers, body)?;
/// if event.kind == Some(EventKind::CardClosed) {
///     println!("{} at {}", event.id, event.timestamp);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Verifier {
    secrets: Arc<[WebhookSecret]>,
    tolerance: Duration,
    kind_at: Arc<str>,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

impl Verifier {
    /// Accepts what is signed with this secret.
    #[must_use]
    pub fn new(secret: WebhookSecret) -> Self {
        Self {
            secrets: [secret].into(),
            tolerance: TOLERANCE,
            kind_at: KIND_AT.into(),
            clock: Arc::new(Timestamp::now),
        }
    }

    /// Accepts what is signed with this secret too: while a secret is rotated, or where one receiver serves several
    /// endpoints.
    #[must_use]
    pub fn or(mut self, secret: WebhookSecret) -> Self {
        self.secrets = self.secrets.iter().cloned().chain([secret]).collect();
        self
    }

    /// How old, and how far ahead, a signature may be, to the second; five minutes unless set.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Where the payload says what happened, as a JSON pointer; `/type` unless set, which is an inference: LinkCy documents
    /// the names of events, but not where they are.
    ///
    /// # Errors
    /// When it is not a JSON pointer: neither empty nor beginning with `/`.
    pub fn kind_at(mut self, pointer: &str) -> Result<Self, PointerError> {
        if !pointer.is_empty() && !pointer.starts_with('/') {
            return Err(PointerError { pointer: pointer.into() });
        }
        self.kind_at = pointer.into();
        Ok(self)
    }

    /// Sets the clock; the machine's own unless set.
    #[must_use]
    pub fn clock(mut self, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(now);
        self
    }

    /// Verifies a request: its headers, and the exact bytes of its body. The bytes need not be JSON or UTF-8.
    ///
    /// Headers are `svix-id`, `svix-timestamp` and `svix-signature`, or the same with `webhook-`. One signature of
    /// version `v1` has to fit one of the secrets; other versions are ignored. The time is checked after the
    /// signature.
    ///
    /// # Errors
    /// [`WebhookError`] says what is wrong, and which status to answer with.
    pub fn verify(
        &self,
        headers: &(impl Headers + ?Sized),
        body: impl Into<Bytes>,
    ) -> Result<WebhookEvent, WebhookError> {
        self.event(&Signed::read(headers)?, body.into())
    }

    fn event(&self, signed: &Signed<'_>, body: Bytes) -> Result<WebhookEvent, WebhookError> {
        if !self.is_signed(signed, &body) {
            return Err(WebhookError::NoSignatureFits);
        }
        let timestamp = self.in_time(signed.sent)?;
        let payload = Payload::new(body);
        let kind = payload.text_at(&self.kind_at).map(EventKind::from);
        Ok(WebhookEvent { id: signed.id.to_owned(), timestamp, kind, payload })
    }

    fn is_signed(&self, signed: &Signed<'_>, body: &[u8]) -> bool {
        let values = signed.signatures.iter().flat_map(|value| value.split_ascii_whitespace());
        let known = values.filter_map(|value| value.strip_prefix("v1,"));
        let signatures: Vec<_> = known.filter_map(|encoded| STANDARD.decode(encoded).ok()).collect();
        // The body is hashed once for each secret, however many signatures a sender claims.
        !signatures.is_empty()
            && self.secrets.iter().any(|secret| {
                let signer = secret.signer(signed.id, signed.timestamp, body);
                // `verify_slice` takes the same time for every signature.
                signatures.iter().any(|signature| signer.clone().verify_slice(signature).is_ok())
            })
    }

    fn in_time(&self, sent: i64) -> Result<Timestamp, WebhookError> {
        let tolerance = self.tolerance;
        let behind = (self.clock)().as_second().saturating_sub(sent);
        let apart = Duration::from_secs(behind.unsigned_abs());
        if apart.as_secs() > tolerance.as_secs() {
            return Err(if behind > 0 {
                WebhookError::TooOld { age: apart, tolerance }
            } else {
                WebhookError::TooFarAhead { ahead: apart, tolerance }
            });
        }
        // With a tolerance of centuries a time may be within it and out of a timestamp's range.
        Timestamp::from_second(sent).map_err(|_| WebhookError::TooFarAhead { ahead: apart, tolerance })
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Verifier");
        shown.field("secrets", &self.secrets.len()).field("tolerance", &self.tolerance);
        shown.field("kind_at", &self.kind_at).finish_non_exhaustive()
    }
}

/// A text that is not a JSON pointer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{pointer:?} is not a JSON pointer: a pointer is empty or begins with `/`, such as `/type` or `/event/name`")]
pub struct PointerError {
    pointer: Box<str>,
}
