//! Pending calls: resumed, waited for, cancelled, stored, and sent on by another process.

use std::time::Duration;

use linkcy::sca::{Completion, PendingCall, ScaRefusal};
use linkcy::types::{RuleType, Tokens};
use linkcy::{Environment, Error, ScaPolicy};
use linkcy_sandbox::faults::{Effect, Fault};
use serde_json::{Value, json};

use super::world::{PAY, Paid, World, question, refused, typed};

#[tokio::test]
async fn every_resumption_sends_the_identical_bytes() {
    let world = World::new().await;
    world.phone();
    let pending = world.pending_payment().await;
    assert!(pending.resume::<Paid>(&world.partner).await.unwrap().is_none());
    world.control().approve(question(&pending));
    pending.wait::<Paid>(&world.partner).await.unwrap();
    let journal = world.control().journal();
    let bodies: Vec<_> = journal.iter().filter(|entry| entry.path == PAY).map(|entry| &entry.body_sha256).collect();
    assert_eq!(bodies.len(), 3);
    assert!(bodies.windows(2).all(|two| two[0] == two[1]), "{bodies:?}");
    assert_eq!(world.control().payments(), 1);
}

#[tokio::test]
async fn no_sca_id_is_sent_where_the_description_has_no_such_header() {
    let world = World::new().await;
    world.phone();
    let pending = world.pending_payment().await;
    pending.resume::<Paid>(&world.partner).await.unwrap();
    assert_eq!(world.headers(PAY, "linkcy-sca-id"), [None, None]);
    assert_eq!(world.headers(PAY, "linkcy-sca-strategy"), vec![Some("PUSH_NOTIFICATION".to_owned()); 2]);
}

#[tokio::test]
async fn where_completion_is_not_documented_nothing_is_sent_unless_the_caller_says_how() {
    let world = World::new().await;
    world.phone();
    let silent = world.client(world.partners_credentials()).sca(ScaPolicy::PushNotification).build().unwrap();
    let payment = world.payment();
    let pending = silent.transactions().create_to_beneficiary(&payment).await.unwrap_err().into_pending().unwrap();
    let error = pending.wait::<Paid>(&silent).await.unwrap_err();
    assert!(matches!(error, Error::ScaPolicy(ScaRefusal::CompletionUnknown { .. })), "{error:?}");
    assert_eq!(world.arrived(PAY), 1);
}

#[tokio::test]
async fn a_cancelled_wait_loses_nothing() {
    let world = World::new().await;
    world.phone();
    let pending = world.pending_payment().await;
    world.control().approve(question(&pending));
    // Held at the server when the waiter goes away: the payment is booked, its answer not yet here.
    let held = world.control().inject(Fault::new(Effect::Hold).on("POST", PAY).after_processing().once());
    let impatient = tokio::time::timeout(Duration::from_millis(100), pending.wait::<Paid>(&world.partner)).await;
    assert!(impatient.is_err());
    held.release();
    pending.deadline(Duration::MAX).wait::<Paid>(&world.partner).await.unwrap();
    assert_eq!((world.control().payments(), world.arrived(PAY)), (1, 2));
}

#[tokio::test]
async fn many_waiters_share_one_request_and_its_value() {
    let world = World::new().await;
    world.phone();
    let pending = std::sync::Arc::new(world.pending_payment().await);
    world.control().approve(question(&pending));
    let waiters: Vec<_> = (0..20)
        .map(|_| {
            let (pending, client) = (std::sync::Arc::clone(&pending), world.partner.clone());
            tokio::spawn(async move { pending.wait::<Paid>(&client).await.unwrap().id })
        })
        .collect();
    let mut ids = Vec::new();
    for waiter in waiters {
        ids.push(waiter.await.unwrap());
    }
    ids.dedup();
    assert_eq!((ids.len(), world.control().payments(), world.arrived(PAY)), (1, 1, 2));
}

#[tokio::test]
async fn a_stored_call_is_resumed_by_another_process() {
    let world = World::new().await;
    world.phone();
    let pending = world.pending_payment().await;
    let asked = question(&pending);
    let stored = serde_json::to_string(&pending).unwrap();
    drop(pending);
    world.control().approve(asked);

    // Nothing is shared with the first client but the text.
    let elsewhere =
        world.client(world.partners_credentials()).sca_completion(Completion::RepeatIdentical).build().unwrap();
    let stored: PendingCall = serde_json::from_str(&stored).unwrap();
    assert_eq!(stored.interaction().id, Some(asked.to_string()));
    stored.wait::<Paid>(&elsewhere).await.unwrap();
    assert_eq!(world.control().payments(), 1);
    // The sandbox keeps no list of processes, but of bodies.
    let journal = world.control().journal();
    let bodies: Vec<_> = journal.iter().filter(|entry| entry.path == PAY).map(|entry| &entry.body_sha256).collect();
    assert_eq!(bodies[0], bodies[1]);
}

