//! Who is related to a corporate: directors, owners, and companies that own a part of it.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::api::bodies::{address_in, phone_in};
use crate::api::context::Context;
use crate::api::list::Order;
use crate::api::route::{Route, role};
use crate::http::answer::Answer;
use crate::http::refusal::{Refusal, refuse, wrong_field};
use crate::json::{compact, merged, pick};
use crate::state::corporate::{Corporate, KybStatus};
use crate::state::end_user::{Email, Phone};
use crate::state::index::Key;
use crate::state::kyc::KycState;
use crate::state::related::{Entity, Related};
use crate::state::share::Share;
use crate::state::tables::Tables;

pub(crate) const OPERATIONS: &[Route] = &[
    role("GET", "/api/partner/corporates/{corporateId}/related", "CORPORATE_RELATED_LIST", list),
    role("POST", "/api/partner/corporates/{corporateId}/related", "CORPORATE_RELATED_CREATE", create),
    role("GET", "/api/partner/corporates/related/{corporateRelatedId}", "CORPORATE_RELATED_INFO", read),
    role("PATCH", "/api/partner/corporates/related/{corporateRelatedId}", "CORPORATE_RELATED_UPDATE", update),
    role("DELETE", "/api/partner/corporates/related/{corporateRelatedId}", "CORPORATE_RELATED_UPDATE", delete),
    // The addresses of 1.78.0.
    role("GET", "/api/partner/corporates/{corporateId}/related/{corporateRelatedId}", "CORPORATE_RELATED_INFO", read),
    role(
        "PATCH",
        "/api/partner/corporates/{corporateId}/related/{corporateRelatedId}",
        "CORPORATE_RELATED_UPDATE",
        update,
    ),
];

const PERSON_TOLD: &[&str] = &["nationalityCode", "directorAppointmentDate", "externalId", "middleName"];

const COMPANY_TOLD: &[&str] =
    &["tradeName", "incorporationCountry", "website", "industry", "directorAppointmentDate", "externalId"];

impl Related {
    fn corporate_short(&self, tables: &Tables) -> Value {
        tables.corporates.get(self.corporate).map_or(Value::Null, Corporate::short)
    }

    /// The fields lists and single answers have in common.
    fn common(&self, tables: &Tables) -> Value {
        let mut view = json!({
            "id": self.id,
            "corporate": self.corporate_short(tables),
            "creationDate": self.created,
            "updateDate": self.updated,
            "position": {
                "isDirector": self.is_director,
                "directorAppointmentDate": self.given.get("directorAppointmentDate"),
            },
        });
        match &self.entity {
            Entity::Person { first_name, last_name, is_special_ubo } => {
                view["firstName"] = json!(first_name);
                view["lastName"] = json!(last_name);
                view["phone"] = json!(self.phone.as_ref().map(Phone::view));
                view["kycInfo"] = self.kyc.view();
                view["position"]["isAccountOwner"] = json!(self.is_account_owner);
                view["position"]["isUbo"] = json!(tables.is_ubo(self));
                view["position"]["isSpecialUbo"] = json!(is_special_ubo);
            }
            Entity::Company { registered_name, incorporation_code } => {
                view["registeredName"] = json!(registered_name);
                view["incorporationCode"] = json!(incorporation_code);
            }
        }
        let mut given = self.given.clone();
        given.remove("directorAppointmentDate");
        merged(view, &given)
    }

    fn list_view(&self, tables: &Tables) -> Value {
        let mut view = self.common(tables);
        view["totalSharePercentage"] = json!(tables.total_share(self.id));
        if let Some(email) = &self.email {
            view["emailAddress"] = json!(email.address);
        }
        view
    }

    fn view(&self, tables: &Tables) -> Value {
        let mut view = self.common(tables);
        view["totalSharesPercentage"] = json!(tables.total_share(self.id));
        view["shares"] = tables
            .shares
            .iter()
            .filter(|share| share.related == self.id)
            .map(|share| {
                json!({
                    "id": share.id,
                    "directSharesPercentage": share.percentage,
                    "finalSharesPercentage": tables.final_share(share),
                    "layer": tables.layer_of_share(share),
                })
            })
            .collect();
        if matches!(self.entity, Entity::Person { .. }) {
            view["email"] = Email::view(self.email.as_ref());
            view["isPep"] = json!(false);
        }
        view
    }
}

