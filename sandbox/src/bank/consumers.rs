//! Consumers: people who bank.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Row;
use super::desk::{Desk, compact, merged, pick, word};
use super::end_users::{Phone, Standing, address_in};
use super::kyc::{KycState, KycStatus};
use super::operations::{Modelled, partner_only, role};
use crate::auth::password::Password;
use crate::server::{Answer, Refusal, refuse, wrong_field};

pub(super) const OPERATIONS: &[Modelled] = &[
    role("POST", "/api/partner/consumers", "CONSUMER_CREATE", create),
    role("GET", "/api/partner/consumers", "CONSUMER_LIST", list),
    role("GET", "/api/partner/consumers/{consumerId}", "CONSUMER_INFO", read),
    role("PATCH", "/api/partner/consumers/{consumerId}", "CONSUMER_UPDATE", update),
    partner_only("DELETE", "/api/partner/consumers/{consumerId}", delete),
];

/// A consumer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Consumer {
    pub(crate) id: Uuid,
    pub(crate) phone: Phone,
    pub(super) email: Option<Email>,
    pub(super) kyc: KycState,
    pub(super) standing: Standing,
    pub(crate) password: Option<Password>,
    /// A login answers with the secret for a new password instead of tokens.
    pub(crate) must_change_password: bool,
    /// What was told about the consumer and is only told back.
    pub(super) given: Map<String, Value>,
    created: Timestamp,
    pub(super) updated: Timestamp,
}

/// An e-mail address, and whether its owner proved to have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Email {
    pub(super) address: String,
    pub(super) verified: Option<Timestamp>,
}

impl Email {
    /// The address in a body; one with an @ between two words.
    pub(super) fn in_body(body: &Value, field: &str) -> Result<Option<Self>, Refusal> {
        let Some(address) = body.get(field).and_then(Value::as_str) else {
            return Ok(None);
        };
        match address.split_once('@') {
            Some((user, host)) if !user.is_empty() && !host.is_empty() && !address.contains(char::is_whitespace) => {
                Ok(Some(Self { address: address.to_owned(), verified: None }))
            }
            _ => wrong_field(field, address, "must be an e-mail address"),
        }
    }

    pub(super) fn view(email: Option<&Self>) -> Value {
        json!({
            "address": email.map(|email| &email.address),
            "verified": email.is_some_and(|email| email.verified.is_some()),
            "verificationDate": email.and_then(|email| email.verified),
        })
    }
}

impl Row for Consumer {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl Consumer {
    /// First and last name, or the phone of one who has told neither.
    pub(super) fn name(&self) -> String {
        let names: Vec<&str> =
            ["firstName", "lastName"].iter().filter_map(|field| self.given.get(*field)?.as_str()).collect();
        if names.is_empty() { self.phone.digits() } else { names.join(" ") }
    }

    fn status(&self) -> Value {
        let verified = self.kyc.status == KycStatus::Validated;
        let mut status = self.standing.view(verified);
        status["kyc"] = json!({ "value": self.kyc.status, "reason": self.kyc.reason });
        status
    }
}

const TOLD: &[&str] = &[
    "firstName",
    "middleName",
    "lastName",
    "externalId",
    "sourceOfFunds",
    "otherSourceOfFunds",
    "occupation",
    "otherOccupation",
    "taxIdentificationNumber",
    "taxCountry",
    "accountPurposes",
    "expectedMonthlyExpenses",
];

/// What an end-user is told about in metadata, under the names of the answer.
pub(super) fn metadata(body: &Value, given: &mut Map<String, Value>) {
    for (sent, kept) in
        [("metadata", "partnerMetadata"), ("partnerMetadata", "partnerMetadata"), ("userMetadata", "userMetadata")]
    {
        if let Some(value) = body.get(sent).filter(|value| value.is_object()) {
            given.insert(kept.into(), value.clone());
        }
    }
}

/// Rules on fields that a schema can't say.
fn check(desk: &Desk<'_>) -> Result<(), Refusal> {
    if desk.text("occupation") == Some("OTHER") && desk.text("otherOccupation").is_none() {
        return refuse("OTHER_OCCUPATION_MUST_HAVE_A_DESCRIPTION");
    }
    if desk.text("sourceOfFunds") == Some("OTHER") && desk.text("otherSourceOfFunds").is_none() {
        return refuse("OTHER_SOURCE_OF_FUNDS_MUST_HAVE_A_DESCRIPTION");
    }
    if desk.text("taxIdentificationNumber").is_some() && desk.text("taxCountry").is_none() {
        return refuse("TAX_IDENTIFICATION_NUMBER_MUST_HAVE_A_COUNTRY");
    }
    desk.terms_sent_are_in_force()
}

impl Desk<'_> {
    /// Terms may be accepted in their version in force only.
    pub(super) fn terms_sent_are_in_force(&self) -> Result<(), Refusal> {
        match self.text("lastTermsAccepted") {
            Some(version) if version != self.tables.the_partner()?.terms => refuse("INVALID_TERMS_VERSION"),
            _ => Ok(()),
        }
    }

    /// An anonymous caller says which partner it comes from.
    pub(super) fn partner_is_named(&self) -> Result<(), Refusal> {
        if self.caller.is_partner() || self.caller.end_user().is_some() {
            return Ok(());
        }
        match self.text("partnerName") {
            Some(name) if name == self.tables.the_partner()?.name => Ok(()),
            Some(name) => wrong_field("partnerName", name, "is no partner of this sandbox"),
            None => refuse("PARTNER_NAME_REQUIRED"),
        }
    }

