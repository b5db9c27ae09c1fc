//! State on disk: it survives the process, however that ends.

mod support;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use linkcy_sandbox::Sandbox;
use serde_json::{Value, json};
use support::Api;

/// A directory that goes away with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("linkcy-sandbox-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn state(&self) -> PathBuf {
        self.0.join("state")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn a_restart_changes_nothing() {
    let scratch = Scratch::new("restart");
    let api = Api::with(Sandbox::builder().state(scratch.state())).await;
    let consumer = api.banked_consumer("612345678").await;
    let ledger = api.ledger(&consumer, 100).await;
    let before = api.get("/api/partner/transactions").await.expect(200);
    let (token, credentials) = (api.token.clone(), api.sandbox.credentials().clone());
    drop(api);

    let mut api = Api::with(Sandbox::builder().state(scratch.state())).await;
    assert_eq!(api.sandbox.credentials(), &credentials);
    api.token = token;
    assert_eq!(api.get("/api/partner/transactions").await.expect(200), before);
    assert_eq!(api.balance(&ledger).await.0, 100);
    // New ids are new.
    assert_ne!(api.consumer("699999999").await, consumer);
}

#[tokio::test]
async fn a_state_that_cannot_be_used_says_why() {
    let scratch = Scratch::new("garbage");
    let garbage = scratch.state();
    std::fs::write(&garbage, "this is no state").unwrap();
    let nowhere = scratch.0.join("no such folder").join("state");
    let used = scratch.0.join("used");
    let _user = Sandbox::builder().state(&used).start().await.unwrap();
    for (path, why) in [
        (&garbage, "is not the state of a sandbox, or it is damaged"),
        (&nowhere, "can't be opened or made; check that the folder exists"),
        (&used, "another sandbox is using this state"),
    ] {
        let error = Sandbox::builder().state(path).start().await.unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains(path.to_str().unwrap()) && cause.contains(why), "{cause}");
    }
}

#[tokio::test]
async fn what_is_taken_can_be_read_back() {
    let scratch = Scratch::new("deep");
    let builder = || Sandbox::builder().state(scratch.state());
    let nested = |depth: usize| (0..depth).fold(json!({}), |inner, _| json!({ "k": inner }));
    let api = Api::with(builder()).await;
    let mut taken = Vec::new();
    for (number, depth) in [10, 60, 61, 62, 63, 64, 100, 125].into_iter().enumerate() {
        let body =
            json!({ "phone": { "countryCode": "33", "number": format!("{number}") }, "metadata": nested(depth) });
        let created = api.post("/api/partner/consumers", body).await;
        match created.status {
            201 => taken.push((support::id(&created.body), nested(depth))),
            _ => assert!(
                depth > 60 && created.body["details"][0]["message"].as_str().unwrap().contains("deeper than 64")
            ),
        }
    }
    assert!(taken.len() >= 2 && taken.len() < 8);
    drop(api);
    let api = Api::with(builder()).await;
    for (consumer, metadata) in taken {
        let read = api.get(&format!("/api/partner/consumers/{consumer}")).await.expect(200);
        assert_eq!(read["partnerMetadata"], metadata);
    }
}

#[tokio::test]
async fn undelivered_webhooks_outlive_a_restart_and_their_ids_are_never_given_again() {
    let scratch = Scratch::new("webhooks");
    // Nobody listens there.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let builder = || Sandbox::builder().state(scratch.state()).webhooks(&format!("http://{nobody}"));
    let mut ids = std::collections::BTreeSet::new();
    for round in 0..3 {
        let api = Api::with(builder()).await;
        assert_eq!(api.sandbox.control().deliveries().len(), round);
        api.consumer(&format!("61234567{round}")).await;
        let deliveries = api.sandbox.control().deliveries();
        assert!(deliveries.iter().all(|one| !one.delivered && one.next_attempt.is_some()));
        ids.extend(deliveries.into_iter().map(|one| one.id));
    }
    assert_eq!(ids.len(), 3);
}

/// The program on a state, killed when dropped.
struct Program {
    child: Child,
    http: reqwest::Client,
    url: String,
    credentials: Value,
}

