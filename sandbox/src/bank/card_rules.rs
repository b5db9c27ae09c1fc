//! What a card's holder or the partner allow a card to do. Both may set a rule of one type; the stricter wins.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::desk::Desk;
use super::end_users::Operator;
use super::operations::{Modelled, role};
use crate::amount::Amount;
use crate::server::{Answer, Refusal, refuse};

pub(super) const OPERATIONS: &[Modelled] = &[
    role("PUT", "/api/partner/cards/{cardId}/rules", "CARD_RULE_UPDATE", set),
    role("PUT", "/api/partner/cards/{cardId}/rules/{ruleType}", "CARD_RULE_UPDATE", set),
    role("DELETE", "/api/partner/cards/{cardId}/rules/{ruleType}", "CARD_RULE_DELETE", delete),
];

/// A rule of a card or a card profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Rule {
    /// The API's word for what it bounds.
    pub(super) kind: String,
    /// The bound, in whole euros. The unit is not documented: the sandbox's own choice.
    value: i64,
    name: Option<String>,
    pub(super) creator: Operator,
}

impl Rule {
    /// LinkCy's rule on the cards of who is suspended.
    pub(super) fn nothing() -> Self {
        Self { kind: "DAILY_MAX_SPEND".into(), value: 0, name: None, creator: Operator::Linkcy }
    }

    /// The rule in a body, whose type may stand in the path instead.
    pub(super) fn in_body(body: &Value, kind: Option<&str>, creator: Operator) -> Option<Self> {
        Some(Self {
            kind: kind.or(body["type"].as_str())?.to_owned(),
            value: body["value"].as_i64()?,
            name: body["name"].as_str().map(str::to_owned),
            creator,
        })
    }

    /// The most that may be spent in how many days, for rules of that kind.
    pub(super) fn spending(&self) -> Option<(i64, Amount)> {
        let days = match self.kind.as_str() {
            "DAILY_MAX_SPEND" => 1,
            "WEEKLY_MAX_SPEND" => 7,
            "MONTHLY_MAX_SPEND" => 30,
            _ => return None,
        };
        Some((days, Amount::cents(self.value.saturating_mul(100))))
    }

    pub(super) fn view(&self) -> Value {
        json!({ "type": self.kind, "value": self.value, "name": self.name, "creator": self.creator })
    }

    /// As a card profile shows it.
    pub(super) fn profile_view(&self) -> Value {
        json!({ "type": self.kind, "value": self.value, "name": self.name })
    }
}

/// The rules in a list, one of each type.
pub(super) fn rules_in(list: &Value, creator: Operator) -> Result<Vec<Rule>, Refusal> {
    let mut rules: Vec<Rule> = Vec::new();
    for rule in list.as_array().into_iter().flatten().filter_map(|rule| Rule::in_body(rule, None, creator)) {
        if rules.iter().any(|other| other.kind == rule.kind) {
            return refuse("CARD_RULE_NOT_UNIQUE");
        }
        rules.push(rule);
    }
    Ok(rules)
}

/// Puts a rule in the place of the one of its type and creator.
pub(super) fn replace(rules: &mut Vec<Rule>, rule: Rule) {
    rules.retain(|other| other.kind != rule.kind || other.creator != rule.creator);
    rules.push(rule);
}

impl Desk<'_> {
    fn rule_creator(&self) -> Operator {
        let as_end_user = self.text("creatorType") == Some("END_USER");
        if self.caller.is_partner() && !as_end_user { Operator::Partner } else { Operator::EndUser }
    }
}

fn set(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let (id, now) = (desk.card()?.id, desk.now);
    let rule = Rule::in_body(&desk.call.body, desk.call.text("ruleType"), desk.rule_creator());
    desk.tables.cards.change(id, |card| {
        if let Some(rule) = rule {
            replace(&mut card.rules, rule);
        }
        card.updated = now;
    });
    Ok(Answer::empty())
}

fn delete(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let (id, now, creator) = (desk.card()?.id, desk.now, desk.rule_creator());
    let kind = desk.call.text("ruleType").unwrap_or_default();
    desk.tables.cards.change(id, |card| {
        card.rules.retain(|rule| rule.kind != kind || rule.creator != creator);
        card.updated = now;
    });
    Ok(Answer::empty())
}
