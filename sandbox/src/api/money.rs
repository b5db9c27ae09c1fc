//! How money moves: booking, reserving, and what is due without anybody asking for it.

use serde_json::json;
use uuid::Uuid;

use crate::amount::Amount;
use crate::api::context::Context;
use crate::http::refusal::{Refusal, refuse, wrong_field};
use crate::state::index::Key;
use crate::state::ledger::{Ledger, LedgerStatus};
use crate::state::transaction::{Kind, Party, Transaction, TransactionStatus};

impl Context<'_> {
    /// Puts money on a ledger, or takes it off.
    pub(crate) fn book(&mut self, ledger: Uuid, amount: Amount) {
        let now = self.now;
        self.tables.ledgers.change(ledger, |ledger| {
            ledger.total += amount;
            ledger.updated = now;
        });
    }

    /// Reserves money on a ledger, or lets go of it.
    pub(crate) fn reserve(&mut self, ledger: Uuid, amount: Amount) {
        let now = self.now;
        self.tables.ledgers.change(ledger, |ledger| {
            ledger.reserved += amount;
            ledger.updated = now;
        });
    }
}

/// The most a simulated credit may bring, by the description.
pub(crate) const LARGEST_CREDIT: Amount = Amount::cents(100_000);

/// A transaction about to be written; the rest of its fields are as for most.
pub(crate) struct Draft {
    pub(crate) kind: Kind,
    pub(crate) amount: Amount,
    pub(crate) sender: Party,
    pub(crate) receiver: Party,
}

impl Context<'_> {
    /// Writes a transaction down; money moves separately.
    pub(crate) fn write(&mut self, draft: Draft, status: TransactionStatus) -> Transaction {
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
    pub(crate) fn keep(&mut self, transaction: Transaction) -> Uuid {
        let (id, status) = (transaction.id, transaction.status);
        // One that settles was counted when it was ordered.
        if self.tables.transactions.get(id).is_none() {
            self.tables.spending.add(&transaction);
        }
        self.tables.transactions.put(transaction);
        self.tell("TRANSACTION_UPDATED", json!({ "transactionId": id, "status": status }));
        id
    }

    /// Brings money in from outside.
    pub(crate) fn simulate_credit(&mut self, ledger: Option<Uuid>, amount: Amount) -> Result<Uuid, Refusal> {
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

impl Context<'_> {
    /// Does what is due: transfers leave, direct debits come in, authorizations nobody cleared let go.
    pub(crate) fn settle(&mut self) {
        let now = self.now;
        let due: Vec<Transaction> = self.tables.transactions.due(now).cloned().collect();
        for mut one in due {
            self.keep_despite_refusal = true;
            one.leaves = None;
            one.status = match one.kind {
                Kind::CardAuthorization => self.let_go(&one),
                Kind::DirectDebit => self.come_in(&one),
                _ => self.leave(&one),
            };
            if one.status == TransactionStatus::Declined {
                one.decline_reason = Some("INSUFFICIENT_FUNDS".into());
            }
            self.keep(one);
        }
    }

    pub(crate) fn let_go(&mut self, one: &Transaction) -> TransactionStatus {
        if let Some(from) = one.sender.ledger {
            self.reserve(from, -one.amount);
        }
        TransactionStatus::Released
    }

    pub(crate) fn leave(&mut self, one: &Transaction) -> TransactionStatus {
        if let Some(from) = one.sender.ledger {
            self.reserve(from, -one.amount);
            self.book(from, -one.amount);
        }
        self.arrive(one);
        TransactionStatus::Approved
    }

    /// What goes by SEPA to a ledger of this bank comes in again there.
    pub(crate) fn arrive(&mut self, sent: &Transaction) {
        let Some(iban) = sent.receiver.iban.as_ref() else {
            return;
        };
        let open = |one: &&Ledger| one.status() != LedgerStatus::Closed;
        let Some(to) = self.tables.ledgers.with(Key::Iban(iban.clone())).find(open) else {
            return;
        };
        let (receiver, purse) = (self.tables.party(to), self.tables.purse(to).map(|purse| purse.id));
        let (sender, amount) = (sent.sender.clone(), sent.amount);
        let draft = Draft { kind: Kind::SepaReceive, amount, sender, receiver };
        let mut received = self.write(draft, TransactionStatus::Approved);
        received.reference = sent.reference.clone();
        if let Some(purse) = purse {
            self.book(purse, amount);
        }
        self.keep(received);
    }

    pub(crate) fn come_in(&mut self, one: &Transaction) -> TransactionStatus {
        let Some(to) = one.receiver.ledger else {
            return TransactionStatus::Declined;
        };
        if let Some(from) = one.sender.ledger {
            let has = self.tables.ledgers.get(from).is_some_and(|from| from.available() >= one.amount);
            if !has {
                return TransactionStatus::Declined;
            }
            self.book(from, -one.amount);
        }
        self.book(to, one.amount);
        TransactionStatus::Approved
    }

    /// Takes everything away that belongs to an end-user who is deleted. Money left on a ledger goes out, so that the
    /// bank's sums stay right.
    pub(crate) fn remove_belongings(&mut self, owner: Uuid) {
        let ledgers: Vec<Ledger> = self.tables.ledgers.with(Key::EndUser(owner)).cloned().collect();
        for ledger in ledgers {
            let own = self.tables.transactions.with(Key::Ledger(ledger.id));
            let pending: Vec<Uuid> = own.filter(|one| one.is_pending_on(ledger.id)).map(|one| one.id).collect();
            for id in pending {
                self.tables.transactions.change(id, |one| {
                    one.leaves = None;
                    one.status = TransactionStatus::Declined;
                });
                self.tell("TRANSACTION_UPDATED", json!({ "transactionId": id, "status": TransactionStatus::Declined }));
            }
            if ledger.total.is_positive() {
                let (sender, amount) = (self.tables.party(&ledger), ledger.total);
                let receiver = Party { name: Some("Former holder".into()), ..Party::default() };
                let draft = Draft { kind: Kind::SepaSend, amount, sender, receiver };
                let paid_out = self.write(draft, TransactionStatus::Approved);
                self.keep(paid_out);
            }
            self.tables.ledgers.remove(ledger.id);
        }
        self.tables.remove_owned_by(owner);
    }
}
