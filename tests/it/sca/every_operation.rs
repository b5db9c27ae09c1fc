//! Every operation that takes SCA headers, under every policy, to every outcome.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use linkcy::types::RuleType;
use linkcy::{Error, OPERATIONS, ScaPolicy};
use linkcy_sandbox::Sandbox;
use linkcy_sandbox::sca::ScaDemand;
use serde_json::{Value, json};

use super::world::{Held, PASSWORD, PHONE, Phone, World, question, refused, typed};

/// The operations by name. What is not in the table has no call here, and the first test says so.
const CALLED: [&str; 14] = [
    "auth.login",
    "auth.refresh",
    "beneficiaries.create",
    "beneficiaries.update",
    "cards.create",
    "cards.delete_rule",
    "cards.get_pan_credentials",
    "cards.get_pin",
    "cards.reset_pin_attempts",
    "cards.set_rule",
    "cards.set_rule_by_body",
    "consumers.update",
    "transactions.create_inter_ledger",
    "transactions.create_to_beneficiary",
];

/// Makes the operation's call with that policy; none leaves it to the server.
#[allow(deprecated, reason = "one of them is")]
async fn call(world: &World, operation: &str, policy: Option<ScaPolicy>) -> Result<(), Error> {
    macro_rules! make {
        ($call:expr) => {{
            let call = $call;
            match policy {
                Some(policy) => call.sca(policy).send().await.map(drop),
                None => call.send().await.map(drop),
            }
        }};
    }
    let linkcy = &world.partner;
    let card = world.card.into();
    match operation {
        "auth.login" => {
            let name = &world.sandbox.credentials().partner_name;
            let body = typed(json!({ "consumerPhone": PHONE, "partnerName": name, "password": PASSWORD }));
            make!(linkcy.auth().login(&body))
        }
        "auth.refresh" => {
            let body = typed(json!({ "refreshToken": world.refresh_token }));
            make!(linkcy.auth().refresh(&body))
        }
        "beneficiaries.create" => {
            let account = json!({ "iban": "FR7610107001011234567890129", "bic": "BREDFRPP" });
            let body = typed(json!({
                "endUserId": world.alice, "type": "PERSON", "name": "Carol", "bankingDetails": account,
            }));
            make!(linkcy.beneficiaries().create(&body))
        }
        "beneficiaries.update" => {
            let body = typed(json!({ "display": true }));
            make!(linkcy.beneficiaries().update(world.beneficiary.into(), &body))
        }
        "cards.create" => {
            let body = typed(json!({ "ledgerId": world.ledger, "profileId": world.profile }));
            make!(linkcy.cards().create(&body))
        }
        "cards.delete_rule" => make!(linkcy.cards().delete_rule(card, RuleType::DailyMaxSpend)),
        "cards.get_pan_credentials" => make!(linkcy.cards().get_pan_credentials(card)),
        "cards.get_pin" => make!(linkcy.cards().get_pin(card)),
        "cards.reset_pin_attempts" => make!(linkcy.cards().reset_pin_attempts(card)),
        "cards.set_rule" => {
            let body = typed(json!({ "value": 80 }));
            make!(linkcy.cards().set_rule(card, RuleType::DailyMaxSpend, &body))
        }
        "cards.set_rule_by_body" => {
            let body = typed(json!({ "type": "DAILY_MAX_SPEND", "value": 50 }));
            make!(linkcy.cards().set_rule_by_body(card, &body))
        }
        "consumers.update" => {
            let body = typed(json!({ "externalId": "alice-1" }));
            make!(linkcy.consumers().update(world.alice.into(), &body))
        }
        "transactions.create_inter_ledger" => {
            let body = typed(json!({ "ledgerFromId": world.ledger, "ledgerToId": world.other_ledger, "amount": 3.50 }));
            make!(linkcy.transactions().create_inter_ledger(&body))
        }
        "transactions.create_to_beneficiary" => {
            let body = world.payment();
            make!(linkcy.transactions().create_to_beneficiary(&body))
        }
        other => panic!("no call for {other}"),
    }
}

/// A world in which the operation can succeed.
async fn world_for(operation: &str, demand: ScaDemand) -> World {
    let world = World::with(Sandbox::builder().sca(demand)).await;
    match operation {
        "cards.delete_rule" => {
            let signed = ScaPolicy::data_signing(Held(Arc::new(world.phone())));
            call(&world, "cards.set_rule", Some(signed)).await.unwrap();
        }
        "cards.reset_pin_attempts" => assert!(world.control().lock_pin(world.card)),
        _ => {}
    }
    world.control().clear_journal();
    world
}

/// What the end-user, or the phone, does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    Approved,
    Declined,
    Expired,
    Undecided,
    Signed,
    SignedByAStranger,
    Passed,
    Required,
}

/// Policy and what the other side does. None of these lets the operation happen, so one world serves them all.
const IN_VAIN: [(&str, Outcome); 4] = [
    ("push", Outcome::Declined),
    ("push", Outcome::Expired),
    ("push", Outcome::Undecided),
    ("data signing", Outcome::SignedByAStranger),
];