#[tokio::test]
async fn an_approval_whose_answer_cannot_be_read_leaves_the_payment_unknown_and_is_not_used_twice() {
    let world = World::new().await;
    world.phone();
    let pending = world.pending_payment().await;
    world.control().approve(question(&pending));
    world.control().inject(Fault::new(Effect::NotJson).on("POST", PAY).once());
    for _ in 0..2 {
        let error = pending.wait::<Paid>(&world.partner).await.unwrap_err();
        let Error::OutcomeUnknown(unknown) = &error else { panic!("{error:?}") };
        assert!(unknown.sent.as_deref().unwrap().contains("beneficiaryId"), "{error}");
    }
    assert_eq!((world.control().payments(), world.arrived(PAY)), (1, 2));
}

async fn stored_payment(world: &World) -> Value {
    world.phone();
    serde_json::to_value(world.pending_payment().await).unwrap()
}

#[tokio::test]
async fn a_stored_call_goes_to_no_other_environment() {
    let world = World::new().await;
    let stored: PendingCall = typed(stored_payment(&world).await);
    let elsewhere = linkcy::Client::builder(Environment::at("https://api.bank.example").unwrap()).build().unwrap();
    let error = stored.wait::<Paid>(&elsewhere).await.unwrap_err();
    assert!(matches!(error, Error::ScaPolicy(ScaRefusal::OtherEnvironment { .. })), "{error:?}");
}

#[tokio::test]
async fn a_stored_call_that_was_bent_is_refused() {
    let world = World::new().await;
    let stored = stored_payment(&world).await;
    let ledgers = format!("{}/api/partner/ledgers", world.sandbox.url());
    let bent = |pointer: &str, value: &str| {
        let mut bent = stored.clone();
        *bent.pointer_mut(pointer).unwrap() = Value::from(value);
        serde_json::from_value::<PendingCall>(bent).err().map(|error| error.to_string())
    };
    for (pointer, value, says) in [
        ("/request/operation", "ledgers_list", "path is not the operation's"),
        ("/request/operation", "money_print", "no such operation"),
        ("/request/url", ledgers.as_str(), "path is not the operation's"),
        ("/request/url", "https://user@api.bank.example/api/partner/transactions", "address is invalid"),
        ("/request/url", "mailto:alice", "path is not the operation's"),
        ("/request/body", "not base64!", "body is not readable"),
        ("/request/headers/content-type", "application/json\n", "headers are invalid"),
    ] {
        let error = bent(pointer, value).unwrap_or_default();
        assert!(error.contains(says), "{pointer} {value}: {error:?}");
    }
}

#[tokio::test]
async fn a_pending_call_is_read_as_its_own_type_only() {
    let world = World::new().await;
    world.phone();
    let payment = world.payment();
    let call = || world.partner.transactions().create_to_beneficiary(&payment).sca(ScaPolicy::PushNotification);
    let pending = call().await.unwrap_err().into_pending().unwrap();
    world.control().approve(question(&pending));
    let mut stored = serde_json::to_value(&pending).unwrap();
    stored["request"]["output"] = Value::from("Ledger");
    let wrong = [pending.wait::<Tokens>(&world.partner).await, typed::<PendingCall>(stored).wait(&world.partner).await];
    for error in wrong.map(Result::unwrap_err) {
        assert!(matches!(error, Error::ScaPolicy(ScaRefusal::Output { .. })), "{error:?}");
    }
    assert_eq!((world.control().payments(), world.arrived(PAY)), (0, 1), "the wrong type sends nothing");
    pending.wait::<Value>(&world.partner).await.expect("plain JSON fits all");
    let other = world.partner.ledgers().get(world.card.into()).await.unwrap_err();
    assert!(other.into_pending().unwrap_err().is_not_found(), "other errors come back as they were");
}

#[tokio::test]
async fn a_lost_answer_is_an_unknown_outcome_and_not_asked_for_again_by_itself() {
    let world = World::new().await;
    world.phone();
    let pending = world.pending_payment().await;
    world.control().approve(question(&pending));
    world.control().inject(Fault::new(Effect::Drop).on("POST", PAY).after_processing().once());
    assert!(pending.wait::<Paid>(&world.partner).await.unwrap_err().is_outcome_unknown());
    // Nor by asking for it once more, which would put a second question to the end-user.
    let error = pending.wait::<Paid>(&world.partner).await.unwrap_err();
    assert!(matches!(error, Error::ScaPolicy(ScaRefusal::AnswerLost { .. })), "{error:?}");
    assert_eq!((world.control().payments(), world.arrived(PAY)), (1, 2));
}

#[tokio::test]
async fn an_expired_question_is_not_put_again_by_repeating_the_call() {
    let world = World::new().await;
    let mut stored = stored_payment(&world).await;
    stored["interaction"]["ttl"] = Value::from("PT0S");
    let stored: PendingCall = typed(stored);
    let error = stored.wait::<Paid>(&world.partner).await.unwrap_err();
    assert!(matches!(error, Error::ScaPolicy(ScaRefusal::Expired { .. })), "{error:?}");
    assert_eq!(world.arrived(PAY), 1);
}

