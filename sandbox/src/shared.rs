//! What the server, the control handle and the sandbox share.

use std::sync::{Arc, Mutex, MutexGuard};

use crate::api::desk::Origins;
use crate::clock::Clock;
use crate::description::Description;
use crate::faults::Faults;
use crate::http::refusal::Refusal;
use crate::journal::Journal;
use crate::lock::lock;
use crate::seed::Seed;
use crate::settings::Settings;
use crate::state::bank::Bank;
use crate::state::rows::Change;
use crate::state::store::Store;
use crate::webhooks::{Event, Webhooks};

/// What the server, the control handle and the sandbox share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) description: Arc<Description>,
    pub(crate) clock: Clock,
    pub(crate) settings: Settings,
    pub(crate) journal: Journal,
    pub(crate) faults: Faults,
    pub(crate) fault_seed: Mutex<Seed>,
    pub(crate) webhooks: Arc<Webhooks>,
    pub(crate) url: String,
    /// Where files are: another origin.
    pub(crate) files_url: String,
    /// What arrived there.
    pub(crate) files_journal: Journal,
    pub(crate) store: Option<Store>,
    pub(crate) bank: Mutex<Bank>,
}

impl Shared {
    /// The addresses that answers give.
    pub(crate) fn origins(&self) -> Origins<'_> {
        Origins { api: &self.url, files: &self.files_url }
    }

    /// The bank, for this thread alone.
    pub(crate) fn bank(&self) -> MutexGuard<'_, Bank> {
        lock(&self.bank)
    }

    /// Changes the bank from outside its API. What the store can't keep is undone.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Bank) -> T) -> T {
        let mut bank = self.bank();
        bank.roll_back();
        let outcome = change(&mut bank);
        if bank.commit(|changes| self.keep(changes)).is_err() {
            bank.roll_back();
        }
        outcome
    }

    /// Keeps changes in the store, where there is one.
    pub(crate) fn keep(&self, changes: &[Change]) -> Result<(), Refusal> {
        let Some(store) = &self.store else {
            return Ok(());
        };
        store.keep(changes).map_err(|error| Refusal::Store(error.to_string()))
    }

    /// Tells the webhooks.
    pub(crate) fn tell(&self, events: Vec<Event>) {
        let mut seed = lock(&self.fault_seed);
        events.into_iter().for_each(|event| self.webhooks.tell(event, &mut seed));
    }
}
