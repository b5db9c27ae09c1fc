//! An SMS or a mail that LinkCy would have sent. The sandbox sends none, and shows them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::state::rows::{Row, Rows};

/// How many messages are kept; of more, the oldest are forgotten.
const MOST_KEPT: usize = 1_000;

/// How a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Channel {
    Sms,
    Mail,
}

/// A message.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Message {
    pub(crate) id: Uuid,
    pub(crate) channel: Channel,
    /// A phone's digits, or a mail address.
    pub(crate) to: String,
    pub(crate) text: String,
    pub(crate) created: Timestamp,
}

impl Row for Message {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl Rows<Message> {
    /// Adds one; forgets the oldest where there are too many.
    pub(crate) fn add(&mut self, message: Message) {
        self.put(message);
        let oldest = self.iter().next().map(|one| one.id);
        if let Some(oldest) = oldest.filter(|_| self.len() > MOST_KEPT) {
            self.remove(oldest);
        }
    }
}
