//! Direct debits: mandates to collect, and the collecting. Corporates collect; consumers may not.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::api::checks::bank_is_known;
use crate::api::context::Context;
use crate::api::list::Order;
use crate::api::money::Draft;
use crate::api::route::{Route, role};
use crate::http::answer::Answer;
use crate::http::refusal::{Refusal, refuse};
use crate::state::index::Key;
use crate::state::ledger::LedgerStatus;
use crate::state::mandate::{Mandate, MandateStatus};
use crate::state::transaction::{Kind, Party, TransactionStatus};

pub(crate) const OPERATIONS: &[Route] = &[
    role("GET", "/api/partner/mandates", "DIRECT_DEBIT_MANDATE_LIST", list),
    role("POST", "/api/partner/mandates", "DIRECT_DEBIT_MANDATE_CREATE", create),
    role("GET", "/api/partner/mandates/{mandateId}", "DIRECT_DEBIT_MANDATE_INFO", read),
    role("PATCH", "/api/partner/mandates/{mandateId}", "DIRECT_DEBIT_MANDATE_UPDATE", update),
    role("POST", "/api/partner/mandates/{mandateId}/activate", "DIRECT_DEBIT_MANDATE_ACTIVATE", activate),
    role("POST", "/api/partner/mandates/{mandateId}/cancel", "DIRECT_DEBIT_MANDATE_CANCEL", cancel),
    role("POST", "/api/partner/transactions/direct-debit", "DIRECT_DEBIT_TRANSACTION_CREATE", collect),
];

/// A direct debit takes effect two days later at the soonest, by the description.
const NOTICE_DAYS: i64 = 2;

impl Context<'_> {
    fn today(&self) -> Date {
        self.now.to_zoned(TimeZone::UTC).date()
    }

    fn expiration(&self) -> Result<Option<Date>, Refusal> {
        let Some(date) = self.text("expirationDate") else {
            return Ok(None);
        };
        match date.parse::<Date>() {
            Ok(date) if date > self.today() => Ok(Some(date)),
            _ => refuse("INVALID_EXPIRATION_DATE"),
        }
    }

    fn debtor_bank(&self) -> Result<Option<(String, String)>, Refusal> {
        let details = &self.call.body["debtor"]["bankingDetails"];
        let (Some(iban), Some(bic)) = (details["iban"].as_str(), details["bic"].as_str()) else {
            return Ok(None);
        };
        bank_is_known(iban, bic)?;
        Ok(Some((iban.to_owned(), bic.to_owned())))
    }

    fn move_mandate(&mut self, from: &[MandateStatus], to: MandateStatus) -> Result<Answer, Refusal> {
        let one = self.mandate(self.call.path_id())?;
        if !from.contains(&one.status) {
            return refuse("CONFLICTING_MANDATE_STATUS");
        }
        let (id, now) = (one.id, self.now);
        self.tables.mandates.change(id, |one| {
            one.status = to;
            one.updated = now;
        });
        Ok(Answer::json(json!({ "id": id })))
    }
}

fn list(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let keys = context.keys(&[("endUserId", Key::EndUser)]);
    let status = context.filter::<MandateStatus>("status");
    let attribute = context.sorted_by();
    let rows = &context.tables.mandates;
    let found = rows.placed_with(&keys).filter(|(_, one)| status.lets(one.status));
    let found = found.map(|(position, one)| {
        let order = match attribute {
            "DEBTOR_NAME" => Order::Text(Some(&one.debtor_name)),
            _ => Order::of_dates(attribute, one.created, one.updated),
        };
        (order, position)
    });
    context.page(rows, found, |one| one.view(context.debtor_ledger(one)))
}

fn create(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let end_user = context.end_user_in_body()?;
    if context.tables.end_user(end_user).is_some_and(|owner| owner.is_consumer) {
        return refuse("MANDATE_NOT_AVAILABLE_FOR_CONSUMERS");
    }
    context.must_be_banked(end_user)?;
    let bank = context.debtor_bank()?;
    let in_five_years = context.today().saturating_add(jiff::Span::new().years(5));
    let expires = context.expiration()?.unwrap_or(in_five_years);
    let debtor = &context.call.body["debtor"];
    let text = |field: &str| debtor[field].as_str().unwrap_or_default().to_owned();
    let (id, now) = (context.seed.uuid(), context.now);
    context.tables.mandates.put(Mandate {
        id,
        reference: format!("RUM{}", context.seed.digits(12)),
        end_user,
        status: MandateStatus::AwaitingActivation,
        friendly_name: context.text("friendlyName").map(str::to_owned),
        debtor_type: text("type"),
        debtor_name: text("name"),
        bank,
        recurring: context.flag("recurring").unwrap_or(false),
        expires: Some(expires),
        used: false,
        created: now,
        updated: now,
    });
    Ok(Answer::json(json!({ "id": id })))
}

