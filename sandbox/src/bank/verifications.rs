//! Proof that a person has a phone or an e-mail address. The sandbox sends nothing; the phone's code is 123456.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::desk::Desk;
use super::end_users::Phone;
use super::kyc::KycState;
use super::operations::{Modelled, everyone};
use super::{Row, Tables};
use crate::server::{Answer, Refusal, refuse};

pub(super) const OPERATIONS: &[Modelled] = &[
    everyone("POST", "/api/partner/verifications/phone/send", send_phone),
    everyone(
        "POST",
        "/api/partner/verifications/phone/verify",
        verify_phone,
    ),
];

/// The code that proves a phone in the sandbox, by the description.
const CODE: &str = "123456";
/// How long a code is good, by the description.
const CODE_LIFE: SignedDuration = SignedDuration::from_mins(10);
/// How many codes may be tried, by the description.
const ATTEMPTS: u32 = 5;

/// Somebody whose identity is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Person {
    Consumer(Uuid),
    Related(Uuid),
}

impl Person {
    pub(super) fn id(self) -> Uuid {
        match self {
            Person::Consumer(id) | Person::Related(id) => id,
        }
    }

    /// The word the API has for this kind of person.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Person::Consumer(_) => "CONSUMER",
            Person::Related(_) => "CORPORATE_RELATED_PHYSICAL_PERSON",
        }
    }
}

impl Tables {
    /// The end-user a person belongs to.
    pub(super) fn person_owner(&self, person: Person) -> Option<Uuid> {
        match person {
            Person::Consumer(id) => Some(self.consumers.get(id)?.id),
            Person::Related(_) => None,
        }
    }

    pub(super) fn person_phone(&self, person: Person) -> Option<&Phone> {
        match person {
            Person::Consumer(id) => Some(&self.consumers.get(id)?.phone),
            Person::Related(_) => None,
        }
    }

    pub(super) fn person_kyc(&self, person: Person) -> Option<&KycState> {
        match person {
            Person::Consumer(id) => Some(&self.consumers.get(id)?.kyc),
            Person::Related(_) => None,
        }
    }

    fn phone_is_verified(&mut self, person: Person, now: Timestamp) {
        match person {
            Person::Consumer(id) => {
                self.consumers
                    .change(id, |consumer| consumer.phone.verified = Some(now));
            }
            Person::Related(_) => {}
        }
    }
}

impl Desk<'_> {
    /// The person a body names; a consumer who calls is meant when it names nobody.
    pub(super) fn person_in_body(&self) -> Result<Person, Refusal> {
        let person = if let Some(id) = self.id("relatedPhysicalPersonId") {
            Person::Related(id)
        } else if let Some(id) = self.id("consumerId").or(self.caller.end_user()) {
            Person::Consumer(id)
        } else {
            return refuse("PERSON_ID_REQUIRED");
        };
        match self.tables.person_owner(person) {
            Some(owner) if self.may_see(owner) => Ok(person),
            _ => refuse("PERSON_NOT_FOUND"),
        }
    }
}

/// A code that was sent to a phone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Verification {
    /// The person's id.
    id: Uuid,
    expires: Timestamp,
    attempts: u32,
}

impl Row for Verification {
    fn id(&self) -> Uuid {
        self.id
    }
}

fn send_phone(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let person = desk.person_in_body()?;
    if desk
        .tables
        .person_phone(person)
        .is_some_and(|phone| phone.verified.is_some())
    {
        return refuse("PHONE_ALREADY_VERIFIED");
    }
    let sent = desk.tables.verifications.get(person.id());
    if sent.is_some_and(|sent| desk.now < sent.expires && sent.attempts < ATTEMPTS) {
        return refuse("PHONE_CODE_STILL_ACTIVE");
    }
    let expires = desk.after(CODE_LIFE);
    desk.tables.verifications.put(Verification {
        id: person.id(),
        expires,
        attempts: 0,
    });
    Ok(Answer::json(json!({ "ttl": CODE_LIFE.to_string() })))
}

fn verify_phone(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let person = desk.person_in_body()?;
    if desk
        .tables
        .person_phone(person)
        .is_some_and(|phone| phone.verified.is_some())
    {
        return refuse("PHONE_ALREADY_VERIFIED");
    }
    let now = desk.now;
    let sent = desk.tables.verifications.get(person.id());
    if sent.is_none_or(|sent| now >= sent.expires || sent.attempts >= ATTEMPTS) {
        return refuse("PHONE_CODE_HAS_EXPIRED");
    }
    if desk.text("code") != Some(CODE) {
        desk.tables
            .verifications
            .change(person.id(), |sent| sent.attempts += 1);
        desk.keep_despite_refusal = true;
        return refuse("INVALID_PHONE_CODE");
    }
    desk.tables.verifications.remove(person.id());
    desk.tables.phone_is_verified(person, now);
    Ok(Answer::empty())
}