#[tokio::test]
async fn a_declined_call_says_so_and_books_nothing() {
    let world = World::new().await;
    world.phone();
    let pending = world.pending_payment().await;
    world.control().decline(question(&pending));
    assert_eq!(refused(pending.wait::<Paid>(&world.partner).await), "SCA_REQUIRED");
    assert_eq!(world.control().payments(), 0);
}

#[tokio::test]
async fn what_is_shown_of_a_pending_call_holds_no_body() {
    let world = World::new().await;
    world.phone();
    let pending = world.pending_payment().await;
    let beneficiary = world.beneficiary.to_string();
    let shown = format!("{pending:?}");
    assert!(!shown.contains(&beneficiary) && shown.contains("create_to_beneficiary"), "{shown}");
}

#[tokio::test]
async fn a_wait_ends_at_its_deadline_and_the_request_under_way_goes_on() {
    let world = World::new().await;
    world.phone();
    let pending = world.pending_payment().await;
    world.control().approve(question(&pending));
    let held = world.control().inject(Fault::new(Effect::Hold).on("POST", PAY).once());
    let waiting = pending.deadline(Duration::from_millis(100));
    let waited = tokio::time::timeout(Duration::from_secs(10), waiting.wait::<Paid>(&world.partner)).await;
    let pending = waited.expect("the server is not waited for").unwrap_err().into_pending().unwrap();
    held.release();
    pending.deadline(Duration::MAX).wait::<Paid>(&world.partner).await.unwrap();
    assert_eq!((world.control().payments(), world.arrived(PAY)), (1, 2));
}

#[tokio::test]
async fn a_refusal_is_told_to_all_who_wait_and_asks_the_end_user_nothing_anew() {
    let world = World::new().await;
    world.phone();
    let pending = world.pending_payment().await;
    world.control().decline(question(&pending));
    let held = world.control().inject(Fault::new(Effect::Hold).on("POST", PAY).once());
    let (one, other, ()) =
        tokio::join!(pending.wait::<Paid>(&world.partner), pending.wait::<Paid>(&world.partner), async {
            held.wait_until_struck(1).await;
            held.release();
        });
    for refusal in [one, other, pending.wait(&world.partner).await] {
        assert_eq!(refused(refusal), "SCA_REQUIRED");
    }
    assert_eq!((world.control().interactions().len(), world.arrived(PAY)), (1, 2));
}

#[tokio::test]
async fn what_is_stored_after_the_approved_call_was_sent_is_not_sent_again() {
    let restored = |pending: &PendingCall| typed::<PendingCall>(serde_json::to_value(pending).unwrap());
    for lost in [true, false] {
        let world = World::new().await;
        world.phone();
        let pending = world.pending_payment().await;
        assert!(restored(&pending).resume::<Paid>(&world.partner).await.unwrap().is_none());
        world.control().approve(question(&pending));
        if lost {
            world.control().inject(Fault::new(Effect::Drop).on("POST", PAY).after_processing().once());
        }
        assert_eq!(pending.wait::<Paid>(&world.partner).await.is_err(), lost);
        // The end-user would be asked for a second payment.
        let error = restored(&restored(&pending)).wait::<Paid>(&world.partner).await.unwrap_err();
        assert!(matches!(error, Error::ScaPolicy(ScaRefusal::AnswerLost { .. })), "{error:?}");
        assert_eq!((world.control().payments(), world.control().interactions().len()), (1, 1));
    }
}

#[tokio::test]
async fn what_is_stored_while_a_request_is_under_way_is_not_sent_again() {
    let world = World::new().await;
    world.phone();
    let pending = world.pending_payment().await;
    world.control().approve(question(&pending));
    let held = world.control().inject(Fault::new(Effect::Hold).on("POST", PAY).after_processing().once());
    let (paid, stored) = tokio::join!(pending.wait::<Paid>(&world.partner), async {
        held.wait_until_struck(1).await;
        let stored = serde_json::to_value(&pending).unwrap();
        held.release();
        stored
    });
    paid.unwrap();
    let error = typed::<PendingCall>(stored).wait::<Paid>(&world.partner).await.unwrap_err();
    assert!(matches!(error, Error::ScaPolicy(ScaRefusal::AnswerLost { .. })), "{error:?}");
    assert_eq!((world.control().payments(), world.arrived(PAY)), (1, 2));
}

#[tokio::test]
async fn an_operation_that_gives_nothing_may_be_answered_with_something() {
    let world = World::new().await;
    world.phone();
    let rule = typed(json!({ "value": 80 }));
    let call = world.partner.cards().set_rule(world.card.into(), RuleType::DailyMaxSpend, &rule);
    let pending = call.sca(ScaPolicy::PushNotification).await.unwrap_err().into_pending().unwrap();
    let fault = Fault::new(Effect::Status { status: 200, body: Some(json!({ "set": true })) });
    world.control().inject(fault.on("PUT", "/api/partner/cards/{cardId}/rules/{ruleType}"));
    // As the call itself takes it.
    world.partner.cards().set_rule(world.card.into(), RuleType::DailyMaxSpend, &rule).await.unwrap();
    pending.wait::<()>(&world.partner).await.unwrap();
    assert_eq!(pending.wait::<Value>(&world.partner).await.unwrap(), json!({ "set": true }));
}
