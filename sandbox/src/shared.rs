//! What the server, the control handle and the sandbox share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use uuid::Uuid;

use crate::api::context::Origins;
use crate::auth::token::ReadTokens;
use crate::clock::Clock;
use crate::description::Description;
use crate::faults::Faults;
use crate::http::refusal::Refusal;
use crate::journal::Journal;
use crate::lock::lock;
use crate::sca::phone::DeviceKey;
use crate::seed::Seed;
use crate::settings::Settings;
use crate::state::bank::Bank;
use crate::state::delivery::Event;
use crate::state::rows::Change;
use crate::state::store::Store;
use crate::webhooks::Endpoint;

/// What a webhook's delivery is asked to do.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Send {
    /// Try until it arrives or is given up, each time when it is due.
    UntilArrived(Uuid),
    /// Try once, now.
    Once(Uuid),
}

/// What the server, the control handle and the sandbox share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) description: Arc<Description>,
    pub(crate) clock: Clock,
    pub(crate) settings: Settings,
    pub(crate) journal: Journal,
    pub(crate) faults: Faults,
    pub(crate) fault_seed: Mutex<Seed>,
    /// Where webhooks go; none unless an address was given.
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) queue: UnboundedSender<Send>,
    pub(crate) url: String,
    /// Where files are: another origin.
    pub(crate) files_url: String,
    /// What arrived there.
    pub(crate) files_journal: Journal,
    /// The devices in software that were handed out: one for each registration, so that its counter is one.
    pub(crate) phones: Mutex<HashMap<Uuid, DeviceKey>>,
    pub(crate) read_tokens: ReadTokens,
    /// Counts changes, for those who watch.
    pub(crate) changed: watch::Sender<u64>,
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
        self.note_change();
        outcome
    }

    /// The same, with something that the webhooks are to tell.
    pub(crate) fn change_and_tell<T>(&self, change: impl FnOnce(&mut Bank) -> (T, Option<Event>)) -> T {
        let (now, addresses) = (self.clock.now(), &self.settings.webhooks);
        let (outcome, told) = self.change(|bank| {
            let (outcome, event) = change(bank);
            let event = event.filter(|_| !addresses.is_empty());
            let told = event.map(|event| bank.tables.deliveries.tell(bank.seed.uuid(), &event, now, addresses));
            (outcome, told.unwrap_or_default())
        });
        self.deliver(told);
        outcome
    }

    /// The endpoint of an address; none where a state was kept with other addresses.
    pub(crate) fn endpoint(&self, address: &str) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.address() == address)
    }

    /// The device in software that signs as a registered one.
    pub(crate) fn phone(&self, device: Uuid) -> Option<DeviceKey> {
        let keys = self.bank().tables.devices.get(device)?.keys.clone();
        let mut phones = lock(&self.phones);
        Some(phones.entry(device).or_insert_with(|| DeviceKey::new(device, keys)).clone())
    }

    /// Tells those who watch that something changed.
    pub(crate) fn note_change(&self) {
        self.changed.send_modify(|number| *number += 1);
    }

    /// Keeps changes in the store, where there is one.
    pub(crate) fn keep(&self, changes: &[Change]) -> Result<(), Refusal> {
        let Some(store) = &self.store else {
            return Ok(());
        };
        store.keep(changes).map_err(|error| Refusal::Store(error.to_string()))
    }

    /// Has webhooks delivered whose rows are kept.
    pub(crate) fn deliver(&self, webhooks: Vec<Uuid>) {
        // The receiver is gone only when the sandbox stops.
        for id in webhooks {
            let _ = self.queue.send(Send::UntilArrived(id));
        }
    }
}
