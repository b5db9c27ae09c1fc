//! Webhooks: what is verified, what is refused, what is read, and that it is handled once.

mod example;
mod once;
mod payload;
mod seen;
mod tampering;
mod verify;

use http::{HeaderMap, HeaderName, HeaderValue};
use linkcy::types::jiff::Timestamp;
use linkcy::webhooks::{Verifier, WebhookSecret};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER: &str = "whsec_plJ3nmyCDGBKInavdOK15jsl";

/// A request that a verifier at [`NOW`] takes.
const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const NOW: i64 = 1_614_265_330;
const BODY: &[u8] = br#"{"type":"CARD_CLOSED","data":{"cardId":"00000000-0000-0000-0000-000000000007"}}"#;

fn secret(text: &str) -> WebhookSecret {
    text.parse().unwrap()
}

/// A verifier whose clock stands at [`NOW`].
fn verifier() -> Verifier {
    Verifier::new(secret(SECRET)).clock(|| Timestamp::from_second(NOW).unwrap())
}

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let header = |(name, value): &(&str, &str)| {
        (name.parse::<HeaderName>().unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap())
    };
    let mut headers = HeaderMap::new();
    for (name, value) in pairs.iter().map(header) {
        headers.append(name, value);
    }
    headers
}

/// The headers of a request with this signature.
fn signed_with(signature: &str) -> HeaderMap {
    headers(&[("svix-id", ID), ("svix-timestamp", &NOW.to_string()), ("svix-signature", signature)])
}

/// The headers of a body that was signed at [`NOW`].
fn signed(body: &[u8]) -> HeaderMap {
    signed_with(&secret(SECRET).sign(ID, NOW, body))
}
