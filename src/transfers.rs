//! [`Client::find_transfer`]: after an unknown outcome, searches the ledger's transactions for the transfer.

use std::str::FromStr;
use std::time::SystemTime;

use jiff::SignedDuration;
use serde_json::Value;

use crate::Client;
use crate::clock::in_server_time;
use crate::error::Error;
use crate::types::{
    Amount, BeneficiaryId, BeneficiaryTransactionCreateRequest, InterLedgerTransactionCreateRequest, LedgerId,
    Timestamp, Transaction, TransactionId,
};

/// How long before the sending the search begins, so that an earlier twin is recognised.
const BEFORE: SignedDuration = SignedDuration::from_mins(2);

/// By how much a transaction may be dated before it was sent: a `Date` has whole seconds, and each of LinkCy's machines
/// its own clock.
const CLOCKS: SignedDuration = SignedDuration::from_secs(5);

/// What became of a transfer, as far as the ledger shows.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TransferSearch {
    /// It is there: look at its status.
    Found(Box<Transaction>),
    /// It is not there, or not there yet: how long a transfer takes to be listed is not documented.
    NotFound,
    /// Several transactions fit the request, or the only ones that do are older than the request: it is unknown which
    /// one is meant, or whether any is.
    Ambiguous(Vec<Transaction>),
}

/// A request that moves money from a ledger. Only this crate can implement it, because only it can build what the
/// method returns.
pub trait Transfer {
    #[doc(hidden)]
    fn parts(&self) -> TransferParts<'_>;
}

/// What distinguishes a transfer from others.
pub struct TransferParts<'a> {
    from: LedgerId,
    to: Option<LedgerId>,
    beneficiary: Option<BeneficiaryId>,
    amount: &'a Amount,
    reference: Option<&'a str>,
}

impl Transfer for BeneficiaryTransactionCreateRequest {
    fn parts(&self) -> TransferParts<'_> {
        let Self { ledger_from_id, beneficiary_id, amount, reference, .. } = self;
        let (from, beneficiary, reference) = (*ledger_from_id, Some(*beneficiary_id), reference.as_deref());
        TransferParts { from, to: None, beneficiary, amount, reference }
    }
}

impl Transfer for InterLedgerTransactionCreateRequest {
    fn parts(&self) -> TransferParts<'_> {
        let Self { ledger_from_id, ledger_to_id, amount, reference, .. } = self;
        let (from, to, reference) = (*ledger_from_id, Some(*ledger_to_id), reference.as_deref());
        TransferParts { from, to, beneficiary: None, amount, reference }
    }
}

impl Client {
    /// Searches the transactions of the sending ledger for a transfer whose outcome is unknown.
    ///
    /// A transaction is compared by ledgers, beneficiary, amount, reference and time, because LinkCy has no idempotency key. Time
    /// is LinkCy's, from the `Date` of its answers, so this machine's clock may be wrong. A fitting transaction from
    /// before the request was sent (within two minutes) is never reported as found, but makes the answer
    /// [`TransferSearch::Ambiguous`] where there is no other: pass the ids you know as `known`, such as those that
    /// earlier calls with the same content returned. A separate reference for each transfer makes the answer certain.
    ///
    /// # Errors
    /// Those of `transactions().list()`.
    pub async fn find_transfer(
        &self,
        request: &impl Transfer,
        sent_at: SystemTime,
        known: &[TransactionId],
    ) -> Result<TransferSearch, Error> {
        let sought = request.parts();
        let transactions = self.transactions();
        let list = || {
            let list = transactions.list().ledger_id(sought.from);
            list.show_declined_transaction(true).show_released_transaction(true)
        };
        let headers = list().page_size(1).send().await?.headers;
        let sent_at =
            in_server_time(sent_at, &headers, SystemTime::now()).and_then(|at| jiff::Timestamp::try_from(at).ok());
        let mut rows = match sent_at.and_then(|sent_at| sent_at.checked_sub(BEFORE).ok()) {
            Some(since) => list().start_date(Timestamp::from(since)).stream(),
            None => list().stream(),
        };
        let earliest = sent_at.and_then(|sent_at| sent_at.checked_sub(CLOCKS).ok());
        let (mut since, mut before) = (Vec::new(), Vec::new());
        while let Some(transaction) = rows.next().await {
            let transaction = transaction?;
            if known.contains(transaction.id()) || !fits(&sought, &transaction) {
                continue;
            }
            let created = transaction.creation_date().value().ok();
            let is_earlier = created.zip(earliest).is_none_or(|(created, earliest)| created < earliest);
            if is_earlier { before.push(transaction) } else { since.push(transaction) }
        }
        Ok(match (since.len(), before.len()) {
            (0, 0) => TransferSearch::NotFound,
            (0, _) => TransferSearch::Ambiguous(before),
            (1, _) => TransferSearch::Found(Box::new(since.remove(0))),
            _ => TransferSearch::Ambiguous(since),
        })
    }
}

/// Whether nothing that the transaction shows contradicts the request. Absent fields are ignored; the kinds differ in
/// their fields, so the JSON is compared.
#[inline]
fn fits(sought: &TransferParts<'_>, transaction: &Transaction) -> bool {
    let shown = serde_json::to_value(transaction).unwrap_or_default();
    let text = |pointer: &str| shown.pointer(pointer).and_then(Value::as_str);
    let is_another_reference =
        text("/information/reference").zip(sought.reference).is_some_and(|(shown, wanted)| shown != wanted);
    transaction.amount().is_none_or(|amount| amount.value().is_err() || amount == sought.amount)
        && !is_another(text("/sender/ledgerId"), Some(sought.from))
        && !is_another(text("/receiver/ledgerId"), sought.to)
        && !is_another(text("/receiver/beneficiaryId"), sought.beneficiary)
        && !is_another_reference
}

/// Whether an id is shown that is not the wanted one. One that cannot be read is ignored.
#[inline]
fn is_another<Id: FromStr + PartialEq>(shown: Option<&str>, wanted: Option<Id>) -> bool {
    shown.and_then(|id| id.parse::<Id>().ok()).zip(wanted).is_some_and(|(shown, wanted)| shown != wanted)
}
