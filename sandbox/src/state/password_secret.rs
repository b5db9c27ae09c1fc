//! A secret that lets its holder set a password, once.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::auth::Caller;
use crate::auth::password::Password;
use crate::state::rows::Row;

/// A secret that lets its holder set a password, once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PasswordSecret {
    /// Whose password it is for: one secret each.
    pub(crate) id: Uuid,
    pub(crate) secret: Password,
    pub(crate) caller: Caller,
    pub(crate) expires: Timestamp,
}

impl Row for PasswordSecret {
    fn id(&self) -> Uuid {
        self.id
    }
}
