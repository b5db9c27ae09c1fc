//! Transactions: every movement of money, and what moves it by order of an end-user.

mod payments;
mod settlement;
mod view;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::desk::{Desk, word};
use super::ledgers::{LARGEST_CREDIT, Ledger, LedgerStatus};
use super::operations::{Modelled, role};
use super::{Row, Tables};
use crate::amount::Amount;
use crate::server::{Answer, Refusal, refuse, wrong_field};

pub(super) const OPERATIONS: &[Modelled] = &[
    role("GET", "/api/partner/transactions", "TRANSACTION_LIST", list),
    role("GET", "/api/partner/transactions/{transactionId}", "TRANSACTION_INFO", read),
    role("POST", "/api/partner/transactions", "BENEFICIARY_TRANSACTION_CREATE", payments::to_beneficiary),
    role(
        "POST",
        "/api/partner/transactions/inter-ledger",
        "INTER_LEDGER_TRANSACTION_CREATE",
        payments::between_ledgers,
    ),
];

/// A movement of money, or an attempt at one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Transaction {
    pub(crate) id: Uuid,
    pub(super) kind: Kind,
    pub(super) status: TransactionStatus,
    pub(super) amount: Amount,
    pub(super) reference: Option<String>,
    pub(super) decline_reason: Option<String>,
    pub(super) sender: Party,
    pub(super) receiver: Party,
    pub(super) created: Timestamp,
    /// When a pending transfer leaves; none when it is done or won't be.
    pub(super) leaves: Option<Timestamp>,
    /// Whether it is in a line of direct debits.
    pub(super) recurring: bool,
    pub(super) merchant: Option<Merchant>,
    pub(super) card: Option<Uuid>,
    /// Of a clearing its authorization, of an authorization its clearing.
    pub(super) linked: Option<(Uuid, Timestamp)>,
}

/// That a transaction waits for its time: an index, so that not all of them are looked through at every request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pending {
    id: Uuid,
}

impl Row for Pending {
    fn id(&self) -> Uuid {
        self.id
    }
}

/// What kind of movement it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Kind {
    SepaSend,
    SepaReceive,
    InterLedger,
    DirectDebit,
    CardAuthorization,
    CardClearing,
    AccountLoad,
    AcquiringPayment,
}

/// How far a transaction has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum TransactionStatus {
    Approved,
    Declined,
    Released,
    Pending,
}

/// One end of a transaction: a ledger of this bank, or somebody outside.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Party {
    pub(super) name: Option<String>,
    pub(super) end_user: Option<Uuid>,
    pub(super) ledger: Option<Uuid>,
    pub(super) ledger_name: Option<String>,
    pub(super) virtual_ledger: Option<Uuid>,
    pub(super) virtual_ledger_name: Option<String>,
    pub(super) iban: Option<String>,
    pub(super) bic: Option<String>,
    pub(super) beneficiary: Option<Uuid>,
    pub(super) before: Option<(Amount, Amount)>,
}

/// Where a card was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Merchant {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) city: String,
    pub(super) country: String,
    pub(super) category_code: String,
}

impl Row for Transaction {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl Transaction {
    /// What this brought into the bank; negative for what left it. Between two ledgers nothing crosses the border.
    pub(super) fn crossed_border(&self) -> Amount {
        if self.status != TransactionStatus::Approved {
            return Amount::ZERO;
        }
        match self.kind {
            Kind::SepaReceive | Kind::AccountLoad => self.amount,
            Kind::DirectDebit if self.sender.ledger.is_none() => self.amount,
            Kind::SepaSend | Kind::CardClearing => -self.amount,
            Kind::InterLedger | Kind::DirectDebit | Kind::CardAuthorization | Kind::AcquiringPayment => Amount::ZERO,
        }
    }

    /// Whether it will still move money of that ledger.
    pub(super) fn is_pending_on(&self, ledger: Uuid) -> bool {
        self.leaves.is_some() && (self.sender.ledger == Some(ledger) || self.receiver.ledger == Some(ledger))
    }