impl Context<'_> {
    fn kyb_of(&self, one: &Related) -> KybStatus {
        self.tables.corporates.get(one.corporate).map(|corporate| corporate.kyb).unwrap_or_default()
    }

    /// A person may be related to a corporate once, by name and phone.
    fn person_is_new(&self, corporate: Uuid, entity: &Entity, phone: Option<&Phone>) -> Result<(), Refusal> {
        let same = |one: &Related| {
            let same_phone =
                phone.is_some_and(|phone| one.phone.as_ref().is_some_and(|p| p.digits() == phone.digits()));
            match (&one.entity, entity) {
                (
                    Entity::Person { first_name: a, last_name: b, .. },
                    Entity::Person { first_name: c, last_name: d, .. },
                ) => same_phone && a == c && b == d,
                (Entity::Company { incorporation_code: a, .. }, Entity::Company { incorporation_code: b, .. }) => {
                    a == b
                }
                _ => false,
            }
        };
        if !self.tables.related.with(Key::EndUser(corporate)).any(same) {
            return Ok(());
        }
        match entity {
            Entity::Person { .. } => refuse("UBO_ALREADY_EXISTING"),
            Entity::Company { .. } => refuse("CORPORATE_RELATED_CORPORATE_ALREADY_ADDED"),
        }
    }
}

fn list(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let corporate = context.corporate().map(|one| one.id).or_else(|_| refuse("CORPORATE_RELATED_NOT_FOUND"))?;
    let owned = context.call.id("ownedCorporateId");
    let layer = context.call.parameter("layer").and_then(Value::as_i64);
    let attribute = context.sorted_by();
    let rows = &context.tables.related;
    let found = rows.placed_with(&[Key::EndUser(corporate)]).filter(|(_, one)| {
        owned.is_none_or(|owned| {
            context.tables.shares.iter().any(|share| share.related == one.id && share.owned == Some(owned))
        }) && layer.is_none_or(|layer| context.tables.layer(one.id) == layer)
    });
    let found = found.map(|(position, one)| (Order::of_dates(attribute, one.created, one.updated), position));
    context.page(rows, found, |one| one.list_view(context.tables))
}

/// An externalId is the partner's unique key, by the description's words, which name no code for a second one.
fn external_id_is_free(context: &Context<'_>, sent: &Value, but: Option<Uuid>) -> Result<(), Refusal> {
    let Some(sent) = sent.as_str() else {
        return Ok(());
    };
    if context.tables.related.with(Key::ExternalId(sent.to_owned())).any(|one| Some(one.id) != but) {
        return wrong_field("externalId", sent, "is already taken by another related entity");
    }
    Ok(())
}

fn create(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let corporate = context.corporate()?;
    let corporate_id = corporate.id;
    if corporate.kyb == KybStatus::Declined {
        return refuse("KYB_STATUS_MUST_NOT_BE_DECLINED");
    }
    let body = &context.call.body;
    let info = &body["info"];
    let text = |field: &str| info[field].as_str().unwrap_or_default().to_owned();
    let is_person = info.get("firstName").is_some();
    let entity = if is_person {
        let is_special_ubo = info["isSpecialUbo"].as_bool().unwrap_or(false);
        Entity::Person { first_name: text("firstName"), last_name: text("lastName"), is_special_ubo }
    } else {
        Entity::Company { registered_name: text("registeredName"), incorporation_code: text("incorporationCode") }
    };
    let phone = phone_in(info, "phone")?;
    context.person_is_new(corporate_id, &entity, phone.as_ref())?;
    external_id_is_free(context, &info["externalId"], None)?;
    let is_director = context.flag("isDirector").unwrap_or(false);
    let shares: &[Value] = body["sharesInfo"].as_array().map_or(&[], Vec::as_slice);
    if !is_person && !is_director && shares.is_empty() {
        return refuse("CORPORATE_RELATED_CORPORATE_MUST_BE_SHAREHOLDER_OR_DIRECTOR");
    }
    let mut given = pick(info, if is_person { PERSON_TOLD } else { COMPANY_TOLD });
    given.extend(pick(body, &["directorAppointmentDate"]));
    let address = if is_person { "address" } else { "registeredAddress" };
    if let Some(value) = address_in(info, address) {
        given.insert(address.into(), value);
    }
    let email = Email::in_body(info, "emailAddress")?;
    let (id, now) = (context.seed.uuid(), context.now);
    context.tables.related.put(Related {
        id,
        corporate: corporate_id,
        entity,
        phone,
        email,
        kyc: KycState::default(),
        is_account_owner: false,
        is_director,
        given,
        created: now,
        updated: now,
    });
    for share in shares {
        let owned = share["ownedCorporateId"].as_str().and_then(|id| id.parse().ok());
        if let Some(owned) = owned
            && context.tables.related.get(owned).is_none_or(|one| one.corporate != corporate_id)
        {
            return refuse("OWNED_CORPORATE_NOT_FOUND");
        }
        if context.tables.shares.iter().any(|other| other.related == id && other.owned == owned) {
            return refuse("MORE_THAN_ONE_SHARE_BY_OWNED_CORPORATE");
        }
        let share = Share {
            id: context.seed.uuid(),
            related: id,
            owned,
            percentage: share["percentage"].as_f64().unwrap_or(0.0),
        };
        context.tables.shares.put(share.clone());
        context.tables.must_total_100_at_most(&share)?;
    }
    context.tables.kyb_has_begun(corporate_id);
    Ok(Answer::json(json!({ "id": id })))
}