impl Program {
    fn start(state: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_linkcy-sandbox"))
            .args(["--port", "0", "--token-life", "1h", "--state"])
            .arg(state)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let hello: Value = serde_json::from_str(&line).unwrap();
        // One for all requests: each would read the machine's certificates.
        let http = reqwest::Client::new();
        Self { child, http, url: hello["url"].as_str().unwrap().to_owned(), credentials: hello["credentials"].clone() }
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    async fn post(&self, token: Option<&str>, path: &str, body: Value) -> Result<Value, reqwest::Error> {
        let mut request = self.http.post(format!("{}{path}", self.url)).json(&body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        request.send().await?.json().await
    }

    async fn state(&self) -> Value {
        self.http.get(format!("{}/_sandbox/state", self.url)).send().await.unwrap().json().await.unwrap()
    }

    async fn token(&self) -> String {
        let tokens = self.post(None, "/api/partner/login", self.credentials.clone()).await.unwrap();
        tokens["token"].as_str().unwrap().to_owned()
    }
}

/// Transfers run from eight sides while the program is killed, a hundred times: no cent is lost or made, and every
/// transfer that was confirmed is there.
#[tokio::test]
async fn a_kill_leaves_no_transfer_half_done() {
    let scratch = Scratch::new("kill");
    let ledgers = {
        let api = Api::with(Sandbox::builder().state(scratch.state())).await;
        let mut ledgers = Vec::new();
        for number in 0..2 {
            let consumer = api.banked_consumer(&format!("60000000{number}")).await;
            ledgers.push(api.ledger(&consumer, 1000).await);
        }
        ledgers
    };
    let mut confirmed = 0;
    for round in 0..100_u64 {
        let program = std::sync::Arc::new(Program::start(&scratch.state()));
        let state = program.state().await;
        assert_eq!(state["money"]["held"], 2000, "round {round}: {state}");
        assert_eq!(state["money"]["cameIn"], 2000);
        assert!(state["payments"].as_u64().unwrap() >= confirmed, "round {round} forgot a payment");

        let token = program.token().await;
        let (done, mut dones) = tokio::sync::mpsc::unbounded_channel();
        let payers: Vec<_> = (0..8)
            .map(|payer| {
                let (program, token, done) = (std::sync::Arc::clone(&program), token.clone(), done.clone());
                let (from, to) = (ledgers[payer % 2].clone(), ledgers[(payer + 1) % 2].clone());
                tokio::spawn(async move {
                    let transfer = json!({ "ledgerFromId": from, "ledgerToId": to, "amount": 0.01 });
                    let path = "/api/partner/transactions/inter-ledger";
                    while let Ok(answer) = program.post(Some(&token), path, transfer.clone()).await {
                        if answer["id"].is_string() {
                            let _ = done.send(());
                        }
                    }
                })
            })
            .collect();
        // Killed after a different number of confirmations each round, while others are on their way.
        for _ in 0..(round % 7 + 1) {
            dones.recv().await;
            confirmed += 1;
        }
        let pid = program.child.id().to_string();
        assert!(Command::new("kill").args(["-9", &pid]).status().unwrap().success());
        for payer in payers {
            payer.await.unwrap();
        }
        drop(done);
        while dones.recv().await.is_some() {
            confirmed += 1;
        }
        std::sync::Arc::into_inner(program).unwrap().kill();
    }
    let last = Program::start(&scratch.state());
    let state = last.state().await;
    last.kill();
    assert_eq!(state["money"]["held"], 2000);
    assert!(state["payments"].as_u64().unwrap() >= confirmed);
}

#[tokio::test]
async fn seed_data_is_where_a_sandbox_starts_and_what_an_export_gives() {
    let data = json!({ "consumers": [{
        "countryCode": "33", "number": "612345678", "firstName": "Zoë", "lastName": "Martin", "password": "s3cret-pw",
        "ledgers": [{ "type": "EUR_FRANCE", "balance": 1234.56 }, { "type": "EUR_BELGIUM", "friendlyName": "Savings" }],
    }]});
    let api = Api::with(Sandbox::builder().seed_data(serde_json::from_value(data).unwrap())).await;
    let login = json!({ "consumerPhone": "33612345678", "partnerName": "sandbox", "password": "s3cret-pw" });
    api.post("/api/partner/login", login).await.expect(200);
    let exported = api.sandbox.control().export();
    let ledger = exported.consumers[0].ledgers[0].id.unwrap().to_string();
    assert_eq!(api.balance(&ledger).await.0, 1234.56);
    let money = api.sandbox.control().money();
    assert_eq!((money.held, money.came_in), (money.came_in, money.held));
    // The money is there to be spent.
    let consumer = exported.consumers[0].id.unwrap().to_string();
    let beneficiary = api.beneficiary(&consumer).await;
    let payment = json!({ "ledgerFromId": ledger, "beneficiaryId": beneficiary, "amount": 34.56 });
    api.post("/api/partner/transactions", payment).await.expect(201);

    let text = serde_json::to_string(&api.sandbox.control().export()).unwrap();
    let again = Api::with(Sandbox::builder().seed_data(serde_json::from_str(&text).unwrap())).await;
    assert_eq!(again.balance(&ledger).await.0, 1200);
    assert_eq!(serde_json::to_string(&again.sandbox.control().export()).unwrap(), text);
}

#[tokio::test]
async fn wrong_seed_data_is_refused_by_the_place_in_it() {
    let consumer = |field: &str, value: Value| {
        let mut one = json!({ "countryCode": "33", "number": "612345678", "firstName": "A", "lastName": "B" });
        one[field] = value;
        one
    };
    let ledger = |ledger: Value| json!([consumer("ledgers", json!([ledger]))]);
    for (consumers, at) in [
        (json!([consumer("countryCode", json!("abc"))]), "consumers[0].countryCode"),
        (json!([consumer("number", json!(""))]), "consumers[0].number"),
        (json!([consumer("x", json!(null)), consumer("x", json!(null))]), ""),
        (json!([consumer("password", json!("p")), consumer("password", json!("p"))]), "consumers[1].number"),
        (ledger(json!({ "type": "USD" })), "consumers[0].ledgers[0].type"),
        (ledger(json!({ "type": "EUR_FRANCE", "balance": -1 })), "consumers[0].ledgers[0].balance"),
        (ledger(json!({ "type": "EUR_FRANCE", "balance": 0.001 })), "consumers[0].ledgers[0].balance"),
        (ledger(json!({ "type": "EUR_FRANCE", "iban": "FR76" })), "consumers[0].ledgers[0].iban"),
    ] {
        let Ok(data) = serde_json::from_value(json!({ "consumers": consumers })) else {
            assert_eq!(at, "", "an unknown member is refused when it is read");
            continue;
        };
        let error = Sandbox::builder().seed_data(data).start().await.unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(!at.is_empty() && cause.starts_with(&format!("{at}: ")), "{cause}");
    }
}
