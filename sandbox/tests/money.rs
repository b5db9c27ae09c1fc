//! Ledgers, payments, direct debits and cards: what moves money, what refuses to, and that it adds up.

mod support;

use jiff::SignedDuration;
use linkcy_sandbox::{Amount, Clock, Sandbox};
use serde_json::{Value, json};
use support::{Api, beneficiary, id};

const PAY: &str = "/api/partner/transactions";
const BETWEEN: &str = "/api/partner/transactions/inter-ledger";
const SIMULATE: &str = "/api/partner/transactions/simulate";

fn standing() -> linkcy_sandbox::Builder {
    let clock = Clock::standing("2026-03-01T10:00:00Z".parse().unwrap());
    Sandbox::builder()
        .clock(clock)
        .token_life(SignedDuration::from_hours(24 * 60))
}

/// Somebody with a ledger of a hundred euros and a beneficiary.
struct Holder {
    api: Api,
    consumer: String,
    ledger: String,
    beneficiary: String,
}

impl Holder {
    async fn new(api: Api) -> Self {
        let consumer = api.banked_consumer("612345678").await;
        let (ledger, beneficiary) = (
            api.ledger(&consumer, 100).await,
            api.beneficiary(&consumer).await,
        );
        Self {
            api,
            consumer,
            ledger,
            beneficiary,
        }
    }

    async fn start() -> Self {
        Self::new(Api::start().await).await
    }

    fn payment(&self, amount: Value) -> Value {
        json!({ "ledgerFromId": self.ledger, "beneficiaryId": self.beneficiary, "amount": amount })
    }

    async fn balance(&self) -> (Value, Value, Value) {
        self.api.balance(&self.ledger).await
    }

    async fn newest(&self) -> Value {
        self.api.get(&format!("{PAY}?pageSize=1")).await.expect(200)["content"][0].clone()
    }

    async fn spend(&self, card: &str, amount: u32) -> Value {
        self.api
            .post(SIMULATE, json!({ "cardId": card, "amount": amount }))
            .await
            .expect(200);
        self.newest().await
    }
}

#[tokio::test]
async fn a_ledger_never_falls_below_zero() {
    let holder = Holder::start().await;
    let refused = holder.api.post(PAY, holder.payment(json!(100.01))).await;
    assert_eq!(refused.refused(409), "LEDGER_MUST_BE_PROVISIONED");
    holder
        .api
        .post(PAY, holder.payment(json!(100)))
        .await
        .expect(201);
    assert_eq!(holder.balance().await.0, 0);
}

#[tokio::test]
async fn a_pending_transfer_reserves_its_money_until_it_leaves() {
    let holder =
        Holder::new(Api::with(standing().settlement(SignedDuration::from_hours(1))).await).await;
    let payment = id(&holder
        .api
        .post(PAY, holder.payment(json!(40)))
        .await
        .expect(201));
    assert_eq!(holder.balance().await, (json!(100), json!(60), json!(40)));
    assert_eq!(holder.newest().await["status"], "PENDING");
    let refused = holder.api.post(PAY, holder.payment(json!(61))).await;
    assert_eq!(refused.refused(409), "LEDGER_MUST_BE_PROVISIONED");

    holder
        .api
        .sandbox
        .control()
        .advance(SignedDuration::from_hours(1));
    assert_eq!(holder.balance().await, (json!(60), json!(60), json!(0)));
    assert_eq!(
        holder
            .api
            .get(&format!("{PAY}/{payment}"))
            .await
            .expect(200)["status"],
        "APPROVED"
    );
}

