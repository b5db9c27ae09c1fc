//! How many simple GETs a second the sandbox answers, beside a bare axum handler in the same run. Both serve from one
//! thread; the callers are in others. `cargo bench -p linkcy-sandbox`.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use linkcy_sandbox::Sandbox;
use serde_json::{Value, json};

const CALLERS: usize = 8;
const SPAN: Duration = Duration::from_secs(4);

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let sandbox = Sandbox::builder().start_now().expect("a sandbox");
    let (token, ledger) = runtime.block_on(prepare(&sandbox));
    let bare = bare_axum();

    // The first second of each warms up and is not counted.
    let get = request(&format!("/api/partner/ledgers/{ledger}"), &token);
    let (axum_rate, sandbox_rate) = (rate(bare, &request("/", &token)), rate(sandbox.address(), &get));
    println!("bare axum handler: {axum_rate:.0} GET/s");
    println!("sandbox, one ledger: {sandbox_rate:.0} GET/s");
    println!("ratio: {:.2}", sandbox_rate / axum_rate);
}

async fn prepare(sandbox: &Sandbox) -> (String, String) {
    let http = reqwest::Client::new();
    let call = async |token: &str, path: &str, body: Value| -> Value {
        let request = http.post(format!("{}/api/partner{path}", sandbox.url())).bearer_auth(token).json(&body);
        let bytes = request.send().await.expect("an answer").bytes().await.expect("a body");
        serde_json::from_slice(&bytes).unwrap_or(Value::Null)
    };
    let credentials = sandbox.credentials();
    let token = call("", "/login", json!(credentials)).await["token"].as_str().expect("a token").to_owned();
    let phone = json!({ "countryCode": "33", "number": "612345678" });
    let consumer = call(&token, "/consumers", json!({ "phone": phone, "lastTermsAccepted": "1.0" })).await;
    call(&token, "/kyc/simulate", json!({ "consumerId": consumer["id"], "kycStatus": "VALIDATED" })).await;
    let ledger = json!({ "endUserId": consumer["id"], "type": "EUR_FRANCE", "autoUpgrade": true });
    let ledger = call(&token, "/ledgers", ledger).await["id"].as_str().expect("a ledger").to_owned();
    (token, ledger)
}

/// A server in a thread of its own that does nothing but answer a JSON value of a ledger's size.
fn bare_axum() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("a socket");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async move {
            let body = json!({ "text": "x".repeat(700) });
            let handler = axum::routing::get(move || std::future::ready(axum::Json(body.clone())));
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            axum::serve(listener, axum::Router::new().route("/", handler)).await
        })
    });
    address
}

fn request(path: &str, token: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\r\n")
}

/// Answers a second over kept connections, each caller waiting for its answer before it asks again.
fn rate(address: SocketAddr, request: &str) -> f64 {
    let (answers, counting, over) = (AtomicU64::new(0), AtomicBool::new(false), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(|| {
                let mut stream = TcpStream::connect(address).expect("a connection");
                stream.set_nodelay(true).expect("an option");
                let mut buffer = vec![0; 16 * 1024];
                while !over.load(Ordering::Relaxed) {
                    stream.write_all(request.as_bytes()).expect("a request sent");
                    let length = stream.read(&mut buffer).expect("an answer");
                    assert!(
                        buffer[..length].starts_with(b"HTTP/1.1 200"),
                        "{}",
                        String::from_utf8_lossy(&buffer[..length])
                    );
                    if counting.load(Ordering::Relaxed) {
                        answers.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
        std::thread::sleep(Duration::from_secs(1));
        counting.store(true, Ordering::Relaxed);
        let begun = Instant::now();
        std::thread::sleep(SPAN);
        let counted = answers.load(Ordering::Relaxed);
        over.store(true, Ordering::Relaxed);
        counted as f64 / begun.elapsed().as_secs_f64()
    })
}
