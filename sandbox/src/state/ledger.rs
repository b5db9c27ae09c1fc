//! A ledger: an account with a balance, its limits and its state.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::amount::{Amount, Euros};
use crate::state::end_user::Intervention;
use crate::state::index::{Key, Keyed};
use crate::state::rows::Row;

/// A ledger.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Ledger {
    pub(crate) id: Uuid,
    pub(crate) end_user: Uuid,
    /// The ledger whose money a virtual one moves.
    pub(crate) parent: Option<Uuid>,
    pub(crate) country: Country,
    pub(crate) friendly_name: Option<String>,
    /// Set by an upgrade.
    pub(crate) iban: Option<String>,
    pub(crate) limits: Limits,
    pub(crate) total: Amount,
    pub(crate) reserved: Amount,
    pub(crate) suspensions: Vec<Intervention>,
    pub(crate) closed: Option<Intervention>,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
}

/// Where a ledger's IBAN is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Country {
    Belgium,
    France,
    Bulgaria,
}

impl Country {
    pub(crate) fn of_type(kind: &str) -> Option<Self> {
        match kind {
            "EUR_BELGIUM" => Some(Self::Belgium),
            "EUR_FRANCE" => Some(Self::France),
            "EUR_BG" => Some(Self::Bulgaria),
            _ => None,
        }
    }

    /// The word for a ledger of this country when it is opened.
    pub(crate) fn type_word(self) -> &'static str {
        match self {
            Self::Belgium => "EUR_BELGIUM",
            Self::France => "EUR_FRANCE",
            Self::Bulgaria => "EUR_BG",
        }
    }

    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Belgium => "BE",
            Self::France => "FR",
            Self::Bulgaria => "BG",
        }
    }

    pub(crate) fn bic(self) -> &'static str {
        match self {
            Self::Belgium => "LKCYBEBB",
            Self::France => "LKCYFRPP",
            Self::Bulgaria => "LKCYBGSF",
        }
    }
}

/// How much may leave a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Limits {
    pub(crate) transaction: Amount,
    pub(crate) daily: Amount,
    pub(crate) monthly: Amount,
    pub(crate) dd_transaction: Amount,
    pub(crate) dd_monthly: Amount,
}

impl Default for Limits {
    /// The sandbox's own: LinkCy's defaults are not documented.
    fn default() -> Self {
        Self {
            transaction: Amount::cents(10_000_000),
            daily: Amount::cents(50_000_000),
            monthly: Amount::cents(500_000_000),
            dd_transaction: Amount::cents(10_000_000),
            dd_monthly: Amount::cents(500_000_000),
        }
    }
}

impl Limits {
    /// These limits with those of a body in their place; null is the default. The field that is no amount, otherwise.
    pub(crate) fn with(mut self, body: &Value) -> Result<Self, &'static str> {
        let usual = Self::default();
        for (field, limit, usual) in [
            ("transactionLimit", &mut self.transaction, usual.transaction),
            ("transactionDailyLimit", &mut self.daily, usual.daily),
            ("transactionMonthlyLimit", &mut self.monthly, usual.monthly),
            ("ddTransactionLimit", &mut self.dd_transaction, usual.dd_transaction),
            ("ddMonthlyLimit", &mut self.dd_monthly, usual.dd_monthly),
        ] {
            match body.get(field) {
                None => {}
                Some(Value::Null) => *limit = usual,
                Some(sent) => {
                    let amount = Amount::from_json(sent).filter(|amount| *amount >= Amount::ZERO);
                    *limit = amount.ok_or(field)?;
                }
            }
        }
        Ok(self)
    }

    pub(crate) fn view(self) -> LimitsView {
        LimitsView {
            dd_monthly_limit: Euros(self.dd_monthly),
            dd_transaction_limit: Euros(self.dd_transaction),
            transaction_daily_limit: Euros(self.daily),
            transaction_limit: Euros(self.transaction),
            transaction_monthly_limit: Euros(self.monthly),
        }
    }
}

/// Limits as the API shows them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LimitsView {
    dd_monthly_limit: Euros,
    dd_transaction_limit: Euros,
    transaction_daily_limit: Euros,
    transaction_limit: Euros,
    transaction_monthly_limit: Euros,
}

/// A ledger as the API shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LedgerView<'l> {
    #[serde(skip_serializing_if = "Option::is_none")]
    available_amount: Option<Euros>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bic_or_swift: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    close_information: Option<&'l Intervention>,
    country: Country,
    creation_date: Timestamp,
    currency: &'static str,
    end_user_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    friendly_name: Option<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iban: Option<&'l str>,
    id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_upgraded: Option<bool>,
    limits: LimitsView,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reserved_amount: Option<Euros>,
    status: LedgerStatus,
    suspensions_information: &'l [Intervention],
    #[serde(skip_serializing_if = "Option::is_none")]
    total_amount: Option<Euros>,
    update_date: Timestamp,
}

/// A ledger's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum LedgerStatus {
    Active,
    Suspended,
    Closed,
}

impl Row for Ledger {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl Keyed for Ledger {
    type Line = ();

    fn line(&self) {}

    fn keys(&self) -> Vec<Key> {
        let parent = self.parent.map(Key::Ledger);
        let iban = self.iban.clone().map(Key::Iban);
        [Key::EndUser(self.end_user)].into_iter().chain(parent).chain(iban).collect()
    }
}

impl Ledger {
    pub(crate) fn status(&self) -> LedgerStatus {
        match (&self.closed, self.suspensions.is_empty()) {
            (Some(_), _) => LedgerStatus::Closed,
            (None, false) => LedgerStatus::Suspended,
            (None, true) => LedgerStatus::Active,
        }
    }

    /// What may be spent.
    pub(crate) fn available(&self) -> Amount {
        self.total - self.reserved
    }

    /// The card program its cards are of; none for ledgers that have no cards.
    pub(crate) fn card_program(&self) -> &'static str {
        match self.country {
            Country::Belgium => "EUR_BELGIUM",
            Country::France => "EUR_FRANCE",
            Country::Bulgaria => "none",
        }
    }

    pub(crate) fn bic(&self) -> Option<&'static str> {
        self.iban.is_some().then(|| self.country.bic())
    }

    pub(crate) fn view(&self) -> LedgerView<'_> {
        // A virtual ledger has no money of its own.
        let own = |amount| self.parent.is_none().then_some(Euros(amount));
        LedgerView {
            available_amount: own(self.available()),
            bic_or_swift: self.bic(),
            close_information: self.closed.as_ref(),
            country: self.country,
            creation_date: self.created,
            currency: "EUR",
            end_user_id: self.end_user,
            friendly_name: self.friendly_name.as_deref(),
            iban: self.iban.as_deref(),
            id: self.id,
            is_upgraded: self.parent.is_none().then_some(self.iban.is_some()),
            limits: self.limits.view(),
            parent_id: self.parent,
            reserved_amount: own(self.reserved),
            status: self.status(),
            suspensions_information: &self.suspensions,
            total_amount: own(self.total),
            update_date: self.updated,
        }
    }
}