#[tokio::test]
async fn a_payment_over_the_limit_is_declined_and_listed_as_such() {
    let holder = Holder::start().await;
    let ledger = format!("/api/partner/ledgers/{}", holder.ledger);
    holder
        .api
        .patch(
            &ledger,
            json!({ "limits": { "transactionLimit": 50, "transactionDailyLimit": 60 } }),
        )
        .await
        .expect(200);
    for amount in [51, 40, 21] {
        holder
            .api
            .post(PAY, holder.payment(json!(amount)))
            .await
            .expect(201);
    }
    let declined = holder
        .api
        .get(&format!("{PAY}?status=DECLINED"))
        .await
        .expect(200);
    assert_eq!(declined["totalElements"], 2);
    assert_eq!(
        declined["content"][0]["information"]["declineReason"],
        "LIMITS_EXCEEDED"
    );
    let shown = holder
        .api
        .get(&format!("{PAY}?showDeclinedTransaction=false"))
        .await
        .expect(200);
    assert_eq!(
        (&shown["totalElements"], holder.balance().await.0),
        (&json!(2), json!(60))
    );
}

#[tokio::test]
async fn a_payment_needs_a_good_beneficiary_and_an_upgraded_ledger() {
    let holder = Holder::start().await;
    let api = &holder.api;
    let pay = |beneficiary: &str| {
        api.post(
            PAY,
            json!({ "ledgerFromId": holder.ledger, "beneficiaryId": beneficiary, "amount": 1 }),
        )
    };
    let one = format!("/api/partner/beneficiaries/{}", holder.beneficiary);
    api.patch(&one, json!({ "active": false }))
        .await
        .expect(200);
    assert_eq!(
        pay(&holder.beneficiary).await.refused(409),
        "BENEFICIARY_MUST_BE_ACTIVE"
    );

    let doubtful = beneficiary(&holder.consumer, "SANDBOX REVIEW", "BE68539007547034");
    let doubtful = id(&api
        .post("/api/partner/beneficiaries", doubtful)
        .await
        .expect(201));
    assert_eq!(
        pay(&doubtful).await.refused(409),
        "BENEFICIARY_MUST_BE_VALID"
    );
    let status = format!("/api/partner/beneficiaries/{doubtful}/status");
    api.ask(reqwest::Method::PATCH, &status).await.expect(200);
    pay(&doubtful).await.expect(201);

    let plain = json!({ "endUserId": holder.consumer, "type": "EUR_FRANCE" });
    let plain = id(&api.post("/api/partner/ledgers", plain).await.expect(201));
    api.post(
        "/api/partner/ledgers/credit",
        json!({ "ledgerId": plain, "amount": 5 }),
    )
    .await
    .expect(200);
    let payment = json!({ "ledgerFromId": plain, "beneficiaryId": doubtful, "amount": 1 });
    assert_eq!(
        api.post(PAY, payment).await.refused(409),
        "LEDGER_MUST_BE_UPGRADED"
    );
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
    assert_eq!(
        add(good, "BNPAFRPP").await.refused(409),
        "BENEFICIARY_ALREADY_EXISTS"
    );
    assert_eq!(
        add("FR7630006000011234567890188", "BNPAFRPP")
            .await
            .refused(400),
        "IBAN_NOT_SUPPORTED"
    );
    assert_eq!(
        add(good, "nonsense").await.refused(400),
        "INVALID_BIC_SWIFT"
    );
    assert_eq!(
        add(good, "SABRRUMM").await.refused(400),
        "NOT_ALLOWED_BIC_SWIFT"
    );
}

#[tokio::test]
async fn a_transfer_between_ledgers_moves_money_and_makes_none() {
    let holder = Holder::start().await;
    let other = holder.api.banked_consumer("699999999").await;
    let other = holder.api.ledger(&other, 0).await;
    let transfer =
        |to: &str| json!({ "ledgerFromId": holder.ledger, "ledgerToId": to, "amount": 33.33 });
    holder.api.post(BETWEEN, transfer(&other)).await.expect(201);
    assert_eq!(holder.balance().await.0, 66.67);
    assert_eq!(holder.api.balance(&other).await.0, 33.33);
    let same = holder.api.post(BETWEEN, transfer(&holder.ledger)).await;
    assert_eq!(
        same.refused(409),
        "INTER_LEDGER_TRANSACTION_MUST_BE_TWO_DIFFERENT_LEDGERS"
    );
    assert_eq!(holder.newest().await["type"], "INTER_LEDGER");
}

