//! The handle that moves a running sandbox from outside its API: the clock, tokens, faults, the journal.
//! The same over HTTP, under `/_sandbox/`, is in [`http`].

mod bodies;
pub(crate) mod http;
mod kyc_page;
mod views;

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::amount::Amount;
use crate::clock::Clock;
use crate::faults::{Fault, Injected};
use crate::journal::Entry;
use crate::sca::phone::DeviceKey;
use crate::shared::{Send, Shared};
use crate::state::bank::{Bank, Money};
use crate::state::card_refund::NoRefund;
use crate::state::delivery::{Delivery, Event, KeptDelivery, message_of, svix_id};
use crate::state::device::{Factor, FactorStatus};
use crate::state::end_user::{Banking, Linkcy};
use crate::state::interaction::{Interaction, InteractionState, ScaInteraction};
use crate::state::kyc::KycStatus;
use crate::state::partner::Credentials;
use crate::state::seed_data::SeedData;
use crate::webhooks::{Endpoint, WebhookEndpoint};

/// Control over a running sandbox. Every call takes effect before it returns.
#[derive(Debug, Clone)]
pub struct Control {
    pub(crate) shared: Arc<Shared>,
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
            bank.tables.partner.change_all(|partner| partner.expired_up_to = partner.tokens);
        });
    }

    /// Every session is revoked: neither its access nor its refresh tokens are good any longer.
    pub fn revoke_sessions(&self) {
        self.change(|bank| bank.tables.families.change_all(|family| family.dead = true));
    }

    /// How many sessions were revoked, by control or because a used refresh token came back.
    pub fn revoked_sessions(&self) -> usize {
        self.shared.bank().tables.families.iter().filter(|family| family.dead).count()
    }

    /// What the partner logs in with.
    pub fn credentials(&self) -> Option<Credentials> {
        Some(self.shared.bank().partner()?.credentials())
    }

    /// Where webhooks go, and what receivers check their signatures with.
    pub fn webhook_endpoints(&self) -> Vec<WebhookEndpoint> {
        self.shared.endpoints.iter().map(Endpoint::view).collect()
    }

    /// The secret of the first address for webhooks, in Svix's form; none where no address was given.
    pub fn webhook_secret(&self) -> Option<String> {
        Some(self.shared.endpoints.first()?.secret())
    }

    /// Every webhook so far, delivered or not, once for each address.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.shared.bank().tables.deliveries.iter().map(KeptDelivery::view).collect()
    }

    /// What a registered device signs with.
    pub fn device_key(&self, device: Uuid) -> Option<DeviceKey> {
        self.shared.phone(device)
    }

    /// A nonce no signature had yet.
    pub(crate) fn fresh_nonce(&self) -> [u8; 16] {
        self.change(|bank| bank.seed.uuid()).into_bytes()
    }

    /// Registers an active SCA device for an end-user, and hands out what it signs with.
    pub fn register_device(&self, end_user: Uuid) -> DeviceKey {
        let now = self.shared.clock.now();
        let device = self.change(|bank| bank.register_device(end_user, now));
        self.shared.phone(device.id).unwrap_or_else(|| DeviceKey::new(device.id, device.keys))
    }

    /// Plays the phone's part of a registration: every factor that waits to be validated is set. Says whether there is
    /// such a device.
    pub fn activate_device(&self, device: Uuid) -> bool {
        self.change(|bank| {
            bank.tables.devices.change(device, |device| {
                for factor in [Factor::Biometry, Factor::Pin] {
                    let status = device.factor_mut(factor);
                    if *status == FactorStatus::Pending {
                        *status = FactorStatus::Set;
                    }
                }
            })
        })
    }

    /// Blocks a device, as too many wrong signatures would: SCA_DEVICE_NOT_VALID from now on.
    pub fn block_device(&self, device: Uuid) -> bool {
        self.change(|bank| bank.tables.devices.change(device, |device| device.blocked = true))
    }

    /// Every push so far, in the order they were asked for.
    pub fn interactions(&self) -> Vec<ScaInteraction> {
        let now = self.shared.clock.now();
        self.shared.bank().tables.interactions.iter().map(|one| one.view(now)).collect()
    }

    /// The end-user says yes. False when there is no such push or it isn't pending any longer.
    pub fn approve(&self, interaction: Uuid) -> bool {
        self.decide(interaction, InteractionState::Approved)
    }

    /// The end-user says no.
    pub fn decline(&self, interaction: Uuid) -> bool {
        self.decide(interaction, InteractionState::Declined)
    }

    /// The end-user says yes to everything that is pending; says to how much.
    pub fn approve_all(&self) -> usize {
        let pending = self.interactions().into_iter().filter(|one| one.state == InteractionState::Pending);
        pending.filter(|one| self.approve(one.id)).count()
    }

    /// The push expires now, whatever its state.
    pub fn expire_interaction(&self, interaction: Uuid) -> bool {
        let now = self.shared.clock.now();
        self.change(|bank| bank.tables.interactions.change(interaction, |one| one.expires = now))
    }

    fn decide(&self, interaction: Uuid, state: InteractionState) -> bool {
        let now = self.shared.clock.now();
        self.change(|bank| {
            let pending = |one: &Interaction| one.state == InteractionState::Pending && now < one.expires;
            bank.tables.interactions.get(interaction).is_some_and(pending)
                && bank.tables.interactions.change(interaction, |one| one.state = state)
        })
    }

    /// From now on a login of this end-user answers with the secret for a new password instead of tokens.
    pub fn require_password_change(&self, end_user: Uuid) -> bool {
        self.change(|bank| {
            bank.tables.consumers.change(end_user, |one| one.must_change_password = true)
                || bank.tables.corporates.change(end_user, |one| one.must_change_password = true)
        })
    }

    /// The person, a consumer or somebody related to a corporate, follows the link in the mail; says whether there is one.
    pub fn verify_email(&self, person: Uuid) -> bool {
        let now = self.shared.clock.now();
        self.change(|bank| bank.tables.email_is_verified(person, now))
    }

    /// The proof of an end-user's address arrives: an address that was not verified is VALID from now on. Says whether
    /// there is such an end-user.
    pub fn verify_address(&self, end_user: Uuid) -> bool {
        self.change(|bank| bank.tables.address_is_proved(end_user))
    }

    /// A KYC application comes to that status, as by the person and those who check; says whether there is one.
    pub(crate) fn end_kyc(&self, application: Uuid, status: KycStatus) -> bool {
        let now = self.shared.clock.now();
        self.shared.change_and_tell(|bank| {
            let known = bank.tables.kycs.get(application).is_some();
            let told = bank.tables.move_kyc(application, status, &Map::new(), now);
            (known, told.map(|(event, about)| Event::about(&event, &about, now)))
        })
    }

    /// Sends a webhook by hand, in the sandbox's own shape, to the addresses given at start; gives its svix-id, and none where
    /// no address was given.
    pub fn send_webhook(&self, event: &str, data: &Value) -> Option<String> {
        self.send_event(&Event::about(event, data, self.shared.clock.now()))
    }

    /// The same with the whole payload as it is given: for who knows what LinkCy's look like.
    pub fn send_webhook_payload(&self, event: &str, payload: &Value) -> Option<String> {
        self.send_event(&Event::with_payload(event, payload))
    }

    fn send_event(&self, event: &Event) -> Option<String> {
        let (now, addresses) = (self.shared.clock.now(), &self.shared.settings.webhooks);
        if addresses.is_empty() {
            return None;
        }
        let (message, told) = self.change(|bank| {
            let message = bank.seed.uuid();
            (message, bank.tables.deliveries.tell(message, event, now, addresses))
        });
        self.shared.deliver(told);
        Some(svix_id(message))
    }

    /// Sends a webhook once more, now, to each of its addresses, whatever became of it; says whether there is one. The id is its
    /// svix-id.
    pub fn resend_webhook(&self, id: &str) -> bool {
        let Some(message) = message_of(id) else {
            return false;
        };
        let bank = self.shared.bank();
        let ids: Vec<Uuid> = bank.tables.deliveries.of_message(message).map(|one| one.id).collect();
        // The receiver is gone only when the sandbox stops.
        ids.iter().for_each(|id| _ = self.shared.queue.send(Send::Once(*id)));
        !ids.is_empty()
    }

    /// A merchant refunds a card clearing: that amount, or all that is left of it. Gives the refund's id.
    pub(crate) fn refund(&self, clearing: Uuid, amount: Option<Amount>) -> Result<Uuid, NoRefund> {
        let now = self.shared.clock.now();
        self.shared.change_and_tell(|bank| match bank.refund(clearing, amount, now) {
            Ok((id, event)) => (Ok(id), Some(event)),
            Err(why) => (Err(why), None),
        })
    }

    /// The card's PIN is locked, as after too many wrong ones.
    pub fn lock_pin(&self, card: Uuid) -> bool {
        self.change(|bank| bank.tables.cards.change(card, |card| card.pin_locked = true))
    }

    /// LinkCy changes what an end-user may do; says whether there is one. A KYC or KYB that changes sets it anew.
    pub fn set_linkcy(&self, end_user: Uuid, linkcy: Linkcy) -> bool {
        self.change(|bank| bank.tables.set_linkcy(end_user, linkcy))
    }

    /// The bank behind LinkCy changes its mind about an end-user; says whether there is one. A KYC or KYB that changes
    /// sets it anew.
    pub fn set_banking(&self, end_user: Uuid, banking: Banking) -> bool {
        self.change(|bank| bank.tables.set_banking(end_user, banking))
    }

    /// New terms and conditions are in force: nobody has accepted them yet.
    pub fn publish_terms(&self, version: &str) {
        self.change(|bank| bank.tables.partner.change_all(|partner| partner.terms = version.to_owned()));
    }

    /// Injects a fault; it strikes the requests it fits from now on.
    pub fn inject(&self, fault: Fault) -> Injected {
        self.shared.faults.inject(fault)
    }

    /// Takes every fault away and lets go of every request that is held.
    pub fn clear_faults(&self) {
        self.shared.faults.clear();
    }

    /// What arrived so far, in order of arrival, the last 200,000 at most; requests to the control interface left out.
    pub fn journal(&self) -> Vec<Entry> {
        self.shared.journal.entries()
    }

    /// What arrived so far where the files are: it is another origin, and no bearer has business there.
    pub fn file_requests(&self) -> Vec<Entry> {
        self.shared.files_journal.entries()
    }

    /// Forgets what arrived so far.
    pub fn clear_journal(&self) {
        self.shared.journal.clear();
        self.shared.files_journal.clear();
    }

    /// How many connections were accepted.
    pub fn connections(&self) -> usize {
        self.shared.journal.connections()
    }

    /// The people and ledgers as seed data for another sandbox; passwords, cards and history are left out.
    pub fn export(&self) -> SeedData {
        self.shared.bank().export()
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

    /// Forgets everything but the partner and its credentials; webhooks, faults and journal too.
    pub fn reset(&self) {
        self.change(Bank::reset);
        self.clear_faults();
        self.clear_journal();
    }

    fn change<T>(&self, change: impl FnOnce(&mut Bank) -> T) -> T {
        self.shared.change(change)
    }
}
