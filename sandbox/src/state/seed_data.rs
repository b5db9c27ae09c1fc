//! Data to start with: people, their ledgers and balances, from a file and back to one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::amount::Amount;
use crate::auth::password::Password;
use crate::state::bank::Bank;
use crate::state::consumer::Consumer;
use crate::state::end_user::{Email, Phone, Standing};
use crate::state::iban;
use crate::state::index::Key;
use crate::state::kyc::{KycState, KycStatus};
use crate::state::ledger::{Country, Ledger, Limits};
use crate::state::transaction::{Kind, Party, Transaction, TransactionStatus};

/// What a sandbox starts with.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedData {
    /// People, with what is theirs.
    #[serde(default)]
    pub consumers: Vec<SeedConsumer>,
}

/// A consumer who may bank: phone verified, KYC validated, terms accepted.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedConsumer {
    /// The id; a new one when none.
    pub id: Option<Uuid>,
    /// The calling code, as in 33.
    pub country_code: String,
    /// The phone without it, digits only.
    pub number: String,
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
    /// The e-mail address, taken as verified.
    pub email_address: Option<String>,
    /// The password; none means that one has to be set first. It is not exported.
    #[serde(skip_serializing)]
    pub password: Option<String>,
    /// The ledgers.
    #[serde(default)]
    pub ledgers: Vec<SeedLedger>,
}

impl std::fmt::Debug for SeedConsumer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SeedConsumer").field("id", &self.id).field("ledgers", &self.ledgers).finish_non_exhaustive()
    }
}

/// A ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedLedger {
    /// The id; a new one when none.
    pub id: Option<Uuid>,
    /// EUR_FRANCE, EUR_BELGIUM or EUR_BG.
    #[serde(rename = "type")]
    pub kind: String,
    /// The name its owner gave it.
    pub friendly_name: Option<String>,
    /// The IBAN; a new one when none.
    pub iban: Option<String>,
    /// The balance in euros, at most two decimals.
    #[serde(default)]
    pub balance: Value,
}

/// What is wrong with seed data.
#[derive(Debug, thiserror::Error)]
#[error("{at}: {wrong}")]
pub struct SeedDataError {
    /// Where: `consumers[0].ledgers[1].balance`.
    pub at: String,
    /// What.
    pub wrong: String,
}

fn wrong<T>(at: String, wrong: impl Into<String>) -> Result<T, SeedDataError> {
    Err(SeedDataError { at, wrong: wrong.into() })
}

impl Bank {
    /// Adds what the data has. A bank that has end-users already is left as it is: it was seeded before.
    pub(crate) fn plant(&mut self, data: &SeedData, now: Timestamp) -> Result<(), SeedDataError> {
        if self.tables.consumers.len() + self.tables.corporates.len() > 0 {
            return Ok(());
        }
        for (index, consumer) in data.consumers.iter().enumerate() {
            self.plant_consumer(consumer, &format!("consumers[{index}]"), now)?;
        }
        Ok(())
    }

