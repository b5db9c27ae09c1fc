//! Somebody who banks: what tests of payments and cards start from.

use jiff::SignedDuration;
use linkcy_sandbox::{Clock, Sandbox};
use serde_json::{Value, json};

use super::Api;

pub const PAY: &str = "/api/partner/transactions";
pub const BETWEEN: &str = "/api/partner/transactions/inter-ledger";
pub const SIMULATE: &str = "/api/partner/transactions/simulate";

/// A sandbox whose time stands, with tokens that outlive the test.
pub fn standing() -> linkcy_sandbox::Builder {
    let clock = Clock::standing("2026-03-01T10:00:00Z".parse().unwrap());
    Sandbox::builder().clock(clock).token_life(SignedDuration::from_hours(24 * 60))
}

/// Somebody with a ledger of a hundred euros and a beneficiary.
pub struct Holder {
    pub api: Api,
    pub consumer: String,
    pub ledger: String,
    pub beneficiary: String,
}

impl Holder {
    pub async fn new(api: Api) -> Self {
        let consumer = api.banked_consumer("612345678").await;
        let (ledger, beneficiary) = (api.ledger(&consumer, 100).await, api.beneficiary(&consumer).await);
        Self { api, consumer, ledger, beneficiary }
    }

    pub async fn start() -> Self {
        Self::new(Api::start().await).await
    }

    pub fn payment(&self, amount: Value) -> Value {
        json!({ "ledgerFromId": self.ledger, "beneficiaryId": self.beneficiary, "amount": amount })
    }

    pub async fn balance(&self) -> (Value, Value, Value) {
        self.api.balance(&self.ledger).await
    }

    pub async fn newest(&self) -> Value {
        self.api.get(&format!("{PAY}?pageSize=1")).await.expect(200)["content"][0].clone()
    }

    pub async fn spend(&self, card: &str, amount: u32) -> Value {
        self.api.post(SIMULATE, json!({ "cardId": card, "amount": amount })).await.expect(200);
        self.newest().await
    }
}