#[tokio::test]
async fn a_beneficiary_inside_the_bank_is_paid_inside_only_if_allowed() {
    let holder = Holder::start().await;
    let other = holder.api.banked_consumer("699999999").await;
    let other = holder.api.ledger(&other, 0).await;
    let iban = holder
        .api
        .get(&format!("/api/partner/ledgers/{other}"))
        .await
        .expect(200)["iban"]
        .clone();
    let inside = beneficiary(&holder.consumer, "Bob", iban.as_str().unwrap());
    let inside = id(&holder
        .api
        .post("/api/partner/beneficiaries", inside)
        .await
        .expect(201));
    for (allowed, kind) in [(true, "INTER_LEDGER"), (false, "SEPA_CREDIT_TRANSFER")] {
        let payment = json!({
            "ledgerFromId": holder.ledger, "beneficiaryId": inside, "amount": 5, "allowInterLedger": allowed,
        });
        let payment = id(&holder.api.post(PAY, payment).await.expect(201));
        assert_eq!(
            holder
                .api
                .get(&format!("{PAY}/{payment}"))
                .await
                .expect(200)["type"],
            kind
        );
    }
    assert_eq!(holder.api.balance(&other).await.0, 10);
}

#[tokio::test]
async fn a_virtual_ledger_spends_its_parents_money() {
    let holder = Holder::start().await;
    let part = json!({ "parentLedgerId": holder.ledger, "friendlyName": "holidays" });
    let part = id(&holder
        .api
        .post("/api/partner/ledgers", part)
        .await
        .expect(201));
    let payment =
        json!({ "ledgerFromId": part, "beneficiaryId": holder.beneficiary, "amount": 25 });
    holder.api.post(PAY, payment).await.expect(201);
    assert_eq!(holder.balance().await.0, 75);
    let children = holder
        .api
        .get(&format!("/api/partner/ledgers?parentId={}", holder.ledger))
        .await
        .expect(200);
    assert_eq!(id(&children["content"][0]), part);
}

#[tokio::test]
async fn a_suspended_ledger_pays_nothing_and_still_takes() {
    let holder = Holder::start().await;
    let path = format!("/api/partner/ledgers/{}/suspensions", holder.ledger);
    holder
        .api
        .post(&path, json!({ "reason": "test" }))
        .await
        .expect(204);
    assert_eq!(
        holder
            .api
            .post(&path, json!({ "reason": "test" }))
            .await
            .refused(409),
        "LEDGER_MUST_NOT_BE_SUSPENDED"
    );
    assert_eq!(
        holder
            .api
            .post(PAY, holder.payment(json!(1)))
            .await
            .refused(409),
        "LEDGER_MUST_BE_ACTIVE"
    );
    let credit = json!({ "ledgerId": holder.ledger, "amount": 1 });
    holder
        .api
        .post("/api/partner/ledgers/credit", credit)
        .await
        .expect(200);
    holder
        .api
        .delete(&format!("{path}/PARTNER"))
        .await
        .expect(204);
    holder
        .api
        .post(PAY, holder.payment(json!(1)))
        .await
        .expect(201);
}

#[tokio::test]
async fn a_ledger_closes_when_it_is_empty_and_for_good() {
    let holder = Holder::start().await;
    let card = holder.api.card(&holder.ledger, "VIRTUAL").await;
    let path = format!("/api/partner/ledgers/{}", holder.ledger);
    let close = || holder.api.post_close(&path);
    assert_eq!(close().await.refused(409), "LEDGER_MUST_BE_EMPTY");
    holder
        .api
        .post(PAY, holder.payment(json!(100)))
        .await
        .expect(201);
    close().await.expect(204);
    assert_eq!(close().await.refused(409), "LEDGER_MUST_NOT_BE_CLOSED");
    let credit = json!({ "ledgerId": holder.ledger, "amount": 1 });
    assert_eq!(
        holder
            .api
            .post("/api/partner/ledgers/credit", credit)
            .await
            .refused(409),
        "LEDGER_MUST_BE_ACTIVE"
    );
    let card = holder
        .api
        .get(&format!("/api/partner/cards/{card}"))
        .await
        .expect(200);
    assert_eq!(
        (&card["status"]["value"], &card["status"]["reason"]),
        (&json!("CLOSED"), &json!("LEDGER_CLOSED"))
    );
}

