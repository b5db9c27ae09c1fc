//! Ledgers: opening, changing, suspending and closing them.

use serde_json::json;
use uuid::Uuid;

use crate::amount::Amount;
use crate::api::context::Context;
use crate::api::list::Order;
use crate::api::route::{Route, partner_only, role};
use crate::http::answer::Answer;
use crate::http::refusal::{Refusal, refuse, wrong_field};
use crate::state::end_user::Intervention;
use crate::state::iban;
use crate::state::index::Key;
use crate::state::ledger::{Country, Ledger, LedgerStatus, Limits};

pub(crate) const OPERATIONS: &[Route] = &[
    role("GET", "/api/partner/ledgers", "LEDGER_LIST", list),
    role("POST", "/api/partner/ledgers", "LEDGER_CREATE", create),
    role("GET", "/api/partner/ledgers/{ledgerId}", "LEDGER_INFO", read),
    role("PATCH", "/api/partner/ledgers/{ledgerId}", "LEDGER_UPDATE", update),
    role("POST", "/api/partner/ledgers/{ledgerId}/upgrade", "LEDGER_UPGRADE", upgrade),
    role("POST", "/api/partner/ledgers/{ledgerId}/suspensions", "LEDGER_SUSPEND", suspend),
    role("DELETE", "/api/partner/ledgers/{ledgerId}/suspensions/{operator}", "LEDGER_UNSUSPEND", lift_suspension),
    role("POST", "/api/partner/ledgers/{ledgerId}/close", "LEDGER_CLOSE", close),
    partner_only("POST", "/api/partner/ledgers/credit", credit),
];

impl Context<'_> {
    /// The limits with those of the body in their place.
    fn limits(&self, now: Limits) -> Result<Limits, Refusal> {
        let sent = &self.call.body["limits"];
        let wrong = |field: &str| {
            wrong_field(
                &format!("limits.{field}"),
                &sent[field],
                "must have at most two decimals, be at least 0 and less than a trillion",
            )
        };
        now.with(sent).or_else(wrong)
    }

    fn friendly_name_is_free(&self, end_user: Uuid, name: Option<&str>) -> Result<(), Refusal> {
        let taken = |ledger: &Ledger| ledger.friendly_name.as_deref() == name;
        if name.is_some() && self.tables.ledgers.with(Key::EndUser(end_user)).any(taken) {
            return refuse("FRIENDLY_NAME_ALREADY_TAKEN");
        }
        Ok(())
    }
}

fn list(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let mut keys = context.keys(&[("endUserId", Key::EndUser), ("parentId", Key::Ledger)]);
    keys.extend(context.call.text("iban").map(|iban| Key::Iban(iban.to_owned())));
    let status = context.filter::<LedgerStatus>("status");
    let attribute = context.sorted_by();
    let rows = &context.tables.ledgers;
    let found = rows.placed_with(&keys).filter(|(_, ledger)| status.lets(ledger.status()));
    let found = found.map(|(position, one)| (Order::of_dates(attribute, one.created, one.updated), position));
    context.page(rows, found, |ledger| {
        json!({
            "id": ledger.id,
            "country": ledger.country,
            "currency": "EUR",
            "isUpgraded": ledger.iban.is_some(),
            "endUser": { "id": ledger.end_user },
            "endUserId": ledger.end_user,
            "friendlyName": ledger.friendly_name,
            "parentId": ledger.parent,
            "status": ledger.status(),
            "creationDate": ledger.created,
        })
    })
}

fn create(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let (end_user, parent, country, iban_country) = match context.id("parentLedgerId") {
        Some(parent) => {
            let parent = context.ledger(Some(parent))?;
            (parent.end_user, Some(parent.id), parent.country, parent.iban.as_ref().map(|_| parent.country))
        }
        None => {
            let Some(country) = context.text("type").and_then(Country::of_type) else {
                return refuse("LEDGER_TYPE_NOT_ALLOWED");
            };
            let upgraded = context.flag("autoUpgrade").unwrap_or(false);
            (context.end_user_in_body()?, None, country, upgraded.then_some(country))
        }
    };
    context.must_be_banked(end_user)?;
    let friendly_name = context.text("friendlyName").map(str::to_owned);
    context.friendly_name_is_free(end_user, friendly_name.as_deref())?;
    let (id, now) = (context.seed.uuid(), context.now);
    let iban = iban_country.map(|country| iban::new(country.code(), context.seed));
    let limits = context.limits(Limits::default())?;
    context.tables.ledgers.put(Ledger {
        id,
        end_user,
        parent,
        country,
        friendly_name,
        iban,
        limits,
        total: Amount::ZERO,
        reserved: Amount::ZERO,
        suspensions: Vec::new(),
        closed: None,
        created: now,
        updated: now,
    });
    Ok(Answer::json(json!({ "id": id })))
}

