//! Cards: their life from creation to close, their PIN and their number. What LinkCy does asynchronously is done at once.

use jiff::SignedDuration;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::amount::Amount;
use crate::api::card_rules::rules_in;
use crate::api::context::Context;
use crate::api::list::Order;
use crate::api::route::{Route, partner_only, role};
use crate::http::answer::Answer;
use crate::http::refusal::{Refusal, refuse};
use crate::json::compact;
use crate::state::card::{Card, CardStatus, StatusReason};
use crate::state::card_profile::{CardProfile, CardType};
use crate::state::card_rule::CardRule;
use crate::state::end_user::Operator;
use crate::state::index::Key;
use crate::state::ledger::LedgerStatus;

pub(crate) const OPERATIONS: &[Route] = &[
    role("GET", "/api/partner/cards", "CARD_LIST", list),
    role("POST", "/api/partner/cards", "CARD_CREATE", create),
    role("GET", "/api/partner/cards/{cardId}", "CARD_INFO", read),
    role("PATCH", "/api/partner/cards/{cardId}", "CARD_UPDATE", update),
    role("POST", "/api/partner/cards/{cardId}/activate", "CARD_ACTIVATE", activate),
    role("POST", "/api/partner/cards/{cardId}/suspend", "CARD_SUSPEND", suspend),
    role("POST", "/api/partner/cards/{cardId}/close", "CARD_CLOSE", close),
    role("GET", "/api/partner/cards/{cardId}/pin", "CARD_PIN", pin),
    role("POST", "/api/partner/cards/{cardId}/pin/reset", "CARD_RESET_PIN_ATTEMPTS", reset_pin_attempts),
    partner_only("GET", "/api/partner/cards/{cardId}/pan", truncated_pan),
    role("GET", "/api/partner/cards/{cardId}/pan/credentials", "CARD_PAN_CREDENTIALS", pan_credentials),
];

/// How long the credentials for showing a PAN live, by the description.
const PAN_CREDENTIALS_LIFE: SignedDuration = SignedDuration::from_secs(60);

impl Context<'_> {
    fn set_status(&mut self, id: Uuid, status: CardStatus, why: Option<StatusReason>, event: &'static str) {
        let now = self.now;
        self.tables.cards.change(id, |card| {
            card.status = status;
            card.why = why;
            card.updated = now;
        });
        self.tell(event, json!({ "cardId": id }));
    }

    fn why(&self) -> Result<StatusReason, Refusal> {
        let text = |field: &str| self.text(field).map(str::to_owned);
        let (reason, other_reason) = (text("reason"), text("otherReason"));
        if reason.as_deref() == Some("OTHER") && other_reason.as_deref().is_none_or(str::is_empty) {
            return refuse("OTHER_STATUS_REASON_MUST_HAVE_A_DESCRIPTION");
        }
        Ok(StatusReason { operator: self.operator(self.text("operator"))?, reason, other_reason })
    }

    /// The card in the path, if it is active and of plastic.
    fn active_physical_card(&self) -> Result<&Card, Refusal> {
        let card = self.card()?;
        if card.kind != CardType::Physical {
            return refuse("CARD_MUST_BE_PHYSICAL");
        }
        if card.status != CardStatus::Active {
            return refuse("CARD_MUST_BE_ACTIVE");
        }
        Ok(card)
    }
}

fn list(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let keys = context.keys(&[("endUserId", Key::EndUser), ("ledgerId", Key::Ledger)]);
    let profile = context.id_filter("profileId");
    let (status, kind) = (context.filter::<CardStatus>("status"), context.filter::<CardType>("types"));
    let attribute = context.sorted_by();
    let rows = &context.tables.cards;
    let found = rows
        .placed_with(&keys)
        .filter(|(_, card)| profile.lets(Some(card.profile)) && status.lets(card.status) && kind.lets(card.kind));
    let found = found.map(|(position, one)| (Order::of_dates(attribute, one.created, one.updated), position));
    context.page(rows, found, |card| {
        json!({
            "id": card.id,
            "endUserId": card.end_user,
            "ledgerId": card.ledger,
            "friendlyName": card.friendly_name,
            "profile": { "id": card.profile, "name": card.profile_name },
            "expiryDate": card.expiry(),
            "nameOnCard": card.name_on_card,
            "type": card.kind,
            "status": card.status,
            "creationDate": card.created,
        })
    })
}

