//! The sandbox's data signatures. LinkCy's own come from Wultra's PowerAuth SDK on the phone; what exactly they cover is
//! not documented, so this is a test scheme in its look: HMAC-SHA256 with the device's key over
//! `METHOD & base64(path) & nonce & base64(body) & time`, where the body of a GET or DELETE is its query with the
//! parameters sorted by key and then value, as PowerAuth has it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::Mac as _;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::auth::token::mac;
use crate::state::device::{Device, DeviceKey};

/// How long a signature is good, by the reference page of the card operations.
pub(crate) const LIFE: SignedDuration = SignedDuration::from_secs(30);

/// The request a signature is for.
#[derive(Debug, Clone, Copy)]
pub struct SignedRequest<'a> {
    /// `POST`, `GET`, ...
    pub method: &'a str,
    /// The raw path, `/api/partner/transactions`.
    pub path: &'a str,
    /// The raw query without question mark; empty for none.
    pub query: &'a str,
    /// The body's exact bytes.
    pub body: &'a [u8],
}

/// The value of the Linkcy-SCA-Signature header for a request, signed at `at`. The sandbox takes each nonce once.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use linkcy_sandbox::sca::{SignedRequest, sign};
/// # use linkcy_sandbox::Sandbox;
/// # let sandbox = Sandbox::start().await.unwrap();
/// # let end_user = uuid::Uuid::nil();
/// let key = sandbox.control().register_device(end_user);
/// let request =
///     SignedRequest { method: "POST", path: "/api/partner/transactions", query: "", body: br#"{"amount":1}"# };
/// let header = sign(&key, request, sandbox.control().clock().now(), [7; 16]);
/// assert!(header.starts_with("PowerAuth pa_version="));
/// # });
/// ```
pub fn sign(key: &DeviceKey, request: SignedRequest<'_>, at: Timestamp, nonce: [u8; 16]) -> String {
    let nonce = STANDARD.encode(nonce);
    let time = at.as_millisecond();
    let signature = STANDARD.encode(mac(&key.secret, &signed_bytes(request, &nonce, time)).finalize().into_bytes());
    format!(
        "PowerAuth pa_version=\"3.1\", pa_activation_id=\"{}\", pa_application_key=\"sandbox\", pa_nonce=\"{nonce}\", \
         pa_timestamp=\"{time}\", pa_signature_type=\"possession_biometry\", pa_signature=\"{signature}\"",
        key.device
    )
}

fn signed_bytes(request: SignedRequest<'_>, nonce: &str, time: i64) -> Vec<u8> {
    let body = match request.method {
        "GET" | "DELETE" => {
            let mut pairs: Vec<(&str, &str)> = request
                .query
                .split('&')
                .filter(|pair| !pair.is_empty())
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .collect();
            pairs.sort_unstable();
            let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
            STANDARD.encode(pairs.join("&"))
        }
        _ => STANDARD.encode(request.body),
    };
    format!("{}&{}&{nonce}&{body}&{time}", request.method, STANDARD.encode(request.path)).into_bytes()
}

/// A signature header taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    pub(crate) device: Uuid,
    pub(crate) nonce: [u8; 16],
    time: i64,
    signature: Vec<u8>,
}

impl Signature {
    /// Takes a header apart; none when it has not the form.
    pub(crate) fn parse(header: &str) -> Option<Self> {
        let fields = header.strip_prefix("PowerAuth ")?;
        let field = |wanted: &str| {
            fields.split(',').find_map(|field| {
                let (name, value) = field.trim().split_once('=')?;
                (name == wanted).then(|| value.strip_prefix('"')?.strip_suffix('"')).flatten()
            })
        };
        Some(Self {
            device: field("pa_activation_id")?.parse().ok()?,
            nonce: STANDARD.decode(field("pa_nonce")?).ok()?.try_into().ok()?,
            time: field("pa_timestamp")?.parse().ok()?,
            signature: STANDARD.decode(field("pa_signature")?).ok()?,
        })
    }

    /// Whether the device signed this very request, not longer ago than a signature lives.
    pub(crate) fn is_of(&self, device: &Device, request: SignedRequest<'_>, now: Timestamp) -> bool {
        let nonce = STANDARD.encode(self.nonce);
        let age = SignedDuration::from_millis(now.as_millisecond().saturating_sub(self.time));
        let signed = mac(&device.key.secret, &signed_bytes(request, &nonce, self.time));
        signed.verify_slice(&self.signature).is_ok() && age.abs() <= LIFE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::device::Factor;

    const REQUEST: SignedRequest<'_> =
        SignedRequest { method: "POST", path: "/api/partner/cards", query: "", body: b"{}" };

    fn device() -> Device {
        Device::new(Uuid::nil(), Uuid::nil(), String::new(), Factor::Biometry, [3; 32], Timestamp::UNIX_EPOCH)
    }

    fn verifies(request: SignedRequest<'_>, after: i64) -> bool {
        let at = Timestamp::UNIX_EPOCH;
        let header = sign(&device().key, REQUEST, at, [1; 16]);
        let signature = Signature::parse(&header).unwrap();
        signature.is_of(&device(), request, at + SignedDuration::from_secs(after))
    }

    #[test]
    fn is_good_for_its_request_and_its_thirty_seconds() {
        assert!(verifies(REQUEST, 30));
        assert!(!verifies(REQUEST, 31));
    }

    #[test]
    fn is_bad_for_another_body_path_or_method() {
        assert!(!verifies(SignedRequest { body: b"{ }", ..REQUEST }, 0));
        assert!(!verifies(SignedRequest { path: "/api/partner/login", ..REQUEST }, 0));
        assert!(!verifies(SignedRequest { method: "PUT", ..REQUEST }, 0));
    }

    #[test]
    fn the_order_of_query_parameters_does_not_matter_to_a_get() {
        let get = SignedRequest { method: "GET", query: "b=2&a=1", ..REQUEST };
        let header = sign(&device().key, get, Timestamp::UNIX_EPOCH, [1; 16]);
        let signature = Signature::parse(&header).unwrap();
        let turned = SignedRequest { query: "a=1&b=2", ..get };
        assert!(signature.is_of(&device(), turned, Timestamp::UNIX_EPOCH));
    }

    #[test]
    fn what_has_not_the_form_is_not_parsed() {
        for header in ["", "PowerAuth", "PowerAuth pa_nonce=\"x\"", "Bearer abc"] {
            assert_eq!(Signature::parse(header), None);
        }
    }
}
