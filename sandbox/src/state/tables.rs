//! Every table by name, and what has to be done with all of them: commit, roll back, restore.

use serde_json::Value;
use uuid::Uuid;

use crate::state::account::Account;
use crate::state::beneficiary::Beneficiary;
use crate::state::card::Card;
use crate::state::card_profile::{CardDesign, CardProfile};
use crate::state::consumer::Consumer;
use crate::state::corporate::Corporate;
use crate::state::delivery::KeptDelivery;
use crate::state::device::Device;
use crate::state::document::Document;
use crate::state::family::Family;
use crate::state::index::{Agenda, Index};
use crate::state::interaction::Interaction;
use crate::state::kyc::Kyc;
use crate::state::ledger::Ledger;
use crate::state::mandate::Mandate;
use crate::state::message::Message;
use crate::state::nonce::UsedNonce;
use crate::state::page::Page;
use crate::state::partner::Partner;
use crate::state::password_secret::PasswordSecret;
use crate::state::related::Related;
use crate::state::rows::{Change, KeyedRows, Row, Rows};
use crate::state::share::Share;
use crate::state::spending::Spending;
use crate::state::transaction::Transaction;
use crate::state::verification::Verification;

/// The tables, by name: the struct, and what has to be done with every one of them.
macro_rules! tables {
    ($($name:ident: $table:ty,)*) => {
        /// Everything the bank knows.
        #[derive(Debug, Default)]
        pub(crate) struct Tables {
            $(pub(crate) $name: $table,)*
            /// An index over the transactions.
            pub(crate) spending: Spending,
        }

        impl Tables {
            pub(crate) fn changes(&self) -> Vec<Change> {
                let mut changes = Vec::new();
                $(self.$name.changes(stringify!($name), &mut changes);)*
                changes
            }

            pub(crate) fn commit(&mut self) {
                $(self.$name.commit();)*
                self.spending.commit();
            }

            pub(crate) fn roll_back(&mut self) {
                $(self.$name.roll_back();)*
                self.spending.roll_back();
            }

            /// Puts a row read from a store back in its table.
            pub(crate) fn restore(&mut self, table: &str, place: u64, json: &[u8]) -> Result<(), serde_json::Error> {
                match table {
                    $(stringify!($name) => self.$name.restore(place, serde_json::from_slice(json)?),)*
                    _ => {}
                }
                Ok(())
            }

            /// Empties every table but the partner's.
            pub(crate) fn clear(&mut self) {
                let partner: Vec<_> = self.partner.iter().cloned().collect();
                $(self.$name.clear();)*
                self.spending.clear();
                partner.into_iter().for_each(|partner| self.partner.put(partner));
            }

            /// How many rows each table has.
            pub(crate) fn counts(&self) -> Value {
                Value::Object(
                    [$((stringify!($name).to_owned(), Value::from(self.$name.len())),)*].into_iter().collect(),
                )
            }
        }
    };
}

tables! {
    partner: Rows<Partner>,
    accounts: Rows<Account>,
    families: Rows<Family>,
    password_secrets: Rows<PasswordSecret>,
    consumers: KeyedRows<Consumer>,
    corporates: Rows<Corporate>,
    related: KeyedRows<Related>,
    shares: Rows<Share>,
    verifications: Rows<Verification>,
    kycs: Rows<Kyc>,
    ledgers: KeyedRows<Ledger>,
    beneficiaries: KeyedRows<Beneficiary>,
    mandates: KeyedRows<Mandate>,
    card_designs: Rows<CardDesign>,
    card_profiles: Rows<CardProfile>,
    cards: KeyedRows<Card>,
    documents: KeyedRows<Document>,
    pages: Rows<Page>,
    devices: KeyedRows<Device>,
    interactions: KeyedRows<Interaction>,
    nonces: Rows<UsedNonce>,
    transactions: KeyedRows<Transaction, Agenda>,
    deliveries: KeyedRows<KeptDelivery>,
    outbox: Rows<Message>,
}

impl Tables {
    /// Keeps what was done since the last commit, once `keep` has kept the changes.
    pub(crate) fn commit_with<E>(&mut self, keep: impl FnOnce(&[Change]) -> Result<(), E>) -> Result<(), E> {
        let changes = self.changes();
        if !changes.is_empty() {
            keep(&changes)?;
        }
        self.commit();
        Ok(())
    }

    /// Takes away what belongs to an end-user, ledgers and transactions left out.
    pub(crate) fn remove_owned_by(&mut self, owner: Uuid) {
        fn drop_rows<T: Row, I: Index<T>>(rows: &mut Rows<T, I>, belongs: impl Fn(&T) -> bool) {
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