    /// Whether this is a payment somebody ordered, booked or on its way.
    pub(super) fn is_payment(&self) -> bool {
        matches!(self.kind, Kind::SepaSend | Kind::InterLedger) && self.status != TransactionStatus::Declined
    }
}

impl Tables {
    /// One end of a transaction, for a ledger of this bank.
    pub(super) fn party(&self, ledger: &Ledger) -> Party {
        let purse = self.purse(ledger).unwrap_or(ledger);
        let is_virtual = ledger.parent.is_some();
        Party {
            name: self.end_user(ledger.end_user).map(|end_user| end_user.name),
            end_user: Some(ledger.end_user),
            ledger: Some(purse.id),
            ledger_name: purse.friendly_name.clone(),
            virtual_ledger: is_virtual.then_some(ledger.id),
            virtual_ledger_name: ledger.friendly_name.clone().filter(|_| is_virtual),
            iban: ledger.iban.clone(),
            bic: ledger.bic().map(str::to_owned),
            beneficiary: None,
            before: Some((purse.total, purse.reserved)),
        }
    }
}

/// A transaction about to be written; the rest of its fields are as for most.
pub(super) struct Draft {
    pub(super) kind: Kind,
    pub(super) amount: Amount,
    pub(super) sender: Party,
    pub(super) receiver: Party,
}

impl Desk<'_> {
    /// Writes a transaction down; money moves separately.
    pub(super) fn write(&mut self, draft: Draft, status: TransactionStatus) -> Transaction {
        let Draft { kind, amount, sender, receiver } = draft;
        Transaction {
            id: self.seed.uuid(),
            kind,
            status,
            amount,
            reference: self.text("reference").map(str::to_owned),
            decline_reason: None,
            sender,
            receiver,
            created: self.now,
            leaves: None,
            recurring: false,
            merchant: None,
            card: None,
            linked: None,
        }
    }

    /// Keeps a transaction and tells the webhooks.
    pub(super) fn keep(&mut self, transaction: Transaction) -> Uuid {
        let (id, status) = (transaction.id, transaction.status);
        if transaction.leaves.is_some() {
            self.tables.pending.put(Pending { id });
        }
        self.tables.transactions.put(transaction);
        self.tell("TRANSACTION_UPDATED", json!({ "transactionId": id, "status": status }));
        id
    }

    /// Brings money in from outside.
    pub(super) fn simulate_credit(&mut self, ledger: Option<Uuid>, amount: Amount) -> Result<Uuid, Refusal> {
        if amount > LARGEST_CREDIT {
            return wrong_field("amount", amount, "must be at most 1000");
        }
        let ledger = self.ledger(ledger)?;
        let purse = self.tables.purse(ledger).ok_or(Refusal::code("LEDGER_NOT_FOUND"))?;
        // A suspended ledger still takes what comes in.
        if purse.status() == LedgerStatus::Closed {
            return refuse("LEDGER_MUST_BE_ACTIVE");
        }
        let (receiver, purse) = (self.tables.party(ledger), purse.id);
        let sender = Party { name: Some("Sandbox Payer".into()), ..Party::default() };
        let done = self.write(Draft { kind: Kind::SepaReceive, amount, sender, receiver }, TransactionStatus::Approved);
        self.book(purse, amount);
        Ok(self.keep(done))
    }
}

fn list(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let shown = |name: &str| desk.call.parameter(name).and_then(serde_json::Value::as_bool).unwrap_or(true);
    let (show_released, show_declined) = (shown("showReleasedTransaction"), shown("showDeclinedTransaction"));
    let bound = |name: &str| desk.call.text(name).and_then(moment);
    let (start, end) = (bound("startDate"), bound("endDate"));
    Ok(desk.page(
        &desk.tables.transactions,
        |one| {
            let ends = [&one.sender, &one.receiver];
            let of = |id: Uuid| ends.iter().any(|end| end.end_user == Some(id));
            let at = |id: Uuid| ends.iter().any(|end| end.ledger == Some(id) || end.virtual_ledger == Some(id));
            desk.caller.end_user().is_none_or(of)
                && desk.call.id("endUserId").is_none_or(of)
                && desk.call.id("ledgerId").is_none_or(at)
                && desk.wanted_id("cardId", one.card)
                && desk.wanted("transactionTypes", one.type_word())
                && desk.wanted("paymentTypes", one.payment_type())
                && desk.wanted("status", &word(&one.status))
                && (show_released || one.status != TransactionStatus::Released)
                && (show_declined || one.status != TransactionStatus::Declined)
                && start.is_none_or(|start| one.created >= start)
                && end.is_none_or(|end| one.created <= end)
        },
        |_, _| None,
        |one| one.view(),
    ))
}

fn read(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let found = desk.call.path_id().and_then(|id| desk.tables.transactions.get(id));
    let seen = found.filter(|one| {
        let ends = [one.sender.end_user, one.receiver.end_user];
        desk.caller.end_user().is_none_or(|caller| ends.contains(&Some(caller)))
    });
    let one = seen.ok_or(Refusal::code("TRANSACTION_NOT_FOUND"))?;
    Ok(Answer::json(one.view()))
}

/// A date-time as lists take it: with a zone, or without one and then in UTC.
fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        Some(civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    })
}
