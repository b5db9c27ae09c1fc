//! KYC applications: who somebody is, checked. In the sandbox the outcome is simulated.

use jiff::SignedDuration;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::api::bodies::address_in;
use crate::api::context::Context;
use crate::api::list::Order;
use crate::api::route::{Route, partner_only, role};
use crate::http::answer::Answer;
use crate::http::refusal::{Refusal, refuse};
use crate::json::{compact, merged, pick};
use crate::state::kyc::{Kyc, KycAccess, KycStatus, Person};

pub(crate) const OPERATIONS: &[Route] = &[
    role("GET", "/api/partner/kyc", "KYC_LIST", list),
    role("POST", "/api/partner/kyc", "KYC_CREATE", create),
    partner_only("POST", "/api/partner/kyc/simulate", simulate),
    role("GET", "/api/partner/kyc/{kycId}", "KYC_INFO", read),
];

/// What the documents told about the person.
const TOLD: &[&str] =
    &["firstName", "middleName", "lastName", "gender", "birthDate", "birthCity", "birthIsoCountryCode", "emailAddress"];

/// How long a link lives, and how long an SDK's token does (720 and 24 hours, by the description).
const LINK_LIFE: SignedDuration = SignedDuration::from_hours(720);

const SDK_LIFE: SignedDuration = SignedDuration::from_hours(24);

fn list(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let (kind, person) = (context.word_filter("personType"), context.id_filter("personId"));
    let status = context.filter::<KycStatus>("kycStatus");
    let attribute = context.sorted_by();
    let rows = &context.tables.kycs;
    let found = rows.placed().filter(|(_, kyc)| {
        person.lets(Some(kyc.person.id()))
            && kind.lets(kyc.person.kind())
            && status.lets(kyc.status)
            && context.tables.person_owner(kyc.person).is_some_and(|owner| context.may_see(owner))
    });
    let found = found.map(|(position, one)| (Order::of_dates(attribute, one.created, one.updated), position));
    context.page(rows, found, |kyc| {
        merged(
            json!({
                "id": kyc.id,
                "personId": kyc.person.id(),
                "personType": kyc.person.kind(),
                "status": kyc.status,
                "creationDate": kyc.created,
                "updateDate": kyc.updated,
            }),
            &kyc.given,
        )
    })
}

fn read(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let id = context.path_id("KYC_APPLICATION_NOT_FOUND")?;
    let kyc = context
        .tables
        .kycs
        .get(id)
        .filter(|kyc| context.tables.person_owner(kyc.person).is_some_and(|owner| context.may_see(owner)))
        .ok_or(Refusal::code("KYC_APPLICATION_NOT_FOUND"))?;
    Ok(Answer::json(compact(merged(
        json!({
            "id": kyc.id,
            "person": { "id": kyc.person.id(), "type": kyc.person.kind() },
            "status": { "value": kyc.status },
            "accessType": kyc.access,
            "creationDate": kyc.created,
            "updateDate": kyc.updated,
        }),
        &kyc.given,
    ))))
}

fn create(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let person = context.person_in_body()?;
    if context.tables.person_phone(person).is_none_or(|phone| phone.verified.is_none()) {
        return refuse("PHONE_MUST_BE_VERIFIED");
    }
    if let Some(owner) = context.tables.person_owner(person).and_then(|owner| context.tables.end_user(owner))
        && !owner.standing.suspensions.is_empty()
    {
        return refuse("END_USER_MUST_NOT_BE_SUSPENDED");
    }
    match context.tables.person_kyc(person).map(|kyc| kyc.status).unwrap_or_default() {
        KycStatus::Validated => return refuse("KYC_ALREADY_VALIDATED"),
        KycStatus::Processing | KycStatus::PendingReview => {
            return refuse("LAST_KYC_APPLICATION_NOT_FINISHED");
        }
        _ => {}
    }
    let sdk = context.call.body["kycConfiguration"]["accessType"] == "SDK";
    let access = if sdk { KycAccess::Sdk } else { KycAccess::Link };
    let id = context.open(person, KycStatus::Created, access, Map::new());
    Ok(Answer::json(match access {
        KycAccess::Sdk => json!({
            "id": id,
            "token": context.seed.secret(40),
            "kycApiUrl": format!("{}/_sandbox/kyc", context.origins.api),
            "flowName": "sandbox",
            "ttl": SDK_LIFE.to_string(),
        }),
        KycAccess::Link => json!({
            "id": id,
            "url": format!("{}/_sandbox/kyc/{id}", context.origins.api),
            "ttl": LINK_LIFE.to_string(),
        }),
    }))
}

fn simulate(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let person = context.person_in_body()?;
    let status = serde_json::from_value(context.call.body["kycStatus"].clone()).unwrap_or_default();
    let mut given = pick(&context.call.body, TOLD);
    if let Some(address) = address_in(&context.call.body, "address") {
        given.insert("address".into(), address);
    }
    // The documents show the person's own name, where nothing else is asked for.
    let own = context.tables.person_names(person);
    let usual = [own[0].unwrap_or("Alix"), own[1].unwrap_or("Martin"), "1990-01-01"];
    for (field, usual) in ["firstName", "lastName", "birthDate"].into_iter().zip(usual) {
        given.entry(field).or_insert(json!(usual));
    }
    let id = context.open(person, status, KycAccess::Link, given);
    let of = match person {
        Person::Consumer(id) => ("consumerId", id),
        Person::Related(id) => ("relatedPhysicalPersonId", id),
    };
    Ok(Answer::json(json!({ "kycApplicationId": id, of.0: of.1 })))
}

impl Context<'_> {
    /// Opens an application, or moves the open one on, and lets the person and its owner follow.
    fn open(&mut self, person: Person, status: KycStatus, access: KycAccess, given: Map<String, Value>) -> Uuid {
        let now = self.now;
        let open = self.tables.person_kyc(person).and_then(|state| {
            let unfinished = !matches!(state.status, KycStatus::Validated | KycStatus::Declined | KycStatus::Aborted);
            state.application.filter(|_| unfinished)
        });
        let id = open.unwrap_or_else(|| self.seed.uuid());
        if open.is_none() {
            let given = Map::new();
            self.tables.kycs.put(Kyc { id, person, status, access, given, created: now, updated: now });
            if let Person::Consumer(consumer) = person {
                self.tell("CONSUMER_KYC_CREATED", json!({ "consumerId": consumer, "kycApplicationId": id }));
            }
        }
        if let Some((event, about)) = self.tables.move_kyc(id, status, &given, now) {
            self.tell(&event, about);
        }
        id
    }
}
