//! The bank behind the API: its tables, and one file per resource with what is kept and what its operations do.
//! Every request works on the tables through a [`Desk`]; it is committed whole or rolled back whole.

mod accounts;
mod acquiring;
mod authentication;
mod beneficiaries;
mod card_profiles;
mod card_rules;
mod cards;
mod consumers;
mod corporates;
mod desk;
mod documents;
mod end_users;
mod iban;
mod kyc;
mod ledgers;
mod mandates;
mod operations;
mod partner;
mod passwords;
mod related;
mod rows;
mod sca_devices;
mod shares;
mod simulation;
mod suspensions;
mod transactions;
mod verifications;

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

pub(crate) use authentication::{Bearer, bearer};
pub(crate) use desk::{Desk, Places};
pub(crate) use documents::signature;
pub(crate) use operations::{Access, Act, modelled};
pub(crate) use rows::{Change, Row, Rows};

pub use end_users::{Banking, Linkcy};
pub use partner::Credentials;

use crate::amount::Amount;
use crate::sca::{Device, Interaction, UsedNonce};
use crate::seed::Seed;
use crate::store::{KeptRow, StoreError};

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
    accounts: accounts::Account,
    families: authentication::Family,
    password_secrets: passwords::PasswordSecret,
    consumers: consumers::Consumer,
    corporates: corporates::Corporate,
    related: related::Related,
    shares: shares::Share,
    verifications: verifications::Verification,
    kycs: kyc::Kyc,
    ledgers: ledgers::Ledger,
    beneficiaries: beneficiaries::Beneficiary,
    mandates: mandates::Mandate,
    card_designs: card_profiles::CardDesign,
    card_profiles: card_profiles::CardProfile,
    cards: cards::Card,
    documents: documents::Document,
    pages: documents::Page,
    devices: Device,
    interactions: Interaction,
    nonces: UsedNonce,
    transactions: transactions::Transaction,
    pending: transactions::Pending,
}

impl Tables {
    /// Keeps what was done since the last commit, once `keep` has kept the changes.
    fn commit_with<E>(&mut self, keep: impl FnOnce(&[Change]) -> Result<(), E>) -> Result<(), E> {
        let changes = self.changes();
        if !changes.is_empty() {
            keep(&changes)?;
        }
        self.commit();
        Ok(())
    }

    /// Takes away what belongs to an end-user, ledgers and transactions left out.
    fn remove_owned_by(&mut self, owner: Uuid) {
        fn drop_rows<T: Row>(rows: &mut Rows<T>, belongs: impl Fn(&T) -> bool) {
            let ids: Vec<Uuid> = rows.iter().filter(|row| belongs(row)).map(Row::id).collect();
            ids.into_iter().for_each(|id| rows.remove(id));
        }
        drop_rows(&mut self.cards, |row| row.end_user == owner);
        drop_rows(&mut self.beneficiaries, |row| row.end_user == owner);
        drop_rows(&mut self.mandates, |row| row.end_user == owner);
        drop_rows(&mut self.documents, |row| row.end_user == owner);
        drop_rows(&mut self.devices, |row| row.end_user == owner);
        drop_rows(&mut self.interactions, |row| row.end_user == owner);
        drop_rows(&mut self.families, |row| row.caller.end_user() == Some(owner));
    }
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
    /// The bank that those rows are of; with its partner and nothing else when there are none.
    pub(crate) fn open(seed: u64, now: Timestamp, kept: Vec<KeptRow>) -> Result<Self, StoreError> {
        let mut bank = Self { tables: Tables::default(), seed: Seed::new(seed) };
        for (table, place, json) in kept {
            let restored = bank.tables.restore(&table, place, &json);
            restored.map_err(|source| StoreError::Row { table, source })?;
        }
        match bank.partner() {
            None => {
                let partner = partner::Partner::new(&mut bank.seed, now);
                bank.tables.partner.put(partner);
                bank.lay_out_cards();
            }
            Some(partner) => {
                // Every opening has a source of its own, or it would give out ids that are taken.
                bank.seed = Seed::of_text(&format!("{seed} {}", partner.openings));
                bank.tables.partner.change_all(|partner| partner.openings += 1);
            }
        }
        Ok(bank)
    }

    /// The one partner.
    pub(crate) fn partner(&self) -> Option<&partner::Partner> {
        self.tables.partner.iter().next()
    }

    /// Keeps what was done since the last commit, once `keep` has kept the changes.
    pub(crate) fn commit<E>(&mut self, keep: impl FnOnce(&[Change]) -> Result<(), E>) -> Result<(), E> {
        self.tables.commit_with(keep)
    }

    /// Undoes what was done since the last commit.
    pub(crate) fn roll_back(&mut self) {
        self.tables.roll_back();
    }

    /// What is held and what crossed the border, from the ledgers and from the transactions independently.
    pub(crate) fn money(&self) -> Money {
        let ledgers = &self.tables.ledgers;
        let crossed = |sign: fn(Amount) -> Amount| {
            self.tables.transactions.iter().map(|one| sign(one.crossed_border()).max(Amount::ZERO)).sum()
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
        self.tables.transactions.iter().filter(|one| one.is_payment()).count()
    }

    /// How many rows each table has.
    pub(crate) fn counts(&self) -> Value {
        self.tables.counts()
    }

    /// Forgets everything but the partner.
    pub(crate) fn reset(&mut self) {
        self.tables.clear();
        self.lay_out_cards();
    }
}
