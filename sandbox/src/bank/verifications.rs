//! Proof that a person has a phone or an e-mail address. The sandbox sends nothing; the phone's code is 123456.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::consumers::Email;
use super::desk::Desk;
use super::end_users::Phone;
use super::kyc::KycState;
use super::operations::{Modelled, role};
use super::related::{Entity, Related};
use super::{Row, Tables};
use crate::server::{Answer, Refusal, refuse};

pub(super) const OPERATIONS: &[Modelled] = &[
    role("POST", "/api/partner/verifications/phone/send", "PHONE_VERIFICATION_SEND", send_phone),
    role("POST", "/api/partner/verifications/phone/verify", "PHONE_VERIFICATION_VERIFY", verify_phone),
    role("POST", "/api/partner/verifications/email/send", "EMAIL_VERIFICATION_CREATE", send_email),
    role("POST", "/api/partner/verifications/address", "ADDRESS_VERIFY", verify_address),
    role("POST", "/api/partner/sms", "SMS_SEND", send_sms),
];

/// The code that proves a phone in the sandbox, by the description.
const CODE: &str = "123456";
/// How long a code is good, by the description.
const CODE_LIFE: SignedDuration = SignedDuration::from_mins(10);
/// How many codes may be tried, by the description.
const ATTEMPTS: u32 = 5;
/// How long the link in a mail is good, by an older copy of the reference.
const EMAIL_LIFE: SignedDuration = SignedDuration::from_hours(48);
/// How long the link for a proof of address is good. The sandbox's own choice.
const ADDRESS_LIFE: SignedDuration = SignedDuration::from_hours(48);

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
            Person::Related(id) => Some(self.person(id)?.corporate),
        }
    }

    pub(super) fn person_phone(&self, person: Person) -> Option<&Phone> {
        match person {
            Person::Consumer(id) => Some(&self.consumers.get(id)?.phone),
            Person::Related(id) => self.person(id)?.phone.as_ref(),
        }
    }

    pub(super) fn person_kyc(&self, person: Person) -> Option<&KycState> {
        match person {
            Person::Consumer(id) => Some(&self.consumers.get(id)?.kyc),
            Person::Related(id) => Some(&self.person(id)?.kyc),
        }
    }

    fn phone_is_verified(&mut self, person: Person, now: Timestamp) {
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

    fn person_email(&self, person: Person) -> Option<&Email> {
        match person {
            Person::Consumer(id) => self.consumers.get(id)?.email.as_ref(),
            Person::Related(id) => self.person(id)?.email.as_ref(),
        }
    }

    /// Somebody related to a corporate, if it is a person.
    fn person(&self, id: Uuid) -> Option<&Related> {
        self.related.get(id).filter(|one| matches!(one.entity, Entity::Person { .. }))
    }

    /// A person's e-mail address is proved: the link in the mail was followed.
    pub(crate) fn email_is_verified(&mut self, id: Uuid, now: Timestamp) {
        let verify = |email: &mut Option<Email>| {
            if let Some(email) = email {
                email.verified = Some(now);
            }
        };
        self.consumers.change(id, |consumer| verify(&mut consumer.email));
        self.related.change(id, |one| verify(&mut one.email));
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
    if desk.tables.person_phone(person).is_some_and(|phone| phone.verified.is_some()) {
        return refuse("PHONE_ALREADY_VERIFIED");
    }
    let sent = desk.tables.verifications.get(person.id());
    if sent.is_some_and(|sent| desk.now < sent.expires && sent.attempts < ATTEMPTS) {
        return refuse("PHONE_CODE_STILL_ACTIVE");
    }
    let expires = desk.after(CODE_LIFE);
    desk.tables.verifications.put(Verification { id: person.id(), expires, attempts: 0 });
    Ok(Answer::json(json!({ "ttl": CODE_LIFE.to_string() })))
}

fn verify_phone(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let person = desk.person_in_body()?;
    if desk.tables.person_phone(person).is_some_and(|phone| phone.verified.is_some()) {
        return refuse("PHONE_ALREADY_VERIFIED");
    }
    let now = desk.now;
    let sent = desk.tables.verifications.get(person.id());
    if sent.is_none_or(|sent| now >= sent.expires || sent.attempts >= ATTEMPTS) {
        return refuse("PHONE_CODE_HAS_EXPIRED");
    }
    if desk.text("code") != Some(CODE) {
        desk.tables.verifications.change(person.id(), |sent| sent.attempts += 1);
        desk.keep_despite_refusal = true;
        return refuse("INVALID_PHONE_CODE");
    }
    desk.tables.verifications.remove(person.id());
    desk.tables.phone_is_verified(person, now);
    Ok(Answer::empty())
}

fn send_email(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    // Here, and only here, an unknown person is documented as 404; the description says so for us.
    let person = desk.person_in_body()?;
    match desk.tables.person_email(person) {
        None => refuse("EMAIL_MUST_NOT_BE_NULL"),
        Some(email) if email.verified.is_some() => refuse("EMAIL_ALREADY_VERIFIED"),
        Some(_) => Ok(Answer::json(json!({ "ttl": EMAIL_LIFE.to_string() }))),
    }
}

fn verify_address(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    match desk.text("type") {
        // Needs a setting of the partner that no operation makes.
        Some("DELEGATED") => return refuse("OPERATION_NOT_ALLOWED"),
        Some("UPLOADED_DOCUMENT") => {
            let document = desk.id("documentId").and_then(|id| desk.tables.documents.get(id));
            let document =
                document.filter(|one| desk.may_see(one.end_user)).ok_or(Refusal::code("DOCUMENT_NOT_FOUND"))?;
            if document.kind != "PROOF_OF_ADDRESS" {
                return refuse("INVALID_DOCUMENT_TYPE");
            }
        }
        _ => {}
    }
    let page = desk.browser_page("Proof of address");
    Ok(Answer::json(json!({ "url": page["url"], "ttl": ADDRESS_LIFE.to_string() })))
}

fn send_sms(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    desk.person_in_body()?;
    Ok(Answer::empty())
}
