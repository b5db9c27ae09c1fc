//! The way of a newcomer: from a login to a payment in the ledger's list.

mod support;

use serde_json::json;
use support::{Api, id};

#[tokio::test]
async fn a_consumer_is_created_checked_credited_and_pays_a_beneficiary() {
    let api = Api::start().await;
    let consumer = api.banked_consumer("612345678").await;
    let ledger = api.ledger(&consumer, 100).await;
    let beneficiary = api.beneficiary(&consumer).await;

    let payment = json!({ "ledgerFromId": ledger, "beneficiaryId": beneficiary, "amount": 15.21, "reference": "rent" });
    let payment = id(&api.post("/api/partner/transactions", payment).await.expect(201));

    let list = api.get(&format!("/api/partner/transactions?ledgerId={ledger}")).await.expect(200);
    assert_eq!(list["totalElements"], 2);
    assert_eq!(list["content"][0]["id"], payment.as_str());
    assert_eq!(list["content"][0]["amount"], 15.21);
    assert_eq!(list["content"][0]["information"]["reference"], "rent");
    assert_eq!(api.balance(&ledger).await, (json!(84.79), json!(84.79), json!(0)));
    assert_eq!(api.sandbox.control().payments(), 1);
}
