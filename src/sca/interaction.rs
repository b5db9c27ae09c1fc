//! [`ScaInteraction`]: what LinkCy says of a question that it has asked the end-user.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::types::raw::scalar;
use crate::types::{Duration, Timestamp};

/// A question to the end-user, as the 202 "Waiting SCA" describes it.
///
/// The body is documented for version 1.78.0 only: `scaId`, `scaDeviceId` and `ttl` are always present there (\[178\] in the
/// guide's notation). For later versions no public document describes it; what it lacks is `None` here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ScaInteraction {
    /// Its id (`scaId`, a UUID), as received.
    pub id: Option<String>,
    /// The device that asks (`scaDeviceId`).
    pub device_id: Option<String>,
    /// For how long the end-user can decide.
    pub ttl: Option<Duration>,
    /// When the answer arrived, by this machine's clock.
    pub asked_at: Timestamp,
}

impl ScaInteraction {
    pub(super) fn read(body: &Bytes) -> Self {
        let body: Value = crate::json::read(body).unwrap_or_default();
        let text = |key: &str| body.get(key)?.as_str().map(str::to_owned);
        Self {
            id: text("scaId"),
            device_id: text("scaDeviceId"),
            ttl: body.get("ttl").and_then(|ttl| scalar(&ttl.to_string())),
            asked_at: jiff::Timestamp::now().into(),
        }
    }

    /// Until when the end-user can decide, where the server said for how long.
    pub fn expires_at(&self) -> Option<Timestamp> {
        let asked_at = self.asked_at.value().ok()?;
        Some(asked_at.checked_add(self.ttl.as_ref()?.value().ok()?).ok()?.into())
    }

    /// For how long the end-user can still decide; zero if the time is over.
    pub(crate) fn time_left(&self) -> Option<std::time::Duration> {
        let left = self.expires_at()?.value().ok()?.duration_since(jiff::Timestamp::now());
        Some(left.try_into().unwrap_or_default())
    }

    pub(super) fn is_over(&self) -> bool {
        self.time_left().is_some_and(|left| left.is_zero())
    }

    /// Whether both are the same question, as far as is known.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.id.is_none() || other.id.is_none() || self.id == other.id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ttl(json: &str) -> Option<i64> {
        let read = ScaInteraction::read(&Bytes::from(format!(r#"{{"scaId":"a","ttl":{json}}}"#)));
        assert_eq!(read.id.as_deref(), Some("a"));
        Some(read.expires_at()?.value().ok()?.duration_since(read.asked_at.value().ok()?).as_secs())
    }

    #[test]
    fn reads_a_ttl_in_every_form_that_was_seen() {
        assert_eq!(ttl(r#"{"seconds":300,"nano":0,"negative":false,"zero":false,"units":[]}"#), Some(300));
        assert_eq!(ttl(r#""PT10M""#), Some(600));
        assert_eq!(ttl("120"), Some(120));
    }

    #[test]
    fn what_is_not_there_or_not_readable_is_none() {
        assert_eq!(ttl(r#""soon""#), None);
        for body in ["", "not json", "[]", r#"{"scaId":7}"#] {
            let read = ScaInteraction::read(&Bytes::from(body));
            assert_eq!((&read.id, &read.ttl, read.expires_at()), (&None, &None, None), "{body}");
            assert!(!read.is_over());
        }
    }
}
