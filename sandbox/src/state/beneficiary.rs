//! A beneficiary: whom an end-user pays, and where the money goes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::json::compact;
use crate::state::index::{Key, Keyed};
use crate::state::rows::Row;

/// How a beneficiary's check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum BeneficiaryStatus {
    Declined,
    PendingReview,
    Valid,
}

/// Where a beneficiary's money goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum BankingDetails {
    Sepa { iban: String, bic: String },
    Gbp { sort_code: String, account_number: String },
    Usd { aba_code: String, account_number: String },
}

impl BankingDetails {
    pub(crate) fn account_type(&self) -> &'static str {
        match self {
            Self::Sepa { .. } => "IBAN",
            Self::Gbp { .. } => "GBP",
            Self::Usd { .. } => "USD",
        }
    }

    pub(crate) fn view(&self) -> Value {
        match self {
            Self::Sepa { iban, bic } => json!({ "iban": iban, "bicOrSwift": bic }),
            Self::Gbp { sort_code, account_number } => {
                json!({ "sortCode": sort_code, "accountNumber": account_number })
            }
            Self::Usd { account_number, .. } => json!({ "accountNumber": account_number }),
        }
    }
}

/// A beneficiary.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Beneficiary {
    pub(crate) id: Uuid,
    pub(crate) end_user: Uuid,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) friendly_name: Option<String>,
    pub(crate) details: BankingDetails,
    pub(crate) status: BeneficiaryStatus,
    pub(crate) active: bool,
    pub(crate) display: bool,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
}

impl Row for Beneficiary {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl Keyed for Beneficiary {
    type Line = ();

    fn line(&self) {}

    fn keys(&self) -> Vec<Key> {
        let iban = match &self.details {
            BankingDetails::Sepa { iban, .. } => Some(Key::Iban(iban.clone())),
            BankingDetails::Gbp { .. } | BankingDetails::Usd { .. } => None,
        };
        [Key::EndUser(self.end_user)].into_iter().chain(iban).collect()
    }
}

impl Beneficiary {
    pub(crate) fn view(&self, linkcy_ledger: Option<Uuid>) -> Value {
        let mut view = json!({
            "id": self.id,
            "name": self.name,
            "type": self.kind,
            "status": self.status,
            "active": self.active,
            "display": self.display,
            "friendlyName": self.friendly_name,
            "accountType": self.details.account_type(),
            "endUserId": self.end_user,
            "linkcyLedgerId": linkcy_ledger,
            "creationDate": self.created,
            "updateDate": self.updated,
        });
        if let (Some(view), Value::Object(details)) = (view.as_object_mut(), self.details.view()) {
            view.extend(details);
        }
        compact(view)
    }
}
