//! Corporates: companies that bank, and their KYB.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::api::bodies::{address_in, metadata, phone_in};
use crate::api::context::Context;
use crate::api::list::{Order, StandingFilter};
use crate::api::route::{Route, partner_only, role};
use crate::http::answer::Answer;
use crate::http::refusal::{Refusal, refuse, wrong_field};
use crate::json::{compact, merged, pick};
use crate::state::corporate::{Corporate, KybStatus};
use crate::state::end_user::{Email, Standing};
use crate::state::index::Key;
use crate::state::kyc::{KycState, KycStatus};
use crate::state::related::{Entity, Related};
use crate::state::share::Share;
use crate::state::tables::Tables;

pub(crate) const OPERATIONS: &[Route] = &[
    role("GET", "/api/partner/corporates", "CORPORATE_LIST", list),
    role("POST", "/api/partner/corporates", "CORPORATE_CREATE", create),
    role("GET", "/api/partner/corporates/{corporateId}", "CORPORATE_INFO", read),
    role("PATCH", "/api/partner/corporates/{corporateId}", "CORPORATE_UPDATE", update),
    partner_only("DELETE", "/api/partner/corporates/{corporateId}", delete),
    role("POST", "/api/partner/corporates/{corporateId}/kyb/verification/ask", "KYB_VERIFICATION_ASK", ask),
    partner_only("PATCH", "/api/partner/corporates/{corporateId}/kyb", force_kyb),
];

const TOLD: &[&str] = &[
    "externalId",
    "tradeName",
    "incorporationCountry",
    "incorporationDate",
    "website",
    "industry",
    "vatNumber",
    "expectedMonthlyExpenses",
    "employeesRange",
    "accountPurposes",
];

/// What a body tells about a corporate. A legal type is sent in a field per country, and shown as the word alone.
fn told(body: &Value) -> Map<String, Value> {
    let mut given = pick(body, TOLD);
    if let Some(legal_type) = body["legalType"].as_object().and_then(|one| one.values().find(|value| value.is_string()))
    {
        given.insert("legalType".into(), legal_type.clone());
    }
    for field in ["registeredAddress", "businessAddress"] {
        if let Some(address) = address_in(body, field) {
            given.insert(field.into(), address);
        }
    }
    metadata(body, &mut given);
    given
}

impl Tables {
    /// What KYB still misses, by the errorCode that says so.
    fn kyb_misses(&self, corporate: &Corporate) -> Option<&'static str> {
        let own: Vec<&Related> = self.related.with(Key::EndUser(corporate.id)).collect();
        let validated = |one: &&&Related| one.kyc.status == KycStatus::Validated;
        let is_person = |one: &&Related| matches!(one.entity, Entity::Person { .. });
        let ubo = |one: &&Related| is_person(one) && self.is_ubo(one);
        if !own.iter().filter(validated).any(|one| one.is_director && is_person(one)) {
            return Some("CORPORATE_MUST_HAVE_A_VALIDATED_DIRECTOR");
        }
        if !own.iter().any(ubo) {
            return Some("CORPORATE_MUST_HAVE_A_UBO");
        }
        let must_be_known = |one: &&&Related| is_person(one) && (one.is_director || ubo(one));
        if own.iter().filter(must_be_known).any(|one| one.kyc.status != KycStatus::Validated) {
            return Some("MISSING_CORPORATE_RELATED_KYC");
        }
        if !corporate.given.contains_key("legalType") {
            return Some("CORPORATE_MUST_HAVE_A_LEGAL_TYPE");
        }
        if !corporate.given.contains_key("incorporationDate") {
            return Some("CORPORATE_MUST_HAVE_AN_INCORPORATION_DATE");
        }
        None
    }
}

impl Context<'_> {
    /// Sets a KYB status; the bank follows at once.
    fn set_kyb(&mut self, id: Uuid, kyb: KybStatus, reason: Option<String>) {
        let now = self.now;
        self.tables.corporates.change(id, |corporate| {
            corporate.kyb = kyb;
            corporate.kyb_reason = reason;
            corporate.standing.follow(kyb == KybStatus::Validated);
            corporate.updated = now;
        });
        self.tell("CORPORATE_KYB_UPDATED", json!({ "corporateId": id, "kybStatus": kyb }));
    }

    fn code_is_free(&self, code: &str, but: Option<Uuid>) -> Result<(), Refusal> {
        let taken = self.tables.corporates.iter().any(|one| one.incorporation_code == code && Some(one.id) != but);
        if taken { refuse("INCORPORATION_CODE_ALREADY_TAKEN") } else { Ok(()) }
    }
}

