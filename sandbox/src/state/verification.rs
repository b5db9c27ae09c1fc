//! A code that was sent to a phone.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::state::rows::Row;

/// A code that was sent to a phone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Verification {
    /// The person's id.
    pub(crate) id: Uuid,
    pub(crate) expires: Timestamp,
    pub(crate) attempts: u32,
}

impl Row for Verification {
    fn id(&self) -> Uuid {
        self.id
    }
}
