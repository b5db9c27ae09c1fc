//! What the rows say together: who owns what, which ledger holds the money, who is a beneficial owner.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::state::card::{Card, CardStatus, StatusReason};
use crate::state::card_rule::CardRule;
use crate::state::corporate::KybStatus;
use crate::state::device::Device;
use crate::state::end_user::{Banking, Email, Linkcy, Operator, Phone, Standing};
use crate::state::index::Key;
use crate::state::kyc::{KycState, KycStatus, Person};
use crate::state::ledger::{Ledger, LedgerStatus};
use crate::state::related::{Entity, Related};
use crate::state::share::Share;
use crate::state::tables::Tables;
use crate::state::transaction::Party;

impl Tables {
    /// Adds the rule that allows nothing to the cards of who is suspended.
    pub(crate) fn stop_cards(&mut self, which: impl Fn(&Card) -> bool) {
        let stops = |card: &Card| {
            which(card) && card.status != CardStatus::Closed && !card.rules.contains(&CardRule::nothing())
        };
        self.cards.change_where(stops, |card| card.rules.push(CardRule::nothing()));
    }

    /// Takes that rule from every card neither whose ledger nor whose end-user is suspended.
    pub(crate) fn let_cards_go(&mut self) {
        let stopped = |card: &Card| {
            self.ledgers.get(card.ledger).is_some_and(|ledger| ledger.status() == LedgerStatus::Suspended)
                || self.end_user(card.end_user).is_some_and(|owner| !owner.standing.suspensions.is_empty())
        };
        let held = |card: &&Card| card.rules.contains(&CardRule::nothing()) && !stopped(card);
        let free: Vec<Uuid> = self.cards.iter().filter(held).map(|card| card.id).collect();
        for id in free {
            self.cards.change(id, |card| card.rules.retain(|rule| *rule != CardRule::nothing()));
        }
    }
}

impl Tables {
    /// The cards of a closed ledger close with it; gives those that do.
    pub(crate) fn close_cards_of(&mut self, ledger: Uuid, now: Timestamp) -> Vec<Uuid> {
        let why = StatusReason { operator: Operator::Linkcy, reason: Some("LEDGER_CLOSED".into()), other_reason: None };
        let open = |card: &Card| card.ledger == ledger && card.status != CardStatus::Closed;
        let mut closed = Vec::new();
        self.cards.change_where(open, |card| {
            card.status = CardStatus::Closed;
            card.why = Some(why.clone());
            card.updated = now;
            closed.push(card.id);
        });
        closed
    }
}

impl Tables {
    /// The account owner of a corporate.
    pub(crate) fn account_owner(&self, corporate: Uuid) -> Option<&Related> {
        self.related.with(Key::EndUser(corporate)).find(|one| one.is_account_owner)
    }
}

impl Tables {
    /// Declaring somebody is the beginning of a KYB.
    pub(crate) fn kyb_has_begun(&mut self, id: Uuid) {
        self.corporates.change(id, |corporate| {
            if corporate.kyb == KybStatus::NotStarted {
                corporate.kyb = KybStatus::Completing;
            }
        });
    }
}

/// An end-user of either kind, as far as banking cares.
#[derive(Debug, Clone)]
pub(crate) struct EndUser<'t> {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) standing: &'t Standing,
    /// Whether KYC or KYB is validated, and the code that says it isn't.
    pub(crate) verified: Result<(), &'static str>,
    pub(crate) is_consumer: bool,
}

impl Tables {
    /// The consumer or corporate of that id.
    pub(crate) fn end_user(&self, id: Uuid) -> Option<EndUser<'_>> {
        if let Some(consumer) = self.consumers.get(id) {
            let verified = match consumer.kyc.status {
                KycStatus::Validated => Ok(()),
                _ => Err("CONSUMER_KYC_MUST_BE_VALIDATED"),
            };
            let (name, standing) = (consumer.name(), &consumer.standing);
            return Some(EndUser { id, name, standing, verified, is_consumer: true });
        }
        let corporate = self.corporates.get(id)?;
        let verified = match corporate.kyb {
            KybStatus::Validated => Ok(()),
            _ => Err("CORPORATE_KYB_MUST_BE_VALIDATED"),
        };
        let (name, standing) = (corporate.registered_name.clone(), &corporate.standing);
        Some(EndUser { id, name, standing, verified, is_consumer: false })
    }
}

impl Tables {
    pub(crate) fn set_person_kyc(&mut self, person: Person, state: KycState) {
        match person {
            Person::Consumer(id) => {
                self.consumers.change(id, |consumer| consumer.kyc = state);
            }
            Person::Related(id) => {
                self.related.change(id, |one| one.kyc = state);
            }
        }
    }
}

impl Tables {
    /// The ledger that holds the money of that ledger: its parent's for a virtual one.
    pub(crate) fn purse(&self, ledger: &Ledger) -> Option<&Ledger> {
        match ledger.parent {
            Some(parent) => self.ledgers.get(parent),
            None => self.ledgers.get(ledger.id),
        }
    }
}

