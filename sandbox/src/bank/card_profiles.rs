//! Card designs and the profiles made from them. A sandbox starts with some of each.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::card_rules::{Rule, replace};
use super::desk::{Desk, word};
use super::end_users::Operator;
use super::operations::{Modelled, role};
use super::{Bank, Row};
use crate::server::{Answer, Refusal, refuse};

pub(super) const OPERATIONS: &[Modelled] = &[
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

/// Whether a card is of plastic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum CardType {
    Physical,
    Virtual,
}

/// Whom a card is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum UserType {
    Consumer,
    Corporate,
}

/// A design that cards can have.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CardDesign {
    id: Uuid,
    name: String,
    ledger_type: String,
    card_type: CardType,
    user_type: UserType,
}

impl Row for CardDesign {
    fn id(&self) -> Uuid {
        self.id
    }
}

/// What new cards are made by.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CardProfile {
    pub(super) id: Uuid,
    pub(super) name: String,
    design: Uuid,
    program: Uuid,
    pub(super) ledger_type: String,
    pub(super) card_type: CardType,
    user_type: UserType,
    pub(super) active: bool,
    pub(super) rules: Vec<Rule>,
}

impl Row for CardProfile {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl CardProfile {
    /// Whether its cards are for consumers, or for corporates.
    pub(super) fn is_for(&self, consumer: bool) -> bool {
        self.user_type == if consumer { UserType::Consumer } else { UserType::Corporate }
    }

    fn of(design: &CardDesign, id: Uuid, program: Uuid, name: String) -> Self {
        Self {
            id,
            name,
            design: design.id,
            program,
            ledger_type: design.ledger_type.clone(),
            card_type: design.card_type,
            user_type: design.user_type,
            active: true,
            rules: Vec::new(),
        }
    }
}

impl Bank {
    /// The designs a sandbox starts with, and an active profile of each.
    pub(super) fn lay_out_cards(&mut self) {
        for ledger_type in ["EUR_FRANCE", "EUR_BELGIUM"] {
            for user_type in [UserType::Consumer, UserType::Corporate] {
                for card_type in [CardType::Virtual, CardType::Physical] {
                    let name = format!("{ledger_type} {} {}", word(&user_type), word(&card_type));
                    let (id, ledger_type) = (self.seed.uuid(), ledger_type.to_owned());
                    let design = CardDesign { id, name: name.clone(), ledger_type, card_type, user_type };
                    let (profile, program) = (self.seed.uuid(), self.seed.uuid());
                    self.tables.card_profiles.put(CardProfile::of(&design, profile, program, name));
                    self.tables.card_designs.put(design);
                }
            }
        }
    }
}

impl Desk<'_> {
    fn card_profile(&self) -> Result<&CardProfile, Refusal> {
        let found = self.call.id("cardProfileId").and_then(|id| self.tables.card_profiles.get(id));
        found.ok_or(Refusal::code("CARD_PROFILE_NOT_FOUND"))
    }
}

fn list_designs(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    Ok(desk.page(
        &desk.tables.card_designs,
        |design| {
            desk.wanted("scheme", "VISA")
                && desk.wanted("ledgerType", &design.ledger_type)
                && desk.wanted("cardType", &word(&design.card_type))
                && desk.wanted("userType", &word(&design.user_type))
        },
        |design, _| Some(design.name.clone()),
        |design| {
            json!({
                "id": design.id,
                "friendlyName": design.name,
                "scheme": "VISA",
                "ledgerType": design.ledger_type,
                "cardType": design.card_type,
                "userType": design.user_type,
                "availableCountries": ["FRA", "BEL"],
            })
        },
    ))
}

fn list(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    // End-users only ever see active profiles.
    let active = match desk.caller.end_user() {
        Some(_) => Some(true),
        None => desk.call.parameter("active").and_then(Value::as_bool),
    };
    Ok(desk.page(
        &desk.tables.card_profiles,
        |profile| {
            active.is_none_or(|active| profile.active == active)
                && desk.wanted("userTypes", &word(&profile.user_type))
                && desk.wanted("ledgerTypes", &profile.ledger_type)
                && desk.wanted("cardTypes", &word(&profile.card_type))
        },
        |profile, _| Some(profile.name.clone()),
        |profile| {
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
                "rules": profile.rules.iter().map(Rule::profile_view).collect::<Value>(),
            })
        },
    ))
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
    if let Some(rule) = Rule::in_body(&desk.call.body, desk.call.text("ruleType"), Operator::Partner) {
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
