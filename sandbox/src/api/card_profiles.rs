//! Card designs and the profiles made from them. A sandbox starts with some of each.

use serde_json::{Value, json};

use crate::api::card_rules::replace;
use crate::api::context::Context;
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

fn list_designs(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let [scheme, ledger_type] = ["scheme", "ledgerType"].map(|name| context.word_filter(name));
    let (card_type, user_type) = (context.filter::<CardType>("cardType"), context.filter::<UserType>("userType"));
    let by_name = !context.sorted_by().is_empty();
    let rows = &context.tables.card_designs;
    let found = rows.placed().filter(|(_, design)| {
        scheme.lets("VISA")
            && ledger_type.lets(&design.ledger_type)
            && card_type.lets(design.card_type)
            && user_type.lets(design.user_type)
    });
    let found = found.map(|(position, one)| (Order::of_text(by_name, &one.name), position));
    context.page(rows, found, |design| {
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

fn list(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    // End-users only ever see active profiles.
    let active = match context.caller.end_user() {
        Some(_) => Some(true),
        None => context.call.parameter("active").and_then(Value::as_bool),
    };
    let ledger_types = context.word_filter("ledgerTypes");
    let (card_types, user_types) = (context.filter::<CardType>("cardTypes"), context.filter::<UserType>("userTypes"));
    let by_name = !context.sorted_by().is_empty();
    let rows = &context.tables.card_profiles;
    let found = rows.placed().filter(|(_, profile)| {
        active.is_none_or(|active| profile.active == active)
            && ledger_types.lets(&profile.ledger_type)
            && card_types.lets(profile.card_type)
            && user_types.lets(profile.user_type)
    });
    let found = found.map(|(position, one)| (Order::of_text(by_name, &one.name), position));
    context.page(rows, found, |profile| {
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

fn create(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let design = context.id("cardDesignId").and_then(|id| context.tables.card_designs.get(id)).cloned();
    let Some(design) = design else {
        return refuse("CARD_DESIGN_NOT_FOUND");
    };
    let (id, program) = (context.seed.uuid(), context.seed.uuid());
    let mut profile = CardProfile::of(&design, id, program, context.text("name").unwrap_or_default().to_owned());
    profile.active = context.flag("active").unwrap_or(true);
    context.tables.card_profiles.put(profile);
    Ok(Answer::json(json!({ "id": id })))
}

fn update(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let (id, active) = (context.card_profile()?.id, context.flag("active"));
    context.tables.card_profiles.change(id, |profile| profile.active = active.unwrap_or(profile.active));
    Ok(Answer::json(json!({ "id": id })))
}

fn set_rule(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let id = context.card_profile()?.id;
    if let Some(rule) = CardRule::in_body(&context.call.body, context.call.text("ruleType"), Operator::Partner) {
        context.tables.card_profiles.change(id, |profile| replace(&mut profile.rules, rule));
    }
    Ok(Answer::empty())
}

fn delete_rule(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let id = context.card_profile()?.id;
    let kind = context.call.text("ruleType").unwrap_or_default();
    context.tables.card_profiles.change(id, |profile| profile.rules.retain(|rule| rule.kind != kind));
    Ok(Answer::empty())
}
