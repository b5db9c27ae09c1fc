//! Transactions: every movement of money, and what moves it by order of an end-user.

mod view;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::beneficiaries::{BankingDetails, BeneficiaryStatus};
use super::desk::{Desk, word};
use super::ledgers::{LARGEST_CREDIT, Ledger, LedgerStatus};
use super::operations::{Modelled, role};
use super::{Row, Tables};
use crate::amount::Amount;
use crate::server::{Answer, Refusal, refuse, wrong_field};

pub(super) const OPERATIONS: &[Modelled] = &[
    role("GET", "/api/partner/transactions", "TRANSACTION_LIST", list),
    role(
        "GET",
        "/api/partner/transactions/{transactionId}",
        "TRANSACTION_INFO",
        read,
    ),
    role(
        "POST",
        "/api/partner/transactions",
        "BENEFICIARY_TRANSACTION_CREATE",
        pay_beneficiary,
    ),
    role(
        "POST",
        "/api/partner/transactions/inter-ledger",
        "INTER_LEDGER_TRANSACTION_CREATE",
        pay_ledger,
    ),
];

/// A movement of money, or an attempt at one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Transaction {
    pub(crate) id: Uuid,
    pub(super) kind: Kind,
    pub(super) status: TransactionStatus,
    pub(super) amount: Amount,
    pub(super) reference: Option<String>,
    pub(super) decline_reason: Option<String>,
    pub(super) sender: Party,
    pub(super) receiver: Party,
    pub(super) created: Timestamp,
    /// When a pending transfer leaves; none when it is done or won't be.
    pub(super) leaves: Option<Timestamp>,
    /// Whether it is in a line of direct debits.
    pub(super) recurring: bool,
    pub(super) merchant: Option<Merchant>,
    pub(super) card: Option<Uuid>,
    /// Of a clearing its authorization, of an authorization its clearing.
    pub(super) linked: Option<(Uuid, Timestamp)>,
}

/// That a transaction waits for its time: an index, so that not all of them are looked through at every request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pending {
    id: Uuid,
}

impl Row for Pending {
    fn id(&self) -> Uuid {
        self.id
    }
}

/// What kind of movement it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Kind {
    SepaSend,
    SepaReceive,
    InterLedger,
    DirectDebit,
    CardAuthorization,
    CardClearing,
    AccountLoad,
    AcquiringPayment,
}

/// How far a transaction has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum TransactionStatus {
    Approved,
    Declined,
    Released,
    Pending,
}

/// One end of a transaction: a ledger of this bank, or somebody outside.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Party {
    pub(super) name: Option<String>,
    pub(super) end_user: Option<Uuid>,
    pub(super) ledger: Option<Uuid>,
    pub(super) ledger_name: Option<String>,
    pub(super) virtual_ledger: Option<Uuid>,
    pub(super) virtual_ledger_name: Option<String>,
    pub(super) iban: Option<String>,
    pub(super) bic: Option<String>,
    pub(super) beneficiary: Option<Uuid>,
    pub(super) before: Option<(Amount, Amount)>,
}

/// Where a card was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Merchant {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) city: String,
    pub(super) country: String,
    pub(super) category_code: String,
}

impl Row for Transaction {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl Transaction {
    /// What this brought into the bank; negative for what left it. Between two ledgers nothing crosses the border.
    pub(super) fn crossed_border(&self) -> Amount {
        if self.status != TransactionStatus::Approved {
            return Amount::ZERO;
        }
        match self.kind {
            Kind::SepaReceive | Kind::AccountLoad => self.amount,
            Kind::DirectDebit if self.sender.ledger.is_none() => self.amount,
            Kind::SepaSend | Kind::CardClearing => -self.amount,
            Kind::InterLedger
            | Kind::DirectDebit
            | Kind::CardAuthorization
            | Kind::AcquiringPayment => Amount::ZERO,
        }
    }

