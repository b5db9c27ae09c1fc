//! Lists beside a naive model of them: every filter, either order, pages up to behind the end.

mod support;

use jiff::{SignedDuration, Timestamp};
use linkcy_sandbox::{Clock, Sandbox};
use reqwest::Method;
use serde_json::{Value, json};
use support::{Api, beneficiary, id};

const LIST: &str = "/api/partner/transactions";

/// Everything a list has, in the order it was made, page by page.
async fn all(api: &Api, path: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    for page in 0.. {
        let path = format!("{path}?sortDirection=ASC&pageSize=100&page={page}");
        let answer = api.get(&path).await.expect(200);
        let content = answer["content"].as_array().unwrap();
        rows.extend(content.iter().cloned());
        if content.len() < 100 {
            assert_eq!(answer["totalElements"], rows.len());
            break;
        }
    }
    rows
}

fn text<'v>(row: &'v Value, pointer: &str) -> &'v str {
    row.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// A filter of the query, and what it keeps of the model.
type Filter = (String, Box<dyn Fn(&Value) -> bool>);

fn ends(pointer: &'static str, wanted: String) -> Box<dyn Fn(&Value) -> bool> {
    Box::new(move |row| ["sender", "receiver"].iter().any(|end| text(row, &format!("/{end}/{pointer}")) == wanted))
}

fn word(name: &str, pointer: &'static str, values: Vec<&'static str>) -> Filter {
    let query = format!("{name}={}", values.join(","));
    (query, Box::new(move |row| values.contains(&text(row, pointer))))
}

/// A random choice of the filters that the list of transactions has.
fn filters(random: &mut fastrand::Rng, end_users: &[String], ledgers: &[String], from: Timestamp) -> Vec<Filter> {
    let mut chosen: Vec<Filter> = Vec::new();
    if random.bool() {
        let ledger = ledgers[random.usize(..ledgers.len())].clone();
        chosen.push((format!("ledgerId={ledger}"), ends("ledgerId", ledger)));
    }
    if random.u8(..4) == 0 {
        let end_user = end_users[random.usize(..end_users.len())].clone();
        chosen.push((format!("endUserId={end_user}"), ends("endUserId", end_user)));
    }
    if random.u8(..4) == 0 {
        let wanted = [vec!["APPROVED"], vec!["DECLINED", "PENDING"], vec!["REVERSED"], vec!["PENDING", "APPROVED"]];
        chosen.push(word("status", "/status", wanted[random.usize(..wanted.len())].clone()));
    }
    if random.u8(..4) == 0 {
        let wanted = [vec!["INTER_LEDGER"], vec!["SEPA_CREDIT_TRANSFER", "ACQUIRING"], vec!["FX"]];
        chosen.push(word("transactionTypes", "/type", wanted[random.usize(..wanted.len())].clone()));
    }
    if random.u8(..4) == 0 {
        let wanted = [vec!["SCT_SEND"], vec!["SCT_RECEIVE", "MONEY_TRANSFER"]];
        chosen.push(word("paymentTypes", "/paymentType", wanted[random.usize(..wanted.len())].clone()));
    }
    if random.u8(..4) == 0 {
        let shown = random.bool();
        chosen.push((
            format!("showDeclinedTransaction={shown}"),
            Box::new(move |row| shown || text(row, "/status") != "DECLINED"),
        ));
    }
    for (name, is_start) in [("startDate", true), ("endDate", false)] {
        if random.u8(..4) == 0 {
            let at = from + SignedDuration::from_mins(random.i64(-60..2_000));
            chosen.push((
                format!("{name}={at}"),
                Box::new(move |row| {
                    let created: Timestamp = text(row, "/creationDate").parse().unwrap();
                    if is_start { created >= at } else { created <= at }
                }),
            ));
        }
    }
    chosen
}

