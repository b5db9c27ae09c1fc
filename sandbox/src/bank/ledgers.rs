//! Ledgers: accounts with a balance that never falls below zero. A virtual ledger is a name for a part of its parent's
//! business: the money is the parent's.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::desk::{Desk, compact, word};
use super::end_users::{Intervention, Operator};
use super::operations::{Modelled, partner_only, role};
use super::{Row, Tables, iban};
use crate::amount::Amount;
use crate::server::{Answer, Refusal, refuse};

pub(super) const OPERATIONS: &[Modelled] = &[
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

/// A ledger.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Ledger {
    pub(crate) id: Uuid,
    pub(crate) end_user: Uuid,
    /// The ledger whose money a virtual one moves.
    pub(super) parent: Option<Uuid>,
    pub(super) country: Country,
    pub(super) friendly_name: Option<String>,
    /// Set by an upgrade.
    pub(super) iban: Option<String>,
    pub(super) limits: Limits,
    pub(crate) total: Amount,
    pub(crate) reserved: Amount,
    pub(super) suspensions: Vec<Intervention>,
    closed: Option<Intervention>,
    created: Timestamp,
    updated: Timestamp,
}

/// Where a ledger's IBAN is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Country {
    Belgium,
    France,
    Bulgaria,
}

impl Country {
    fn of_type(kind: &str) -> Option<Self> {
        match kind {
            "EUR_BELGIUM" => Some(Self::Belgium),
            "EUR_FRANCE" => Some(Self::France),
            "EUR_BG" => Some(Self::Bulgaria),
            _ => None,
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Belgium => "BE",
            Self::France => "FR",
            Self::Bulgaria => "BG",
        }
    }

    pub(super) fn bic(self) -> &'static str {
        match self {
            Self::Belgium => "LKCYBEBB",
            Self::France => "LKCYFRPP",
            Self::Bulgaria => "LKCYBGSF",
        }
    }
}

/// How much may leave a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Limits {
    pub(super) transaction: Amount,
    pub(super) daily: Amount,
    pub(super) monthly: Amount,
    pub(super) dd_transaction: Amount,
    pub(super) dd_monthly: Amount,
}

impl Default for Limits {
    /// The sandbox's own: LinkCy's defaults are not documented.
    fn default() -> Self {
        Self {
            transaction: Amount::cents(10_000_000),
            daily: Amount::cents(50_000_000),
            monthly: Amount::cents(500_000_000),
            dd_transaction: Amount::cents(10_000_000),
            dd_monthly: Amount::cents(500_000_000),
        }
    }
}

impl Limits {
    /// These limits with those of a body in their place.
    fn with(mut self, body: &Value) -> Self {
        for (field, limit) in [
            ("transactionLimit", &mut self.transaction),
            ("transactionDailyLimit", &mut self.daily),
            ("transactionMonthlyLimit", &mut self.monthly),
            ("ddTransactionLimit", &mut self.dd_transaction),
            ("ddMonthlyLimit", &mut self.dd_monthly),
        ] {
            if let Some(amount) = body.get(field).and_then(Amount::from_json) {
                *limit = amount;
            }
        }
        self
    }

    pub(super) fn view(self) -> Value {
        json!({
            "transactionLimit": self.transaction.to_json(),
            "transactionDailyLimit": self.daily.to_json(),
            "transactionMonthlyLimit": self.monthly.to_json(),
            "ddTransactionLimit": self.dd_transaction.to_json(),
            "ddMonthlyLimit": self.dd_monthly.to_json(),
        })
    }
}

/// A ledger's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum LedgerStatus {
    Active,
    Suspended,
    Closed,
}

impl Row for Ledger {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl Ledger {
    pub(super) fn status(&self) -> LedgerStatus {
        match (&self.closed, self.suspensions.is_empty()) {
            (Some(_), _) => LedgerStatus::Closed,
            (None, false) => LedgerStatus::Suspended,
            (None, true) => LedgerStatus::Active,
        }
    }

    /// What may be spent.
    pub(super) fn available(&self) -> Amount {
        self.total - self.reserved
    }

    /// The card program its cards are of; none for ledgers that have no cards.
    pub(super) fn card_program(&self) -> &'static str {
        match self.country {
            Country::Belgium => "EUR_BELGIUM",
            Country::France => "EUR_FRANCE",
            Country::Bulgaria => "none",
        }
    }

