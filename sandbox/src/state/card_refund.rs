//! A merchant gives back what a card paid.

use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use crate::amount::Amount;
use crate::state::bank::Bank;
use crate::state::delivery::Event;
use crate::state::index::Key;
use crate::state::ledger::LedgerStatus;
use crate::state::transaction::{Kind, Transaction, TransactionStatus};

/// Why a refund is not possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoRefund {
    /// There is no such clearing.
    NoClearing,
    /// More than was cleared and is not refunded yet, which is this much.
    AtMost(Amount),
    /// The ledger that paid is closed or gone.
    LedgerClosed,
}

impl Bank {
    /// Puts a part of a card clearing, or all that is left of it, back on the ledger that paid.
    pub(crate) fn refund(
        &mut self,
        clearing: Uuid,
        amount: Option<Amount>,
        now: Timestamp,
    ) -> Result<(Uuid, Event), NoRefund> {
        let transactions = &self.tables.transactions;
        let found = transactions.get(clearing).filter(|one| one.kind == Kind::CardClearing);
        let cleared = found.ok_or(NoRefund::NoClearing)?.clone();
        let left = cleared.amount - transactions.with(Key::Refunds(clearing)).map(|one| one.amount).sum();
        let amount = amount.unwrap_or(left);
        if !amount.is_positive() || amount > left {
            return Err(NoRefund::AtMost(left));
        }
        let ledger = cleared.sender.ledger.and_then(|id| self.tables.ledgers.get(id));
        let open = ledger.filter(|ledger| ledger.status() != LedgerStatus::Closed);
        let ledger = open.ok_or(NoRefund::LedgerClosed)?.id;
        self.tables.ledgers.change(ledger, |ledger| {
            ledger.total += amount;
            ledger.updated = now;
        });
        let (id, status) = (self.seed.uuid(), TransactionStatus::Approved);
        let linked = Some((cleared.id, cleared.created));
        let refund = Transaction { id, kind: Kind::CardRefund, status, amount, created: now, linked, ..cleared };
        self.tables.transactions.put(refund);
        let about = json!({ "transactionId": id, "status": status });
        Ok((id, Event::about("TRANSACTION_UPDATED", &about, now)))
    }
}
