//! A mandate to collect direct debits.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::json::compact;
use crate::state::index::{Key, Keyed};
use crate::state::rows::Row;

/// A mandate's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum MandateStatus {
    AwaitingActivation,
    Activated,
    Canceled,
}

/// A mandate.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Mandate {
    pub(crate) id: Uuid,
    pub(crate) reference: String,
    pub(crate) end_user: Uuid,
    pub(crate) status: MandateStatus,
    pub(crate) friendly_name: Option<String>,
    pub(crate) debtor_type: String,
    pub(crate) debtor_name: String,
    pub(crate) bank: Option<(String, String)>,
    pub(crate) recurring: bool,
    pub(crate) expires: Option<Date>,
    pub(crate) used: bool,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
}

impl Row for Mandate {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl Keyed for Mandate {
    type Line = ();

    fn line(&self) {}

    fn keys(&self) -> Vec<Key> {
        vec![Key::EndUser(self.end_user)]
    }
}

impl Mandate {
    pub(crate) fn view(&self, debtor_ledger: Option<Uuid>) -> Value {
        compact(json!({
            "id": self.id,
            "uniqueReference": self.reference,
            "endUserId": self.end_user,
            "status": self.status,
            "friendlyName": self.friendly_name,
            "debtor": {
                "type": self.debtor_type,
                "name": self.debtor_name,
                "bankingDetails": self.bank.as_ref().map(|(iban, bic)| json!({ "iban": iban, "bic": bic })),
                "ledgerId": debtor_ledger,
            },
            "recurring": self.recurring,
            "expirationDate": self.expires,
            "updateDate": self.updated,
            "creationDate": self.created,
        }))
    }
}