    pub(super) fn bic(&self) -> Option<&'static str> {
        self.iban.is_some().then(|| self.country.bic())
    }

    fn view(&self) -> Value {
        let mut view = json!({
            "id": self.id,
            "endUserId": self.end_user,
            "friendlyName": self.friendly_name,
            "status": self.status(),
            "currency": "EUR",
            "country": self.country,
            "creationDate": self.created,
            "updateDate": self.updated,
            "iban": self.iban,
            "bicOrSwift": self.bic(),
            "suspensionsInformation": self.suspensions.iter().map(Intervention::view).collect::<Value>(),
            "limits": self.limits.view(),
            "closeInformation": self.closed.as_ref().map(Intervention::view),
        });
        match self.parent {
            Some(parent) => view["parentId"] = json!(parent),
            None => {
                view["isUpgraded"] = json!(self.iban.is_some());
                view["totalAmount"] = self.total.to_json();
                view["availableAmount"] = self.available().to_json();
                view["reservedAmount"] = self.reserved.to_json();
            }
        }
        compact(view)
    }
}

impl Tables {
    /// The ledger that holds the money of that ledger: its parent's for a virtual one.
    pub(super) fn purse(&self, ledger: &Ledger) -> Option<&Ledger> {
        match ledger.parent {
            Some(parent) => self.ledgers.get(parent),
            None => self.ledgers.get(ledger.id),
        }
    }
}

impl Desk<'_> {
    /// The ledger of that id, if the caller may see it.
    pub(super) fn ledger(&self, id: Option<Uuid>) -> Result<&Ledger, Refusal> {
        let found = id.and_then(|id| self.tables.ledgers.get(id)).filter(|ledger| self.may_see(ledger.end_user));
        found.ok_or(Refusal::code("LEDGER_NOT_FOUND"))
    }

    /// Puts money on a ledger, or takes it off.
    pub(super) fn book(&mut self, ledger: Uuid, amount: Amount) {
        let now = self.now;
        self.tables.ledgers.change(ledger, |ledger| {
            ledger.total += amount;
            ledger.updated = now;
        });
    }

    /// Reserves money on a ledger, or lets go of it.
    pub(super) fn reserve(&mut self, ledger: Uuid, amount: Amount) {
        let now = self.now;
        self.tables.ledgers.change(ledger, |ledger| {
            ledger.reserved += amount;
            ledger.updated = now;
        });
    }

    /// Who acts, where a body or path names an operator: an end-user acts for itself only, and nobody for LinkCy.
    pub(super) fn operator(&self, named: Option<&str>) -> Result<Operator, Refusal> {
        let acting = if self.caller.end_user().is_some() { Operator::EndUser } else { Operator::Partner };
        match (named, acting) {
            (None, acting) => Ok(acting),
            (Some("LINKCY"), _) | (Some("PARTNER"), Operator::EndUser) => refuse("INSUFFICIENT_RIGHTS"),
            (Some("END_USER"), _) => Ok(Operator::EndUser),
            (Some(_), _) => Ok(Operator::Partner),
        }
    }

    fn friendly_name_is_free(&self, end_user: Uuid, name: Option<&str>) -> Result<(), Refusal> {
        let taken = |ledger: &Ledger| ledger.end_user == end_user && ledger.friendly_name.as_deref() == name;
        if name.is_some() && self.tables.ledgers.iter().any(taken) {
            return refuse("FRIENDLY_NAME_ALREADY_TAKEN");
        }
        Ok(())
    }
}

fn list(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    Ok(desk.page(
        &desk.tables.ledgers,
        |ledger| {
            desk.may_see(ledger.end_user)
                && desk.wanted_id("endUserId", Some(ledger.end_user))
                && desk.wanted_id("parentId", ledger.parent)
                && desk.wanted("status", &word(&ledger.status()))
                && desk.call.text("iban").is_none_or(|iban| ledger.iban.as_deref() == Some(iban))
        },
        |_, _| None,
        |ledger| {
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
        },
    ))
}

