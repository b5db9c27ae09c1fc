//! The bank: its tables, its source of ids, and the sums over them.

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::amount::Amount;
use crate::json::word;
use crate::seed::Seed;
use crate::state::card_profile::{CardDesign, CardProfile, CardType, UserType};
use crate::state::device::{Device, Factor, FactorStatus};
use crate::state::partner::Partner;
use crate::state::rows::Change;
use crate::state::store::{KeptRow, StoreError};
use crate::state::tables::Tables;

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
        let Tables { transactions, spending, .. } = &mut bank.tables;
        transactions.iter().for_each(|one| spending.add(one));
        match bank.partner() {
            None => {
                let partner = Partner::new(&mut bank.seed, now);
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
    pub(crate) fn partner(&self) -> Option<&Partner> {
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

impl Bank {
    /// Registers an active device with both factors, as the phone and the server do together.
    pub(crate) fn register_device(&mut self, end_user: Uuid, now: jiff::Timestamp) -> Device {
        let (id, secret) = (self.seed.uuid(), self.seed.bytes());
        let mut device = Device::new(id, end_user, format!("sandbox-{}", id.simple()), Factor::Biometry, secret, now);
        device.pin = FactorStatus::Set;
        device.biometry = FactorStatus::Set;
        self.tables.devices.put(device.clone());
        device
    }
}

impl Bank {
    /// The designs a sandbox starts with, and an active profile of each.
    pub(crate) fn lay_out_cards(&mut self) {
        for ledger_type in ["EUR_FRANCE", "EUR_BELGIUM"] {
            for user_type in [UserType::Consumer, UserType::Corporate] {
                for card_type in [CardType::Virtual, CardType::Physical] {
                    let name = format!("{ledger_type} {} {}", word(&user_type), word(&card_type));
                    let (id, ledger_type) = (self.seed.uuid(), ledger_type.to_owned());
                    let design = CardDesign { id, name: name.clone(), ledger_type, card_type, user_type };
                    let (profile, program) = (self.seed.uuid(), self.seed.uuid());
                    self.tables.card_profiles.put(CardProfile::of(&design, profile, program, name));
                    self.tables.card_designs.put(design);
                }
            }
        }
    }
}