/// Who holds this much of a corporate is a beneficial owner, by the description.
pub(crate) const UBO_SHARE: f64 = 25.0;

impl Tables {
    /// Whether a person is a beneficial owner: by shares, or declared a special one.
    pub(crate) fn is_ubo(&self, one: &Related) -> bool {
        let special = matches!(one.entity, Entity::Person { is_special_ubo: true, .. });
        special || self.total_share(one.id) >= UBO_SHARE
    }

    /// Removes somebody related, with the shares held by and in it.
    pub(crate) fn remove_related(&mut self, id: Uuid) {
        let shares = self.shares.iter().filter(|share| share.related == id || share.owned == Some(id));
        let shares: Vec<Uuid> = shares.map(|share| share.id).collect();
        shares.into_iter().for_each(|share| self.shares.remove(share));
        self.related.remove(id);
    }
}

impl Tables {
    /// The device an end-user shows: the newest.
    pub(crate) fn strong_authentication(&self, end_user: Uuid) -> Value {
        let newest = self.devices.with(Key::EndUser(end_user)).next_back();
        newest.map_or(Value::Null, Device::view)
    }

    pub(crate) fn remove_devices(&mut self, end_user: Uuid, which: impl Fn(&Device) -> bool) {
        let own = self.devices.with(Key::EndUser(end_user)).filter(|device| which(device));
        let ids: Vec<Uuid> = own.map(|device| device.id).collect();
        ids.into_iter().for_each(|id| self.devices.remove(id));
    }
}

/// Deeper than any ownership; stops a cycle.
pub(crate) const DEEPEST: i64 = 16;

impl Tables {
    /// What somebody holds of the corporate in the end, over every layer.
    pub(crate) fn total_share(&self, related: Uuid) -> f64 {
        self.total_share_at(related, 0)
    }

    pub(crate) fn total_share_at(&self, related: Uuid, depth: i64) -> f64 {
        if depth > DEEPEST {
            return 0.0;
        }
        let own = self.shares.iter().filter(|share| share.related == related);
        own.map(|share| match share.owned {
            None => share.percentage,
            Some(owned) => share.percentage * self.total_share_at(owned, depth + 1) / 100.0,
        })
        .sum()
    }

    /// What one share comes to in the end.
    pub(crate) fn final_share(&self, share: &Share) -> f64 {
        match share.owned {
            None => share.percentage,
            Some(owned) => share.percentage * self.total_share(owned) / 100.0,
        }
    }

    /// How far a holder is from the corporate: 1 for who holds it directly, 0 for who holds nothing.
    pub(crate) fn layer(&self, related: Uuid) -> i64 {
        let own = self.shares.iter().filter(|share| share.related == related);
        own.map(|share| self.layer_of_share(share)).min().unwrap_or(0)
    }

    /// How far a share is from the corporate.
    pub(crate) fn layer_of_share(&self, share: &Share) -> i64 {
        let mut layer = 1;
        let mut owned = share.owned;
        while let Some(company) = owned.filter(|_| layer < DEEPEST) {
            layer += 1;
            owned = self.shares.iter().find(|share| share.related == company).and_then(|share| share.owned);
        }
        layer
    }

    /// Whether `company` is owned by `holder`, over any number of layers.
    pub(crate) fn is_owned_by(&self, company: Uuid, holder: Uuid, depth: i64) -> bool {
        company == holder
            || depth < DEEPEST
                && self
                    .shares
                    .iter()
                    .filter(|share| share.owned == Some(company))
                    .any(|share| self.is_owned_by(share.related, holder, depth + 1))
    }

    pub(crate) fn related_short(&self, id: Uuid) -> Value {
        match self.related.get(id).map(|one| &one.entity) {
            Some(Entity::Person { first_name, last_name, .. }) => {
                json!({ "id": id, "firstName": first_name, "lastName": last_name })
            }
            Some(Entity::Company { registered_name, .. }) => json!({ "id": id, "registeredName": registered_name }),
            None => Value::Null,
        }
    }
}

impl Tables {
    /// Changes where an end-user of either kind stands; says whether there is one.
    pub(crate) fn change_standing(&mut self, id: Uuid, change: impl FnOnce(&mut Standing)) -> bool {
        if self.consumers.get(id).is_some() {
            self.consumers.change(id, |consumer| change(&mut consumer.standing))
        } else {
            self.corporates.change(id, |corporate| change(&mut corporate.standing))
        }
    }

    /// LinkCy changes what an end-user may do.
    pub(crate) fn set_linkcy(&mut self, id: Uuid, linkcy: Linkcy) -> bool {
        self.change_standing(id, |standing| standing.linkcy = linkcy)
    }

    /// The bank behind LinkCy changes its mind about an end-user.
    pub(crate) fn set_banking(&mut self, id: Uuid, banking: Banking) -> bool {
        self.change_standing(id, |standing| standing.banking = banking)
    }
}