fn list(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let [name, email] = ["registeredName", "emailAddress"].map(|name| context.text_filter(name));
    let (kyb, standing) = (context.filter::<KybStatus>("kybStatus"), StandingFilter::read(context));
    let attribute = context.sorted_by();
    let address = |one: &Corporate| Some(context.tables.account_owner(one.id)?.email.as_ref()?.address.as_str());
    let rows = &context.tables.corporates;
    let found = rows.placed().filter(|(_, one)| {
        name.lets(Some(&one.registered_name))
            && (email.is_open() || email.lets(address(one)))
            && kyb.lets(one.kyb)
            && standing.lets(&one.standing, one.kyb == KybStatus::Validated)
    });
    let found = found.map(|(position, one)| (Order::of_dates(attribute, one.created, one.updated), position));
    context.page(rows, found, |one| {
        json!({
            "id": one.id,
            "externalId": one.given.get("externalId"),
            "registeredName": one.registered_name,
            "incorporationCountry": one.given.get("incorporationCountry"),
            "incorporationCode": one.incorporation_code,
            "status": one.status(),
            "creationDate": one.created,
            "updateDate": one.updated,
        })
    })
}

/// An externalId is the partner's unique key, by the description's words, which name no code for a second one.
fn external_id_is_free(context: &Context<'_>, but: Option<Uuid>) -> Result<(), Refusal> {
    let Some(sent) = context.text("externalId") else {
        return Ok(());
    };
    let has = |one: &Corporate| one.given.get("externalId").is_some_and(|kept| kept == sent) && Some(one.id) != but;
    if context.tables.corporates.iter().any(has) {
        return wrong_field("externalId", sent, "is already taken by another corporate");
    }
    Ok(())
}

fn create(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    context.partner_is_named()?;
    context.terms_sent_are_in_force()?;
    let body = &context.call.body;
    let incorporation_code = context.text("incorporationCode").unwrap_or_default().to_owned();
    context.code_is_free(&incorporation_code, None)?;
    external_id_is_free(context, None)?;
    let owner = &body["accountOwnerInfo"];
    let Some(phone) = phone_in(owner, "phone")? else {
        return wrong_field("accountOwnerInfo.phone", "", "must not be null");
    };
    let digits = phone.digits();
    if context.tables.related.with(Key::Phone(digits)).any(|one| one.is_account_owner) {
        return refuse("CORPORATE_PHONE_ALREADY_TAKEN");
    }
    let (id, owner_id, now) = (context.seed.uuid(), context.seed.uuid(), context.now);
    let mut given = pick(owner, &["nationalityCode", "directorAppointmentDate"]);
    if let Some(address) = address_in(owner, "address") {
        given.insert("address".into(), address);
    }
    let text = |field: &str| owner[field].as_str().unwrap_or_default().to_owned();
    let related = Related {
        id: owner_id,
        corporate: id,
        entity: Entity::Person { first_name: text("firstName"), last_name: text("lastName"), is_special_ubo: false },
        phone: Some(phone),
        email: Email::in_body(owner, "emailAddress")?,
        kyc: KycState::default(),
        is_account_owner: true,
        is_director: owner["isDirector"].as_bool().unwrap_or(false),
        given,
        created: now,
        updated: now,
    };
    context.tables.related.put(related);
    if let Some(percentage) = owner["directSharesPercentage"].as_f64().filter(|share| *share > 0.0) {
        let share = Share { id: context.seed.uuid(), related: owner_id, owned: None, percentage };
        context.tables.shares.put(share);
    }
    context.tables.corporates.put(Corporate {
        id,
        registered_name: context.text("registeredName").unwrap_or_default().to_owned(),
        incorporation_code,
        kyb: KybStatus::NotStarted,
        kyb_reason: None,
        kyb_asked: None,
        standing: Standing::new(context.text("lastTermsAccepted")),
        password: None,
        must_change_password: false,
        given: told(body),
        created: now,
        updated: now,
    });
    context.tell("CORPORATE_CREATED", json!({ "corporateId": id }));
    Ok(Answer::json(json!({ "corporateId": id, "accountOwnerId": owner_id })))
}

