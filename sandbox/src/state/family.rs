//! A family of refresh tokens: one session.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::auth::Caller;
use crate::state::rows::Row;

/// A family of refresh tokens.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Family {
    pub(crate) id: Uuid,
    pub(crate) caller: Caller,
    /// The turn whose refresh token is good.
    pub(crate) turn: u64,
    /// Until when it is good.
    pub(crate) expires: Timestamp,
    pub(crate) dead: bool,
}

impl Row for Family {
    fn id(&self) -> Uuid {
        self.id
    }
}
