//! The partner: one per sandbox, with the credentials a client starts from.

use serde_json::json;

use crate::api::bodies::address_in;
use crate::api::context::Context;
use crate::api::route::{Route, role};
use crate::http::answer::Answer;
use crate::http::refusal::{Refusal, refuse};
use crate::json::{compact, merged, pick};
use crate::state::ledger::Limits;

pub(crate) const OPERATIONS: &[Route] =
    &[role("GET", "/api/partner", "PARTNER_INFO", read), role("PATCH", "/api/partner", "PARTNER_UPDATE", update)];

fn read(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let partner = context.tables.the_partner()?;
    let limits = Limits::default();
    Ok(Answer::json(compact(merged(
        json!({
            "name": partner.name,
            "contactInformation": {},
            "limits": { "ledger": limits.view() },
            "creationDate": partner.created,
            "updateDate": partner.updated,
        }),
        &partner.given,
    ))))
}

fn update(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    for field in ["consumerOtpMessage", "corporateOtpMessage"] {
        if context.text(field).is_some_and(|message| !message.contains("$otp")) {
            return refuse("INVALID_OTP_MESSAGE");
        }
    }
    let mut given = pick(&context.call.body, &["consumerOtpMessage", "corporateOtpMessage", "displayName", "logoUrl"]);
    if let Some(contacts) = context.call.body.get("contactInformation") {
        given.insert("contactInformation".into(), contacts.clone());
    }
    if let Some(address) = address_in(&context.call.body, "address") {
        given.insert("address".into(), address);
    }
    let id = context.tables.the_partner()?.id;
    let now = context.now;
    context.tables.partner.change(id, |partner| {
        partner.given.extend(given);
        partner.updated = now;
    });
    Ok(Answer::json(json!({ "id": id, "updateDate": now })))
}
