//! Whom a bearer speaks for.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Whom a bearer speaks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Caller {
    /// Nobody: no bearer was sent, and the operation needs none.
    Anonymous,
    /// A user account of the partner.
    Partner {
        /// The user account.
        account: Uuid,
    },
    /// A consumer, or the account owner of a corporate.
    EndUser {
        /// The consumer or corporate.
        id: Uuid,
    },
}

impl Caller {
    /// The end-user who calls, if it is one.
    pub fn end_user(&self) -> Option<Uuid> {
        match self {
            Caller::EndUser { id } => Some(*id),
            Caller::Anonymous | Caller::Partner { .. } => None,
        }
    }

    /// Whether the partner itself calls.
    pub fn is_partner(&self) -> bool {
        matches!(self, Caller::Partner { .. })
    }
}
