//! [`WebhookSecret`]: what a signature is made and checked with.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

/// The shortest key that is accepted. The limit is this crate's: a shorter key can be guessed, and most likely a part
/// is missing.
const SHORTEST: usize = 16;

pub(super) type Signer = Hmac<Sha256>;

/// The secret of one endpoint, as the portal shows it: `whsec_` and Base64, or the Base64 alone.
///
/// `Debug` does not show it, and it is wiped from memory when dropped.
///
/// ```
/// use linkcy::webhooks::WebhookSecret;
///
/// let secret: WebhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse()?;
/// assert_eq!(format!("{secret:?}"), "WebhookSecret(***)");
/// # Ok::<(), linkcy::webhooks::SecretError>(())
/// ```
#[derive(Clone)]
pub struct WebhookSecret(Zeroizing<Vec<u8>>);

/// Surrounding white space is ignored, because the text is often from a file or an environment variable. An error says what
/// the text is instead, and does not show it.
impl FromStr for WebhookSecret {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, SecretError> {
        let text = text.trim();
        if text.starts_with("whpk_") || text.starts_with("whsk_") {
            return Err(SecretError::Asymmetric);
        }
        let encoded = text.strip_prefix("whsec_").unwrap_or(text);
        if encoded.is_empty() {
            return Err(SecretError::Empty);
        }
        // Keys have padding or not.
        let key = STANDARD_NO_PAD.decode(encoded.trim_end_matches('='));
        let key = Zeroizing::new(key.map_err(|_| SecretError::NotBase64)?);
        if key.len() < SHORTEST {
            return Err(SecretError::TooShort { bytes: key.len() });
        }
        Ok(Self(key))
    }
}

impl WebhookSecret {
    /// Signs as LinkCy's sender does; gives the value of the signature header, `v1,` and Base64. For tests of a receiver.
    ///
    /// `timestamp` is in seconds since the Unix epoch.
    #[must_use]
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let mac = self.signer(id, &timestamp.to_string(), body).finalize();
        format!("v1,{}", STANDARD.encode(mac.into_bytes()))
    }

    /// The HMAC of all that is signed: id, timestamp and body, as received.
    pub(super) fn signer(&self, id: &str, timestamp: &str, body: &[u8]) -> Signer {
        // HMAC takes keys of every length.
        let mut signer =
            Signer::new_from_slice(&self.0).unwrap_or_else(|_| unreachable!("HMAC takes keys of every length"));
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            signer.update(part);
        }
        signer
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(***)")
    }
}

/// Why a text is not the secret of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// The text is empty.
    #[error("the webhook secret is empty: copy the endpoint's signing secret from the portal")]
    Empty,
    /// It is not Base64.
    #[error(
        "the webhook secret is not Base64: copy the endpoint's signing secret from the portal, `whsec_...`, as it is"
    )]
    NotBase64,
    /// Part of it is missing.
    #[error(
        "the webhook secret has {bytes} bytes; at least {SHORTEST} are required: copy the whole of the endpoint's signing \
         secret from the portal"
    )]
    TooShort {
        /// How many bytes it has.
        bytes: usize,
    },
    /// It is half of an Ed25519 pair.
    #[error(
        "this is a key for asymmetric signatures (v1a), which are not checked here: use the signing secret, `whsec_...`"
    )]
    Asymmetric,
}
