//! A user account of the partner.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::auth::password::Password;
use crate::state::rows::Row;

/// A user account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) id: Uuid,
    pub(crate) email: String,
    pub(crate) roles: Vec<String>,
    pub(crate) password: Password,
    pub(crate) must_change_password: bool,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
}

impl Row for Account {
    fn id(&self) -> Uuid {
        self.id
    }
}
