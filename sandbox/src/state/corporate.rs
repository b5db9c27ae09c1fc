//! A corporate and how far its KYB has come.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::auth::password::Password;
use crate::state::end_user::Standing;
use crate::state::rows::Row;

/// How far a KYB has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum KybStatus {
    #[default]
    NotStarted,
    Completing,
    PendingVerification,
    NeedAdditionalInformation,
    Declined,
    Validated,
}

/// A corporate.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Corporate {
    pub(crate) id: Uuid,
    pub(crate) registered_name: String,
    pub(crate) incorporation_code: String,
    pub(crate) kyb: KybStatus,
    pub(crate) kyb_reason: Option<String>,
    pub(crate) kyb_asked: Option<Timestamp>,
    pub(crate) standing: Standing,
    /// The account owner's.
    pub(crate) password: Option<Password>,
    pub(crate) must_change_password: bool,
    pub(crate) given: Map<String, Value>,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
}

impl Row for Corporate {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl Corporate {
    /// As others refer to it.
    pub(crate) fn short(&self) -> Value {
        json!({ "id": self.id, "registeredName": self.registered_name, "tradeName": self.given.get("tradeName") })
    }

    pub(crate) fn status(&self) -> Value {
        let mut status = self.standing.view(self.kyb == KybStatus::Validated);
        status["kyb"] = json!({
            "value": self.kyb,
            "reason": self.kyb_reason,
            "lastVerificationRequestDate": self.kyb_asked,
        });
        status
    }
}
