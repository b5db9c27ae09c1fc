//! Proof that a person has a phone or an e-mail address. The sandbox sends nothing; the phone's code is 123456.

use jiff::SignedDuration;
use serde_json::json;

use crate::api::context::Context;
use crate::api::route::{Route, role};
use crate::http::answer::Answer;
use crate::http::refusal::{Refusal, refuse};
use crate::state::end_user::Phone;
use crate::state::message::Channel;
use crate::state::verification::Verification;

pub(crate) const OPERATIONS: &[Route] = &[
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

fn send_phone(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let person = context.person_in_body()?;
    if context.tables.person_phone(person).is_some_and(|phone| phone.verified.is_some()) {
        return refuse("PHONE_ALREADY_VERIFIED");
    }
    let sent = context.tables.verifications.get(person.id());
    if sent.is_some_and(|sent| context.now < sent.expires && sent.attempts < ATTEMPTS) {
        return refuse("PHONE_CODE_STILL_ACTIVE");
    }
    let expires = context.after(CODE_LIFE);
    context.tables.verifications.put(Verification { id: person.id(), expires, attempts: 0 });
    let to = context.tables.person_phone(person).map(Phone::digits).unwrap_or_default();
    context.message(Channel::Sms, to, format!("Your code is {CODE}"));
    Ok(Answer::json(json!({ "ttl": CODE_LIFE.to_string() })))
}

fn verify_phone(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let person = context.person_in_body()?;
    if context.tables.person_phone(person).is_some_and(|phone| phone.verified.is_some()) {
        return refuse("PHONE_ALREADY_VERIFIED");
    }
    let now = context.now;
    let sent = context.tables.verifications.get(person.id());
    if sent.is_none_or(|sent| now >= sent.expires || sent.attempts >= ATTEMPTS) {
        return refuse("PHONE_CODE_HAS_EXPIRED");
    }
    if context.text("code") != Some(CODE) {
        context.tables.verifications.change(person.id(), |sent| sent.attempts += 1);
        context.keep_despite_refusal = true;
        return refuse("INVALID_PHONE_CODE");
    }
    context.tables.verifications.remove(person.id());
    context.tables.phone_is_verified(person, now);
    Ok(Answer::empty())
}

fn send_email(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    // Here, and only here, an unknown person is documented as 404; the description says so for us.
    let person = context.person_in_body()?;
    match context.tables.person_email(person) {
        None => refuse("EMAIL_MUST_NOT_BE_NULL"),
        Some(email) if email.verified.is_some() => refuse("EMAIL_ALREADY_VERIFIED"),
        Some(email) => {
            let to = email.address.clone();
            context.message(Channel::Mail, to, "Follow the link to verify your address".into());
            Ok(Answer::json(json!({ "ttl": EMAIL_LIFE.to_string() })))
        }
    }
}

fn verify_address(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    match context.text("type") {
        // Needs a setting of the partner that no operation makes.
        Some("DELEGATED") => return refuse("OPERATION_NOT_ALLOWED"),
        Some("UPLOADED_DOCUMENT") => {
            let document = context.id("documentId").and_then(|id| context.tables.documents.get(id));
            let document =
                document.filter(|one| context.may_see(one.end_user)).ok_or(Refusal::code("DOCUMENT_NOT_FOUND"))?;
            if document.kind != "PROOF_OF_ADDRESS" {
                return refuse("INVALID_DOCUMENT_TYPE");
            }
            // The sandbox checks nothing further: this is the proof.
            let owner = document.end_user;
            context.tables.address_is_proved(owner);
        }
        _ => {}
    }
    let page = context.browser_page("Proof of address");
    Ok(Answer::json(json!({ "url": page["url"], "ttl": ADDRESS_LIFE.to_string() })))
}

fn send_sms(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let person = context.person_in_body()?;
    let to = context.tables.person_phone(person).map(Phone::digits).unwrap_or_default();
    let text =
        ["message", "content", "text"].iter().find_map(|field| context.text(field)).unwrap_or("An SMS of the partner");
    context.message(Channel::Sms, to, text.to_owned());
    Ok(Answer::empty())
}
