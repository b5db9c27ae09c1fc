//! What an end-user orders: payments to beneficiaries and between ledgers, and what stands in their way.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

use crate::amount::Amount;
use crate::api::context::Context;
use crate::api::money::Draft;
use crate::http::answer::Answer;
use crate::http::refusal::{Refusal, refuse};
use crate::state::beneficiary::{BankingDetails, BeneficiaryStatus};
use crate::state::ledger::{Ledger, LedgerStatus};
use crate::state::transaction::{Kind, Party, TransactionStatus};

impl Context<'_> {
    /// The ledger an order takes money from: its owner banks, it is active, and it has the money.
    fn source(&self, id: Option<Uuid>, amount: Amount) -> Result<&Ledger, Refusal> {
        let ledger = self.ledger(id)?;
        self.must_be_banked(ledger.end_user)?;
        let purse = self.tables.purse(ledger).ok_or(Refusal::code("LEDGER_NOT_FOUND"))?;
        if ledger.status() != LedgerStatus::Active || purse.status() != LedgerStatus::Active {
            return refuse("LEDGER_MUST_BE_ACTIVE");
        }
        if purse.available() < amount {
            return Err(Refusal::Code {
                code: "LEDGER_MUST_BE_PROVISIONED",
                message: format!("{} is available, {amount} was asked", purse.available()),
            });
        }
        Ok(ledger)
    }

    /// Whether an amount more would break a ledger's limits.
    fn exceeds_limits(&self, ledger: &Ledger, amount: Amount) -> bool {
        let sent_since = |span: SignedDuration| -> Amount {
            let since = self.now.saturating_sub(span).unwrap_or(Timestamp::MIN);
            self.tables.spending.since(ledger.id, since)
        };
        let limits = ledger.limits;
        amount > limits.transaction
            || sent_since(SignedDuration::from_hours(24)) + amount > limits.daily
            || sent_since(SignedDuration::from_hours(30 * 24)) + amount > limits.monthly
    }

    /// Writes an order down as declined: a limit stands in its way.
    fn decline(&mut self, draft: Draft) -> Answer {
        let mut declined = self.write(draft, TransactionStatus::Declined);
        declined.decline_reason = Some("LIMITS_EXCEEDED".into());
        let id = self.keep(declined);
        Answer::json(json!({ "id": id }))
    }

    /// Moves money between two ledgers of this bank.
    fn move_inside(&mut self, draft: Draft) -> Answer {
        let (from, to, amount) = (draft.sender.ledger, draft.receiver.ledger, draft.amount);
        let done = self.write(draft, TransactionStatus::Approved);
        if let (Some(from), Some(to)) = (from, to) {
            self.book(from, -amount);
            self.book(to, amount);
        }
        let id = self.keep(done);
        Answer::json(json!({ "id": id }))
    }
}

pub(crate) fn to_beneficiary(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let amount = context.amount("amount")?;
    let ledger = context.source(context.id("ledgerFromId"), amount)?;
    let beneficiary = context.beneficiary(context.id("beneficiaryId"))?;
    if beneficiary.end_user != ledger.end_user {
        return refuse("BENEFICIARY_NOT_FOUND");
    }
    if !beneficiary.active {
        return refuse("BENEFICIARY_MUST_BE_ACTIVE");
    }
    if beneficiary.status != BeneficiaryStatus::Valid {
        return refuse("BENEFICIARY_MUST_BE_VALID");
    }
    let BankingDetails::Sepa { iban, bic } = &beneficiary.details else {
        return refuse("BENEFICIARY_NOT_COMPATIBLE");
    };
    if ledger.iban.is_none() {
        return refuse("LEDGER_MUST_BE_UPGRADED");
    }
    let sender = context.tables.party(ledger);
    let inside = context.ledger_behind(beneficiary).and_then(|id| context.tables.ledgers.get(id));
    if let Some(to) = inside.filter(|to| to.status() != LedgerStatus::Closed && to.id != ledger.id)
        && context.flag("allowInterLedger") != Some(false)
    {
        let receiver = Party { beneficiary: Some(beneficiary.id), ..context.tables.party(to) };
        let draft = Draft { kind: Kind::InterLedger, amount, sender, receiver };
        let exceeds = context.exceeds_limits(ledger, amount);
        return Ok(if exceeds { context.decline(draft) } else { context.move_inside(draft) });
    }
    let receiver = Party {
        name: Some(beneficiary.name.clone()),
        iban: Some(iban.clone()),
        bic: Some(bic.clone()),
        beneficiary: Some(beneficiary.id),
        ..Party::default()
    };
    let exceeds = context.exceeds_limits(ledger, amount);
    let draft = Draft { kind: Kind::SepaSend, amount, sender, receiver };
    if exceeds {
        return Ok(context.decline(draft));
    }
    let from = draft.sender.ledger;
    let mut sent = context.write(draft, TransactionStatus::Approved);
    if context.settings.settlement.is_positive() {
        sent.status = TransactionStatus::Pending;
        sent.leaves = Some(context.after(context.settings.settlement));
        if let Some(from) = from {
            context.reserve(from, amount);
        }
    } else {
        if let Some(from) = from {
            context.book(from, -amount);
        }
        context.arrive(&sent);
    }
    let id = context.keep(sent);
    Ok(Answer::json(json!({ "id": id })))
}

pub(crate) fn between_ledgers(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let amount = context.amount("amount")?;
    let (from, to) = (context.id("ledgerFromId"), context.id("ledgerToId"));
    let ledger = context.source(from, amount)?;
    // The receiver may be another end-user's: whoever knows its id may pay it.
    let to = to.and_then(|to| context.tables.ledgers.get(to)).ok_or(Refusal::code("LEDGER_NOT_FOUND"))?;
    if from == Some(to.id) {
        return refuse("INTER_LEDGER_TRANSACTION_MUST_BE_TWO_DIFFERENT_LEDGERS");
    }
    if to.status() == LedgerStatus::Closed {
        return refuse("LEDGER_MUST_BE_ACTIVE");
    }
    let (sender, receiver) = (context.tables.party(ledger), context.tables.party(to));
    let exceeds = context.exceeds_limits(ledger, amount);
    let draft = Draft { kind: Kind::InterLedger, amount, sender, receiver };
    Ok(if exceeds { context.decline(draft) } else { context.move_inside(draft) })
}
