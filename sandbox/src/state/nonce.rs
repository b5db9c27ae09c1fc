//! A nonce of a data signature that was used.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::state::rows::Row;

/// A nonce that was used.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct UsedNonce {
    pub(crate) id: Uuid,
    pub(crate) at: Timestamp,
}

impl Row for UsedNonce {
    fn id(&self) -> Uuid {
        self.id
    }
}
