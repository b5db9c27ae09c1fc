//! Money adds up: what the ledgers hold is what came in minus what went out, at any moment.

mod support;

use jiff::SignedDuration;
use linkcy_sandbox::Amount;
use serde_json::json;
use support::holder::{BETWEEN, PAY, SIMULATE, standing};
use support::{Api, beneficiary, id};

/// Random orders from several holders, legal and not, with time passing: after each the sums are right.
#[tokio::test]
async fn money_adds_up_whatever_happens() {
    for seed in 0..4 {
        let mut random = fastrand::Rng::with_seed(seed);
        let api = Api::with(standing().seed(seed).settlement(SignedDuration::from_hours(5))).await;
        let control = api.sandbox.control();
        let (mut ledgers, mut beneficiaries, mut cards) = (Vec::new(), Vec::new(), Vec::new());
        for number in 0..3 {
            let consumer = api.banked_consumer(&format!("60000000{number}")).await;
            let ledger = api.ledger(&consumer, 200).await;
            let part = json!({ "parentLedgerId": ledger });
            ledgers.push(id(&api.post("/api/partner/ledgers", part).await.expect(201)));
            beneficiaries.push(api.beneficiary(&consumer).await);
            cards.push(api.card(&ledger, "VIRTUAL").await);
            ledgers.push(ledger);
        }
        let iban = api.get(&format!("/api/partner/ledgers/{}", ledgers[1])).await.expect(200)["iban"].clone();
        let consumer = api.get("/api/partner/consumers").await.expect(200)["content"][0].clone();
        let inside = beneficiary(&id(&consumer), "Inside", iban.as_str().unwrap());
        beneficiaries.push(id(&api.post("/api/partner/beneficiaries", inside).await.expect(201)));

        for _ in 0..90 {
            let amount = f64::from(random.u32(1..=15_000)) / 100.0;
            let (from, to) = (random.choice(&ledgers).unwrap(), random.choice(&ledgers).unwrap());
            match random.u8(0..9) {
                0 => drop(api.post("/api/partner/ledgers/credit", json!({ "ledgerId": to, "amount": amount })).await),
                1 | 2 => {
                    let to = random.choice(&beneficiaries).unwrap();
                    let inside = random.bool();
                    let payment = json!({
                        "ledgerFromId": from, "beneficiaryId": to, "amount": amount, "allowInterLedger": inside,
                    });
                    drop(api.post(PAY, payment).await);
                }
                3 => {
                    let transfer = json!({ "ledgerFromId": from, "ledgerToId": to, "amount": amount });
                    drop(api.post(BETWEEN, transfer).await);
                }
                4 | 5 => {
                    let card = random.choice(&cards).unwrap();
                    drop(api.post(SIMULATE, json!({ "cardId": card, "amount": amount })).await);
                }
                6 => {
                    let open = format!("{PAY}?transactionTypes=CARD_AUTHORIZATION&status=APPROVED");
                    let open = api.get(&open).await.expect(200)["content"].as_array().unwrap().clone();
                    if let Some(one) = random.choice(&open) {
                        let part = one["amount"].as_f64().unwrap().min(amount);
                        let clearing = json!({ "cardId": cards[0], "amount": part, "transactionId": one["id"] });
                        api.post(SIMULATE, clearing).await.expect(200);
                    }
                }
                7 => control.advance(SignedDuration::from_hours(random.i64(0..40))),
                _ => drop(
                    api.post("/api/partner/acquiring/account-load", json!({ "targetLedgerId": to, "amount": amount }))
                        .await,
                ),
            }
            let money = control.money();
            assert_eq!(money.held, money.came_in - money.went_out, "seed {seed}");
            let view = api.get(&format!("/api/partner/ledgers/{}", random.choice(&ledgers).unwrap())).await.expect(200);
            let amount = |field: &str| view[field].as_f64().unwrap_or(0.0);
            assert!(amount("availableAmount") >= 0.0 && amount("reservedAmount") >= 0.0, "seed {seed}: {view}");
        }
        assert!(control.payments() > 5, "seed {seed} hardly paid");
        // In the end nothing is pending, so nothing may be reserved.
        control.advance(SignedDuration::from_hours(24 * 30));
        api.get(PAY).await.expect(200);
        assert_eq!(control.money().reserved, Amount::ZERO, "seed {seed}");
        for ledger in &ledgers {
            let view = api.get(&format!("/api/partner/ledgers/{ledger}")).await.expect(200);
            assert!(view["totalAmount"].as_f64().unwrap_or(0.0) >= 0.0, "seed {seed}: {view}");
        }
    }
}
