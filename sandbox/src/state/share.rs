//! A share of a corporate, or of a company that owns a part of it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::state::rows::Row;

/// A share.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Share {
    pub(crate) id: Uuid,
    /// Who holds it.
    pub(crate) related: Uuid,
    /// In which related company; in the corporate itself when none.
    pub(crate) owned: Option<Uuid>,
    /// How much, from 0 to 100. Percentages are no money: a float, as the description has it.
    pub(crate) percentage: f64,
}

impl Row for Share {
    fn id(&self) -> Uuid {
        self.id
    }
}
