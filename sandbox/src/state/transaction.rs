//! A movement of money, or an attempt at one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::amount::Amount;
use crate::state::index::{Key, Keyed, Waits};
use crate::state::rows::Row;

/// A movement of money, or an attempt at one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Transaction {
    pub(crate) id: Uuid,
    pub(crate) kind: Kind,
    pub(crate) status: TransactionStatus,
    pub(crate) amount: Amount,
    pub(crate) reference: Option<String>,
    pub(crate) decline_reason: Option<String>,
    pub(crate) sender: Party,
    pub(crate) receiver: Party,
    pub(crate) created: Timestamp,
    /// When a pending transfer leaves; none when it is done or won't be.
    pub(crate) leaves: Option<Timestamp>,
    /// Whether it is in a line of direct debits.
    pub(crate) recurring: bool,
    pub(crate) merchant: Option<Merchant>,
    pub(crate) card: Option<Uuid>,
    /// Of a clearing its authorization, of an authorization its clearing, of a refund the clearing it gives back.
    pub(crate) linked: Option<(Uuid, Timestamp)>,
}

/// What lists of transactions are filtered and sorted by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    pub(crate) kind: Kind,
    pub(crate) status: TransactionStatus,
    pub(crate) created: Timestamp,
}

/// What kind of movement it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    SepaSend,
    SepaReceive,
    InterLedger,
    DirectDebit,
    CardAuthorization,
    CardClearing,
    CardRefund,
    AccountLoad,
    AcquiringPayment,
}

impl Kind {
    pub(crate) const ALL: [Self; 9] = [
        Self::SepaSend,
        Self::SepaReceive,
        Self::InterLedger,
        Self::DirectDebit,
        Self::CardAuthorization,
        Self::CardClearing,
        Self::CardRefund,
        Self::AccountLoad,
        Self::AcquiringPayment,
    ];
}

/// How far a transaction has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum TransactionStatus {
    Approved,
    Declined,
    Released,
    Pending,
}

/// One end of a transaction: a ledger of this bank, or somebody outside.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Party {
    pub(crate) name: Option<String>,
    pub(crate) end_user: Option<Uuid>,
    pub(crate) ledger: Option<Uuid>,
    pub(crate) ledger_name: Option<String>,
    pub(crate) virtual_ledger: Option<Uuid>,
    pub(crate) virtual_ledger_name: Option<String>,
    pub(crate) iban: Option<String>,
    pub(crate) bic: Option<String>,
    pub(crate) beneficiary: Option<Uuid>,
    pub(crate) before: Option<(Amount, Amount)>,
}

/// Where a card was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Merchant {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) city: String,
    pub(crate) country: String,
    pub(crate) category_code: String,
}

impl Row for Transaction {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl Keyed for Transaction {
    type Line = Line;

    fn line(&self) -> Line {
        Line { kind: self.kind, status: self.status, created: self.created }
    }

    fn keys(&self) -> Vec<Key> {
        let ends = [&self.sender, &self.receiver].into_iter().flat_map(|end| {
            let ledgers = [end.ledger, end.virtual_ledger].map(|ledger| ledger.map(Key::Ledger));
            ledgers.into_iter().chain([end.end_user.map(Key::EndUser)]).flatten()
        });
        let refunded =
            self.linked.filter(|_| self.kind == Kind::CardRefund).map(|(clearing, _)| Key::Refunds(clearing));
        ends.chain(self.card.map(Key::Card)).chain(refunded).collect()
    }
}

impl Waits for Transaction {
    fn due(&self) -> Option<Timestamp> {
        self.leaves
    }
}

impl Transaction {
    /// What this brought into the bank; negative for what left it. Between two ledgers nothing crosses the border.
    pub(crate) fn crossed_border(&self) -> Amount {
        if self.status != TransactionStatus::Approved {
            return Amount::ZERO;
        }
        match self.kind {
            Kind::SepaReceive | Kind::AccountLoad | Kind::CardRefund => self.amount,
            Kind::DirectDebit if self.sender.ledger.is_none() => self.amount,
            Kind::SepaSend | Kind::CardClearing => -self.amount,
            Kind::InterLedger | Kind::DirectDebit | Kind::CardAuthorization | Kind::AcquiringPayment => Amount::ZERO,
        }
    }

    /// Whether it will still move money of that ledger.
    pub(crate) fn is_pending_on(&self, ledger: Uuid) -> bool {
        self.leaves.is_some() && (self.sender.ledger == Some(ledger) || self.receiver.ledger == Some(ledger))
    }

    /// Whether this is a payment somebody ordered, booked or on its way.
    pub(crate) fn is_payment(&self) -> bool {
        matches!(self.kind, Kind::SepaSend | Kind::InterLedger) && self.status != TransactionStatus::Declined
    }
}
