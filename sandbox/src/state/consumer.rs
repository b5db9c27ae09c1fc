//! A consumer: a person who banks.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::auth::password::Password;
use crate::state::end_user::{Email, Phone, Standing};
use crate::state::index::{Key, Keyed};
use crate::state::kyc::{KycState, KycStatus};
use crate::state::rows::Row;

/// A consumer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Consumer {
    pub(crate) id: Uuid,
    pub(crate) phone: Phone,
    pub(crate) email: Option<Email>,
    pub(crate) kyc: KycState,
    pub(crate) standing: Standing,
    pub(crate) password: Option<Password>,
    /// A login answers with the secret for a new password instead of tokens.
    pub(crate) must_change_password: bool,
    /// What was told about the consumer and is only told back.
    pub(crate) given: Map<String, Value>,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
}

impl Row for Consumer {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl Keyed for Consumer {
    type Line = ();

    fn line(&self) {}

    fn keys(&self) -> Vec<Key> {
        let external = self.given.get("externalId").and_then(Value::as_str);
        let external = external.map(|id| Key::ExternalId(id.to_owned()));
        [Key::Phone(self.phone.digits())].into_iter().chain(external).collect()
    }
}

impl Consumer {
    /// First and last name, or the phone of one who has told neither.
    pub(crate) fn name(&self) -> String {
        let names: Vec<&str> =
            ["firstName", "lastName"].iter().filter_map(|field| self.given.get(*field)?.as_str()).collect();
        if names.is_empty() { self.phone.digits() } else { names.join(" ") }
    }

    pub(crate) fn status(&self) -> Value {
        let verified = self.kyc.status == KycStatus::Validated;
        let mut status = self.standing.view(verified);
        status["kyc"] = json!({ "value": self.kyc.status, "reason": self.kyc.reason });
        status
    }
}
