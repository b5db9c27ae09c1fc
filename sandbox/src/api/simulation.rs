//! What only a sandbox has: card authorizations and clearings, made up. The body of a clearing and of a credit were not
//! seen in the reference: a clearing is an authorization's body with `transactionId`, the authorization's id; a credit is
//! `POST /api/partner/ledgers/credit`.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

use crate::amount::Amount;
use crate::api::context::Context;
use crate::api::money::Draft;
use crate::api::route::{Route, partner_only};
use crate::http::answer::Answer;
use crate::http::refusal::{Refusal, refuse, wrong_field};
use crate::state::card::{Card, CardStatus};
use crate::state::ledger::LedgerStatus;
use crate::state::transaction::{Kind, Merchant, Party, TransactionStatus};

pub(crate) const OPERATIONS: &[Route] = &[partner_only("POST", "/api/partner/transactions/simulate", simulate)];

/// After so long without clearing an authorization lets go of its money. The guide says "for days".
const UNCLEARED: SignedDuration = SignedDuration::from_hours(7 * 24);

fn simulate(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let amount = context.amount("amount")?;
    match context.id("transactionId") {
        Some(authorization) => clear(context, authorization, amount)?,
        None => authorize(context, amount)?,
    }
    Ok(Answer::empty())
}

/// Why a card is declined, if it is: the network's words.
fn decline_reason(context: &Context<'_>, card: &Card, amount: Amount) -> Option<&'static str> {
    let ledger = context.tables.ledgers.get(card.ledger)?;
    let purse = context.tables.purse(ledger)?;
    if card.status != CardStatus::Active {
        return Some("CARD_NOT_ACTIVE");
    }
    if card.pin_locked {
        return Some("PIN_TRIES_EXCEEDED");
    }
    if ledger.status() == LedgerStatus::Closed {
        return Some("ACCOUNT_CLOSED");
    }
    let spent_in = |days: i64| -> Amount {
        let since = context.now.saturating_sub(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MIN);
        context.tables.spending.since(card.id, since)
    };
    let mut bounds = card.rules.iter().filter_map(|rule| rule.spending());
    if bounds.any(|(days, most)| spent_in(days) + amount > most) {
        return Some("EXCEEDS_WITHDRAWAL_LIMIT");
    }
    if ledger.status() == LedgerStatus::Suspended {
        return Some("TRANSACTION_NOT_PERMITTED_TO_ENDUSER");
    }
    (purse.available() < amount).then_some("INSUFFICIENT_FUNDS")
}

fn authorize(context: &mut Context<'_>, amount: Amount) -> Result<(), Refusal> {
    let Some(card) = context.id("cardId").and_then(|id| context.tables.cards.get(id)).cloned() else {
        return wrong_field("cardId", context.text("cardId").unwrap_or_default(), "is no card of this sandbox");
    };
    let Some(ledger) = context.tables.ledgers.get(card.ledger) else {
        return refuse("LEDGER_NOT_FOUND");
    };
    let sender = context.tables.party(ledger);
    let purse = sender.ledger;
    let declined = decline_reason(context, &card, amount);
    let status = if declined.is_some() { TransactionStatus::Declined } else { TransactionStatus::Approved };
    let draft = Draft { kind: Kind::CardAuthorization, amount, sender, receiver: Party::default() };
    let mut authorization = context.write(draft, status);
    authorization.card = Some(card.id);
    authorization.merchant = Some(merchant(context));
    authorization.decline_reason = declined.map(str::to_owned);
    if declined.is_none() {
        authorization.leaves = Some(context.after(UNCLEARED));
        if let Some(purse) = purse {
            context.reserve(purse, amount);
        }
    }
    context.keep(authorization);
    Ok(())
}

fn merchant(context: &Context<'_>) -> Merchant {
    let text = |field: &str, usual: &str| context.text(field).unwrap_or(usual).to_owned();
    Merchant {
        id: text("merchantId", "SANDBOX0001"),
        name: text("merchantName", "Sandbox Shop"),
        city: text("merchantCity", "Paris"),
        country: text("merchantCountry", "FRA"),
        category_code: text("merchantCategoryCode", "5411"),
    }
}

/// A clearing takes the money that its authorization reserved, whatever became of the card since.
fn clear(context: &mut Context<'_>, authorization: Uuid, amount: Amount) -> Result<(), Refusal> {
    let found =
        context.tables.transactions.get(authorization).filter(|one| one.kind == Kind::CardAuthorization).cloned();
    let Some(authorization) = found else {
        return wrong_field("transactionId", authorization, "is no authorization of this sandbox");
    };
    if authorization.status != TransactionStatus::Approved {
        return wrong_field("transactionId", authorization.id, "is declined, cleared or released");
    }
    if amount > authorization.amount {
        return wrong_field("amount", amount, "must be at most what was authorized");
    }
    let Some(purse) = authorization.sender.ledger else {
        return refuse("LEDGER_NOT_FOUND");
    };
    let sender = authorization.sender.clone();
    let draft = Draft { kind: Kind::CardClearing, amount, sender, receiver: Party::default() };
    let mut clearing = context.write(draft, TransactionStatus::Approved);
    clearing.card = authorization.card;
    clearing.merchant = authorization.merchant.clone();
    clearing.linked = Some((authorization.id, authorization.created));
    context.reserve(purse, -authorization.amount);
    context.book(purse, -amount);
    let link = Some((clearing.id, clearing.created));
    context.keep(clearing);
    let id = authorization.id;
    context.tables.transactions.change(id, |one| {
        one.status = TransactionStatus::Released;
        one.leaves = None;
        one.linked = link;
    });
    context.tell("TRANSACTION_UPDATED", json!({ "transactionId": id, "status": "RELEASED" }));
    Ok(())
}
