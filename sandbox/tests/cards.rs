//! Cards: activation, rules, PINs, and what they reserve and take.

mod support;

use jiff::SignedDuration;
use serde_json::{Value, json};
use support::holder::{Holder, PAY, SIMULATE, standing};
use support::{Api, id};

#[tokio::test]
async fn an_authorization_reserves_and_its_clearing_takes() {
    let holder = Holder::start().await;
    let card = holder.api.card(&holder.ledger, "VIRTUAL").await;
    let authorization = holder.spend(&card, 30).await;
    assert_eq!(authorization["status"], "APPROVED");
    assert_eq!(holder.balance().await, (json!(100), json!(70), json!(30)));

    let clearing = json!({ "cardId": card, "amount": 25, "transactionId": authorization["id"] });
    holder.api.post(SIMULATE, clearing.clone()).await.expect(200);
    assert_eq!(holder.balance().await, (json!(75), json!(75), json!(0)));
    let cleared = holder.newest().await;
    assert_eq!(cleared["information"]["originalTransaction"]["id"], authorization["id"]);
    let released = holder.api.get(&format!("{PAY}/{}", id(&authorization))).await.expect(200);
    assert_eq!(released["status"], "RELEASED");
    assert_eq!(holder.api.post(SIMULATE, clearing).await.wrong_fields(), ["transactionId"]);
}

#[tokio::test]
async fn a_cleared_payment_is_refunded_in_parts_and_never_beyond_it() {
    let holder = Holder::start().await;
    let card = holder.api.card(&holder.ledger, "VIRTUAL").await;
    let authorization = holder.spend(&card, 30).await;
    let refund = |body| holder.api.control(reqwest::Method::POST, "/cards/refund", body);
    // Only what was cleared can come back.
    assert_eq!(refund(json!({ "transactionId": authorization["id"] })).await.0, 404);
    let clearing = json!({ "cardId": card, "amount": 30, "transactionId": authorization["id"] });
    holder.api.post(SIMULATE, clearing).await.expect(200);
    let cleared = holder.newest().await["id"].clone();

    let (status, done) = refund(json!({ "transactionId": cleared, "amount": 10.5 })).await;
    assert_eq!((status, holder.balance().await), (201, (json!(80.5), json!(80.5), json!(0))));
    let shown = holder.newest().await;
    assert_eq!(
        (&shown["id"], &shown["paymentType"], &shown["direction"], &shown["amount"]),
        (&done["transactionId"], &json!("PURCHASE_RETURN_OR_REFUND"), &json!("CREDIT"), &json!(10.5))
    );
    assert_eq!(shown["information"]["originalTransaction"]["id"], cleared);
    for amount in [json!(19.51), json!(0), json!(-1), json!(1.001), json!("1")] {
        let (status, refused) = refund(json!({ "transactionId": cleared, "amount": amount })).await;
        assert_eq!((status, &refused["details"][0]["field"]), (400, &json!("amount")), "{amount}: {refused}");
    }
    assert_eq!(refund(json!({ "transactionId": cleared })).await.0, 201);
    assert_eq!(holder.balance().await, (json!(100), json!(100), json!(0)));
    assert_eq!(refund(json!({ "transactionId": cleared })).await.0, 400);
    let money = holder.api.sandbox.control().money();
    assert_eq!(money.held, money.came_in - money.went_out);
}

#[tokio::test]
async fn an_authorization_nobody_clears_lets_go_after_days() {
    let holder = Holder::new(Api::with(standing()).await).await;
    let card = holder.api.card(&holder.ledger, "VIRTUAL").await;
    holder.spend(&card, 30).await;
    holder.api.sandbox.control().advance(SignedDuration::from_hours(24 * 7));
    assert_eq!(holder.balance().await, (json!(100), json!(100), json!(0)));
    assert_eq!(holder.newest().await["status"], "RELEASED");
}

#[tokio::test]
async fn a_card_is_declined_for_a_reason() {
    let holder = Holder::start().await;
    let card = holder.api.card(&holder.ledger, "VIRTUAL").await;
    let path = format!("/api/partner/cards/{card}");
    let reason = async |amount: u32| {
        let one = holder.spend(&card, amount).await;
        assert_eq!(one["status"], "DECLINED");
        one["information"]["declineReason"].as_str().unwrap().to_owned()
    };
    assert_eq!(reason(101).await, "INSUFFICIENT_FUNDS");
    holder.api.put(&format!("{path}/rules"), json!({ "type": "DAILY_MAX_SPEND", "value": 50 })).await.expect(204);
    assert_eq!(reason(51).await, "EXCEEDS_WITHDRAWAL_LIMIT");
    let ledger = format!("/api/partner/ledgers/{}/suspensions", holder.ledger);
    holder.api.post(&ledger, json!({ "reason": "test" })).await.expect(204);
    assert_eq!(holder.api.get(&path).await.expect(200)["rules"][1]["creator"], "LINKCY");
    assert_eq!(reason(1).await, "EXCEEDS_WITHDRAWAL_LIMIT");
    holder.api.delete(&format!("{ledger}/PARTNER")).await.expect(204);
    holder.api.post(&format!("{path}/suspend"), json!({ "operator": "PARTNER" })).await.expect(204);
    assert_eq!(reason(1).await, "CARD_NOT_ACTIVE");
    assert_eq!(holder.balance().await, (json!(100), json!(100), json!(0)));
}

