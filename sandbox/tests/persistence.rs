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
async fn a_file_that_is_no_state_is_refused_by_name() {
    let scratch = Scratch::new("garbage");
    std::fs::write(scratch.state(), "this is no state").unwrap();
    let error = Sandbox::builder().state(scratch.state()).start().await.unwrap_err();
    assert_eq!(error.to_string(), "the sandbox has no state to start from");
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains(scratch.state().to_str().unwrap()), "{cause}");
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