fn create(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let ledger = context.ledger(context.id("ledgerId"))?;
    let (ledger_id, end_user) = (ledger.id, ledger.end_user);
    let profile = context.id("profileId").and_then(|id| context.tables.card_profiles.get(id));
    let profile: CardProfile = profile.cloned().ok_or(Refusal::code("CARD_PROFILE_NOT_FOUND"))?;
    if !profile.active {
        return refuse("CARD_PROFILE_NOT_ACTIVE");
    }
    context.must_be_banked(end_user)?;
    let owner = context.tables.end_user(end_user).ok_or(Refusal::code("END_USER_NOT_FOUND"))?;
    let delivery_method = context.text("deliveryMethod").map(str::to_owned);
    match (profile.card_type, &delivery_method) {
        (CardType::Physical, None) => return refuse("DELIVERY_METHOD_REQUIRED"),
        (CardType::Virtual, Some(_)) => return refuse("INVALID_DELIVERY_METHOD"),
        _ => {}
    }
    match ledger.status() {
        LedgerStatus::Active => {}
        LedgerStatus::Suspended => return refuse("LEDGER_MUST_NOT_BE_SUSPENDED"),
        LedgerStatus::Closed => return refuse("LEDGER_MUST_BE_ACTIVE"),
    }
    if !profile.is_for(owner.is_consumer) {
        return refuse("CARD_PROGRAM_NOT_COMPATIBLE_END_USER");
    }
    if profile.ledger_type != ledger.card_program() {
        return refuse("CARD_PROGRAM_NOT_COMPATIBLE_LEDGER");
    }
    let siblings = || context.tables.cards.with(Key::Ledger(ledger_id));
    if siblings().next().is_none() && ledger.reserved != Amount::ZERO {
        return refuse("RESERVED_BALANCE_MUST_BE_EMPTY_WHEN_CREATING_FIRST_CARD");
    }
    let friendly_name = context.text("friendlyName").map(str::to_owned);
    if friendly_name.is_some() && siblings().any(|card| card.friendly_name == friendly_name) {
        return refuse("FRIENDLY_NAME_ALREADY_TAKEN");
    }
    let creator = if context.caller.is_partner() { Operator::Partner } else { Operator::EndUser };
    let mut rules = rules_in(&context.call.body["rules"], creator)?;
    for inherited in &profile.rules {
        // A rule sent by the partner takes the place of the profile's.
        if !rules.iter().any(|rule| rule.kind == inherited.kind && rule.creator == inherited.creator) {
            rules.push(inherited.clone());
        }
    }
    let name_on_card = context.text("nameOnCard").map_or_else(|| embossed(&owner.name), str::to_owned);
    let (id, now) = (context.seed.uuid(), context.now);
    let (pan, pin) = (format!("4000{}", context.seed.digits(12)), context.seed.digits(4));
    let status = match profile.card_type {
        CardType::Physical => CardStatus::AwaitingActivation,
        CardType::Virtual => CardStatus::Active,
    };
    context.tables.cards.put(Card {
        id,
        end_user,
        ledger: ledger_id,
        profile: profile.id,
        profile_name: profile.name,
        kind: profile.card_type,
        status,
        why: None,
        friendly_name,
        name_on_card,
        delivery_method,
        rules,
        pan,
        pin,
        pin_locked: false,
        created: now,
        updated: now,
    });
    context.tell("CARD_CREATED", json!({ "cardId": id, "ledgerId": ledger_id }));
    Ok(Answer::json(json!({ "id": id })))
}

fn read(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let card = context.card()?;
    let why = card.why.as_ref();
    Ok(Answer::json(compact(json!({
        "id": card.id,
        "endUserId": card.end_user,
        "ledgerId": card.ledger,
        "profile": { "id": card.profile, "name": card.profile_name },
        "expiryDate": card.expiry(),
        "nameOnCard": card.name_on_card,
        "friendlyName": card.friendly_name,
        "deliveryMethod": card.delivery_method,
        "truncatedPan": card.last_four(),
        "type": card.kind,
        "scheme": "VISA",
        "currency": "EUR",
        "status": {
            "value": card.status,
            "reason": why.and_then(|why| why.reason.clone()),
            "otherReason": why.and_then(|why| why.other_reason.clone()),
            "operator": why.map(|why| why.operator),
        },
        "creationDate": card.created,
        "updateDate": card.updated,
        "pinStatus": if card.pin_locked { "LOCKED" } else { "UNLOCKED" },
        "rules": card.rules.iter().map(CardRule::view).collect::<Value>(),
    }))))
}

fn update(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let (id, now) = (context.card()?.id, context.now);
    let friendly_name = context.text("friendlyName").map(str::to_owned);
    context.tables.cards.change(id, |card| {
        card.friendly_name = friendly_name.or(card.friendly_name.take());
        card.updated = now;
    });
    Ok(Answer::json(json!({ "id": id })))
}

