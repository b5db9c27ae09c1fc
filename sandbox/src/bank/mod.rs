//! The bank behind the API: its tables, and one file per resource with what is kept and what its operations do.
//! Every request works on the tables through a [`Desk`]; it is committed whole or rolled back whole.

mod authentication;
mod beneficiaries;
mod consumers;
mod desk;
mod documents;
mod end_users;
mod iban;
mod kyc;
mod ledgers;
mod operations;
mod partner;
mod rows;
mod transactions;
mod verifications;

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

pub(crate) use authentication::caller_of;
pub(crate) use desk::Desk;
pub(crate) use operations::{Access, modelled};
pub(crate) use rows::{Change, Row, Rows};

pub use partner::Credentials;

use crate::amount::Amount;
use crate::seed::Seed;

/// The tables, by name: the struct, and what has to be done with every one of them.
macro_rules! tables {
    ($($name:ident: $row:ty,)*) => {
        /// Everything the bank knows.
        #[derive(Debug, Default)]
        pub(crate) struct Tables {
            $(pub(crate) $name: Rows<$row>,)*
        }

        impl Tables {
            fn changes(&self) -> Vec<Change> {
                let mut changes = Vec::new();
                $(self.$name.changes(stringify!($name), &mut changes);)*
                changes
            }

            fn commit(&mut self) {
                $(self.$name.commit();)*
            }

            fn roll_back(&mut self) {
                $(self.$name.roll_back();)*
            }

            /// Puts a row read from a store back in its table.
            fn restore(&mut self, table: &str, place: u64, json: &[u8]) -> Result<(), serde_json::Error> {
                match table {
                    $(stringify!($name) => self.$name.restore(place, serde_json::from_slice(json)?),)*
                    _ => {}
                }
                Ok(())
            }

            /// Empties every table but the partner's.
            fn clear(&mut self) {
                let partner: Vec<_> = self.partner.iter().cloned().collect();
                $(self.$name.clear();)*
                partner.into_iter().for_each(|partner| self.partner.put(partner));
            }

            /// How many rows each table has.
            fn counts(&self) -> Value {
                serde_json::json!({ $(stringify!($name): self.$name.len(),)* })
            }
        }
    };
}

tables! {
    partner: partner::Partner,
    families: authentication::Family,
    consumers: consumers::Consumer,
    verifications: verifications::Verification,
    kycs: kyc::Kyc,
    ledgers: ledgers::Ledger,
    beneficiaries: beneficiaries::Beneficiary,
    transactions: transactions::Transaction,
}

/// The bank: its tables and its source of ids.
#[derive(Debug)]
pub(crate) struct Bank {
    pub(crate) tables: Tables,
    pub(crate) seed: Seed,
}

/// What is on the ledgers, and what crossed the bank's border.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    /// The sum of every ledger's total.
    pub held: Amount,
    /// Of that, what is reserved.
    pub reserved: Amount,
    /// What came in from outside.
    pub came_in: Amount,
    /// What went out.
    pub went_out: Amount,
}

impl Bank {
    /// A bank with its partner and nothing else.
    pub(crate) fn new(seed: u64, now: Timestamp) -> Self {
        let mut bank = Self {
            tables: Tables::default(),
            seed: Seed::new(seed),
        };
        let partner = partner::Partner::new(&mut bank.seed, now);
        bank.tables.partner.put(partner);
        bank
    }

    /// The one partner.
    pub(crate) fn partner(&self) -> Option<&partner::Partner> {
        self.tables.partner.iter().next()
    }

    /// Keeps what was done since the last commit, once `keep` has kept the changes.
    pub(crate) fn commit<E>(
        &mut self,
        keep: impl FnOnce(&[Change]) -> Result<(), E>,
    ) -> Result<(), E> {
        let changes = self.tables.changes();
        if !changes.is_empty() {
            keep(&changes)?;
        }
        self.tables.commit();
        Ok(())
    }

    /// Undoes what was done since the last commit.
    pub(crate) fn roll_back(&mut self) {
        self.tables.roll_back();
    }

    /// What is held and what crossed the border, from the ledgers and from the transactions independently.
    pub(crate) fn money(&self) -> Money {
        let ledgers = &self.tables.ledgers;
        let crossed = |sign: fn(Amount) -> Amount| {
            self.tables
                .transactions
                .iter()
                .map(|one| sign(one.crossed_border()).max(Amount::ZERO))
                .sum()
        };
        Money {
            held: ledgers.iter().map(|ledger| ledger.total).sum(),
            reserved: ledgers.iter().map(|ledger| ledger.reserved).sum(),
            came_in: crossed(|amount| amount),
            went_out: crossed(|amount| -amount),
        }
    }

    /// How many payments to beneficiaries and between ledgers were booked, declined ones left out.
    pub(crate) fn payments(&self) -> usize {
        self.tables
            .transactions
            .iter()
            .filter(|one| one.is_payment())
            .count()
    }

    /// The end-user who has that phone, by its digits.
    pub(crate) fn by_phone(&self, digits: &str) -> Option<Uuid> {
        self.tables
            .consumers
            .iter()
            .find(|consumer| consumer.phone.digits() == digits)
            .map(Row::id)
    }

    /// How many rows each table has.
    pub(crate) fn counts(&self) -> Value {
        self.tables.counts()
    }

    /// Forgets everything but the partner.
    pub(crate) fn reset(&mut self) {
        self.tables.clear();
    }
}
