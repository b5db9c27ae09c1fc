//! After an unknown outcome: looks in the ledger whether the transfer is there.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::Client;
use crate::error::Error;
use crate::types::{
    Amount, BeneficiaryTransactionCreateRequest, InterLedgerTransactionCreateRequest, LedgerId, Timestamp, Transaction,
    TransactionId,
};

/// How far LinkCy's clock may be behind ours.
const CLOCKS: Duration = Duration::from_secs(120);

/// What became of a transfer, as far as the ledger shows.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FoundTransfer {
    /// It is there: look at its status.
    Found(Box<Transaction>),
    /// It is not there, or not there yet: how long a transfer takes to be listed is not documented.
    NotFound,
    /// Several transactions fit the request, and nothing tells which is meant.
    Ambiguous(Vec<Transaction>),
}

/// A request that moves money from a ledger.
pub trait Transfer: sealed::Transfer {}

mod sealed {
    use super::{Amount, LedgerId};

    pub trait Transfer {
        fn from(&self) -> LedgerId;
        fn to(&self) -> Option<LedgerId>;
        fn amount(&self) -> &Amount;
        fn reference(&self) -> Option<&str>;
    }
}

impl Transfer for BeneficiaryTransactionCreateRequest {}
impl sealed::Transfer for BeneficiaryTransactionCreateRequest {
    fn from(&self) -> LedgerId {
        self.ledger_from_id
    }
    fn to(&self) -> Option<LedgerId> {
        None
    }
    fn amount(&self) -> &Amount {
        &self.amount
    }
    fn reference(&self) -> Option<&str> {
        self.reference.as_deref()
    }
}

impl Transfer for InterLedgerTransactionCreateRequest {}
impl sealed::Transfer for InterLedgerTransactionCreateRequest {
    fn from(&self) -> LedgerId {
        self.ledger_from_id
    }
    fn to(&self) -> Option<LedgerId> {
        Some(self.ledger_to_id)
    }
    fn amount(&self) -> &Amount {
        &self.amount
    }
    fn reference(&self) -> Option<&str> {
        self.reference.as_deref()
    }
}

impl Client {
    /// Looks whether a transfer whose outcome is unknown was made, in the transactions of the ledger it leaves since it was
    /// sent (and two minutes before, since clocks differ).
    ///
    /// What fits is told by ledgers, amount and reference; LinkCy has no idempotency key to tell it by. `known` are the
    /// transactions that are not it, such as those that earlier calls with the same content gave: give them, or an
    /// earlier twin is taken for the one that is sought. A reference of its own on each transfer makes the answer sure.
    ///
    /// # Errors
    /// Those of `transactions().list()`.
    pub async fn find_transfer(
        &self,
        request: &impl Transfer,
        sent_at: SystemTime,
        known: &[TransactionId],
    ) -> Result<FoundTransfer, Error> {
        let mut call = self
            .transactions()
            .list()
            .ledger_id(request.from())
            .show_declined_transaction(true)
            .show_released_transaction(true);
        let since = sent_at.checked_sub(CLOCKS).and_then(|since| jiff::Timestamp::try_from(since).ok());
        if let Some(since) = since {
            call = call.start_date(Timestamp::from(since));
        }
        let mut rows = call.stream();
        let mut fitting = Vec::new();
        while let Some(transaction) = rows.next().await {
            let transaction = transaction?;
            if !known.contains(transaction.id()) && fits(request, &transaction) {
                fitting.push(transaction);
            }
        }
        Ok(match fitting.len() {
            0 => FoundTransfer::NotFound,
            1 => fitting.pop().map_or(FoundTransfer::NotFound, |only| FoundTransfer::Found(Box::new(only))),
            _ => FoundTransfer::Ambiguous(fitting),
        })
    }
}

/// Whether nothing the transaction shows speaks against it. What it does not show, does not; the kinds differ in what
/// they show, so it is asked of the JSON.
fn fits(request: &impl Transfer, transaction: &Transaction) -> bool {
    let shown = serde_json::to_value(transaction).unwrap_or_default();
    let speaks_against = |pointer: &str, wanted: Option<String>| match (shown.pointer(pointer), wanted) {
        (Some(Value::String(shown)), Some(wanted)) => *shown != wanted,
        _ => false,
    };
    transaction.amount().is_none_or(|amount| amount == request.amount())
        && !speaks_against("/sender/ledgerId", Some(request.from().to_string()))
        && !speaks_against("/receiver/ledgerId", request.to().map(|to| to.to_string()))
        && !speaks_against("/information/reference", request.reference().map(str::to_owned))
}
