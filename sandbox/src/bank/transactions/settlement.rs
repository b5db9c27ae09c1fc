//! What happens to transactions without anybody asking for it at that moment: what is due, and what a deleted end-user
//! leaves behind.

use uuid::Uuid;

use super::{Draft, Kind, Party, Pending, Transaction, TransactionStatus};
use crate::bank::desk::Desk;
use crate::bank::ledgers::{Ledger, LedgerStatus};

impl Desk<'_> {
    /// Does what is due: transfers leave, direct debits come in, authorizations nobody cleared let go.
    pub(crate) fn settle(&mut self) {
        let now = self.now;
        let waiting = |one: &Pending| self.tables.transactions.get(one.id).filter(|one| one.leaves.is_some()).cloned();
        let (waiting, done): (Vec<_>, Vec<_>) =
            self.tables.pending.iter().map(|one| (one.id, waiting(one))).partition(|(_, waiting)| waiting.is_some());
        done.into_iter().for_each(|(id, _)| self.tables.pending.remove(id));
        let due = waiting.into_iter().filter_map(|(_, one)| one).filter(|one| one.leaves.is_some_and(|at| at <= now));
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

    fn let_go(&mut self, one: &Transaction) -> TransactionStatus {
        if let Some(from) = one.sender.ledger {
            self.reserve(from, -one.amount);
        }
        TransactionStatus::Released
    }

    fn leave(&mut self, one: &Transaction) -> TransactionStatus {
        if let Some(from) = one.sender.ledger {
            self.reserve(from, -one.amount);
            self.book(from, -one.amount);
        }
        self.arrive(one);
        TransactionStatus::Approved
    }

    /// What goes by SEPA to a ledger of this bank comes in again there.
    pub(super) fn arrive(&mut self, sent: &Transaction) {
        let Some(iban) = sent.receiver.iban.as_ref() else {
            return;
        };
        let open = |one: &&Ledger| one.status() != LedgerStatus::Closed && one.iban.as_ref() == Some(iban);
        let Some(to) = self.tables.ledgers.iter().find(open) else {
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

    fn come_in(&mut self, one: &Transaction) -> TransactionStatus {
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
    pub(in crate::bank) fn remove_belongings(&mut self, owner: Uuid) {
        let ledgers: Vec<Ledger> = self.tables.ledgers.iter().filter(|one| one.end_user == owner).cloned().collect();
        for ledger in ledgers {
            let pending = |one: &Transaction| one.is_pending_on(ledger.id);
            self.tables.transactions.change_where(pending, |one| {
                one.leaves = None;
                one.status = TransactionStatus::Declined;
            });
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
