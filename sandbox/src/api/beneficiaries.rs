//! Beneficiaries: whom an end-user pays. The check of a new one always passes, unless its name asks for another outcome.

use serde_json::{Value, json};

use crate::api::checks::bank_is_known;
use crate::api::context::Context;
use crate::api::list::Order;
use crate::api::route::{Route, partner_only, role};
use crate::http::answer::Answer;
use crate::http::refusal::{Refusal, refuse};
use crate::state::beneficiary::{BankingDetails, Beneficiary, BeneficiaryStatus};
use crate::state::index::Key;

pub(crate) const OPERATIONS: &[Route] = &[
    role("GET", "/api/partner/beneficiaries", "BENEFICIARY_LIST", list),
    role("POST", "/api/partner/beneficiaries", "BENEFICIARY_CREATE", create),
    role("GET", "/api/partner/beneficiaries/{beneficiaryId}", "BENEFICIARY_INFO", read),
    role("PATCH", "/api/partner/beneficiaries/{beneficiaryId}", "BENEFICIARY_UPDATE", update),
    partner_only("PATCH", "/api/partner/beneficiaries/{beneficiaryId}/status", validate),
];

impl BankingDetails {
    fn in_body(body: &Value) -> Result<Self, Refusal> {
        let text = |field: &str| body[field].as_str().map(|text| text.replace(' ', ""));
        if let Some(iban) = text("iban") {
            let bic = text("bic").unwrap_or_default();
            bank_is_known(&iban, &bic)?;
            return Ok(Self::Sepa { iban, bic });
        }
        let account_number = text("accountNumber").unwrap_or_default();
        Ok(match text("sortCode") {
            Some(sort_code) => Self::Gbp { sort_code, account_number },
            None => Self::Usd { aba_code: text("abaCode").unwrap_or_default(), account_number },
        })
    }
}

fn list(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let flag = |name: &str| context.call.parameter(name).and_then(Value::as_bool);
    let (active, display) = (flag("active"), flag("display"));
    let (status, name) = (context.filter::<BeneficiaryStatus>("status"), context.text_filter("name"));
    let iban = context.call.text("iban").map(|iban| Key::Iban(iban.to_owned()));
    let keys: Vec<Key> = context.keys(&[("endUserId", Key::EndUser)]).into_iter().chain(iban).collect();
    let attribute = context.sorted_by();
    let rows = &context.tables.beneficiaries;
    let found = rows.placed_with(&keys).filter(|(_, one)| {
        active.is_none_or(|wanted| wanted == one.active)
            && display.is_none_or(|wanted| wanted == one.display)
            && status.lets(one.status)
            && name.lets(Some(&one.name))
    });
    let found = found.map(|(position, one)| {
        let order = match attribute {
            "NAME" => Order::Text(Some(&one.name)),
            _ => Order::of_dates(attribute, one.created, one.updated),
        };
        (order, position)
    });
    context.page(rows, found, |one| {
        let mut view = one.view(None);
        if let Some(view) = view.as_object_mut() {
            view.remove("endUserId");
        }
        view
    })
}

fn create(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let end_user = context.end_user_in_body()?;
    context.must_be_banked(end_user)?;
    let details = BankingDetails::in_body(&context.call.body["bankingDetails"])?;
    if context.tables.beneficiaries.with(Key::EndUser(end_user)).any(|one| one.details == details) {
        return refuse("BENEFICIARY_ALREADY_EXISTS");
    }
    let name = context.text("name").unwrap_or_default().to_owned();
    let status = match name.as_str() {
        name if name.contains("SANDBOX REVIEW") => BeneficiaryStatus::PendingReview,
        name if name.contains("SANDBOX DECLINED") => BeneficiaryStatus::Declined,
        _ => BeneficiaryStatus::Valid,
    };
    let (id, now) = (context.seed.uuid(), context.now);
    context.tables.beneficiaries.put(Beneficiary {
        id,
        end_user,
        name,
        kind: context.text("type").unwrap_or("PERSON").to_owned(),
        friendly_name: context.text("friendlyName").map(str::to_owned),
        details,
        status,
        active: true,
        display: context.flag("display").unwrap_or(true),
        created: now,
        updated: now,
    });
    context.tell("BENEFICIARY_CREATED", json!({ "beneficiaryId": id, "endUserId": end_user }));
    Ok(Answer::json(json!({ "id": id })))
}

fn read(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let one = context.beneficiary(context.call.path_id())?;
    Ok(Answer::json(one.view(context.ledger_behind(one))))
}

fn update(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let one = context.beneficiary(context.call.path_id())?;
    let (id, end_user, now) = (one.id, one.end_user, context.now);
    let (active, display) = (context.flag("active"), context.flag("display"));
    // A hidden beneficiary can't be active: the sandbox's reading of the code.
    if display == Some(false) && active.unwrap_or(one.active) {
        return refuse("CANNOT_CHANGE_BENEFICIARY_DISPLAY");
    }
    context.tables.beneficiaries.change(id, |one| {
        one.active = active.unwrap_or(one.active);
        one.display = display.unwrap_or(one.display);
        one.updated = now;
    });
    context.tell("BENEFICIARY_UPDATED", json!({ "beneficiaryId": id, "endUserId": end_user }));
    Ok(Answer::json(json!({ "id": id })))
}

fn validate(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let one = context.beneficiary(context.call.path_id())?;
    let (id, end_user, now) = (one.id, one.end_user, context.now);
    context.tables.beneficiaries.change(id, |one| {
        one.status = BeneficiaryStatus::Valid;
        one.updated = now;
    });
    context.tell("BENEFICIARY_UPDATED", json!({ "beneficiaryId": id, "endUserId": end_user }));
    Ok(Answer::json(json!({ "id": id })))
}
