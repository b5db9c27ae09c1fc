//! A push: what an end-user was asked to confirm, and what came of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::state::index::{Key, Keyed};
use crate::state::rows::Row;

/// What came of a push so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum InteractionState {
    /// Nothing yet.
    Pending,
    /// The end-user said yes; the request can be completed once.
    Approved,
    /// The end-user said no.
    Declined,
    /// The request was completed.
    Consumed,
    /// It ran out of time before the request was completed.
    Expired,
}

/// A push, as control sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScaInteraction {
    /// Its id, scaId in the API.
    pub id: Uuid,
    /// Whose confirmation it waits for.
    pub end_user: Uuid,
    /// The method of the request.
    pub method: String,
    /// The raw path of the request.
    pub path: String,
    /// The device it was sent to, scaDeviceId in the API.
    pub device: Uuid,
    /// What it approves, as a phone shows it: the amount and the payee of a payment, among others.
    pub about: Value,
    /// When it was asked for.
    pub created: Timestamp,
    /// What came of it so far.
    pub state: InteractionState,
    /// Until when it can be confirmed and completed.
    pub expires: Timestamp,
}

/// A push, as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Interaction {
    pub(crate) id: Uuid,
    pub(crate) end_user: Uuid,
    pub(crate) device: Uuid,
    pub(crate) join_code: Option<Uuid>,
    pub(crate) method: String,
    pub(crate) path: String,
    /// Which request it is for.
    pub(crate) fingerprint: [u8; 32],
    /// What it approves.
    pub(crate) about: Value,
    pub(crate) created: Timestamp,
    pub(crate) state: InteractionState,
    pub(crate) expires: Timestamp,
}

impl Row for Interaction {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl Keyed for Interaction {
    type Line = ();

    fn line(&self) {}

    fn keys(&self) -> Vec<Key> {
        vec![Key::EndUser(self.end_user)]
    }
}

impl Interaction {
    /// What came of it by now: an unfinished one expires.
    pub(crate) fn state_at(&self, now: Timestamp) -> InteractionState {
        match self.state {
            InteractionState::Pending | InteractionState::Approved if now >= self.expires => InteractionState::Expired,
            state => state,
        }
    }

    /// As control sees it.
    pub(crate) fn view(&self, now: Timestamp) -> ScaInteraction {
        ScaInteraction {
            id: self.id,
            end_user: self.end_user,
            method: self.method.clone(),
            path: self.path.clone(),
            device: self.device,
            about: self.about.clone(),
            created: self.created,
            state: self.state_at(now),
            expires: self.expires,
        }
    }
}
