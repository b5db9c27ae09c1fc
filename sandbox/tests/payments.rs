//! Ledgers, payments and direct debits: what moves money, and what refuses to.

mod support;

use jiff::SignedDuration;
use serde_json::json;
use support::holder::{BETWEEN, Holder, PAY, standing};
use support::{Api, beneficiary, id};

#[tokio::test]
async fn a_ledger_never_falls_below_zero() {
    let holder = Holder::start().await;
    let refused = holder.api.post(PAY, holder.payment(json!(100.01))).await;
    assert_eq!(refused.refused(409), "LEDGER_MUST_BE_PROVISIONED");
    holder.api.post(PAY, holder.payment(json!(100))).await.expect(201);
    assert_eq!(holder.balance().await.0, 0);
}

#[tokio::test]
async fn a_pending_transfer_reserves_its_money_until_it_leaves() {
    let holder = Holder::new(Api::with(standing().settlement(SignedDuration::from_hours(1))).await).await;
    let payment = id(&holder.api.post(PAY, holder.payment(json!(40))).await.expect(201));
    assert_eq!(holder.balance().await, (json!(100), json!(60), json!(40)));
    assert_eq!(holder.newest().await["status"], "PENDING");
    let refused = holder.api.post(PAY, holder.payment(json!(61))).await;
    assert_eq!(refused.refused(409), "LEDGER_MUST_BE_PROVISIONED");

    holder.api.sandbox.control().advance(SignedDuration::from_hours(1));
    assert_eq!(holder.balance().await, (json!(60), json!(60), json!(0)));
    assert_eq!(holder.api.get(&format!("{PAY}/{payment}")).await.expect(200)["status"], "APPROVED");
}

#[tokio::test]
async fn a_payment_over_the_limit_is_declined_and_listed_as_such() {
    let holder = Holder::start().await;
    let ledger = format!("/api/partner/ledgers/{}", holder.ledger);
    holder
        .api
        .patch(&ledger, json!({ "limits": { "transactionLimit": 50, "transactionDailyLimit": 60 } }))
        .await
        .expect(200);
    for amount in [51, 40, 21] {
        holder.api.post(PAY, holder.payment(json!(amount))).await.expect(201);
    }
    let declined = holder.api.get(&format!("{PAY}?status=DECLINED")).await.expect(200);
    assert_eq!(declined["totalElements"], 2);
    assert_eq!(declined["content"][0]["information"]["declineReason"], "LIMITS_EXCEEDED");
    let shown = holder.api.get(&format!("{PAY}?showDeclinedTransaction=false")).await.expect(200);
    assert_eq!((&shown["totalElements"], holder.balance().await.0), (&json!(2), json!(60)));
}

#[tokio::test]
async fn a_payment_needs_a_good_beneficiary_and_an_upgraded_ledger() {
    let holder = Holder::start().await;
    let api = &holder.api;
    let pay = |beneficiary: &str| {
        api.post(PAY, json!({ "ledgerFromId": holder.ledger, "beneficiaryId": beneficiary, "amount": 1 }))
    };
    let one = format!("/api/partner/beneficiaries/{}", holder.beneficiary);
    api.patch(&one, json!({ "active": false })).await.expect(200);
    assert_eq!(pay(&holder.beneficiary).await.refused(409), "BENEFICIARY_MUST_BE_ACTIVE");

    let doubtful = beneficiary(&holder.consumer, "SANDBOX REVIEW", "BE68539007547034");
    let doubtful = id(&api.post("/api/partner/beneficiaries", doubtful).await.expect(201));
    assert_eq!(pay(&doubtful).await.refused(409), "BENEFICIARY_MUST_BE_VALID");
    let status = format!("/api/partner/beneficiaries/{doubtful}/status");
    api.ask(reqwest::Method::PATCH, &status).await.expect(200);
    pay(&doubtful).await.expect(201);

    let plain = json!({ "endUserId": holder.consumer, "type": "EUR_FRANCE" });
    let plain = id(&api.post("/api/partner/ledgers", plain).await.expect(201));
    api.post("/api/partner/ledgers/credit", json!({ "ledgerId": plain, "amount": 5 })).await.expect(200);
    let payment = json!({ "ledgerFromId": plain, "beneficiaryId": doubtful, "amount": 1 });
    assert_eq!(api.post(PAY, payment).await.refused(409), "LEDGER_MUST_BE_UPGRADED");
}

#[tokio::test]
async fn beneficiaries_are_unique_and_their_banks_checked() {
    let holder = Holder::start().await;
    let add = |iban: &str, bic: &str| {
        let mut one = beneficiary(&holder.consumer, "Eve", iban);
        one["bankingDetails"]["bic"] = json!(bic);
        holder.api.post("/api/partner/beneficiaries", one)
    };
    let good = "FR7630006000011234567890189";
    assert_eq!(add(good, "BNPAFRPP").await.refused(409), "BENEFICIARY_ALREADY_EXISTS");
    assert_eq!(add("FR7630006000011234567890188", "BNPAFRPP").await.refused(400), "IBAN_NOT_SUPPORTED");
    assert_eq!(add(good, "nonsense").await.refused(400), "INVALID_BIC_SWIFT");
    assert_eq!(add(good, "SABRRUMM").await.refused(400), "NOT_ALLOWED_BIC_SWIFT");
}