fn read(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let one = context.mandate(context.call.path_id())?;
    Ok(Answer::json(one.view(context.debtor_ledger(one))))
}

fn update(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let one = context.mandate(context.call.path_id())?;
    if one.status != MandateStatus::AwaitingActivation {
        return refuse("CONFLICTING_MANDATE_STATUS");
    }
    let (id, now) = (one.id, context.now);
    let (bank, expires) = (context.debtor_bank()?, context.expiration()?);
    let (name, recurring) = (context.text("friendlyName").map(str::to_owned), context.flag("recurring"));
    context.tables.mandates.change(id, |one| {
        one.bank = bank.or(one.bank.take());
        one.expires = expires.or(one.expires);
        one.friendly_name = name.or(one.friendly_name.take());
        one.recurring = recurring.unwrap_or(one.recurring);
        one.updated = now;
    });
    Ok(Answer::json(json!({ "id": id })))
}

fn activate(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let one = context.mandate(context.call.path_id())?;
    if one.bank.is_none() {
        return refuse("MISSING_MANDATE_DATA");
    }
    context.must_be_banked(one.end_user)?;
    context.move_mandate(&[MandateStatus::AwaitingActivation], MandateStatus::Activated)
}

fn cancel(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    context.move_mandate(&[MandateStatus::AwaitingActivation, MandateStatus::Activated], MandateStatus::Canceled)
}

/// A collection is pending until its date; then the money comes in.
fn collect(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let amount = context.amount("amount")?;
    let mandate = context.mandate(context.id("mandateId"))?.clone();
    let ledger = context.ledger(context.id("ledgerToId"))?;
    if ledger.end_user != mandate.end_user {
        return refuse("LEDGER_NOT_FOUND");
    }
    context.must_be_banked(ledger.end_user)?;
    let today = context.today();
    let expired = mandate.expires.is_some_and(|expires| expires < today);
    if mandate.status != MandateStatus::Activated || expired {
        return refuse("MANDATE_MUST_BE_ACTIVE");
    }
    if ledger.status() != LedgerStatus::Active {
        return refuse("LEDGER_MUST_BE_ACTIVE");
    }
    if mandate.used && !mandate.recurring {
        return refuse("MANDATE_NOT_RECURRING");
    }
    let date = context.text("date").and_then(|date| date.parse::<Date>().ok());
    let soonest = today.saturating_add(jiff::Span::new().days(NOTICE_DAYS));
    let Some(date) = date.filter(|date| *date >= soonest) else {
        return refuse("INVALID_DATE");
    };
    let due = date.to_zoned(TimeZone::UTC).map(|date| date.timestamp()).unwrap_or(Timestamp::MAX);
    let receiver = context.tables.party(ledger);
    let too_much = amount > ledger.limits.dd_transaction;
    let debtor = context.debtor_ledger(&mandate).and_then(|id| context.tables.ledgers.get(id));
    let sender = match debtor {
        Some(ledger) => context.tables.party(ledger),
        None => Party {
            name: Some(mandate.debtor_name.clone()),
            iban: mandate.bank.as_ref().map(|(iban, _)| iban.clone()),
            bic: mandate.bank.as_ref().map(|(_, bic)| bic.clone()),
            ..Party::default()
        },
    };
    let status = if too_much { TransactionStatus::Declined } else { TransactionStatus::Pending };
    let mut collection = context.write(Draft { kind: Kind::DirectDebit, amount, sender, receiver }, status);
    collection.recurring = mandate.recurring;
    if too_much {
        collection.decline_reason = Some("LIMITS_EXCEEDED".into());
    } else {
        collection.leaves = Some(due);
        context.tables.mandates.change(mandate.id, |mandate| mandate.used = true);
    }
    let id = context.keep(collection);
    Ok(Answer::json(json!({ "id": id })))
}