#[tokio::test]
async fn a_page_of_transactions_is_what_a_naive_model_gives() {
    let from: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
    let settlement = SignedDuration::from_hours(3);
    let life = SignedDuration::from_hours(24 * 30);
    let builder = Sandbox::builder().clock(Clock::standing(from)).settlement(settlement).token_life(life);
    let api = Api::with(builder).await;
    let (control, mut random) = (api.sandbox.control(), fastrand::Rng::with_seed(22));
    let (mut end_users, mut ledgers, mut payees) = (Vec::new(), Vec::new(), Vec::new());
    for number in ["611111111", "622222222"] {
        let end_user = api.banked_consumer(number).await;
        for _ in 0..2 {
            let ledger = api.ledger(&end_user, 900).await;
            let limits = json!({ "limits": { "transactionLimit": 200 } });
            api.patch(&format!("/api/partner/ledgers/{ledger}"), limits).await;
            ledgers.push(ledger);
        }
        payees.push(id(&api
            .post("/api/partner/beneficiaries", beneficiary(&end_user, "Bob", "FR7630006000011234567890189"))
            .await
            .expect(201)));
        end_users.push(end_user);
    }
    for _ in 0..300 {
        let amount = random.u32(1..300);
        let at = random.usize(..ledgers.len());
        let from = &ledgers[at];
        let (path, body) = match random.u8(..4) {
            0 => ("ledgers/credit", json!({ "ledgerId": from, "amount": amount })),
            1 => {
                let to = &ledgers[random.usize(..ledgers.len())];
                ("transactions/inter-ledger", json!({ "ledgerFromId": from, "ledgerToId": to, "amount": amount }))
            }
            2 => ("acquiring/account-load", json!({ "targetLedgerId": from, "amount": amount })),
            _ => ("transactions", json!({ "ledgerFromId": from, "beneficiaryId": payees[at / 2], "amount": amount })),
        };
        // What is refused for want of money is not in the list either.
        api.post(&format!("/api/partner/{path}"), body).await;
        // The clock goes back at times: the order of creation dates is then another than the order in which rows were made.
        control.advance(SignedDuration::from_mins(random.i64(-10..20)));
    }

    let model = all(&api, LIST).await;
    assert!(model.len() > 200, "{}", model.len());
    for _ in 0..300 {
        let chosen = filters(&mut random, &end_users, &ledgers, from);
        let mut wanted: Vec<&Value> = model.iter().filter(|row| chosen.iter().all(|(_, keeps)| keeps(row))).collect();
        let mut query: Vec<String> = chosen.iter().map(|(query, _)| query.clone()).collect();
        if random.bool() {
            query.push("sortAttribute=CREATION_DATE".into());
            wanted.sort_by_key(|row| text(row, "/creationDate").parse::<Timestamp>().unwrap());
        }
        match random.u8(..3) {
            0 => query.push("sortDirection=ASC".into()),
            1 => {
                query.push("sortDirection=DESC".into());
                wanted.reverse();
            }
            _ => wanted.reverse(),
        }
        let (page, size) = (random.usize(..6), [1, 7, 50, 100][random.usize(..4)]);
        query.push(format!("page={page}&pageSize={size}"));
        let query = query.join("&");
        let answer = api.get(&format!("{LIST}?{query}")).await.expect(200);
        assert_eq!(answer["totalElements"], wanted.len(), "{query}");
        let shown: Vec<&Value> = answer["content"].as_array().unwrap().iter().collect();
        assert_eq!(shown, wanted.iter().copied().skip(page * size).take(size).collect::<Vec<_>>(), "{query}");
    }

    // An end-user sees its own, whatever else it asks for.
    let tokens = api.consumer_tokens("33611111111").await;
    for query in ["", &format!("?ledgerId={}", ledgers[3]), &format!("?endUserId={}", end_users[1])] {
        let path = format!("{LIST}{query}");
        let answer = api.as_bearer(text(&tokens, "/token"), Method::GET, &path, None).await.expect(200);
        let own = ends("endUserId", end_users[0].clone());
        assert!(answer["content"].as_array().unwrap().iter().all(own), "{query}");
    }
}

#[tokio::test]
async fn other_lists_are_sorted_and_filtered_as_asked() {
    let api = Api::start().await;
    let names = ["Durand", "abel", "Zoë", "Martin", "Éric", "durand"];
    for (number, name) in (0..).zip(names) {
        let consumer = json!({
            "firstName": "Alix", "lastName": name, "emailAddress": format!("a{number}@example.com"),
            "phone": { "countryCode": "33", "number": format!("60000000{number}") },
            "lastTermsAccepted": api.terms().await,
        });
        api.post("/api/partner/consumers", consumer).await.expect(201);
    }
    let path = "/api/partner/consumers";
    let names_of = async |query: &str| -> Vec<String> {
        let answer = api.get(&format!("{path}?{query}")).await.expect(200);
        answer["content"].as_array().unwrap().iter().map(|one| text(one, "/lastName").to_owned()).collect()
    };
    let mut sorted = names.map(str::to_owned).to_vec();
    sorted.sort();
    assert_eq!(names_of("sortAttribute=LAST_NAME&sortDirection=ASC").await, sorted);
    assert_eq!(names_of("sortAttribute=LAST_NAME&sortDirection=ASC&pageSize=2&page=1").await, sorted[2..4]);
    sorted.reverse();
    assert_eq!(names_of("sortAttribute=LAST_NAME").await, sorted);
    assert_eq!(names_of("sortAttribute=CREATION_DATE&pageSize=4&page=1").await, ["abel", "Durand"]);
    for (query, found) in [
        ("lastName=DUR&sortDirection=ASC", vec!["Durand", "durand"]),
        ("lastName=%C3%A9ric", vec!["Éric"]),
        ("phone=600000003", vec!["Martin"]),
        ("emailAddress=A1%40", vec!["abel"]),
        ("kycStatus=VALIDATED", vec![]),
        ("kycStatus=NOT_STARTED,VALIDATED&lastName=z", vec!["Zoë"]),
        ("suspensionStatus=SUSPENDED", vec![]),
        ("bankingStatus=NOT_CREATED&overallStatus=INACTIVE&lastName=mart", vec!["Martin"]),
        ("page=500", vec![]),
    ] {
        assert_eq!(names_of(query).await, found, "{query}");
    }
    for (query, field) in [
        ("page=501", "page"),
        ("page=-1", "page"),
        ("pageSize=101", "pageSize"),
        ("pageSize=-1", "pageSize"),
        ("pageSize=0", "pageSize"),
    ] {
        assert_eq!(api.get(&format!("{path}?{query}")).await.wrong_fields(), [field], "{query}");
    }
}