fn activate(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let card = context.card()?;
    let id = card.id;
    let owner = context.tables.end_user(card.end_user).ok_or(Refusal::code("CARD_NOT_FOUND"))?;
    match card.status {
        CardStatus::AwaitingActivation => {
            if context.text("truncatedPan") != Some(card.last_four()) {
                return refuse("INVALID_PAN");
            }
        }
        CardStatus::Suspended => {
            let by_partner = card.why.as_ref().is_some_and(|why| why.operator != Operator::EndUser);
            if by_partner && !context.caller.is_partner() {
                return refuse("INSUFFICIENT_RIGHTS");
            }
        }
        CardStatus::Active | CardStatus::Closed => {
            return refuse("CARD_MUST_BE_SUSPENDED_OR_AWAITING_ACTIVATION");
        }
    }
    context.must_stand_well(owner.standing)?;
    context.set_status(id, CardStatus::Active, None, "CARD_UPDATED");
    Ok(Answer::empty())
}

fn suspend(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let card = context.card()?;
    let why = context.why()?;
    if card.status != CardStatus::Active {
        return refuse("CARD_MUST_BE_ACTIVE");
    }
    let id = card.id;
    context.set_status(id, CardStatus::Suspended, Some(why), "CARD_UPDATED");
    Ok(Answer::empty())
}

fn close(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let (id, why) = (context.card()?.id, context.why()?);
    context.set_status(id, CardStatus::Closed, Some(why), "CARD_CLOSED");
    Ok(Answer::empty())
}

fn pin(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    Ok(Answer::json(json!({ "pin": context.active_physical_card()?.pin })))
}

fn reset_pin_attempts(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let id = context.active_physical_card()?.id;
    context.tables.cards.change(id, |card| card.pin_locked = false);
    Ok(Answer::empty())
}

fn truncated_pan(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let card = context.card()?;
    if card.kind != CardType::Physical {
        return refuse("CARD_MUST_BE_PHYSICAL");
    }
    Ok(Answer::json(json!(card.last_four())))
}

fn pan_credentials(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    if context.card()?.status != CardStatus::Active {
        return refuse("OPERATION_NOT_ALLOWED");
    }
    let (token, secret) = (context.seed.secret(32), context.seed.secret(32));
    Ok(Answer::json(json!({ "token": token, "secret": secret, "ttl": PAN_CREDENTIALS_LIFE.to_string() })))
}

/// Latin letters beside A to Z, and what a card has in their place.
const EMBOSSED: &[(&str, &str)] = &[
    ("ÀÁÂÃÄÅĀĂĄ", "A"),
    ("Æ", "AE"),
    ("ÇĆČĈ", "C"),
    ("ÐĎĐ", "D"),
    ("ÈÉÊËĒĖĘĚ", "E"),
    ("ĜĞĠĢ", "G"),
    ("ÌÍÎÏĪĮİ", "I"),
    ("ŁĹĻĽ", "L"),
    ("ÑŃŅŇ", "N"),
    ("ÒÓÔÕÖØŌŐ", "O"),
    ("Œ", "OE"),
    ("ŔŖŘ", "R"),
    ("ŚŞŠȘ", "S"),
    ("ŢŤȚ", "T"),
    ("Þ", "TH"),
    ("ÙÚÛÜŪŮŰŲ", "U"),
    ("ÝŸ", "Y"),
    ("ŹŻŽ", "Z"),
];

/// A name as a card shows it, by the description: A to Z and spaces, at most 21.
fn embossed(name: &str) -> String {
    let mut shown = String::new();
    for letter in name.to_uppercase().chars() {
        match EMBOSSED.iter().find(|(letters, _)| letters.contains(letter)) {
            Some((_, plain)) => shown.push_str(plain),
            None if letter.is_ascii_uppercase() => shown.push(letter),
            None if letter.is_whitespace() || matches!(letter, '-' | '\'' | '\u{2019}') => shown.push(' '),
            None => {}
        }
    }
    let shown: String = shown.trim().chars().take(21).collect();
    // A name in another script has none of these letters.
    if shown.is_empty() { "CARD HOLDER".to_owned() } else { shown.trim_end().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::embossed;

    #[test]
    fn a_name_is_transliterated_for_a_card() {
        for (name, shown) in [
            ("Zoë Martin", "ZOE MARTIN"),
            ("Jürgen Groß", "JURGEN GROSS"),
            ("Anne-Sophie O'Neil", "ANNE SOPHIE O NEIL"),
            ("Łukasz Œuvrard", "LUKASZ OEUVRARD"),
            ("Maximiliane Hohenzollern", "MAXIMILIANE HOHENZOLL"),
            ("Ирина", "CARD HOLDER"),
        ] {
            assert_eq!(embossed(name), shown, "{name}");
        }
    }
}