fn read(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    Ok(Answer::json(compact(context.related()?.view(context.tables))))
}

fn update(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let one = context.related()?;
    if context.kyb_of(one) == KybStatus::Declined {
        return refuse("KYB_STATUS_MUST_NOT_BE_DECLINED");
    }
    let (id, now, is_person) = (one.id, context.now, matches!(one.entity, Entity::Person { .. }));
    let body = &context.call.body;
    let of_others: &[&str] = if is_person {
        &["registeredName", "incorporationCode", "industry"]
    } else {
        &["firstName", "lastName", "phone"]
    };
    if of_others.iter().any(|field| body.get(*field).is_some()) {
        return refuse("CORPORATE_RELATED_ENTITY_NOT_COMPATIBLE");
    }
    let phone = phone_in(body, "phone")?;
    if one.is_account_owner && phone.is_some() {
        return refuse("ACCOUNT_OWNER_PHONE_CANNOT_BE_PATCHED");
    }
    let email = Email::in_body(body, "emailAddress")?;
    external_id_is_free(context, &body["externalId"], Some(id))?;
    let mut given = pick(body, if is_person { PERSON_TOLD } else { COMPANY_TOLD });
    let address = if is_person { "address" } else { "registeredAddress" };
    if let Some(value) = address_in(body, address) {
        given.insert(address.into(), value);
    }
    let text = |field: &str| context.text(field).map(str::to_owned);
    let (first, last, special) = (text("firstName"), text("lastName"), context.flag("isSpecialUbo"));
    let (registered, code) = (text("registeredName"), text("incorporationCode"));
    let is_director = context.flag("isDirector");
    context.tables.related.change(id, |one| {
        one.given.extend(given);
        one.phone = phone.or(one.phone.take());
        one.email = email.or(one.email.take());
        one.is_director = is_director.unwrap_or(one.is_director);
        match &mut one.entity {
            Entity::Person { first_name, last_name, is_special_ubo } => {
                *first_name = first.unwrap_or_else(|| std::mem::take(first_name));
                *last_name = last.unwrap_or_else(|| std::mem::take(last_name));
                *is_special_ubo = special.unwrap_or(*is_special_ubo);
            }
            Entity::Company { registered_name, incorporation_code } => {
                *registered_name = registered.unwrap_or_else(|| std::mem::take(registered_name));
                *incorporation_code = code.unwrap_or_else(|| std::mem::take(incorporation_code));
            }
        }
        one.updated = now;
    });
    Ok(Answer::json(json!({ "id": id })))
}

fn delete(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let one = context.related()?;
    // Refused by the description's words, which name no code for it.
    if matches!(context.kyb_of(one), KybStatus::Validated | KybStatus::PendingVerification) {
        return refuse("KYB_STATUS_MUST_NOT_BE_VALIDATED_OR_PENDING_VERIFICATION");
    }
    let id = one.id;
    context.tables.remove_related(id);
    Ok(Answer::empty())
}