    /// The consumer in the path, if the caller may see it.
    fn consumer(&self) -> Result<&Consumer, Refusal> {
        let id = self.path_id("CONSUMER_NOT_FOUND")?;
        let found = self.tables.consumers.get(id).filter(|consumer| self.may_see(consumer.id));
        found.ok_or(Refusal::code("CONSUMER_NOT_FOUND"))
    }
}

fn create(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    desk.partner_is_named()?;
    check(desk)?;
    let body = &desk.call.body;
    let Some(phone) = Phone::in_body(body, "phone") else {
        return wrong_field("phone", "", "must not be null");
    };
    let digits = phone.digits();
    if desk.tables.consumers.iter().any(|consumer| consumer.phone.has(&digits)) {
        return refuse("PHONE_ALREADY_TAKEN");
    }
    let mut given = pick(body, TOLD);
    metadata(body, &mut given);
    if let Some(address) = address_in(body, "address") {
        given.insert("address".into(), address);
    }
    let email = Email::in_body(body, "emailAddress")?;
    let (id, now) = (desk.seed.uuid(), desk.now);
    desk.tables.consumers.put(Consumer {
        id,
        phone,
        email,
        kyc: KycState::default(),
        standing: Standing::new(desk.text("lastTermsAccepted")),
        password: None,
        must_change_password: false,
        given,
        created: now,
        updated: now,
    });
    desk.tell("CONSUMER_CREATED", json!({ "consumerId": id }));
    Ok(Answer::json(json!({ "id": id })))
}

fn list(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let told = |consumer: &Consumer, field: &str| consumer.given.get(field).and_then(Value::as_str).map(str::to_owned);
    Ok(desk.page(
        &desk.tables.consumers,
        |consumer| {
            desk.wanted_text("lastName", told(consumer, "lastName").as_deref())
                && desk.wanted_text("phone", Some(&consumer.phone.digits()))
                && desk.wanted_text("emailAddress", consumer.email.as_ref().map(|email| email.address.as_str()))
                && desk.wanted("kycStatus", &word(&consumer.kyc.status))
                && consumer.standing.wanted(desk, consumer.kyc.status == KycStatus::Validated)
        },
        |consumer, attribute| match attribute {
            "LAST_NAME" => told(consumer, "lastName"),
            "UPDATE_DATE" => Some(consumer.updated.to_string()),
            _ => None,
        },
        |consumer| {
            json!({
                "id": consumer.id,
                "phone": consumer.phone.view(),
                "firstName": told(consumer, "firstName"),
                "lastName": told(consumer, "lastName"),
                "emailAddress": consumer.email.as_ref().map(|email| &email.address),
                "status": consumer.status(),
                "updateDate": consumer.updated,
                "creationDate": consumer.created,
            })
        },
    ))
}

fn read(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let consumer = desk.consumer()?;
    let terms_accepted = consumer.standing.terms.as_ref() == Some(&desk.tables.the_partner()?.terms);
    let mut answer = merged(
        json!({
            "id": consumer.id,
            "phone": consumer.phone.view(),
            "email": Email::view(consumer.email.as_ref()),
            "kycInfo": consumer.kyc.view(),
            "status": consumer.status(),
            "termsAccepted": terms_accepted,
            "creationDate": consumer.created,
            "updateDate": consumer.updated,
            "accountPurposes": consumer.given.get("accountPurposes").cloned().unwrap_or(json!([])),
        }),
        &consumer.given,
    );
    answer["strongAuthentication"] = desk.tables.strong_authentication(consumer.id);
    Ok(Answer::json(compact(answer)))
}

fn update(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let consumer = desk.consumer()?;
    let (id, now, old_phone) = (consumer.id, desk.now, consumer.phone.clone());
    check(desk)?;
    let body = &desk.call.body;
    if desk.caller.end_user().is_some() {
        if body.get("phone").is_some() {
            return refuse("INSUFFICIENT_RIGHTS_TO_UPDATE_PHONE");
        }
        if body.get("partnerMetadata").is_some() {
            return refuse("INSUFFICIENT_RIGHTS_TO_UPDATE_PARTNER_METADATA");
        }
    }
    // A phone or an e-mail address that stays the same stays verified.
    let phone = Phone::in_body(body, "phone").filter(|phone| phone.digits() != old_phone.digits());
    if let Some(phone) = &phone
        && desk.tables.consumers.iter().any(|other| other.phone.has(&phone.digits()))
    {
        return wrong_field("phone", phone.digits(), "is already taken");
    }
    let email = Email::in_body(body, "emailAddress")?;
    let mut given = pick(body, TOLD);
    metadata(body, &mut given);
    if let Some(address) = address_in(body, "address") {
        given.insert("address".into(), address);
    }
    let terms = desk.text("lastTermsAccepted").map(str::to_owned);
    desk.tables.consumers.change(id, |consumer| {
        consumer.given.extend(given);
        if let Some(phone) = phone {
            consumer.phone = phone;
        }
        if let Some(email) = email
            && consumer.email.as_ref().is_none_or(|old| old.address != email.address)
        {
            consumer.email = Some(email);
        }
        if terms.is_some() {
            consumer.standing.terms = terms;
        }
        consumer.updated = now;
    });
    desk.tell("CONSUMER_UPDATED", json!({ "consumerId": id }));
    Ok(Answer::json(json!({ "id": id, "updateDate": now })))
}

fn delete(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let id = desk.consumer()?.id;
    desk.remove_belongings(id);
    desk.tables.consumers.remove(id);
    Ok(Answer::empty())
}
