//! Webhooks: what the bank tells, and its delivery.

use serde_json::Value;

/// Something the webhooks tell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    /// The event's name, as the guide lists it.
    pub(crate) kind: &'static str,
    /// What it is about.
    pub(crate) about: Value,
}