fn read(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let one = context.corporate()?;
    let own: Vec<&Related> = context.tables.related.with(Key::EndUser(one.id)).collect();
    let layers = own.iter().map(|related| context.tables.layer(related.id)).max().unwrap_or(0);
    Ok(Answer::json(compact(merged(
        json!({
            "id": one.id,
            "registeredName": one.registered_name,
            "incorporationCode": one.incorporation_code,
            "accountPurposes": one.given.get("accountPurposes").cloned().unwrap_or(json!([])),
            "complianceInfo": { "maxUbosLayer": layers, "relatedLayersTotal": layers, "isExtendedUbos": false },
            "termsAccepted": one.standing.terms.as_ref() == Some(&context.tables.the_partner()?.terms),
            "creationDate": one.created,
            "updateDate": one.updated,
            "status": one.status(),
            "strongAuthentication": context.tables.strong_authentication(one.id),
        }),
        &one.given,
    ))))
}

fn update(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let one = context.corporate()?;
    let (id, now, kyb) = (one.id, context.now, one.kyb);
    context.terms_sent_are_in_force()?;
    let body = &context.call.body;
    external_id_is_free(context, Some(id))?;
    let mut given = told(body);
    let closed = matches!(kyb, KybStatus::Validated | KybStatus::Declined);
    let open_fields = ["externalId", "partnerMetadata", "userMetadata"];
    let asks_more = body.as_object().is_some_and(|all| {
        all.keys().any(|field| {
            !["externalId", "metadata", "partnerMetadata", "userMetadata", "lastTermsAccepted"]
                .contains(&field.as_str())
        })
    });
    if kyb == KybStatus::Declined && asks_more {
        return refuse("KYB_STATUS_MUST_NOT_BE_DECLINED");
    }
    if closed {
        given.retain(|field, _| open_fields.contains(&field.as_str()));
    }
    let code = context.text("incorporationCode").filter(|_| !closed).map(str::to_owned);
    if let Some(code) = &code {
        context.code_is_free(code, Some(id))?;
    }
    let name = context.text("registeredName").filter(|_| !closed).map(str::to_owned);
    let terms = context.text("lastTermsAccepted").map(str::to_owned);
    context.tables.corporates.change(id, |one| {
        one.given.extend(given);
        one.incorporation_code = code.unwrap_or_else(|| std::mem::take(&mut one.incorporation_code));
        one.registered_name = name.unwrap_or_else(|| std::mem::take(&mut one.registered_name));
        if terms.is_some() {
            one.standing.terms = terms;
        }
        one.updated = now;
    });
    Ok(Answer::json(json!({ "id": id, "updateDate": now })))
}

fn delete(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let id = context.corporate()?.id;
    context.remove_belongings(id);
    let own: Vec<Uuid> = context.tables.related.with(Key::EndUser(id)).map(|one| one.id).collect();
    own.into_iter().for_each(|related| context.tables.remove_related(related));
    context.tables.corporates.remove(id);
    Ok(Answer::empty())
}

fn ask(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let one = context.corporate()?;
    let (id, now) = (one.id, context.now);
    // No refusal is documented: what is missing stands in the status.
    match context.tables.kyb_misses(one) {
        Some(missing) => context.set_kyb(id, KybStatus::NeedAdditionalInformation, Some(missing.to_owned())),
        None => context.set_kyb(id, KybStatus::PendingVerification, None),
    }
    context.tables.corporates.change(id, |one| one.kyb_asked = Some(now));
    Ok(Answer::empty())
}

fn force_kyb(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let one = context.corporate()?;
    let id = one.id;
    let kyb = serde_json::from_value(context.call.body["kybStatus"].clone()).unwrap_or_default();
    if kyb == KybStatus::Validated
        && let Some(missing) = context.tables.kyb_misses(one)
    {
        return refuse(missing);
    }
    context.set_kyb(id, kyb, None);
    Ok(Answer::json(json!({ "corporateId": id })))
}
