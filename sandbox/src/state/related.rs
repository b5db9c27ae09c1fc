//! Somebody or something related to a corporate.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::state::end_user::{Email, Phone};
use crate::state::index::{Key, Keyed};
use crate::state::kyc::KycState;
use crate::state::rows::Row;

/// Somebody or something related to a corporate.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Related {
    pub(crate) id: Uuid,
    pub(crate) corporate: Uuid,
    pub(crate) entity: Entity,
    pub(crate) phone: Option<Phone>,
    pub(crate) email: Option<Email>,
    pub(crate) kyc: KycState,
    pub(crate) is_account_owner: bool,
    pub(crate) is_director: bool,
    pub(crate) given: Map<String, Value>,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
}

/// What is related: a person or a company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Entity {
    Person { first_name: String, last_name: String, is_special_ubo: bool },
    Company { registered_name: String, incorporation_code: String },
}

impl Row for Related {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl Keyed for Related {
    type Line = ();

    fn line(&self) {}

    fn keys(&self) -> Vec<Key> {
        let external = self.given.get("externalId").and_then(serde_json::Value::as_str);
        let external = external.map(|id| Key::ExternalId(id.to_owned()));
        let phone = self.phone.as_ref().map(|phone| Key::Phone(phone.digits()));
        [Key::EndUser(self.corporate)].into_iter().chain(external).chain(phone).collect()
    }
}
