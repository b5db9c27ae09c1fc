//! A webhook on its way, or arrived.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::state::index::{Key, Keyed};
use crate::state::rows::{KeyedRows, Row};

/// How many webhooks are kept; of more, the oldest that arrived are forgotten.
const MOST_KEPT: usize = 10_000;

/// A webhook, as control shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// Its svix-id: the same at every attempt, and at every address.
    pub id: String,
    /// Where it goes.
    pub address: String,
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

/// What is told: an event's name, and the exact bytes of the body.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    name: String,
    body: String,
}

impl Event {
    /// An event in the sandbox's own shape.
    pub(crate) fn about(name: &str, about: &Value, now: Timestamp) -> Self {
        let body = serde_json::json!({
            "type": name,
            "timestamp": now.to_string(),
            "data": about,
            "note": "payload shape is the sandbox's own; LinkCy's is not documented",
        });
        Self { name: name.to_owned(), body: body.to_string() }
    }

    /// An event whose whole payload is given.
    pub(crate) fn with_payload(name: &str, payload: &Value) -> Self {
        Self { name: name.to_owned(), body: payload.to_string() }
    }
}

/// A webhook to one address, as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct KeptDelivery {
    pub(crate) id: Uuid,
    /// What all deliveries of one event have in common.
    pub(crate) message: Uuid,
    pub(crate) address: String,
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

impl Keyed for KeptDelivery {
    type Line = ();

    fn line(&self) {}

    fn keys(&self) -> Vec<Key> {
        vec![Key::Message(self.message)]
    }
}

/// The value of a message's svix-id header.
pub(crate) fn svix_id(message: Uuid) -> String {
    format!("msg_{}", message.simple())
}

/// The message of a svix-id.
pub(crate) fn message_of(svix_id: &str) -> Option<Uuid> {
    svix_id.strip_prefix("msg_")?.parse().ok()
}

impl KeptDelivery {
    /// As control shows it.
    pub(crate) fn view(&self) -> Delivery {
        Delivery {
            id: svix_id(self.message),
            address: self.address.clone(),
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

impl KeyedRows<KeptDelivery> {
    /// Adds a delivery to each address, to be tried at once; gives their ids.
    pub(crate) fn tell(&mut self, message: Uuid, event: &Event, now: Timestamp, addresses: &[String]) -> Vec<Uuid> {
        let mut ids = Vec::new();
        for (place, address) in (0_u128..).zip(addresses) {
            // The ids of everything else do not depend on how many addresses there are.
            let id = Uuid::from_u128(message.as_u128() ^ place);
            self.add(KeptDelivery {
                id,
                message,
                address: address.clone(),
                event: event.name.clone(),
                body: event.body.clone(),
                created: now,
                attempts: 0,
                delivered: false,
                last_status: None,
                last_error: None,
                next_attempt: Some(now),
            });
            ids.push(id);
        }
        ids
    }

    /// The deliveries of a message.
    pub(crate) fn of_message(&self, message: Uuid) -> impl Iterator<Item = &KeptDelivery> {
        self.with(Key::Message(message))
    }

    /// Adds one; forgets the oldest where there are too many and it needs no attempt any more.
    fn add(&mut self, delivery: KeptDelivery) {
        self.put(delivery);
        let oldest = self.iter().next().filter(|one| one.next_attempt.is_none()).map(|one| one.id);
        if let Some(oldest) = oldest.filter(|_| self.len() > MOST_KEPT) {
            self.remove(oldest);
        }
    }
}
