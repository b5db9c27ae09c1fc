//! A webhook on its way, or arrived.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::state::rows::Row;

/// How many webhooks are kept; of more, the oldest that arrived are forgotten.
const MOST_KEPT: usize = 10_000;

/// A webhook, as control shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// Its svix-id, the same at every attempt.
    pub id: String,
    /// The event's name.
    pub event: String,
    /// What is sent, as JSON.
    pub payload: Value,
    /// When the event happened, by the sandbox's clock.
    pub created: Timestamp,
    /// How often it was tried.
    pub attempts: usize,
    /// Whether the receiver answered 2xx.
    pub delivered: bool,
    /// The status of the last answer; none while there was none.
    pub last_status: Option<u16>,
    /// Why the last attempt had no answer.
    pub last_error: Option<String>,
    /// When it is tried next, by the sandbox's clock; none when it arrived or is given up.
    pub next_attempt: Option<Timestamp>,
}

/// A webhook, as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct KeptDelivery {
    pub(crate) id: Uuid,
    pub(crate) event: String,
    /// The exact bytes of its body.
    pub(crate) body: String,
    pub(crate) created: Timestamp,
    pub(crate) attempts: usize,
    pub(crate) delivered: bool,
    pub(crate) last_status: Option<u16>,
    pub(crate) last_error: Option<String>,
    pub(crate) next_attempt: Option<Timestamp>,
}

impl Row for KeptDelivery {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl KeptDelivery {
    /// One that is to be tried at once.
    pub(crate) fn new(id: Uuid, event: &str, about: &Value, now: Timestamp) -> Self {
        let body = serde_json::json!({
            "type": event,
            "timestamp": now.to_string(),
            "data": about,
            "note": "payload shape is the sandbox's own; LinkCy's is not documented",
        });
        Self {
            id,
            event: event.to_owned(),
            body: body.to_string(),
            created: now,
            attempts: 0,
            delivered: false,
            last_status: None,
            last_error: None,
            next_attempt: Some(now),
        }
    }

    /// The value of its svix-id header.
    pub(crate) fn svix_id(&self) -> String {
        format!("msg_{}", self.id.simple())
    }

    /// As control shows it.
    pub(crate) fn view(&self) -> Delivery {
        Delivery {
            id: self.svix_id(),
            event: self.event.clone(),
            payload: serde_json::from_str(&self.body).unwrap_or_default(),
            created: self.created,
            attempts: self.attempts,
            delivered: self.delivered,
            last_status: self.last_status,
            last_error: self.last_error.clone(),
            next_attempt: self.next_attempt,
        }
    }
}

impl crate::state::rows::Rows<KeptDelivery> {
    /// Adds one; forgets the oldest where there are too many and it needs no attempt any more.
    pub(crate) fn add(&mut self, delivery: KeptDelivery) {
        self.put(delivery);
        let oldest = self.iter().next().filter(|one| one.next_attempt.is_none()).map(|one| one.id);
        if let Some(oldest) = oldest.filter(|_| self.len() > MOST_KEPT) {
            self.remove(oldest);
        }
    }
}
