//! The control interface over HTTP, for tests in other languages. It answers on loopback only.

use serde_json::json;

use crate::Shared;
use crate::server::{Answer, Raw, Refusal};

/// The answer to a request under `/_sandbox`.
pub(crate) async fn answer(shared: &Shared, path: &str, raw: &Raw) -> Answer {
    let now = shared.clock.now();
    match (raw.parts.method.as_str(), path) {
        ("GET", "/journal") => Answer::json(json!(shared.journal.entries())).with_status(200),
        _ => Refusal::NoRoute.answer(None, now),
    }
}
