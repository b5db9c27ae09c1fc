//! The example server, against a sandbox that sends.

#[path = "../../../examples/webhooks/main.rs"]
#[allow(dead_code, reason = "the program reads the environment, the tests do not")]
mod program;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use linkcy::types::jiff::SignedDuration;
use linkcy::webhooks::{MemorySeen, Verifier, WebhookEvent};
use linkcy_sandbox::{Clock, Delivery, Sandbox};
use program::receiver::serve;
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;

use super::{BODY, ID, OTHER, secret};

#[tokio::test]
async fn the_example_prints_a_payments_a_cards_and_a_kycs_life_and_ends() {
    let printed = Mutex::new(Vec::new());
    program::receive_locally(|line| printed.lock().unwrap().push(line.to_owned())).await.unwrap();
    let printed = printed.into_inner().unwrap();
    let mut counts = BTreeMap::<&str, usize>::new();
    for line in &printed {
        *counts.entry(line.split(':').next().unwrap()).or_default() += 1;
    }
    let wanted = [
        ("BENEFICIARY_CREATED", 1),
        ("CARD_CLOSED", 1),
        ("CARD_CREATED", 1),
        ("CARD_UPDATED", 2),
        ("CONSUMER_CREATED", 2),
        ("CONSUMER_KYC_CREATED", 1),
        ("CONSUMER_KYC_UPDATED", 1),
        ("CONSUMER_KYC_VALIDATED", 1),
        ("TRANSACTION_UPDATED", 3),
    ];
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), wanted, "{printed:#?}");
    assert_eq!(printed.last().unwrap(), "CONSUMER_CREATED: came again, and was handled before");
    let statuses = |status: &str| printed.iter().filter(|line| line.ends_with(status)).count();
    assert_eq!((statuses(" PENDING"), statuses(" APPROVED"), statuses(" VALIDATED")), (1, 2, 1), "{printed:#?}");
}

/// A server with a sandbox whose clock stands.
struct Running {
    sandbox: Sandbox,
    address: String,
    lines: mpsc::UnboundedReceiver<String>,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<anyhow::Result<()>>,
}

impl Running {
    async fn start<F>(handle: impl Fn(WebhookEvent) -> F + Send + 'static) -> Self
    where
        F: Future<Output = anyhow::Result<String>> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/webhooks", listener.local_addr().unwrap());
        let clock = Clock::standing("2026-03-01T10:00:00Z".parse().unwrap());
        let sandbox = Sandbox::builder().clock(clock).webhooks(&address).start().await.unwrap();
        let verifier = Verifier::new(secret(&sandbox.control().webhook_secret().unwrap()));
        let (sender, lines) = mpsc::unbounded_channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let log = Arc::new(move |line| _ = sender.send(line));
        let server =
            tokio::spawn(serve(listener, verifier, MemorySeen::new(), handle, log, async { _ = stopped.await }));
        Self { sandbox, address, lines, stop: Some(stop), server }
    }

    fn send(&self) -> String {
        self.sandbox.control().send_webhook("CARD_CLOSED", &serde_json::Value::Null).unwrap()
    }

    /// The one delivery, as soon as it was tried that often.
    async fn tried(&self, attempts: usize) -> Delivery {
        loop {
            match self.sandbox.control().deliveries().pop() {
                Some(one) if one.attempts == attempts => return one,
                _ => tokio::task::yield_now().await,
            }
        }
    }
}

#[tokio::test]
async fn what_fails_or_panics_is_answered_503_and_handled_at_a_later_attempt() {
    let turns = Arc::new(AtomicUsize::new(0));
    let handle = move |_| {
        let turns = Arc::clone(&turns);
        async move {
            match turns.fetch_add(1, Ordering::Relaxed) {
                0 => anyhow::bail!("the database is away"),
                1 => panic!("a bug"),
                turn => Ok(format!("done at turn {turn}")),
            }
        }
    };
    let mut running = Running::start(handle).await;
    running.send();
    for (attempt, status, pause, said) in
        [(1, 503, 5, "the database is away"), (2, 503, 300, "panicked"), (3, 204, 0, "done at turn 2")]
    {
        let tried = running.tried(attempt).await;
        assert_eq!((tried.last_status, tried.delivered), (Some(status), status == 204));
        let line = running.lines.recv().await.unwrap();
        assert!(line.starts_with("CARD_CLOSED: ") && line.contains(said), "{line}");
        running.sandbox.control().advance(SignedDuration::from_secs(pause));
    }
}

#[tokio::test]
async fn who_forges_or_speaks_another_language_gets_a_status_and_no_word() {
    let mut running = Running::start(|_| async { anyhow::bail!("nothing was verified") }).await;
    let http = crate::support::http().build().unwrap();
    let now = linkcy::types::jiff::Timestamp::now().as_second();
    let forged = secret(OTHER).sign(ID, now, BODY);
    let (stamp, none) = (now.to_string(), String::new());
    for (signature, status, said) in
        [(&forged, 401, "refused: no signature fits"), (&none, 401, "refused: no signature fits")]
    {
        let request = http.post(&running.address).body(BODY).header("svix-id", ID);
        let request = request.header("svix-timestamp", &stamp).header("svix-signature", signature);
        let answer = request.send().await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.text().await.unwrap().as_str()), (status, ""));
        assert!(running.lines.recv().await.unwrap().starts_with(said));
    }
    let answer = http.post(&running.address).body(BODY).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.text().await.unwrap().as_str()), (400, ""));
    assert!(running.lines.recv().await.unwrap().starts_with("refused: the header svix-id is missing"));
}

#[tokio::test]
async fn a_server_that_stops_finishes_what_it_has() {
    let (begun, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let handle = {
        let (begun, go) = (Arc::clone(&begun), Arc::clone(&go));
        move |_| {
            let (begun, go) = (Arc::clone(&begun), Arc::clone(&go));
            async move {
                begun.notify_one();
                go.notified().await;
                Ok("done".to_owned())
            }
        }
    };
    let mut running = Running::start(handle).await;
    running.send();
    begun.notified().await;
    drop(running.stop.take());
    // It takes no more connections, and has not ended.
    while tokio::net::TcpStream::connect(running.address.trim_start_matches("http://").trim_end_matches("/webhooks"))
        .await
        .is_ok()
    {
        tokio::task::yield_now().await;
    }
    assert!(!running.server.is_finished());
    go.notify_one();
    tokio::time::timeout(Duration::from_secs(30), &mut running.server).await.unwrap().unwrap().unwrap();
    assert!(running.tried(1).await.delivered);
    assert_eq!(running.lines.recv().await.unwrap(), "CARD_CLOSED: done");
}