    fn plant_consumer(&mut self, one: &SeedConsumer, at: &str, now: Timestamp) -> Result<(), SeedDataError> {
        let digits = |text: &str, most: usize| {
            (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !digits(&one.country_code, 3) {
            return wrong(format!("{at}.countryCode"), "must be a calling code of one to three digits, as in 33");
        }
        if !digits(&one.number, 14) {
            return wrong(format!("{at}.number"), "must be one to fourteen digits");
        }
        let phone = Phone { country_code: one.country_code.clone(), number: one.number.clone(), verified: Some(now) };
        if self.tables.consumers.with(Key::Phone(phone.digits())).next().is_some() {
            return wrong(format!("{at}.number"), "is the phone of another consumer");
        }
        let id = one.id.unwrap_or_else(|| self.seed.uuid());
        if self.tables.consumers.get(id).is_some() {
            return wrong(format!("{at}.id"), "is the id of another consumer");
        }
        let terms = self.partner().map(|partner| partner.terms.clone());
        let mut standing = Standing::new(terms.as_deref());
        standing.follow(true);
        let names = [("firstName", &one.first_name), ("lastName", &one.last_name)];
        let given: Map<String, Value> =
            names.into_iter().map(|(field, name)| (field.to_owned(), Value::from(name.as_str()))).collect();
        self.tables.consumers.put(Consumer {
            id,
            phone,
            email: one.email_address.clone().map(|address| Email { address, verified: Some(now) }),
            kyc: KycState { status: KycStatus::Validated, updated: Some(now), ..KycState::default() },
            standing,
            password: one.password.as_ref().map(|password| Password::new(id, password)),
            must_change_password: false,
            given,
            created: now,
            updated: now,
        });
        for (index, ledger) in one.ledgers.iter().enumerate() {
            self.plant_ledger(id, ledger, &format!("{at}.ledgers[{index}]"), now)?;
        }
        Ok(())
    }

    fn plant_ledger(&mut self, owner: Uuid, one: &SeedLedger, at: &str, now: Timestamp) -> Result<(), SeedDataError> {
        let Some(country) = Country::of_type(&one.kind) else {
            return wrong(format!("{at}.type"), "must be EUR_FRANCE, EUR_BELGIUM or EUR_BG");
        };
        let balance = match &one.balance {
            Value::Null => Some(Amount::ZERO),
            sent => Amount::from_json(sent).filter(|amount| *amount >= Amount::ZERO),
        };
        let Some(balance) = balance else {
            return wrong(format!("{at}.balance"), "must be a number from 0, with at most two decimals");
        };
        if let Some(iban) = one.iban.as_ref().filter(|iban| !iban::is_supported(iban)) {
            return wrong(format!("{at}.iban"), format!("{iban} is no IBAN of a country that is paid to"));
        }
        let id = one.id.unwrap_or_else(|| self.seed.uuid());
        if self.tables.ledgers.get(id).is_some() {
            return wrong(format!("{at}.id"), "is the id of another ledger");
        }
        let iban = one.iban.clone().unwrap_or_else(|| iban::new(country.code(), &mut self.seed));
        self.tables.ledgers.put(Ledger {
            id,
            end_user: owner,
            parent: None,
            country,
            friendly_name: one.friendly_name.clone(),
            iban: Some(iban),
            limits: Limits::default(),
            total: Amount::ZERO,
            reserved: Amount::ZERO,
            suspensions: Vec::new(),
            closed: None,
            created: now,
            updated: now,
        });
        if balance > Amount::ZERO {
            self.bring_in(id, balance, now);
        }
        Ok(())
    }

    /// The first balance comes in like any money, so that the bank's sums are right.
    fn bring_in(&mut self, ledger: Uuid, amount: Amount, now: Timestamp) {
        let Some(receiver) = self.tables.ledgers.get(ledger).map(|one| self.tables.party(one)) else {
            return;
        };
        self.tables.ledgers.change(ledger, |one| one.total += amount);
        let id = self.seed.uuid();
        self.tables.transactions.put(Transaction {
            id,
            kind: Kind::SepaReceive,
            status: TransactionStatus::Approved,
            amount,
            reference: Some("First balance".into()),
            decline_reason: None,
            sender: Party { name: Some("Sandbox Payer".into()), ..Party::default() },
            receiver,
            created: now,
            leaves: None,
            recurring: false,
            merchant: None,
            card: None,
            linked: None,
        });
    }

    /// The people and ledgers as seed data: who has told a name, and ledgers of their own that are open. Passwords, virtual
    /// ledgers, cards and history are left out.
    pub(crate) fn export(&self) -> SeedData {
        let text =
            |one: &Consumer, field: &str| one.given.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        let ledgers = |owner: Uuid| {
            let own = self.tables.ledgers.with(Key::EndUser(owner));
            let own = own.filter(|one| one.parent.is_none() && one.closed.is_none());
            own.map(|one| SeedLedger {
                id: Some(one.id),
                kind: one.country.type_word().to_owned(),
                friendly_name: one.friendly_name.clone(),
                iban: one.iban.clone(),
                balance: one.total.to_json(),
            })
        };
        let consumers = self.tables.consumers.iter().map(|one| SeedConsumer {
            id: Some(one.id),
            country_code: one.phone.country_code.clone(),
            number: one.phone.number.clone(),
            first_name: text(one, "firstName"),
            last_name: text(one, "lastName"),
            email_address: one.email.as_ref().map(|email| email.address.clone()),
            password: None,
            ledgers: ledgers(one.id).collect(),
        });
        SeedData { consumers: consumers.collect() }
    }
}