impl Tables {
    /// One end of a transaction, for a ledger of this bank.
    pub(crate) fn party(&self, ledger: &Ledger) -> Party {
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

impl Tables {
    /// The end-user a person belongs to.
    pub(crate) fn person_owner(&self, person: Person) -> Option<Uuid> {
        match person {
            Person::Consumer(id) => Some(self.consumers.get(id)?.id),
            Person::Related(id) => Some(self.person(id)?.corporate),
        }
    }

    pub(crate) fn person_phone(&self, person: Person) -> Option<&Phone> {
        match person {
            Person::Consumer(id) => Some(&self.consumers.get(id)?.phone),
            Person::Related(id) => self.person(id)?.phone.as_ref(),
        }
    }

    /// Moves a KYC application on, and lets the person and its owner follow; gives what the webhooks are to tell.
    pub(crate) fn move_kyc(
        &mut self,
        application: Uuid,
        status: KycStatus,
        given: &serde_json::Map<String, Value>,
        now: Timestamp,
    ) -> Option<(String, Value)> {
        let person = self.kycs.get(application)?.person;
        self.kycs.change(application, |kyc| {
            kyc.status = status;
            kyc.updated = now;
            kyc.given.extend(given.clone());
        });
        let state = KycState { status, application: Some(application), reason: None, updated: Some(now) };
        self.set_person_kyc(person, state);
        let Person::Consumer(consumer) = person else {
            return None;
        };
        self.consumers.change(consumer, |consumer| {
            if status == KycStatus::Validated {
                for (field, value) in given {
                    consumer.given.entry(field.clone()).or_insert_with(|| value.clone());
                }
                consumer.given.remove("emailAddress");
            }
            consumer.standing.follow(status == KycStatus::Validated);
        });
        // The guide lists CONSUMER_KYC_UPDATED as being for neither CREATED nor VALIDATED: the latter has its own.
        let event = match status {
            KycStatus::Created | KycStatus::NotStarted => return None,
            KycStatus::Validated => "CONSUMER_KYC_VALIDATED",
            _ => "CONSUMER_KYC_UPDATED",
        };
        let about = json!({ "consumerId": consumer, "kycApplicationId": application, "kycStatus": status });
        Some((event.to_owned(), about))
    }

    /// A person's first and last name, as far as they are known.
    pub(crate) fn person_names(&self, person: Person) -> [Option<&str>; 2] {
        match person {
            Person::Consumer(id) => {
                let given = self.consumers.get(id).map(|consumer| &consumer.given);
                ["firstName", "lastName"].map(|field| given?.get(field)?.as_str())
            }
            Person::Related(id) => match self.related.get(id).map(|one| &one.entity) {
                Some(Entity::Person { first_name, last_name, .. }) => [Some(first_name), Some(last_name)],
                _ => [None, None],
            },
        }
    }

    /// The proof of an end-user's address has come: every address of theirs is valid. Says whether there is such an end-user.
    pub(crate) fn address_is_proved(&mut self, end_user: Uuid) -> bool {
        let prove = |given: &mut serde_json::Map<String, Value>| {
            for address in ["address", "registeredAddress", "businessAddress"] {
                if let Some(Value::Object(address)) = given.get_mut(address) {
                    address.insert("status".into(), Value::from("VALID"));
                }
            }
        };
        self.related.change_where(|one| one.corporate == end_user, |one| prove(&mut one.given));
        self.consumers.change(end_user, |one| prove(&mut one.given))
            || self.corporates.change(end_user, |one| prove(&mut one.given))
    }

    pub(crate) fn person_kyc(&self, person: Person) -> Option<&KycState> {
        match person {
            Person::Consumer(id) => Some(&self.consumers.get(id)?.kyc),
            Person::Related(id) => Some(&self.person(id)?.kyc),
        }
    }

    pub(crate) fn phone_is_verified(&mut self, person: Person, now: Timestamp) {
        match person {
            Person::Consumer(id) => {
                self.consumers.change(id, |consumer| consumer.phone.verified = Some(now));
            }
            Person::Related(id) => {
                self.related.change(id, |one| {
                    if let Some(phone) = &mut one.phone {
                        phone.verified = Some(now);
                    }
                });
            }
        }
    }

    pub(crate) fn person_email(&self, person: Person) -> Option<&Email> {
        match person {
            Person::Consumer(id) => self.consumers.get(id)?.email.as_ref(),
            Person::Related(id) => self.person(id)?.email.as_ref(),
        }
    }

    /// Somebody related to a corporate, if it is a person.
    pub(crate) fn person(&self, id: Uuid) -> Option<&Related> {
        self.related.get(id).filter(|one| matches!(one.entity, Entity::Person { .. }))
    }

    /// A person's e-mail address is proved: the link in the mail was followed.
    pub(crate) fn email_is_verified(&mut self, id: Uuid, now: Timestamp) -> bool {
        let verify = |email: &mut Option<Email>| {
            if let Some(email) = email {
                email.verified = Some(now);
            }
        };
        self.consumers.change(id, |consumer| verify(&mut consumer.email))
            || self.related.change(id, |one| verify(&mut one.email))
    }
}
