//! An uploaded document.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::state::index::{Key, Keyed};
use crate::state::rows::Row;

/// An uploaded document.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Document {
    pub(crate) id: Uuid,
    pub(crate) end_user: Uuid,
    pub(crate) kind: String,
    pub(crate) friendly_name: Option<String>,
    pub(crate) file_name: String,
    pub(crate) content_type: String,
    /// In base64.
    pub(crate) file: String,
    pub(crate) transaction: Option<Uuid>,
    pub(crate) beneficiary: Option<Uuid>,
    pub(crate) created: Timestamp,
}

impl Row for Document {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl Keyed for Document {
    type Line = ();

    fn line(&self) {}

    fn keys(&self) -> Vec<Key> {
        vec![Key::EndUser(self.end_user)]
    }
}

impl Document {
    /// What a list shows of it.
    pub(crate) fn view(&self) -> Value {
        json!({
            "id": self.id,
            "type": self.kind,
            "fileName": self.file_name,
            "endUser": { "id": self.end_user },
            "friendlyName": self.friendly_name,
            "creationDate": self.created,
        })
    }
}