    /// Whether it will still move money of that ledger.
    pub(super) fn is_pending_on(&self, ledger: Uuid) -> bool {
        self.leaves.is_some()
            && (self.sender.ledger == Some(ledger) || self.receiver.ledger == Some(ledger))
    }

    /// Whether this is a payment somebody ordered, booked or on its way.
    pub(super) fn is_payment(&self) -> bool {
        matches!(self.kind, Kind::SepaSend | Kind::InterLedger)
            && self.status != TransactionStatus::Declined
    }
}

impl Tables {
    /// One end of a transaction, for a ledger of this bank.
    pub(super) fn party(&self, ledger: &Ledger) -> Party {
        let purse = self.purse(ledger).unwrap_or(ledger);
        let is_virtual = ledger.parent.is_some();
        Party {
            name: self.end_user(ledger.end_user).map(|end_user| end_user.name),
            end_user: Some(ledger.end_user),
            ledger: Some(purse.id),
            ledger_name: purse.friendly_name.clone(),
            virtual_ledger: is_virtual.then_some(ledger.id),
            virtual_ledger_name: ledger.friendly_name.clone().filter(|_| is_virtual),
            iban: ledger.iban.clone(),
            bic: ledger.bic().map(str::to_owned),
            beneficiary: None,
            before: Some((purse.total, purse.reserved)),
        }
    }
}

/// A transaction about to be written; the rest of its fields are as for most.
pub(super) struct Draft {
    pub(super) kind: Kind,
    pub(super) amount: Amount,
    pub(super) sender: Party,
    pub(super) receiver: Party,
}

impl Desk<'_> {
    /// Writes a transaction down; money moves separately.
    pub(super) fn write(&mut self, draft: Draft, status: TransactionStatus) -> Transaction {
        let Draft {
            kind,
            amount,
            sender,
            receiver,
        } = draft;
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
    pub(super) fn keep(&mut self, transaction: Transaction) -> Uuid {
        let (id, status) = (transaction.id, transaction.status);
        if transaction.leaves.is_some() {
            self.tables.pending.put(Pending { id });
        }
        self.tables.transactions.put(transaction);
        self.tell(
            "TRANSACTION_UPDATED",
            json!({ "transactionId": id, "status": status }),
        );
        id
    }

    /// The ledger an order takes money from: its owner banks, it is active, and it has the money.
    fn source(&self, id: Option<Uuid>, amount: Amount) -> Result<&Ledger, Refusal> {
        let ledger = self.ledger(id)?;
        self.must_be_banked(ledger.end_user)?;
        let purse = self
            .tables
            .purse(ledger)
            .ok_or(Refusal::code("LEDGER_NOT_FOUND"))?;
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
            let sent = self
                .tables
                .transactions
                .iter()
                .rev()
                .take_while(|one| one.created > since);
            sent.filter(|one| one.is_payment() && one.sender.ledger == Some(ledger.id))
                .map(|one| one.amount)
                .sum()
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

    /// Brings money in from outside.
    pub(super) fn simulate_credit(
        &mut self,
        ledger: Option<Uuid>,
        amount: Amount,
    ) -> Result<Uuid, Refusal> {
        if amount > LARGEST_CREDIT {
            return wrong_field("amount", amount, "must be at most 1000");
        }
        let ledger = self.ledger(ledger)?;
        let purse = self
            .tables
            .purse(ledger)
            .ok_or(Refusal::code("LEDGER_NOT_FOUND"))?;
        // A suspended ledger still takes what comes in.
        if purse.status() == LedgerStatus::Closed {
            return refuse("LEDGER_MUST_BE_ACTIVE");
        }
        let (receiver, purse) = (self.tables.party(ledger), purse.id);
        let sender = Party {
            name: Some("Sandbox Payer".into()),
            ..Party::default()
        };
        let done = self.write(
            Draft {
                kind: Kind::SepaReceive,
                amount,
                sender,
                receiver,
            },
            TransactionStatus::Approved,
        );
        self.book(purse, amount);
        Ok(self.keep(done))
    }

    /// Does what is due: transfers leave, direct debits come in, authorizations nobody cleared let go.
    pub(crate) fn settle(&mut self) {
        let now = self.now;
        let waiting = |one: &Pending| {
            self.tables
                .transactions
                .get(one.id)
                .filter(|one| one.leaves.is_some())
                .cloned()
        };
        let (waiting, done): (Vec<_>, Vec<_>) = self
            .tables
            .pending
            .iter()
            .map(|one| (one.id, waiting(one)))
            .partition(|(_, waiting)| waiting.is_some());
        done.into_iter()
            .for_each(|(id, _)| self.tables.pending.remove(id));
        let due = waiting
            .into_iter()
            .filter_map(|(_, one)| one)
            .filter(|one| one.leaves.is_some_and(|at| at <= now));
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
    fn arrive(&mut self, sent: &Transaction) {
        let Some(iban) = sent.receiver.iban.as_ref() else {
            return;
        };
        let open =
            |one: &&Ledger| one.status() != LedgerStatus::Closed && one.iban.as_ref() == Some(iban);
        let Some(to) = self.tables.ledgers.iter().find(open) else {
            return;
        };
        let (receiver, purse) = (
            self.tables.party(to),
            self.tables.purse(to).map(|purse| purse.id),
        );
        let (sender, amount) = (sent.sender.clone(), sent.amount);
        let draft = Draft {
            kind: Kind::SepaReceive,
            amount,
            sender,
            receiver,
        };
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
            let has = self
                .tables
                .ledgers
                .get(from)
                .is_some_and(|from| from.available() >= one.amount);
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
    pub(super) fn remove_belongings(&mut self, owner: Uuid) {
        let ledgers: Vec<Ledger> = self
            .tables
            .ledgers
            .iter()
            .filter(|one| one.end_user == owner)
            .cloned()
            .collect();
        for ledger in ledgers {
            let pending = |one: &Transaction| one.is_pending_on(ledger.id);
            self.tables.transactions.change_where(pending, |one| {
                one.leaves = None;
                one.status = TransactionStatus::Declined;
            });
            if ledger.total.is_positive() {
                let (sender, amount) = (self.tables.party(&ledger), ledger.total);
                let receiver = Party {
                    name: Some("Former holder".into()),
                    ..Party::default()
                };
                let draft = Draft {
                    kind: Kind::SepaSend,
                    amount,
                    sender,
                    receiver,
                };
                let paid_out = self.write(draft, TransactionStatus::Approved);
                self.keep(paid_out);
            }
            self.tables.ledgers.remove(ledger.id);
        }
        self.tables.remove_owned_by(owner);
    }
}

fn pay_beneficiary(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let amount = desk.amount("amount")?;
    let ledger = desk.source(desk.id("ledgerFromId"), amount)?;
    let beneficiary = desk.beneficiary(desk.id("beneficiaryId"))?;
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
    let sender = desk.tables.party(ledger);
    let inside = desk
        .ledger_behind(beneficiary)
        .and_then(|id| desk.tables.ledgers.get(id));
    if let Some(to) = inside.filter(|to| to.status() != LedgerStatus::Closed && to.id != ledger.id)
        && desk.flag("allowInterLedger").unwrap_or(false)
    {
        let receiver = Party {
            beneficiary: Some(beneficiary.id),
            ..desk.tables.party(to)
        };
        let draft = Draft {
            kind: Kind::InterLedger,
            amount,
            sender,
            receiver,
        };
        let exceeds = desk.exceeds_limits(ledger, amount);
        return Ok(if exceeds {
            desk.decline(draft)
        } else {
            desk.move_inside(draft)
        });
    }
    let receiver = Party {
        name: Some(beneficiary.name.clone()),
        iban: Some(iban.clone()),
        bic: Some(bic.clone()),
        beneficiary: Some(beneficiary.id),
        ..Party::default()
    };
    let exceeds = desk.exceeds_limits(ledger, amount);
    let draft = Draft {
        kind: Kind::SepaSend,
        amount,
        sender,
        receiver,
    };
    if exceeds {
        return Ok(desk.decline(draft));
    }
    let from = draft.sender.ledger;
    let mut sent = desk.write(draft, TransactionStatus::Approved);
    if desk.settings.settlement.is_positive() {
        sent.status = TransactionStatus::Pending;
        sent.leaves = Some(desk.after(desk.settings.settlement));
        if let Some(from) = from {
            desk.reserve(from, amount);
        }
    } else {
        if let Some(from) = from {
            desk.book(from, -amount);
        }
        desk.arrive(&sent);
    }
    let id = desk.keep(sent);
    Ok(Answer::json(json!({ "id": id })))
}

fn pay_ledger(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let amount = desk.amount("amount")?;
    let (from, to) = (desk.id("ledgerFromId"), desk.id("ledgerToId"));
    let ledger = desk.source(from, amount)?;
    // The receiver may be another end-user's: whoever knows its id may pay it.
    let to = to
        .and_then(|to| desk.tables.ledgers.get(to))
        .ok_or(Refusal::code("LEDGER_NOT_FOUND"))?;
    if from == Some(to.id) {
        return refuse("INTER_LEDGER_TRANSACTION_MUST_BE_TWO_DIFFERENT_LEDGERS");
    }
    if to.status() == LedgerStatus::Closed {
        return refuse("LEDGER_MUST_BE_ACTIVE");
    }
    let (sender, receiver) = (desk.tables.party(ledger), desk.tables.party(to));
    let exceeds = desk.exceeds_limits(ledger, amount);
    let draft = Draft {
        kind: Kind::InterLedger,
        amount,
        sender,
        receiver,
    };
    Ok(if exceeds {
        desk.decline(draft)
    } else {
        desk.move_inside(draft)
    })
}

fn list(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let shown = |name: &str| {
        desk.call
            .parameter(name)
            .and_then(serde_json::Value::as_bool)
            .unwrap_or(true)
    };
    let (show_released, show_declined) = (
        shown("showReleasedTransaction"),
        shown("showDeclinedTransaction"),
    );
    let bound = |name: &str| desk.call.text(name).and_then(moment);
    let (start, end) = (bound("startDate"), bound("endDate"));
    Ok(desk.page(
        &desk.tables.transactions,
        |one| {
            let ends = [&one.sender, &one.receiver];
            let of = |id: Uuid| ends.iter().any(|end| end.end_user == Some(id));
            let at = |id: Uuid| {
                ends.iter()
                    .any(|end| end.ledger == Some(id) || end.virtual_ledger == Some(id))
            };
            desk.caller.end_user().is_none_or(of)
                && desk.call.id("endUserId").is_none_or(of)
                && desk.call.id("ledgerId").is_none_or(at)
                && desk.wanted_id("cardId", one.card)
                && desk.wanted("transactionTypes", one.type_word())
                && desk.wanted("paymentTypes", one.payment_type())
                && desk.wanted("status", &word(&one.status))
                && (show_released || one.status != TransactionStatus::Released)
                && (show_declined || one.status != TransactionStatus::Declined)
                && start.is_none_or(|start| one.created >= start)
                && end.is_none_or(|end| one.created <= end)
        },
        |_, _| None,
        |one| one.view(desk.tables),
    ))
}

fn read(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let found = desk
        .call
        .path_id()
        .and_then(|id| desk.tables.transactions.get(id));
    let seen = found.filter(|one| {
        let ends = [one.sender.end_user, one.receiver.end_user];
        desk.caller
            .end_user()
            .is_none_or(|caller| ends.contains(&Some(caller)))
    });
    let one = seen.ok_or(Refusal::code("TRANSACTION_NOT_FOUND"))?;
    Ok(Answer::json(one.view(desk.tables)))
}

/// A date-time as lists take it: with a zone, or without one and then in UTC.
fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        Some(civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    })
}
