//! A push: what an end-user was asked to confirm, and what came of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

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
    pub(crate) state: InteractionState,
    pub(crate) expires: Timestamp,
}

impl Row for Interaction {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl Interaction {
    /// As control sees it.
    pub(crate) fn view(&self) -> ScaInteraction {
        ScaInteraction {
            id: self.id,
            end_user: self.end_user,
            method: self.method.clone(),
            path: self.path.clone(),
            state: self.state,
            expires: self.expires,
        }
    }
}
