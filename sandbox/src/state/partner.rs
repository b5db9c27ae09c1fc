//! The partner: one per sandbox, with the credentials a client starts from.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::auth::password::Password;
use crate::auth::token::TokenKey;
use crate::seed::Seed;
use crate::state::rows::Row;

/// What a client logs in with as the partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credentials {
    /// The partner's name.
    pub partner_name: String,
    /// The user account's name.
    pub username: String,
    /// Its password.
    pub password: String,
}

/// The partner.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Partner {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) username: String,
    /// Shown at start, so kept as it is: a sandbox's partner has no secrets.
    pub(crate) open_password: String,
    pub(crate) password: Password,
    pub(crate) key: TokenKey,
    /// The number of access tokens issued; each has its own.
    pub(crate) tokens: u64,
    /// Tokens up to this number were expired by control.
    pub(crate) expired_up_to: u64,
    /// How often the state was opened again.
    pub(crate) openings: u64,
    /// The version of the terms and conditions in force.
    pub(crate) terms: String,
    pub(crate) given: Map<String, Value>,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
}

impl Row for Partner {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl Partner {
    pub(crate) fn new(seed: &mut Seed, now: Timestamp) -> Self {
        let id = seed.uuid();
        let open_password = seed.secret(16);
        Self {
            id,
            name: "sandbox".into(),
            username: "api-user".into(),
            password: Password::new(id, &open_password),
            open_password,
            key: TokenKey(seed.bytes()),
            tokens: 0,
            expired_up_to: 0,
            openings: 0,
            terms: "1.0".into(),
            given: Map::new(),
            created: now,
            updated: now,
        }
    }

    /// Sets what a client logs in with.
    pub(crate) fn set_credentials(&mut self, credentials: Credentials) {
        self.password = Password::new(self.id, &credentials.password);
        self.name = credentials.partner_name;
        self.username = credentials.username;
        self.open_password = credentials.password;
    }

    /// What a client logs in with.
    pub(crate) fn credentials(&self) -> Credentials {
        Credentials {
            partner_name: self.name.clone(),
            username: self.username.clone(),
            password: self.open_password.clone(),
        }
    }
}
