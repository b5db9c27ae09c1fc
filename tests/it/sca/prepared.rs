//! Prepared calls: signed elsewhere, sent later, from another process if need be.

use linkcy::sca::{PreparedCall, ScaRefusal, Signature, SigningInput};
use linkcy::types::{BeneficiaryTransactionCreateRequest, Tokens};
use linkcy::{Error, ScaPolicy};
use linkcy_sandbox::faults::{Effect, Fault};
use serde_json::{Value, json};

use super::world::{PASSWORD, PAY, PHONE, Paid, World, refused, typed};

async fn prepared(world: &World) -> PreparedCall {
    let payment = world.payment();
    let prepared = world.partner.transactions().create_to_beneficiary(&payment).prepare().await.unwrap();
    assert_eq!(world.control().journal().len(), 0, "preparing sends nothing");
    prepared
}

fn signature(world: &World, input: &SigningInput) -> Signature {
    Signature::new(world.phone().signature(input)).unwrap()
}

#[tokio::test]
async fn a_prepared_call_is_signed_elsewhere_and_sent_by_another_process() {
    let world = World::new().await;
    let prepared = prepared(&world).await;
    let input = prepared.signing_input();
    assert_eq!(serde_json::to_value(&input).unwrap()["pathTemplate"], PAY);
    let kept = serde_json::to_string(&prepared).unwrap();
    drop(prepared);

    let elsewhere = world.client(world.partners_credentials()).build().unwrap();
    let prepared: PreparedCall = serde_json::from_str(&kept).unwrap();
    assert_eq!(prepared.signing_input(), input);
    elsewhere.send_prepared::<Paid>(prepared, signature(&world, &input)).await.unwrap();
    assert_eq!(world.control().payments(), 1);
}

#[tokio::test]
async fn its_bytes_are_those_of_the_call_itself() {
    let world = World::new().await;
    let prepared = prepared(&world).await;
    let payment = world.payment();
    world.partner.transactions().create_to_beneficiary(&payment).sca(ScaPolicy::ByPass).await.unwrap();
    let input = prepared.signing_input();
    world.partner.send_prepared::<Paid>(prepared, signature(&world, &input)).await.unwrap();
    let journal = world.control().journal();
    let sent: Vec<_> = journal
        .iter()
        .map(|entry| {
            (&entry.path, &entry.query, &entry.body_sha256, entry.header("content-type"), entry.header("accept"))
        })
        .collect();
    assert_eq!(sent[0], sent[1]);
}

#[tokio::test]
async fn a_body_changed_in_the_store_is_not_what_was_signed() {
    let world = World::new().await;
    let prepared = prepared(&world).await;
    let input = prepared.signing_input();
    let mut kept = serde_json::to_value(&prepared).unwrap();
    let dearer = World::new().await;
    let payment: BeneficiaryTransactionCreateRequest =
        typed(json!({ "ledgerFromId": world.ledger, "beneficiaryId": world.beneficiary, "amount": 999 }));
    let other = dearer.partner.transactions().create_to_beneficiary(&payment).prepare().await.unwrap();
    kept["body"] = serde_json::to_value(&other).unwrap()["body"].take();
    let bent: PreparedCall = typed(kept);
    let outcome = world.partner.send_prepared::<Paid>(bent, signature(&world, &input)).await;
    assert_eq!(refused(outcome), "SCA_SIGNATURE_DOES_NOT_MATCH");
    assert_eq!(world.control().payments(), 0);
}

#[tokio::test]
async fn a_prepared_call_whose_connection_drops_is_not_sent_again() {
    let world = World::new().await;
    let prepared = prepared(&world).await;
    let signature = signature(&world, &prepared.signing_input());
    world.control().inject(Fault::new(Effect::Drop).on("POST", PAY).once());
    let error = world.partner.send_prepared::<Paid>(prepared, signature).await.unwrap_err();
    assert!(error.is_outcome_unknown(), "{error:?}");
    assert_eq!(world.arrived(PAY), 1);
}

#[tokio::test]
async fn operations_that_give_nothing_are_prepared_too() {
    let world = World::new().await;
    let rule = typed(json!({ "value": 80 }));
    let call = world.partner.cards().set_rule(world.card.into(), linkcy::types::RuleType::DailyMaxSpend, &rule);
    let prepared = call.prepare().await.unwrap();
    let signature = signature(&world, &prepared.signing_input());
    let () = world.partner.send_prepared(prepared, signature).await.unwrap();
}

#[tokio::test]
async fn what_breaks_a_bound_is_not_even_prepared() {
    let world = World::new().await;
    let payment: BeneficiaryTransactionCreateRequest = typed(json!({
        "ledgerFromId": world.ledger, "beneficiaryId": world.beneficiary, "amount": 1, "reference": "x".repeat(5000),
    }));
    let error = world.partner.transactions().create_to_beneficiary(&payment).prepare().await.unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
}

#[tokio::test]
async fn it_is_read_back_as_its_own_type_only_and_shows_no_body() {
    let world = World::new().await;
    let prepared = prepared(&world).await;
    assert!(!format!("{prepared:?}{:?}", prepared.signing_input()).contains(&world.beneficiary.to_string()));
    let kept = serde_json::to_value(&prepared).unwrap();
    let signature = signature(&world, &prepared.signing_input());
    let error = world.partner.send_prepared::<Tokens>(prepared, signature.clone()).await.unwrap_err();
    assert!(matches!(error, Error::ScaPolicy(ScaRefusal::Output { .. })), "{error:?}");
    assert_eq!(world.arrived(PAY), 0, "the wrong type sends nothing");
    world.partner.send_prepared::<Value>(typed(kept), signature).await.expect("plain JSON fits all");
}

#[tokio::test]
async fn a_prepared_login_is_stored_only_when_the_caller_knows_that_it_holds_a_password() {
    let world = World::new().await;
    let login = typed(json!({ "consumerPhone": PHONE, "partnerName": "sandbox", "password": PASSWORD }));
    let prepared = world.partner.auth().login(&login).prepare().await.unwrap();
    assert!(serde_json::to_string(&prepared).unwrap_err().to_string().contains("with_credentials()"));
    assert!(serde_json::to_string(&prepared.with_credentials()).is_ok());
}

#[tokio::test]
async fn a_prepared_operation_that_gives_nothing_may_be_answered_with_something() {
    let world = World::new().await;
    let call = world.partner.cards().reset_pin_attempts(world.card.into());
    let prepared = call.prepare().await.unwrap();
    let signature = signature(&world, &prepared.signing_input());
    let reset = "/api/partner/cards/{cardId}/pin/reset";
    let fault = Fault::new(Effect::Status { status: 200, body: Some(json!({ "reset": true })) });
    world.control().inject(fault.on("POST", reset));
    world.partner.send_prepared::<()>(prepared, signature).await.unwrap();
}
