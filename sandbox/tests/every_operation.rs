//! Every operation of the description succeeds at least once, with an answer the description allows: `Api` checks each.

mod support;

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;
use support::{Api, address, beneficiary, id};

fn text(value: &serde_json::Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn succeeds_with_an_answer_the_description_allows() {
    let mut api = Api::start().await;
    sessions(&mut api).await;
    partner(&api).await;
    let consumer = api.banked_consumer("600000001").await;
    consumers(&api, &consumer).await;
    corporates(&api).await;
    let ledger = ledgers(&api, &consumer).await;
    payments(&api, &consumer, &ledger).await;
    cards(&api, &ledger).await;
    direct_debits(&api).await;
    documents(&api, &consumer, &ledger).await;
    acquiring(&api, &ledger).await;
    devices(&api, &consumer).await;
    for path in ["/api/partner/crypto/beneficiaries", "/api/partner/crypto/transactions"] {
        api.get(path).await.expect(200);
    }
    let corporate = api.corporate("699999999").await.0;
    api.delete(&format!("/api/partner/corporates/{corporate}")).await.expect(200);
    api.delete(&format!("/api/partner/consumers/{consumer}")).await.expect(200);

    assert_eq!(api.not_yet_succeeded(), Vec::<String>::new());
}

async fn sessions(api: &mut Api) {
    let tokens = api.login().await;
    let fresh = api.post("/api/partner/refresh", json!({ "refreshToken": tokens["refreshToken"] })).await.expect(200);
    api.token = Some(text(&fresh["token"]));
    api.consumer("600000000").await;
    let reset = json!({ "consumerPhone": "33600000000", "partnerName": "sandbox" });
    api.post("/api/partner/passwords/reset", reset).await.expect(204);
    api.consumer_tokens("33600000000").await;
}

async fn partner(api: &Api) {
    api.get("/api/partner").await.expect(200);
    api.patch("/api/partner", json!({ "displayName": "Acme", "consumerOtpMessage": "code: $otp" })).await.expect(200);
    let account = json!({ "email": "dev@example.com", "roles": ["LEDGER_LIST"] });
    let account = id(&api.post("/api/partner/accounts", account).await.expect(201));
    api.get("/api/partner/accounts").await.expect(200);
    let roles = json!({ "roles": ["LEDGER_LIST", "LEDGER_INFO"] });
    api.patch(&format!("/api/partner/accounts/{account}"), roles).await.expect(200);
    api.get("/api/partner/webhooks").await.expect(200);
    api.get("/api/partner/acquiring-configuration").await.expect(200);
}

async fn consumers(api: &Api, consumer: &str) {
    let one = format!("/api/partner/consumers/{consumer}");
    api.get(&one).await.expect(200);
    api.patch(&one, json!({ "occupation": "ENGINEER", "address": address() })).await.expect(200);
    api.get("/api/partner/consumers").await.expect(200);
    let person = json!({ "consumerId": consumer });
    api.post("/api/partner/verifications/email/send", person.clone()).await.expect(200);
    api.post("/api/partner/sms", json!({ "consumerId": consumer, "message": "hello" })).await.expect(204);
    api.post("/api/partner/verifications/address", json!({ "type": "LINK" })).await.expect(200);

    let second = api.consumer("600000002").await;
    api.verify_phone(json!({ "consumerId": second })).await;
    let kyc = json!({ "consumerId": second, "kycConfiguration": { "accessType": "SDK" } });
    let kyc = id(&api.post("/api/partner/kyc", kyc).await.expect(201));
    api.get(&format!("/api/partner/kyc/{kyc}")).await.expect(200);
    api.get("/api/partner/kyc?personType=CONSUMER").await.expect(200);

    for address in ["end-users", "endUser"] {
        let suspensions = format!("/api/partner/{address}/{second}/suspensions");
        api.post(&suspensions, json!({ "operator": "PARTNER", "reason": "test" })).await.expect(204);
        api.delete(&format!("/api/partner/end-users/{second}/suspensions/PARTNER")).await.expect(204);
    }
}

async fn corporates(api: &Api) {
    let (corporate, owner) = api.corporate("600000003").await;
    let one = format!("/api/partner/corporates/{corporate}");
    api.get(&one).await.expect(200);
    api.patch(&one, json!({ "externalId": "acme-1", "website": "https://example.com" })).await.expect(200);
    api.get("/api/partner/corporates").await.expect(200);

    let company = json!({
        "info": { "registeredName": "Holding", "incorporationCountry": "FRA", "incorporationCode": "H-1" },
        "isDirector": false,
        "sharesInfo": [{ "percentage": 30 }],
    });
    let company = id(&api.post(&format!("{one}/related"), company).await.expect(201));
    api.get(&format!("{one}/related")).await.expect(200);
    for related in [&owner, &company] {
        api.get(&format!("/api/partner/corporates/related/{related}")).await.expect(200);
    }
    let related = format!("/api/partner/corporates/related/{company}");
    api.patch(&related, json!({ "registeredName": "Holding SA" })).await.expect(200);

    let share = json!({ "corporateRelatedId": owner, "percentage": 50, "ownedCorporateId": company });
    let share = id(&api.post("/api/partner/shares", share).await.expect(201));
    let share = format!("/api/partner/shares/{share}");
    let read = api.get(&share).await.expect(200);
    assert_eq!((&read["finalSharesPercentage"], &read["layer"]), (&json!(15.0), &json!(2)));
    api.patch(&share, json!({ "percentage": 40 })).await.expect(200);
    api.delete(&share).await.expect(204);

    api.delete(&related).await.expect(200);
    api.post_empty(&format!("{one}/kyb/verification/ask")).await.expect(204);
    api.banked_corporate("600000004").await;
    api.get(&format!("/api/partner/documents/diligence-review/{corporate}")).await.expect(200);
}

async fn ledgers(api: &Api, consumer: &str) -> String {
    let plain = json!({ "endUserId": consumer, "type": "EUR_FRANCE", "friendlyName": "savings" });
    let plain = id(&api.post("/api/partner/ledgers", plain).await.expect(201));
    let one = format!("/api/partner/ledgers/{plain}");
    api.post_empty(&format!("{one}/upgrade")).await.expect(204);
    api.patch(&one, json!({ "friendlyName": "daily", "limits": { "transactionLimit": 100 } })).await.expect(200);
    api.post(&format!("{one}/suspensions"), json!({ "reason": "test" })).await.expect(204);
    api.delete(&format!("{one}/suspensions/PARTNER")).await.expect(204);
    api.post(&format!("{one}/close"), json!({ "operator": "PARTNER" })).await.expect(204);

    let ledger = api.ledger(consumer, 500).await;
    let virtual_one = json!({ "parentLedgerId": ledger, "friendlyName": "holidays" });
    let virtual_one = id(&api.post("/api/partner/ledgers", virtual_one).await.expect(201));
    api.get(&format!("/api/partner/ledgers/{virtual_one}")).await.expect(200);
    api.get("/api/partner/ledgers").await.expect(200);
    ledger
}

async fn payments(api: &Api, consumer: &str, ledger: &str) {
    let one = beneficiary(consumer, "Bob Durand", "FR7630006000011234567890189");
    let one = id(&api.post("/api/partner/beneficiaries", one).await.expect(201));
    let path = format!("/api/partner/beneficiaries/{one}");
    api.get(&path).await.expect(200);
    api.patch(&path, json!({ "active": true })).await.expect(200);
    api.ask(Method::PATCH, &format!("{path}/status")).await.expect(200);
    api.get("/api/partner/beneficiaries").await.expect(200);

    let payment = json!({ "ledgerFromId": ledger, "beneficiaryId": one, "amount": 10 });
    let payment = id(&api.post("/api/partner/transactions", payment).await.expect(201));
    api.get(&format!("/api/partner/transactions/{payment}")).await.expect(200);
    let other = api.banked_consumer("600000005").await;
    let other = api.ledger(&other, 0).await;
    let transfer = json!({ "ledgerFromId": ledger, "ledgerToId": other, "amount": 0.01 });
    api.post("/api/partner/transactions/inter-ledger", transfer).await.expect(201);
    api.get("/api/partner/transactions").await.expect(200);
}

async fn cards(api: &Api, ledger: &str) {
    let designs = api.get("/api/partner/card-designs").await.expect(200);
    let profile = json!({ "name": "gold", "cardDesignId": designs["content"][0]["id"] });
    let profile = id(&api.post("/api/partner/card-profiles", profile).await.expect(201));
    let profile = format!("/api/partner/card-profiles/{profile}");
    api.patch(&profile, json!({ "active": false })).await.expect(200);
    api.put(&format!("{profile}/rules/DAILY_MAX_SPEND"), json!({ "value": 100 })).await.expect(204);
    api.delete(&format!("{profile}/rules/DAILY_MAX_SPEND")).await.expect(204);
    api.get("/api/partner/card-profiles").await.expect(200);

    let card = api.card(ledger, "PHYSICAL").await;
    let one = format!("/api/partner/cards/{card}");
    let pan = api.get(&format!("{one}/pan")).await.expect(200);
    api.post(&format!("{one}/activate"), json!({ "truncatedPan": pan })).await.expect(204);
    api.get(&one).await.expect(200);
    api.get("/api/partner/cards").await.expect(200);
    api.patch(&one, json!({ "friendlyName": "daily" })).await.expect(200);
    api.get(&format!("{one}/pin")).await.expect(200);
    api.post_empty(&format!("{one}/pin/reset")).await.expect(204);
    api.get(&format!("{one}/pan/credentials")).await.expect(200);
    api.put(&format!("{one}/rules"), json!({ "type": "DAILY_MAX_SPEND", "value": 50 })).await.expect(204);
    api.put(&format!("{one}/rules/WEEKLY_MAX_SPEND"), json!({ "value": 80 })).await.expect(204);
    api.delete(&format!("{one}/rules/WEEKLY_MAX_SPEND")).await.expect(204);
    api.post("/api/partner/transactions/simulate", json!({ "cardId": card, "amount": 5 })).await.expect(200);
    api.get(&format!("/api/partner/transactions?cardId={card}")).await.expect(200);
    api.post(&format!("{one}/suspend"), json!({ "operator": "PARTNER" })).await.expect(204);
    api.post(&format!("{one}/close"), json!({ "operator": "PARTNER", "reason": "LOST" })).await.expect(204);
}

async fn direct_debits(api: &Api) {
    let corporate = api.banked_corporate("600000006").await;
    let ledger = api.ledger(&corporate, 0).await;
    let bank = json!({ "iban": "FR7630006000011234567890189", "bic": "BNPAFRPP" });
    let mandate =
        json!({ "endUserId": corporate, "debtor": { "type": "PERSON", "name": "Dan", "bankingDetails": bank } });
    let mandate = id(&api.post("/api/partner/mandates", mandate).await.expect(201));
    let one = format!("/api/partner/mandates/{mandate}");
    api.patch(&one, json!({ "friendlyName": "rent", "recurring": true })).await.expect(200);
    api.post_empty(&format!("{one}/activate")).await.expect(200);
    api.get(&one).await.expect(200);
    api.get("/api/partner/mandates").await.expect(200);
    let date = api.sandbox.control().clock().now() + jiff::SignedDuration::from_hours(24 * 5);
    let debit = json!({
        "mandateId": mandate, "ledgerToId": ledger, "amount": 20, "reference": "May",
        "date": date.strftime("%Y-%m-%d").to_string(),
    });
    let debit = id(&api.post("/api/partner/transactions/direct-debit", debit).await.expect(201));
    api.get(&format!("/api/partner/transactions/{debit}")).await.expect(200);
    api.post_empty(&format!("{one}/cancel")).await.expect(200);
}

async fn documents(api: &Api, consumer: &str, ledger: &str) {
    let file = Part::bytes(b"%PDF-1.4".to_vec()).file_name("proof.pdf").mime_str("application/pdf").unwrap();
    let form = Form::new().text("endUserId", consumer.to_owned()).text("type", "PROOF_OF_ADDRESS").part("file", file);
    let document = id(&api.upload("/api/partner/documents", form).await.expect(201));
    let read = api.get(&format!("/api/partner/documents/{document}")).await.expect(200);
    let download = reqwest::get(text(&read["download"]["url"])).await.unwrap();
    assert_eq!(download.bytes().await.unwrap().as_ref(), b"%PDF-1.4");
    api.get("/api/partner/documents").await.expect(200);
    api.get(&format!("/api/partner/documents/ledger-statement/{ledger}")).await.expect(200);
    api.get(&format!("/api/partner/documents/bank-details/{ledger}")).await.expect(200);
    api.terms().await;
}

async fn acquiring(api: &Api, ledger: &str) {
    let payment = api.post("/api/partner/acquiring/payment", json!({ "amount": 12.5 })).await.expect(200);
    let page = text(&payment["webPage"]["url"]);
    api.get(page.strip_prefix(api.sandbox.url()).unwrap()).await.expect(200);
    let load = json!({ "amount": 20, "targetLedgerId": ledger });
    let load = api.post("/api/partner/acquiring/account-load", load).await.expect(200);
    api.get(&format!("/api/partner/acquiring/transactions/{}", id(&load))).await.expect(200);
}

async fn devices(api: &Api, consumer: &str) {
    api.post("/api/partner/sca", json!({ "endUserId": consumer, "endpointId": "phone-1" })).await.expect(201);
    api.post("/api/partner/sca/qr-codes", json!({ "endUserId": consumer })).await.expect(201);
    api.get(&format!("/api/partner/consumers/{consumer}")).await.expect(200);
    api.send(Method::DELETE, "/api/partner/sca", Some(json!({ "endUserId": consumer })), &[]).await.expect(204);
}