#[tokio::test]
async fn a_transfer_between_ledgers_moves_money_and_makes_none() {
    let holder = Holder::start().await;
    let other = holder.api.banked_consumer("699999999").await;
    let other = holder.api.ledger(&other, 0).await;
    let transfer = |to: &str| json!({ "ledgerFromId": holder.ledger, "ledgerToId": to, "amount": 33.33 });
    holder.api.post(BETWEEN, transfer(&other)).await.expect(201);
    assert_eq!(holder.balance().await.0, 66.67);
    assert_eq!(holder.api.balance(&other).await.0, 33.33);
    let same = holder.api.post(BETWEEN, transfer(&holder.ledger)).await;
    assert_eq!(same.refused(409), "INTER_LEDGER_TRANSACTION_MUST_BE_TWO_DIFFERENT_LEDGERS");
    assert_eq!(holder.newest().await["type"], "INTER_LEDGER");
}

#[tokio::test]
async fn a_beneficiary_inside_the_bank_is_paid_inside_only_if_allowed() {
    let holder = Holder::start().await;
    let other = holder.api.banked_consumer("699999999").await;
    let other = holder.api.ledger(&other, 0).await;
    let iban = holder.api.get(&format!("/api/partner/ledgers/{other}")).await.expect(200)["iban"].clone();
    let inside = beneficiary(&holder.consumer, "Bob", iban.as_str().unwrap());
    let inside = id(&holder.api.post("/api/partner/beneficiaries", inside).await.expect(201));
    for (allowed, kind) in [(true, "INTER_LEDGER"), (false, "SEPA_CREDIT_TRANSFER")] {
        let payment = json!({
            "ledgerFromId": holder.ledger, "beneficiaryId": inside, "amount": 5, "allowInterLedger": allowed,
        });
        let payment = id(&holder.api.post(PAY, payment).await.expect(201));
        assert_eq!(holder.api.get(&format!("{PAY}/{payment}")).await.expect(200)["type"], kind);
    }
    assert_eq!(holder.api.balance(&other).await.0, 10);
}

#[tokio::test]
async fn a_virtual_ledger_spends_its_parents_money() {
    let holder = Holder::start().await;
    let part = json!({ "parentLedgerId": holder.ledger, "friendlyName": "holidays" });
    let part = id(&holder.api.post("/api/partner/ledgers", part).await.expect(201));
    let payment = json!({ "ledgerFromId": part, "beneficiaryId": holder.beneficiary, "amount": 25 });
    holder.api.post(PAY, payment).await.expect(201);
    assert_eq!(holder.balance().await.0, 75);
    let children = holder.api.get(&format!("/api/partner/ledgers?parentId={}", holder.ledger)).await.expect(200);
    assert_eq!(id(&children["content"][0]), part);
}

#[tokio::test]
async fn a_suspended_ledger_pays_nothing_and_still_takes() {
    let holder = Holder::start().await;
    let path = format!("/api/partner/ledgers/{}/suspensions", holder.ledger);
    holder.api.post(&path, json!({ "reason": "test" })).await.expect(204);
    assert_eq!(holder.api.post(&path, json!({ "reason": "test" })).await.refused(409), "LEDGER_MUST_NOT_BE_SUSPENDED");
    assert_eq!(holder.api.post(PAY, holder.payment(json!(1))).await.refused(409), "LEDGER_MUST_BE_ACTIVE");
    let credit = json!({ "ledgerId": holder.ledger, "amount": 1 });
    holder.api.post("/api/partner/ledgers/credit", credit).await.expect(200);
    holder.api.delete(&format!("{path}/PARTNER")).await.expect(204);
    holder.api.post(PAY, holder.payment(json!(1))).await.expect(201);
}

#[tokio::test]
async fn a_ledger_closes_when_it_is_empty_and_for_good() {
    let holder = Holder::start().await;
    let card = holder.api.card(&holder.ledger, "VIRTUAL").await;
    let path = format!("/api/partner/ledgers/{}", holder.ledger);
    let close = || holder.api.post_close(&path);
    assert_eq!(close().await.refused(409), "LEDGER_MUST_BE_EMPTY");
    holder.api.post(PAY, holder.payment(json!(100))).await.expect(201);
    close().await.expect(204);
    assert_eq!(close().await.refused(409), "LEDGER_MUST_NOT_BE_CLOSED");
    let credit = json!({ "ledgerId": holder.ledger, "amount": 1 });
    assert_eq!(holder.api.post("/api/partner/ledgers/credit", credit).await.refused(409), "LEDGER_MUST_BE_ACTIVE");
    let card = holder.api.get(&format!("/api/partner/cards/{card}")).await.expect(200);
    assert_eq!((&card["status"]["value"], &card["status"]["reason"]), (&json!("CLOSED"), &json!("LEDGER_CLOSED")));
}

