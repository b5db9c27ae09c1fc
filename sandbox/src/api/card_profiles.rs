//! Card designs and the profiles made from them. A sandbox starts with some of each.

use serde_json::{Value, json};

use crate::api::card_rules::replace;
use crate::api::desk::Desk;
use crate::api::list::Order;
use crate::api::route::{Route, role};
use crate::http::answer::Answer;
use crate::http::refusal::{Refusal, refuse};
use crate::state::card_profile::{CardProfile, CardType, UserType};
use crate::state::card_rule::CardRule;
use crate::state::end_user::Operator;

pub(crate) const OPERATIONS: &[Route] = &[
    role("GET", "/api/partner/card-designs", "CARD_DESIGN_LIST", list_designs),
    role("GET", "/api/partner/card-profiles", "CARD_PROFILE_LIST", list),
    role("POST", "/api/partner/card-profiles", "CARD_PROFILE_CREATE", create),
    role("PATCH", "/api/partner/card-profiles/{cardProfileId}", "CARD_PROFILE_UPDATE", update),
    role("PUT", "/api/partner/card-profiles/{cardProfileId}/rules", "CARD_PROFILE_RULE_UPDATE", set_rule),
    role("PUT", "/api/partner/card-profiles/{cardProfileId}/rules/{ruleType}", "CARD_PROFILE_RULE_UPDATE", set_rule),
    role(
        "DELETE",
        "/api/partner/card-profiles/{cardProfileId}/rules/{ruleType}",
        "CARD_PROFILE_RULE_DELETE",
        delete_rule,
    ),
];

fn list_designs(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let [scheme, ledger_type] = ["scheme", "ledgerType"].map(|name| desk.word_filter(name));
    let (card_type, user_type) = (desk.filter::<CardType>("cardType"), desk.filter::<UserType>("userType"));
    let by_name = !desk.sorted_by().is_empty();
    let rows = &desk.tables.card_designs;
    let found = rows.placed().filter(|(_, design)| {
        scheme.lets("VISA")
            && ledger_type.lets(&design.ledger_type)
            && card_type.lets(design.card_type)
            && user_type.lets(design.user_type)
    });
    let found = found.map(|(position, one)| (Order::of_text(by_name, &one.name), position));
    desk.page(rows, found, |design| {
        json!({
            "id": design.id,
            "friendlyName": design.name,
            "scheme": "VISA",
            "ledgerType": design.ledger_type,
            "cardType": design.card_type,
            "userType": design.user_type,
            "availableCountries": ["FRA", "BEL"],
        })
    })
}

fn list(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    // End-users only ever see active profiles.
    let active = match desk.caller.end_user() {
        Some(_) => Some(true),
        None => desk.call.parameter("active").and_then(Value::as_bool),
    };
    let ledger_types = desk.word_filter("ledgerTypes");
    let (card_types, user_types) = (desk.filter::<CardType>("cardTypes"), desk.filter::<UserType>("userTypes"));
    let by_name = !desk.sorted_by().is_empty();
    let rows = &desk.tables.card_profiles;
    let found = rows.placed().filter(|(_, profile)| {
        active.is_none_or(|active| profile.active == active)
            && ledger_types.lets(&profile.ledger_type)
            && card_types.lets(profile.card_type)
            && user_types.lets(profile.user_type)
    });
    let found = found.map(|(position, one)| (Order::of_text(by_name, &one.name), position));
    desk.page(rows, found, |profile| {
        json!({
            "id": profile.id,
            "name": profile.name,
            "scheme": "VISA",
            "ledgerType": profile.ledger_type,
            "cardType": profile.card_type,
            "userType": profile.user_type,
            "active": profile.active,
            "program": { "id": profile.program },
            "design": { "id": profile.design },
            "rules": profile.rules.iter().map(CardRule::profile_view).collect::<Value>(),
        })
    })
}

fn create(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let design = desk.id("cardDesignId").and_then(|id| desk.tables.card_designs.get(id)).cloned();
    let Some(design) = design else {
        return refuse("CARD_DESIGN_NOT_FOUND");
    };
    let (id, program) = (desk.seed.uuid(), desk.seed.uuid());
    let mut profile = CardProfile::of(&design, id, program, desk.text("name").unwrap_or_default().to_owned());
    profile.active = desk.flag("active").unwrap_or(true);
    desk.tables.card_profiles.put(profile);
    Ok(Answer::json(json!({ "id": id })))
}

fn update(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let (id, active) = (desk.card_profile()?.id, desk.flag("active"));
    desk.tables.card_profiles.change(id, |profile| profile.active = active.unwrap_or(profile.active));
    Ok(Answer::json(json!({ "id": id })))
}

fn set_rule(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let id = desk.card_profile()?.id;
    if let Some(rule) = CardRule::in_body(&desk.call.body, desk.call.text("ruleType"), Operator::Partner) {
        desk.tables.card_profiles.change(id, |profile| replace(&mut profile.rules, rule));
    }
    Ok(Answer::empty())
}

fn delete_rule(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let id = desk.card_profile()?.id;
    let kind = desk.call.text("ruleType").unwrap_or_default();
    desk.tables.card_profiles.change(id, |profile| profile.rules.retain(|rule| rule.kind != kind));
    Ok(Answer::empty())
}