#[tokio::test]
async fn an_authorization_reserves_and_its_clearing_takes() {
    let holder = Holder::start().await;
    let card = holder.api.card(&holder.ledger, "VIRTUAL").await;
    let authorization = holder.spend(&card, 30).await;
    assert_eq!(authorization["status"], "APPROVED");
    assert_eq!(holder.balance().await, (json!(100), json!(70), json!(30)));

    let clearing = json!({ "cardId": card, "amount": 25, "transactionId": authorization["id"] });
    holder
        .api
        .post(SIMULATE, clearing.clone())
        .await
        .expect(200);
    assert_eq!(holder.balance().await, (json!(75), json!(75), json!(0)));
    let cleared = holder.newest().await;
    assert_eq!(
        cleared["information"]["originalTransaction"]["id"],
        authorization["id"]
    );
    let released = holder
        .api
        .get(&format!("{PAY}/{}", id(&authorization)))
        .await
        .expect(200);
    assert_eq!(released["status"], "RELEASED");
    assert_eq!(
        holder.api.post(SIMULATE, clearing).await.wrong_fields(),
        ["transactionId"]
    );
}

#[tokio::test]
async fn an_authorization_nobody_clears_lets_go_after_days() {
    let holder = Holder::new(Api::with(standing()).await).await;
    let card = holder.api.card(&holder.ledger, "VIRTUAL").await;
    holder.spend(&card, 30).await;
    holder
        .api
        .sandbox
        .control()
        .advance(SignedDuration::from_hours(24 * 7));
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
        one["information"]["declineReason"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(reason(101).await, "INSUFFICIENT_FUNDS");
    holder
        .api
        .put(
            &format!("{path}/rules"),
            json!({ "type": "DAILY_MAX_SPEND", "value": 50 }),
        )
        .await
        .expect(204);
    assert_eq!(reason(51).await, "EXCEEDS_WITHDRAWAL_LIMIT");
    let ledger = format!("/api/partner/ledgers/{}/suspensions", holder.ledger);
    holder
        .api
        .post(&ledger, json!({ "reason": "test" }))
        .await
        .expect(204);
    assert_eq!(
        holder.api.get(&path).await.expect(200)["rules"][1]["creator"],
        "LINKCY"
    );
    assert_eq!(reason(1).await, "EXCEEDS_WITHDRAWAL_LIMIT");
    holder
        .api
        .delete(&format!("{ledger}/PARTNER"))
        .await
        .expect(204);
    holder
        .api
        .post(&format!("{path}/suspend"), json!({ "operator": "PARTNER" }))
        .await
        .expect(204);
    assert_eq!(reason(1).await, "CARD_NOT_ACTIVE");
    assert_eq!(holder.balance().await, (json!(100), json!(100), json!(0)));
}

#[tokio::test]
async fn a_physical_card_is_activated_by_its_last_digits_and_has_a_pin() {
    let holder = Holder::start().await;
    let api = &holder.api;
    let card = api.card(&holder.ledger, "PHYSICAL").await;
    let path = format!("/api/partner/cards/{card}");
    assert_eq!(
        api.get(&format!("{path}/pin")).await.refused(409),
        "CARD_MUST_BE_ACTIVE"
    );
    let activate = |body: Value| api.post_activate(&path, body);
    assert_eq!(activate(json!({})).await.refused(400), "INVALID_PAN");
    let pan = api.get(&format!("{path}/pan")).await.expect(200);
    activate(json!({ "truncatedPan": pan })).await.expect(204);
    assert_eq!(
        activate(json!({})).await.refused(409),
        "CARD_MUST_BE_SUSPENDED_OR_AWAITING_ACTIVATION"
    );
    assert_eq!(
        api.get(&format!("{path}/pin")).await.expect(200)["pin"]
            .as_str()
            .unwrap()
            .len(),
        4
    );

    assert!(api.sandbox.control().lock_pin(card.parse().unwrap()));
    assert_eq!(api.get(&path).await.expect(200)["pinStatus"], "LOCKED");
    api.post_empty(&format!("{path}/pin/reset"))
        .await
        .expect(204);
    assert_eq!(api.get(&path).await.expect(200)["pinStatus"], "UNLOCKED");
}

#[tokio::test]
async fn what_the_partner_suspended_the_holder_does_not_reactivate() {
    let holder = Holder::start().await;
    let card = holder.api.card(&holder.ledger, "VIRTUAL").await;
    let path = format!("/api/partner/cards/{card}");
    let other = json!({ "operator": "PARTNER", "reason": "OTHER" });
    let refused = holder.api.post(&format!("{path}/suspend"), other).await;
    assert_eq!(
        refused.refused(400),
        "OTHER_STATUS_REASON_MUST_HAVE_A_DESCRIPTION"
    );
    holder
        .api
        .post(&format!("{path}/suspend"), json!({ "operator": "PARTNER" }))
        .await
        .expect(204);
    let tokens = holder.api.consumer_tokens("33612345678").await;
    let token = tokens["token"].as_str().unwrap();
    let activate = format!("{path}/activate");
    let hers = holder
        .api
        .as_bearer(token, reqwest::Method::POST, &activate, Some(json!({})))
        .await;
    assert_eq!(hers.refused(409), "INSUFFICIENT_RIGHTS");
    holder.api.post(&activate, json!({})).await.expect(204);
}

#[tokio::test]
async fn a_card_needs_a_fitting_profile() {
    let holder = Holder::start().await;
    let api = &holder.api;
    let profile = async |user: &str, ledger: &str, kind: &str| {
        let query = format!("userTypes={user}&ledgerTypes={ledger}&cardTypes={kind}");
        id(&api
            .get(&format!("/api/partner/card-profiles?{query}"))
            .await
            .expect(200)["content"][0])
    };
    let create = |profile: String| {
        api.post(
            "/api/partner/cards",
            json!({ "ledgerId": holder.ledger, "profileId": profile }),
        )
    };
    let corporate = create(profile("CORPORATE", "EUR_FRANCE", "VIRTUAL").await).await;
    assert!(
        corporate
            .refused(400)
            .starts_with("CARD_PROGRAM_NOT_COMPATIBLE_END_USER")
    );
    let belgian = create(profile("CONSUMER", "EUR_BELGIUM", "VIRTUAL").await).await;
    assert_eq!(belgian.refused(409), "CARD_PROGRAM_NOT_COMPATIBLE_LEDGER");
    let physical = create(profile("CONSUMER", "EUR_FRANCE", "PHYSICAL").await).await;
    assert_eq!(physical.refused(400), "DELIVERY_METHOD_REQUIRED");
    let good = profile("CONSUMER", "EUR_FRANCE", "VIRTUAL").await;
    let path = format!("/api/partner/card-profiles/{good}");
    api.put(
        &format!("{path}/rules/WEEKLY_MAX_SPEND"),
        json!({ "value": 10 }),
    )
    .await
    .expect(204);
    let card = id(&create(good.clone()).await.expect(201));
    let rules = api
        .get(&format!("/api/partner/cards/{card}"))
        .await
        .expect(200)["rules"]
        .clone();
    assert_eq!(rules[0]["type"], "WEEKLY_MAX_SPEND");
    api.patch(&path, json!({ "active": false }))
        .await
        .expect(200);
    assert_eq!(create(good).await.refused(400), "CARD_PROFILE_NOT_ACTIVE");
}

#[tokio::test]
async fn a_direct_debit_comes_in_on_its_date_by_an_active_mandate() {
    let api = Api::with(standing()).await;
    let consumer = api.banked_consumer("611111111").await;
    let corporate = api.banked_corporate("622222222").await;
    let ledger = api.ledger(&corporate, 0).await;
    let mandate = |end_user: &str, bank: bool| {
        let mut mandate =
            json!({ "endUserId": end_user, "debtor": { "type": "PERSON", "name": "Dan" } });
        if bank {
            mandate["debtor"]["bankingDetails"] =
                json!({ "iban": "FR7630006000011234567890189", "bic": "BNPAFRPP" });
        }
        api.post("/api/partner/mandates", mandate)
    };
    assert_eq!(
        mandate(&consumer, true).await.refused(409),
        "MANDATE_NOT_AVAILABLE_FOR_CONSUMERS"
    );
    let bare = id(&mandate(&corporate, false).await.expect(201));
    let bare = api
        .post_empty(&format!("/api/partner/mandates/{bare}/activate"))
        .await;
    assert_eq!(bare.refused(409), "MISSING_MANDATE_DATA");

    let mandate = id(&mandate(&corporate, true).await.expect(201));
    let path = format!("/api/partner/mandates/{mandate}");
    let collect = |date: &str| {
        let debit = json!({ "mandateId": mandate, "ledgerToId": ledger, "amount": 20, "reference": "May", "date": date });
        api.post("/api/partner/transactions/direct-debit", debit)
    };
    assert_eq!(
        collect("2026-03-09").await.refused(409),
        "MANDATE_MUST_BE_ACTIVE"
    );
    api.post_empty(&format!("{path}/activate"))
        .await
        .expect(200);
    assert_eq!(collect("2026-03-02").await.refused(400), "INVALID_DATE");
    collect("2026-03-09").await.expect(201);
    assert_eq!(
        collect("2026-03-09").await.refused(409),
        "MANDATE_NOT_RECURRING"
    );
    assert_eq!(api.balance(&ledger).await.0, 0);
    api.sandbox
        .control()
        .advance(SignedDuration::from_hours(24 * 8));
    assert_eq!(api.balance(&ledger).await.0, 20);
    api.post_empty(&format!("{path}/cancel")).await.expect(200);
    assert_eq!(
        api.post_empty(&format!("{path}/activate"))
            .await
            .refused(409),
        "CONFLICTING_MANDATE_STATUS"
    );
}

#[tokio::test]
async fn transactions_are_found_by_what_they_are() {
    let holder = Holder::start().await;
    holder
        .api
        .post(PAY, holder.payment(json!(10)))
        .await
        .expect(201);
    let card = holder.api.card(&holder.ledger, "VIRTUAL").await;
    holder.spend(&card, 5).await;
    for (query, count) in [
        ("transactionTypes=CARD_AUTHORIZATION", 1),
        (
            "transactionTypes=CARD_AUTHORIZATION&transactionTypes=SEPA_CREDIT_TRANSFER",
            3,
        ),
        ("paymentTypes=SCT_RECEIVE", 1),
        ("startDate=2020-01-01T10:30", 3),
        ("endDate=2020-01-01T10:30", 0),
    ] {
        let list = holder.api.get(&format!("{PAY}?{query}")).await.expect(200);
        assert_eq!(list["totalElements"], count, "{query}");
    }
}

/// Random orders from several holders, legal and not, with time passing: after each the sums are right.
#[tokio::test]
async fn money_adds_up_whatever_happens() {
    for seed in 0..4 {
        let mut random = fastrand::Rng::with_seed(seed);
        let api = Api::with(
            standing()
                .seed(seed)
                .settlement(SignedDuration::from_hours(5)),
        )
        .await;
        let control = api.sandbox.control();
        let (mut ledgers, mut beneficiaries, mut cards) = (Vec::new(), Vec::new(), Vec::new());
        for number in 0..3 {
            let consumer = api.banked_consumer(&format!("60000000{number}")).await;
            let ledger = api.ledger(&consumer, 200).await;
            let part = json!({ "parentLedgerId": ledger });
            ledgers.push(id(&api
                .post("/api/partner/ledgers", part)
                .await
                .expect(201)));
            beneficiaries.push(api.beneficiary(&consumer).await);
            cards.push(api.card(&ledger, "VIRTUAL").await);
            ledgers.push(ledger);
        }
        let iban = api
            .get(&format!("/api/partner/ledgers/{}", ledgers[1]))
            .await
            .expect(200)["iban"]
            .clone();
        let consumer = api.get("/api/partner/consumers").await.expect(200)["content"][0].clone();
        let inside = beneficiary(&id(&consumer), "Inside", iban.as_str().unwrap());
        beneficiaries.push(id(&api
            .post("/api/partner/beneficiaries", inside)
            .await
            .expect(201)));

        for _ in 0..90 {
            let amount = f64::from(random.u32(1..=15_000)) / 100.0;
            let (from, to) = (
                random.choice(&ledgers).unwrap(),
                random.choice(&ledgers).unwrap(),
            );
            match random.u8(0..9) {
                0 => drop(
                    api.post(
                        "/api/partner/ledgers/credit",
                        json!({ "ledgerId": to, "amount": amount }),
                    )
                    .await,
                ),
                1 | 2 => {
                    let to = random.choice(&beneficiaries).unwrap();
                    let inside = random.bool();
                    let payment = json!({
                        "ledgerFromId": from, "beneficiaryId": to, "amount": amount, "allowInterLedger": inside,
                    });
                    drop(api.post(PAY, payment).await);
                }
                3 => {
                    let transfer =
                        json!({ "ledgerFromId": from, "ledgerToId": to, "amount": amount });
                    drop(api.post(BETWEEN, transfer).await);
                }
                4 | 5 => {
                    let card = random.choice(&cards).unwrap();
                    drop(
                        api.post(SIMULATE, json!({ "cardId": card, "amount": amount }))
                            .await,
                    );
                }
                6 => {
                    let open = format!("{PAY}?transactionTypes=CARD_AUTHORIZATION&status=APPROVED");
                    let open = api.get(&open).await.expect(200)["content"]
                        .as_array()
                        .unwrap()
                        .clone();
                    if let Some(one) = random.choice(&open) {
                        let part = one["amount"].as_f64().unwrap().min(amount);
                        let clearing = json!({ "cardId": cards[0], "amount": part, "transactionId": one["id"] });
                        api.post(SIMULATE, clearing).await.expect(200);
                    }
                }
                7 => control.advance(SignedDuration::from_hours(random.i64(0..40))),
                _ => drop(
                    api.post(
                        "/api/partner/acquiring/account-load",
                        json!({ "targetLedgerId": to, "amount": amount }),
                    )
                    .await,
                ),
            }
            let money = control.money();
            assert_eq!(money.held, money.came_in - money.went_out, "seed {seed}");
            let view = api
                .get(&format!(
                    "/api/partner/ledgers/{}",
                    random.choice(&ledgers).unwrap()
                ))
                .await
                .expect(200);
            let amount = |field: &str| view[field].as_f64().unwrap_or(0.0);
            assert!(
                amount("availableAmount") >= 0.0 && amount("reservedAmount") >= 0.0,
                "seed {seed}: {view}"
            );
        }
        assert!(control.payments() > 5, "seed {seed} hardly paid");
        // In the end nothing is pending, so nothing may be reserved.
        control.advance(SignedDuration::from_hours(24 * 30));
        api.get(PAY).await.expect(200);
        assert_eq!(control.money().reserved, Amount::ZERO, "seed {seed}");
        for ledger in &ledgers {
            let view = api
                .get(&format!("/api/partner/ledgers/{ledger}"))
                .await
                .expect(200);
            assert!(
                view["totalAmount"].as_f64().unwrap_or(0.0) >= 0.0,
                "seed {seed}: {view}"
            );
        }
    }
}