#[tokio::test]
async fn a_direct_debit_comes_in_on_its_date_by_an_active_mandate() {
    let api = Api::with(standing()).await;
    let consumer = api.banked_consumer("611111111").await;
    let corporate = api.banked_corporate("622222222").await;
    let ledger = api.ledger(&corporate, 0).await;
    let mandate = |end_user: &str, bank: bool| {
        let mut mandate = json!({ "endUserId": end_user, "debtor": { "type": "PERSON", "name": "Dan" } });
        if bank {
            mandate["debtor"]["bankingDetails"] = json!({ "iban": "FR7630006000011234567890189", "bic": "BNPAFRPP" });
        }
        api.post("/api/partner/mandates", mandate)
    };
    assert_eq!(mandate(&consumer, true).await.refused(409), "MANDATE_NOT_AVAILABLE_FOR_CONSUMERS");
    let bare = id(&mandate(&corporate, false).await.expect(201));
    let bare = api.post_empty(&format!("/api/partner/mandates/{bare}/activate")).await;
    assert_eq!(bare.refused(409), "MISSING_MANDATE_DATA");

    let mandate = id(&mandate(&corporate, true).await.expect(201));
    let path = format!("/api/partner/mandates/{mandate}");
    let collect = |date: &str| {
        let debit =
            json!({ "mandateId": mandate, "ledgerToId": ledger, "amount": 20, "reference": "May", "date": date });
        api.post("/api/partner/transactions/direct-debit", debit)
    };
    assert_eq!(collect("2026-03-09").await.refused(409), "MANDATE_MUST_BE_ACTIVE");
    api.post_empty(&format!("{path}/activate")).await.expect(200);
    assert_eq!(collect("2026-03-02").await.refused(400), "INVALID_DATE");
    collect("2026-03-09").await.expect(201);
    assert_eq!(collect("2026-03-09").await.refused(409), "MANDATE_NOT_RECURRING");
    assert_eq!(api.balance(&ledger).await.0, 0);
    api.sandbox.control().advance(SignedDuration::from_hours(24 * 8));
    assert_eq!(api.balance(&ledger).await.0, 20);
    api.post_empty(&format!("{path}/cancel")).await.expect(200);
    assert_eq!(api.post_empty(&format!("{path}/activate")).await.refused(409), "CONFLICTING_MANDATE_STATUS");
}

#[tokio::test]
async fn transactions_are_found_by_what_they_are() {
    let holder = Holder::start().await;
    holder.api.post(PAY, holder.payment(json!(10))).await.expect(201);
    let card = holder.api.card(&holder.ledger, "VIRTUAL").await;
    holder.spend(&card, 5).await;
    for (query, count) in [
        ("transactionTypes=CARD_AUTHORIZATION", 1),
        ("transactionTypes=CARD_AUTHORIZATION&transactionTypes=SEPA_CREDIT_TRANSFER", 3),
        ("paymentTypes=SCT_RECEIVE", 1),
        ("startDate=2020-01-01T10:30", 3),
        ("endDate=2020-01-01T10:30", 0),
    ] {
        let list = holder.api.get(&format!("{PAY}?{query}")).await.expect(200);
        assert_eq!(list["totalElements"], count, "{query}");
    }
}

#[tokio::test]
async fn a_transfer_to_a_ledger_of_the_bank_goes_between_ledgers_unless_that_is_refused() {
    let holder = Holder::start().await;
    let other = holder.api.ledger(&holder.api.banked_consumer("698765432").await, 0).await;
    let read = holder.api.get(&format!("/api/partner/ledgers/{other}")).await.expect(200);
    let to = json!({
        "endUserId": holder.consumer, "type": "PERSON", "name": "Bob",
        "bankingDetails": { "iban": read["iban"], "bic": read["bicOrSwift"] },
    });
    let beneficiary = id(&holder.api.post("/api/partner/beneficiaries", to).await.expect(201));
    for (allow, kind) in [(None, "INTER_LEDGER"), (Some(true), "INTER_LEDGER"), (Some(false), "SEPA_CREDIT_TRANSFER")] {
        let mut payment = json!({ "ledgerFromId": holder.ledger, "beneficiaryId": beneficiary, "amount": 1 });
        if let Some(allow) = allow {
            payment["allowInterLedger"] = json!(allow);
        }
        let sent = id(&holder.api.post(PAY, payment).await.expect(201));
        assert_eq!(holder.api.get(&format!("{PAY}/{sent}")).await.expect(200)["type"], kind, "{allow:?}");
    }
}
