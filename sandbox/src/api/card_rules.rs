//! What a card's holder or the partner allow a card to do. Both may set a rule of one type; the stricter wins.

use serde_json::Value;

use crate::api::context::Context;
use crate::api::route::{Route, role};
use crate::http::answer::Answer;
use crate::http::refusal::{Refusal, refuse};
use crate::state::card_rule::CardRule;
use crate::state::end_user::Operator;

pub(crate) const OPERATIONS: &[Route] = &[
    role("PUT", "/api/partner/cards/{cardId}/rules", "CARD_RULE_UPDATE", set),
    role("PUT", "/api/partner/cards/{cardId}/rules/{ruleType}", "CARD_RULE_UPDATE", set),
    role("DELETE", "/api/partner/cards/{cardId}/rules/{ruleType}", "CARD_RULE_DELETE", delete),
];

/// The rules in a list, one of each type.
pub(crate) fn rules_in(list: &Value, creator: Operator) -> Result<Vec<CardRule>, Refusal> {
    let mut rules: Vec<CardRule> = Vec::new();
    for rule in list.as_array().into_iter().flatten().filter_map(|rule| CardRule::in_body(rule, None, creator)) {
        if rules.iter().any(|other| other.kind == rule.kind) {
            return refuse("CARD_RULE_NOT_UNIQUE");
        }
        rules.push(rule);
    }
    Ok(rules)
}

/// Puts a rule in the place of the one of its type and creator.
pub(crate) fn replace(rules: &mut Vec<CardRule>, rule: CardRule) {
    rules.retain(|other| other.kind != rule.kind || other.creator != rule.creator);
    rules.push(rule);
}

impl Context<'_> {
    fn rule_creator(&self) -> Operator {
        let as_end_user = self.text("creatorType") == Some("END_USER");
        if self.caller.is_partner() && !as_end_user { Operator::Partner } else { Operator::EndUser }
    }
}

fn set(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let (id, now) = (context.card()?.id, context.now);
    let rule = CardRule::in_body(&context.call.body, context.call.text("ruleType"), context.rule_creator());
    context.tables.cards.change(id, |card| {
        if let Some(rule) = rule {
            replace(&mut card.rules, rule);
        }
        card.updated = now;
    });
    Ok(Answer::empty())
}

fn delete(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let (id, now, creator) = (context.card()?.id, context.now, context.rule_creator());
    let kind = context.call.text("ruleType").unwrap_or_default();
    context.tables.cards.change(id, |card| {
        card.rules.retain(|rule| rule.kind != kind || rule.creator != creator);
        card.updated = now;
    });
    Ok(Answer::empty())
}
