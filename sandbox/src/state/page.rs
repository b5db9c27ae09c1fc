//! A download or a page for a browser: something with an address and an end.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::state::rows::Row;

/// Something with an address and an end: a download, or a page for a browser.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Page {
    pub(crate) id: Uuid,
    pub(crate) content_type: String,
    /// In base64.
    pub(crate) content: String,
    pub(crate) expires: Timestamp,
}

impl Row for Page {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl Page {
    /// Its bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        STANDARD.decode(&self.content).unwrap_or_default()
    }
}