fn read(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    Ok(Answer::written(&context.ledger(context.call.path_id())?.view()))
}

fn update(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let ledger = context.ledger(context.call.path_id())?;
    let (id, now, end_user) = (ledger.id, context.now, ledger.end_user);
    let friendly_name = context.text("friendlyName").filter(|name| ledger.friendly_name.as_deref() != Some(name));
    context.friendly_name_is_free(end_user, friendly_name)?;
    let friendly_name = friendly_name.map(str::to_owned);
    let limits = context.limits(ledger.limits)?;
    let parent = match (ledger.parent, context.id("parentLedgerId")) {
        // A ledger with money of its own can't become virtual; a virtual one can move to another parent.
        (Some(_), Some(parent)) => Some(context.ledger(Some(parent))?.id),
        (kept, _) => kept,
    };
    context.tables.ledgers.change(id, |ledger| {
        ledger.friendly_name = friendly_name.or(ledger.friendly_name.take());
        ledger.limits = limits;
        ledger.parent = parent;
        ledger.updated = now;
    });
    Ok(Answer::json(json!({ "id": id })))
}

fn upgrade(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let ledger = context.ledger(context.call.path_id())?;
    let (id, now, country) = (ledger.id, context.now, ledger.country.code());
    if ledger.iban.is_some() {
        return refuse("LEDGER_ALREADY_UPGRADED");
    }
    if ledger.status() != LedgerStatus::Active {
        return refuse("LEDGER_MUST_BE_ACTIVE");
    }
    let iban = iban::new(country, context.seed);
    context.tables.ledgers.change(id, |ledger| {
        ledger.iban = Some(iban);
        ledger.updated = now;
    });
    Ok(Answer::empty())
}

fn suspend(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let ledger = context.ledger(context.call.path_id())?;
    let operator = context.operator(context.text("operator"))?;
    if ledger.status() == LedgerStatus::Closed {
        return refuse("LEDGER_MUST_NOT_BE_CLOSED");
    }
    if ledger.suspensions.iter().any(|one| one.operator == operator) {
        return refuse("LEDGER_MUST_NOT_BE_SUSPENDED");
    }
    let (id, date) = (ledger.id, context.now);
    let reason = context.text("reason").map(str::to_owned);
    context.tables.ledgers.change(id, |ledger| {
        ledger.suspensions.push(Intervention { operator, date, reason });
        ledger.updated = date;
    });
    context.tables.stop_cards(|card| card.ledger == id);
    Ok(Answer::empty())
}

fn lift_suspension(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let ledger = context.ledger(context.call.id("ledgerId"))?;
    let (id, now) = (ledger.id, context.now);
    let operator = context.operator(context.call.text("operator"))?;
    context.tables.ledgers.change(id, |ledger| {
        ledger.suspensions.retain(|one| one.operator != operator);
        ledger.updated = now;
    });
    context.tables.let_cards_go();
    Ok(Answer::empty())
}

fn close(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let ledger = context.ledger(context.call.path_id())?;
    let operator = context.operator(context.text("operator"))?;
    if ledger.status() == LedgerStatus::Closed {
        return refuse("LEDGER_MUST_NOT_BE_CLOSED");
    }
    let pending = context.tables.transactions.with(Key::Ledger(ledger.id)).any(|one| one.is_pending_on(ledger.id));
    if ledger.total != Amount::ZERO || ledger.reserved != Amount::ZERO || pending {
        return refuse("LEDGER_MUST_BE_EMPTY");
    }
    let (id, date) = (ledger.id, context.now);
    let reason = context.text("reason").map(str::to_owned);
    context.tables.ledgers.change(id, |ledger| {
        ledger.closed = Some(Intervention { operator, date, reason });
        ledger.updated = date;
    });
    for card in context.tables.close_cards_of(id, date) {
        context.tell("CARD_CLOSED", json!({ "cardId": card }));
    }
    Ok(Answer::empty())
}

fn credit(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let amount = context.amount("amount")?;
    let ledger = context.id("ledgerId");
    let transaction = context.simulate_credit(ledger, amount)?;
    Ok(Answer::json(json!({ "ledgerId": ledger, "transactionId": transaction })))
}
