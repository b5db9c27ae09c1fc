//! How much was spent from a ledger or by a card within a time: running sums, so that the hundred thousandth payment is
//! checked against its limits as fast as the first. It is made from the transactions and not kept in the store.

use std::collections::HashMap;

use jiff::Timestamp;
use uuid::Uuid;

use crate::amount::Amount;
use crate::state::transaction::{Kind, Transaction, TransactionStatus};

/// Running sums by ledger and card.
#[derive(Debug, Default)]
pub(crate) struct Spending {
    /// When, and the sum of everything up to then.
    sums: HashMap<Uuid, Vec<(Timestamp, Amount)>>,
    /// Whose last sum is of the request that is not committed yet.
    uncommitted: Vec<Uuid>,
}

/// Who spends by a transaction, if it counts against a limit.
fn spender(one: &Transaction) -> Option<Uuid> {
    match one.kind {
        Kind::CardAuthorization if one.status != TransactionStatus::Declined => one.card,
        _ if one.is_payment() => one.sender.ledger,
        _ => None,
    }
}

impl Spending {
    /// Counts a new transaction.
    pub(crate) fn add(&mut self, one: &Transaction) {
        let Some(spender) = spender(one) else {
            return;
        };
        let sums = self.sums.entry(spender).or_default();
        let (last, total) = sums.last().copied().unwrap_or((Timestamp::MIN, Amount::ZERO));
        // A clock that was set back does not put the sums out of order.
        sums.push((one.created.max(last), total + one.amount));
        self.uncommitted.push(spender);
    }

    /// What was spent after `since`.
    pub(crate) fn since(&self, spender: Uuid, since: Timestamp) -> Amount {
        let Some(sums) = self.sums.get(&spender) else {
            return Amount::ZERO;
        };
        let before = sums.partition_point(|(at, _)| *at <= since);
        let sum = |at: usize| at.checked_sub(1).and_then(|at| sums.get(at)).map_or(Amount::ZERO, |(_, sum)| *sum);
        sum(sums.len()) - sum(before)
    }

    pub(crate) fn commit(&mut self) {
        self.uncommitted.clear();
    }

    pub(crate) fn roll_back(&mut self) {
        for spender in self.uncommitted.drain(..) {
            if let Some(sums) = self.sums.get_mut(&spender) {
                sums.pop();
            }
        }
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::state::transaction::Party;

    fn payment(ledger: u128, cents: i64, second: i64, status: TransactionStatus) -> Transaction {
        Transaction {
            id: Uuid::nil(),
            kind: Kind::SepaSend,
            status,
            amount: Amount::cents(cents),
            reference: None,
            decline_reason: None,
            sender: Party { ledger: Some(Uuid::from_u128(ledger)), ..Party::default() },
            receiver: Party::default(),
            created: Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second),
            leaves: None,
            recurring: false,
            merchant: None,
            card: None,
            linked: None,
        }
    }

    #[test]
    fn running_sums_are_what_adding_up_gives() {
        let mut random = fastrand::Rng::with_seed(7);
        let (mut spending, mut all, mut second) = (Spending::default(), Vec::new(), 0);
        for _ in 0..2_000 {
            second += random.i64(0..5);
            let status = if random.u8(..4) == 0 { TransactionStatus::Declined } else { TransactionStatus::Approved };
            let one = payment(random.u128(..3), random.i64(1..500), second, status);
            spending.add(&one);
            if random.u8(..8) == 0 {
                spending.roll_back();
            } else {
                spending.commit();
                all.push(one);
            }
            let (ledger, since) = (Uuid::from_u128(random.u128(..3)), random.i64(-5..second + 5));
            let since = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(since);
            let counts = |one: &&Transaction| {
                one.sender.ledger == Some(ledger) && one.created > since && one.status != TransactionStatus::Declined
            };
            let added: Amount = all.iter().filter(counts).map(|one| one.amount).sum();
            assert_eq!(spending.since(ledger, since), added);
        }
    }
}