/// The others have a world each, which demands SCA like this.
const IN_THEIR_WORLD: [(&str, Outcome, ScaDemand); 6] = [
    ("push", Outcome::Approved, ScaDemand::WhenAsked),
    ("none", Outcome::Approved, ScaDemand::Always),
    ("none", Outcome::Passed, ScaDemand::WhenAsked),
    ("data signing", Outcome::Signed, ScaDemand::Strict),
    ("by-pass", Outcome::Passed, ScaDemand::Always),
    ("by-pass", Outcome::Required, ScaDemand::Strict),
];

async fn plays_out(world: &World, operation: &str, policy: &str, outcome: Outcome) {
    world.control().clear_journal();
    let phone = Arc::new(match outcome {
        Outcome::SignedByAStranger => {
            let honest = world.phone();
            let mut key = serde_json::to_value(&honest.key).unwrap();
            key["biometryKey"] = json!("BwcHBwcHBwcHBwcHBwcHBw==");
            Phone::new(typed(key), world.control().clock().clone())
        }
        _ => world.phone(),
    });
    let policy = match policy {
        "push" => Some(ScaPolicy::PushNotification),
        "data signing" => Some(ScaPolicy::data_signing(Held(Arc::clone(&phone)))),
        "by-pass" => Some(ScaPolicy::ByPass),
        _ => None,
    };
    let answer = call(world, operation, policy).await;
    let sent = world.control().journal().len();
    match outcome {
        Outcome::Passed => answer.unwrap(),
        Outcome::Signed => {
            answer.unwrap();
            assert_eq!((phone.times(), sent), (1, 1));
        }
        Outcome::SignedByAStranger => {
            assert_eq!(refused(answer), "SCA_SIGNATURE_DOES_NOT_MATCH");
            assert_eq!((phone.times(), sent), (1, 1), "neither refreshed nor repeated");
        }
        Outcome::Required => assert_eq!(refused(answer), "SCA_REQUIRED"),
        Outcome::Approved | Outcome::Declined | Outcome::Expired | Outcome::Undecided => {
            let pending = answer.unwrap_err().into_pending().unwrap().interval(Duration::from_millis(1));
            let asked = question(&pending);
            assert!(pending.interaction().device_id.is_some() && pending.interaction().expires_at().is_some());
            assert_eq!(pending.resume::<Value>(&world.partner).await.unwrap(), None);
            let control = world.control();
            match outcome {
                Outcome::Approved => {
                    assert!(control.approve(asked));
                    pending.wait::<Value>(&world.partner).await.unwrap();
                    // Asked again, the value is given again: nothing is sent twice.
                    let sent = control.journal().len();
                    pending.wait::<Value>(&world.partner).await.unwrap();
                    assert_eq!(control.journal().len(), sent);
                }
                Outcome::Declined => {
                    assert!(control.decline(asked));
                    assert_eq!(refused(pending.wait::<Value>(&world.partner).await), "SCA_REQUIRED");
                }
                Outcome::Expired => {
                    assert!(control.expire_interaction(asked));
                    let again = pending.wait::<Value>(&world.partner).await.unwrap_err().into_pending().unwrap();
                    assert_ne!(question(&again), asked);
                }
                _ => {
                    let waited = pending.deadline(Duration::from_millis(5)).wait::<Value>(&world.partner).await;
                    let pending = waited.unwrap_err().into_pending().unwrap();
                    assert_eq!(question(&pending), asked);
                    // The request that may be under way.
                    assert_eq!(pending.resume::<Value>(&world.partner).await.unwrap(), None);
                }
            }
        }
    }
}

#[test]
fn every_operation_of_the_table_is_called_here() {
    let listed: BTreeSet<&str> =
        OPERATIONS.iter().filter(|operation| operation.sca.is_some()).map(|operation| operation.name).collect();
    assert_eq!(listed, BTreeSet::from(CALLED));
}

macro_rules! each_operation {
    ($($test:ident = $operation:literal,)*) => {$(
        #[tokio::test]
        async fn $test() {
            let world = world_for($operation, ScaDemand::WhenAsked).await;
            for (policy, outcome) in IN_VAIN {
                eprintln!("{policy}: {outcome:?}");
                plays_out(&world, $operation, policy, outcome).await;
            }
            for (policy, outcome, demand) in IN_THEIR_WORLD {
                eprintln!("{policy}, {demand:?}: {outcome:?}");
                plays_out(&world_for($operation, demand).await, $operation, policy, outcome).await;
            }
        }
    )*};
}

each_operation! {
    login_meets_every_outcome = "auth.login",
    refresh_meets_every_outcome = "auth.refresh",
    creating_a_beneficiary_meets_every_outcome = "beneficiaries.create",
    changing_a_beneficiary_meets_every_outcome = "beneficiaries.update",
    creating_a_card_meets_every_outcome = "cards.create",
    deleting_a_card_rule_meets_every_outcome = "cards.delete_rule",
    reading_pan_credentials_meets_every_outcome = "cards.get_pan_credentials",
    reading_a_pin_meets_every_outcome = "cards.get_pin",
    resetting_pin_attempts_meets_every_outcome = "cards.reset_pin_attempts",
    setting_a_card_rule_meets_every_outcome = "cards.set_rule",
    setting_a_card_rule_by_body_meets_every_outcome = "cards.set_rule_by_body",
    changing_a_consumer_meets_every_outcome = "consumers.update",
    transfers_between_ledgers_meet_every_outcome = "transactions.create_inter_ledger",
    payments_meet_every_outcome = "transactions.create_to_beneficiary",
}