#[tokio::test]
async fn a_physical_card_is_activated_by_its_last_digits_and_has_a_pin() {
    let holder = Holder::start().await;
    let api = &holder.api;
    let card = api.card(&holder.ledger, "PHYSICAL").await;
    let path = format!("/api/partner/cards/{card}");
    assert_eq!(api.get(&format!("{path}/pin")).await.refused(409), "CARD_MUST_BE_ACTIVE");
    let activate = |body: Value| api.post_activate(&path, body);
    assert_eq!(activate(json!({})).await.refused(400), "INVALID_PAN");
    let pan = api.get(&format!("{path}/pan")).await.expect(200);
    activate(json!({ "truncatedPan": pan })).await.expect(204);
    assert_eq!(activate(json!({})).await.refused(409), "CARD_MUST_BE_SUSPENDED_OR_AWAITING_ACTIVATION");
    assert_eq!(api.get(&format!("{path}/pin")).await.expect(200)["pin"].as_str().unwrap().len(), 4);

    assert!(api.sandbox.control().lock_pin(card.parse().unwrap()));
    assert_eq!(api.get(&path).await.expect(200)["pinStatus"], "LOCKED");
    api.post_empty(&format!("{path}/pin/reset")).await.expect(204);
    assert_eq!(api.get(&path).await.expect(200)["pinStatus"], "UNLOCKED");
}

#[tokio::test]
async fn what_the_partner_suspended_the_holder_does_not_reactivate() {
    let holder = Holder::start().await;
    let card = holder.api.card(&holder.ledger, "VIRTUAL").await;
    let path = format!("/api/partner/cards/{card}");
    let other = json!({ "operator": "PARTNER", "reason": "OTHER" });
    let refused = holder.api.post(&format!("{path}/suspend"), other).await;
    assert_eq!(refused.refused(400), "OTHER_STATUS_REASON_MUST_HAVE_A_DESCRIPTION");
    holder.api.post(&format!("{path}/suspend"), json!({ "operator": "PARTNER" })).await.expect(204);
    let tokens = holder.api.consumer_tokens("33612345678").await;
    let token = tokens["token"].as_str().unwrap();
    let activate = format!("{path}/activate");
    let hers = holder.api.as_bearer(token, reqwest::Method::POST, &activate, Some(json!({}))).await;
    assert_eq!(hers.refused(409), "INSUFFICIENT_RIGHTS");
    holder.api.post(&activate, json!({})).await.expect(204);
}

#[tokio::test]
async fn a_card_needs_a_fitting_profile() {
    let holder = Holder::start().await;
    let api = &holder.api;
    let profile = async |user: &str, ledger: &str, kind: &str| {
        let query = format!("userTypes={user}&ledgerTypes={ledger}&cardTypes={kind}");
        id(&api.get(&format!("/api/partner/card-profiles?{query}")).await.expect(200)["content"][0])
    };
    let create =
        |profile: String| api.post("/api/partner/cards", json!({ "ledgerId": holder.ledger, "profileId": profile }));
    let corporate = create(profile("CORPORATE", "EUR_FRANCE", "VIRTUAL").await).await;
    assert!(corporate.refused(400).starts_with("CARD_PROGRAM_NOT_COMPATIBLE_END_USER"));
    let belgian = create(profile("CONSUMER", "EUR_BELGIUM", "VIRTUAL").await).await;
    assert_eq!(belgian.refused(409), "CARD_PROGRAM_NOT_COMPATIBLE_LEDGER");
    let physical = create(profile("CONSUMER", "EUR_FRANCE", "PHYSICAL").await).await;
    assert_eq!(physical.refused(400), "DELIVERY_METHOD_REQUIRED");
    let good = profile("CONSUMER", "EUR_FRANCE", "VIRTUAL").await;
    let path = format!("/api/partner/card-profiles/{good}");
    api.put(&format!("{path}/rules/WEEKLY_MAX_SPEND"), json!({ "value": 10 })).await.expect(204);
    let card = id(&create(good.clone()).await.expect(201));
    let rules = api.get(&format!("/api/partner/cards/{card}")).await.expect(200)["rules"].clone();
    assert_eq!(rules[0]["type"], "WEEKLY_MAX_SPEND");
    api.patch(&path, json!({ "active": false })).await.expect(200);
    assert_eq!(create(good).await.refused(400), "CARD_PROFILE_NOT_ACTIVE");
}
