//! The handle that moves a running sandbox from outside its API: the clock, tokens, faults, the journal.
//! The same over HTTP, under `/_sandbox/`, is in [`http`].

pub mod faults;
pub(crate) mod http;
pub mod journal;

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::Value;

use crate::Shared;
use crate::bank::{Bank, Money};
use crate::clock::Clock;
use faults::{Fault, Injected};
use journal::Entry;

/// Control over a running sandbox. Every call takes effect before it returns.
#[derive(Debug, Clone)]
pub struct Control {
    shared: Arc<Shared>,
}

impl Control {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// The sandbox's clock.
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: SignedDuration) {
        self.shared.clock.advance(by);
    }

    /// Every access token issued so far is expired from now on; refresh tokens stay good.
    pub fn expire_access_tokens(&self) {
        self.change(|bank| {
            bank.tables
                .partner
                .change_all(|partner| partner.expired_up_to = partner.tokens);
        });
    }

    /// Every session is revoked: neither its access nor its refresh tokens are good any longer.
    pub fn revoke_sessions(&self) {
        self.change(|bank| bank.tables.families.change_all(|family| family.dead = true));
    }

    /// How many sessions were revoked, by control or because a used refresh token came back.
    pub fn revoked_sessions(&self) -> usize {
        self.shared
            .bank()
            .tables
            .families
            .iter()
            .filter(|family| family.dead)
            .count()
    }

    /// Injects a fault; it strikes the requests it fits from now on.
    pub fn inject(&self, fault: Fault) -> Injected {
        self.shared.faults.inject(fault)
    }

    /// Takes every fault away and lets go of every request that is held.
    pub fn clear_faults(&self) {
        self.shared.faults.clear();
    }

    /// What arrived so far, in order of arrival; requests to the control interface left out.
    pub fn journal(&self) -> Vec<Entry> {
        self.shared.journal.entries()
    }

    /// Forgets what arrived so far.
    pub fn clear_journal(&self) {
        self.shared.journal.clear();
    }

    /// How many connections were accepted.
    pub fn connections(&self) -> usize {
        self.shared.journal.connections()
    }

    /// How many payments, to beneficiaries and between ledgers, were booked; declined ones don't count.
    pub fn payments(&self) -> usize {
        self.shared.bank().payments()
    }

    /// What is on the ledgers, and what crossed the bank's border.
    pub fn money(&self) -> Money {
        self.shared.bank().money()
    }

    /// How many of each thing the sandbox keeps.
    pub fn counts(&self) -> Value {
        self.shared.bank().counts()
    }

    /// Forgets everything but the partner and its credentials; faults and journal too.
    pub fn reset(&self) {
        self.change(Bank::reset);
        self.clear_faults();
        self.clear_journal();
    }

    fn change(&self, change: impl FnOnce(&mut Bank)) {
        self.shared.change(change);
    }
}