fn create(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let body = &desk.call.body;
    let (end_user, parent, country, iban_country) = match desk.id("parentLedgerId") {
        Some(parent) => {
            let parent = desk.ledger(Some(parent))?;
            (parent.end_user, Some(parent.id), parent.country, parent.iban.as_ref().map(|_| parent.country))
        }
        None => {
            let Some(country) = desk.text("type").and_then(Country::of_type) else {
                return refuse("LEDGER_TYPE_NOT_ALLOWED");
            };
            let upgraded = desk.flag("autoUpgrade").unwrap_or(false);
            (desk.end_user_in_body()?, None, country, upgraded.then_some(country))
        }
    };
    desk.must_be_banked(end_user)?;
    let friendly_name = desk.text("friendlyName").map(str::to_owned);
    desk.friendly_name_is_free(end_user, friendly_name.as_deref())?;
    let (id, now) = (desk.seed.uuid(), desk.now);
    let iban = iban_country.map(|country| iban::new(country.code(), desk.seed));
    let limits = Limits::default().with(&body["limits"]);
    desk.tables.ledgers.put(Ledger {
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

fn read(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    Ok(Answer::json(desk.ledger(desk.call.path_id())?.view()))
}

fn update(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let ledger = desk.ledger(desk.call.path_id())?;
    let (id, now, end_user) = (ledger.id, desk.now, ledger.end_user);
    let friendly_name = desk.text("friendlyName").filter(|name| ledger.friendly_name.as_deref() != Some(name));
    desk.friendly_name_is_free(end_user, friendly_name)?;
    let friendly_name = friendly_name.map(str::to_owned);
    let limits = ledger.limits.with(&desk.call.body["limits"]);
    let parent = match (ledger.parent, desk.id("parentLedgerId")) {
        // A ledger with money of its own can't become virtual; a virtual one can move to another parent.
        (Some(_), Some(parent)) => Some(desk.ledger(Some(parent))?.id),
        (kept, _) => kept,
    };
    desk.tables.ledgers.change(id, |ledger| {
        ledger.friendly_name = friendly_name.or(ledger.friendly_name.take());
        ledger.limits = limits;
        ledger.parent = parent;
        ledger.updated = now;
    });
    Ok(Answer::json(json!({ "id": id })))
}

fn upgrade(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let ledger = desk.ledger(desk.call.path_id())?;
    let (id, now, country) = (ledger.id, desk.now, ledger.country.code());
    if ledger.iban.is_some() {
        return refuse("LEDGER_ALREADY_UPGRADED");
    }
    if ledger.status() != LedgerStatus::Active {
        return refuse("LEDGER_MUST_BE_ACTIVE");
    }
    let iban = iban::new(country, desk.seed);
    desk.tables.ledgers.change(id, |ledger| {
        ledger.iban = Some(iban);
        ledger.updated = now;
    });
    Ok(Answer::empty())
}

fn suspend(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let ledger = desk.ledger(desk.call.path_id())?;
    let operator = desk.operator(desk.text("operator"))?;
    if ledger.status() == LedgerStatus::Closed {
        return refuse("LEDGER_MUST_NOT_BE_CLOSED");
    }
    if ledger.suspensions.iter().any(|one| one.operator == operator) {
        return refuse("LEDGER_MUST_NOT_BE_SUSPENDED");
    }
    let (id, date) = (ledger.id, desk.now);
    let reason = desk.text("reason").map(str::to_owned);
    desk.tables.ledgers.change(id, |ledger| {
        ledger.suspensions.push(Intervention { operator, date, reason });
        ledger.updated = date;
    });
    desk.tables.stop_cards(|card| card.ledger == id);
    Ok(Answer::empty())
}

fn lift_suspension(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let ledger = desk.ledger(desk.call.id("ledgerId"))?;
    let (id, now) = (ledger.id, desk.now);
    let operator = desk.operator(desk.call.text("operator"))?;
    desk.tables.ledgers.change(id, |ledger| {
        ledger.suspensions.retain(|one| one.operator != operator);
        ledger.updated = now;
    });
    desk.tables.let_cards_go();
    Ok(Answer::empty())
}

fn close(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let ledger = desk.ledger(desk.call.path_id())?;
    let operator = desk.operator(desk.text("operator"))?;
    if ledger.status() == LedgerStatus::Closed {
        return refuse("LEDGER_MUST_NOT_BE_CLOSED");
    }
    let pending = desk.tables.transactions.iter().any(|one| one.is_pending_on(ledger.id));
    if ledger.total != Amount::ZERO || ledger.reserved != Amount::ZERO || pending {
        return refuse("LEDGER_MUST_BE_EMPTY");
    }
    let (id, date) = (ledger.id, desk.now);
    let reason = desk.text("reason").map(str::to_owned);
    desk.tables.ledgers.change(id, |ledger| {
        ledger.closed = Some(Intervention { operator, date, reason });
        ledger.updated = date;
    });
    desk.close_cards_of(id);
    Ok(Answer::empty())
}

/// The most a simulated credit may bring, by the description.
pub(super) const LARGEST_CREDIT: Amount = Amount::cents(100_000);

fn credit(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let amount = desk.amount("amount")?;
    let ledger = desk.id("ledgerId");
    let transaction = desk.simulate_credit(ledger, amount)?;
    Ok(Answer::json(json!({ "ledgerId": ledger, "transactionId": transaction })))
}
