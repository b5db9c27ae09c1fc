//! Consumers: people who bank.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::api::bodies::{address_in, metadata, phone_in};
use crate::api::context::Context;
use crate::api::list::{Order, StandingFilter};
use crate::api::route::{Route, partner_only, role};
use crate::http::answer::Answer;
use crate::http::refusal::{Refusal, refuse, wrong_field};
use crate::json::{compact, merged, pick};
use crate::state::consumer::Consumer;
use crate::state::end_user::{Email, Standing};
use crate::state::index::Key;
use crate::state::kyc::{KycState, KycStatus};

pub(crate) const OPERATIONS: &[Route] = &[
    role("POST", "/api/partner/consumers", "CONSUMER_CREATE", create),
    role("GET", "/api/partner/consumers", "CONSUMER_LIST", list),
    role("GET", "/api/partner/consumers/{consumerId}", "CONSUMER_INFO", read),
    role("PATCH", "/api/partner/consumers/{consumerId}", "CONSUMER_UPDATE", update),
    partner_only("DELETE", "/api/partner/consumers/{consumerId}", delete),
];

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

/// Rules on fields that a schema can't say.
fn check(context: &Context<'_>) -> Result<(), Refusal> {
    if context.text("occupation") == Some("OTHER") && context.text("otherOccupation").is_none() {
        return refuse("OTHER_OCCUPATION_MUST_HAVE_A_DESCRIPTION");
    }
    if context.text("sourceOfFunds") == Some("OTHER") && context.text("otherSourceOfFunds").is_none() {
        return refuse("OTHER_SOURCE_OF_FUNDS_MUST_HAVE_A_DESCRIPTION");
    }
    if context.text("taxIdentificationNumber").is_some() && context.text("taxCountry").is_none() {
        return refuse("TAX_IDENTIFICATION_NUMBER_MUST_HAVE_A_COUNTRY");
    }
    context.terms_sent_are_in_force()
}

/// An externalId is the partner's unique key, by the description's words, which name no code for a second one.
fn external_id_is_free(context: &Context<'_>, but: Option<Uuid>) -> Result<(), Refusal> {
    let Some(sent) = context.text("externalId") else {
        return Ok(());
    };
    if context.tables.consumers.with(Key::ExternalId(sent.to_owned())).any(|one| Some(one.id) != but) {
        return wrong_field("externalId", sent, "is already taken by another consumer");
    }
    Ok(())
}

fn create(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    context.partner_is_named()?;
    check(context)?;
    let body = &context.call.body;
    let Some(phone) = phone_in(body, "phone")? else {
        return wrong_field("phone", "", "must not be null");
    };
    let digits = phone.digits();
    if context.tables.consumers.with(Key::Phone(digits)).next().is_some() {
        return refuse("PHONE_ALREADY_TAKEN");
    }
    external_id_is_free(context, None)?;
    let mut given = pick(body, TOLD);
    metadata(body, &mut given);
    if let Some(address) = address_in(body, "address") {
        given.insert("address".into(), address);
    }
    let email = Email::in_body(body, "emailAddress")?;
    let (id, now) = (context.seed.uuid(), context.now);
    context.tables.consumers.put(Consumer {
        id,
        phone,
        email,
        kyc: KycState::default(),
        standing: Standing::new(context.text("lastTermsAccepted")),
        password: None,
        must_change_password: false,
        given,
        created: now,
        updated: now,
    });
    context.tell("CONSUMER_CREATED", json!({ "consumerId": id }));
    Ok(Answer::json(json!({ "id": id })))
}

fn list(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    fn told<'c>(consumer: &'c Consumer, field: &str) -> Option<&'c str> {
        consumer.given.get(field).and_then(Value::as_str)
    }
    let [last_name, phone, email] = ["lastName", "phone", "emailAddress"].map(|name| context.text_filter(name));
    let (kyc, standing) = (context.filter::<KycStatus>("kycStatus"), StandingFilter::read(context));
    let attribute = context.sorted_by();
    let rows = &context.tables.consumers;
    let found = rows.placed().filter(|(_, one)| {
        last_name.lets(told(one, "lastName"))
            && (phone.is_open() || phone.lets(Some(&one.phone.digits())))
            && email.lets(one.email.as_ref().map(|email| email.address.as_str()))
            && kyc.lets(one.kyc.status)
            && standing.lets(&one.standing, one.kyc.status == KycStatus::Validated)
    });
    let found = found.map(|(position, one)| {
        let order = match attribute {
            "LAST_NAME" => Order::Text(told(one, "lastName")),
            _ => Order::of_dates(attribute, one.created, one.updated),
        };
        (order, position)
    });
    context.page(rows, found, |one| {
        json!({
            "id": one.id,
            "phone": one.phone.view(),
            "firstName": told(one, "firstName"),
            "lastName": told(one, "lastName"),
            "emailAddress": one.email.as_ref().map(|email| &email.address),
            "status": one.status(),
            "updateDate": one.updated,
            "creationDate": one.created,
        })
    })
}

fn read(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let consumer = context.consumer()?;
    let terms_accepted = consumer.standing.terms.as_ref() == Some(&context.tables.the_partner()?.terms);
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
    answer["strongAuthentication"] = context.tables.strong_authentication(consumer.id);
    Ok(Answer::json(compact(answer)))
}

fn update(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let consumer = context.consumer()?;
    let (id, now, old_phone) = (consumer.id, context.now, consumer.phone.clone());
    check(context)?;
    let body = &context.call.body;
    if context.caller.end_user().is_some() {
        if body.get("phone").is_some() {
            return refuse("INSUFFICIENT_RIGHTS_TO_UPDATE_PHONE");
        }
        if body.get("partnerMetadata").is_some() {
            return refuse("INSUFFICIENT_RIGHTS_TO_UPDATE_PARTNER_METADATA");
        }
    }
    // A phone or an e-mail address that stays the same stays verified.
    let phone = phone_in(body, "phone")?.filter(|phone| phone.digits() != old_phone.digits());
    if let Some(phone) = &phone
        && context.tables.consumers.with(Key::Phone(phone.digits())).next().is_some()
    {
        return wrong_field("phone", phone.digits(), "is already taken");
    }
    external_id_is_free(context, Some(id))?;
    let email = Email::in_body(body, "emailAddress")?;
    let mut given = pick(body, TOLD);
    metadata(body, &mut given);
    if let Some(address) = address_in(body, "address") {
        given.insert("address".into(), address);
    }
    let terms = context.text("lastTermsAccepted").map(str::to_owned);
    context.tables.consumers.change(id, |consumer| {
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
    context.tell("CONSUMER_UPDATED", json!({ "consumerId": id }));
    Ok(Answer::json(json!({ "id": id, "updateDate": now })))
}

fn delete(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let id = context.consumer()?.id;
    context.remove_belongings(id);
    context.tables.consumers.remove(id);
    Ok(Answer::empty())
}
