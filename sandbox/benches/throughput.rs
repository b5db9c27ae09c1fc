//! What the sandbox costs. `cargo bench -p linkcy-sandbox`:
//! - simple GETs a second, beside a bare axum handler in the same run, both served from one thread;
//! - a payment among the first and behind a hundred thousand, a page of a hundred among these;
//! - memory by a thousand requests in the journal.
//!
//! `cargo bench -p linkcy-sandbox -- gets`, `history` or `memory` measures one of these.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use linkcy_sandbox::Sandbox;
use serde_json::{Value, json};

const CALLERS: usize = 8;
const SPAN: Duration = Duration::from_secs(4);

/// The transactions of a long history.
const LONG: usize = 100_000;

/// What is measured, by the word that asks for it.
const PARTS: [(&str, fn()); 3] = [("gets", gets), ("history", history), ("memory", memory)];

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let wanted = |name: &str| asked.iter().any(|one| one == name);
    let all = !PARTS.iter().any(|(name, _)| wanted(name));
    PARTS.iter().filter(|(name, _)| all || wanted(name)).for_each(|(_, part)| part());
}

fn gets() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let sandbox = Sandbox::builder().start_now().expect("a sandbox");
    let (token, ledger) = runtime.block_on(prepare(&sandbox));
    let bare = bare_axum();

    // The first second of each warms up and is not counted. In turns, because the machine is not equally fast all the time.
    let (bare_get, get) = (request("/", &token), request(&format!("/api/partner/ledgers/{ledger}"), &token));
    let mut ratios = Vec::new();
    for _ in 0..3 {
        let (axum_rate, sandbox_rate) = (rate(bare, &bare_get), rate(sandbox.address(), &get));
        println!("bare axum handler: {axum_rate:.0} GET/s; sandbox, one ledger: {sandbox_rate:.0} GET/s");
        ratios.push(sandbox_rate / axum_rate);
    }
    ratios.sort_by(f64::total_cmp);
    println!("ratio: {:.2} in the middle of {ratios:.2?}", ratios[1]);
}

/// One connection, on which one request follows the answer to another.
struct Line(BufReader<TcpStream>);

impl Line {
    fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("a connection");
        stream.set_nodelay(true).expect("an option");
        Self(BufReader::with_capacity(256 * 1024, stream))
    }

    /// How long an answer takes, and what it is; panics unless it is a success.
    fn time(&mut self, request: &[u8]) -> (Duration, Vec<u8>) {
        let begun = Instant::now();
        self.0.get_mut().write_all(request).expect("a request sent");
        let (mut length, mut head) = (0, String::new());
        while !head.ends_with("\r\n\r\n") {
            let from = head.len();
            assert!(self.0.read_line(&mut head).expect("an answer") > 0, "{head}");
            if let Some((name, value)) = head[from..].split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().expect("a length");
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).expect("a body");
        assert!(head.starts_with("HTTP/1.1 2"), "{head}{}", String::from_utf8_lossy(&body));
        (begun.elapsed(), body)
    }
}

fn post(path: &str, token: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let head = format!(
        "POST /api/partner{path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head, body].concat().into_bytes()
}

fn millis(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1_000.0)
}

fn history() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    // A life that outlasts the bench.
    let sandbox = Sandbox::builder().token_life(jiff::SignedDuration::from_hours(9)).start_now().expect("a sandbox");
    let (token, ledger) = runtime.block_on(prepare(&sandbox));
    let mut line = Line::to(sandbox.address());
    let read = |body: &[u8]| -> Value { serde_json::from_slice(body).expect("JSON") };
    let owner = read(&line.time(request(&format!("/api/partner/ledgers/{ledger}"), &token).as_bytes()).1);
    let other = json!({ "endUserId": owner["endUserId"], "type": "EUR_FRANCE", "autoUpgrade": true });
    let other = read(&line.time(&post("/ledgers", &token, &other)).1)["id"].clone();
    line.time(&post("/ledgers/credit", &token, &json!({ "ledgerId": ledger, "amount": 1000 })));
    // There and back, so that the money lasts.
    let pay = |from: &Value, to: &Value| {
        post("/transactions/inter-ledger", &token, &json!({ "ledgerFromId": from, "ledgerToId": to, "amount": 0.01 }))
    };
    let there_and_back = [pay(&json!(ledger), &other), pay(&other, &json!(ledger))];
    let mut times = Vec::with_capacity(LONG);
    for number in 0..LONG {
        times.push(line.time(&there_and_back[number % 2]).0);
    }
    let middle = |times: &[Duration]| {
        let mut sorted = times.to_vec();
        sorted.sort_unstable();
        sorted[sorted.len() / 2]
    };
    let (first, last) = (middle(&times[100..2_100]), middle(&times[LONG - 2_000..]));
    let ratio = last.as_secs_f64() / first.as_secs_f64();
    println!(
        "a payment, median of 2,000: {} among the first, {} before the {LONG}th, ratio {ratio:.2}",
        millis(first),
        millis(last)
    );

    let from = format!("ledgerId={ledger}&pageSize=100");
    for (name, query) in [
        ("first page", from.clone()),
        ("page 250", format!("{from}&page=250")),
        ("page 500", format!("{from}&page=500")),
        ("page 500 upwards by date", format!("{from}&page=500&sortAttribute=CREATION_DATE&sortDirection=ASC")),
        ("by status", format!("{from}&status=APPROVED,PENDING&page=250")),
        ("by status, none found", format!("{from}&status=DECLINED")),
        ("by type", format!("{from}&transactionTypes=INTER_LEDGER&paymentTypes=MONEY_TRANSFER&page=250")),
        ("by dates", format!("{from}&startDate=2020-01-01T00:00:00Z&endDate=2120-01-01T00:00:00Z&page=500")),
        (
            "by two ledgers' end-user",
            format!("{from}&endUserId={}&page=250", owner["endUserId"].as_str().expect("an id")),
        ),
        ("of every ledger", "pageSize=100&page=250".to_owned()),
    ] {
        let get = request(&format!("/api/partner/transactions?{query}"), &token);
        let best = (0..25).map(|_| line.time(get.as_bytes()).0).min().expect("times");
        println!("a page of 100 among {LONG}, {name}: {}, the best of 25", millis(best));
    }
}

/// The memory of this process that is in use.
fn resident() -> Option<u64> {
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(pages.split(' ').nth(1)?.parse::<u64>().ok()? * 4096)
}

fn memory() {
    const REQUESTS: usize = 50_000;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    for (name, bodies) in [("without bodies", false), ("with bodies", true)] {
        let sandbox = Sandbox::builder().bodies(bodies).journal(REQUESTS).start_now().expect("a sandbox");
        let (token, ledger) = runtime.block_on(prepare(&sandbox));
        let (mut line, get) = (Line::to(sandbox.address()), request(&format!("/api/partner/ledgers/{ledger}"), &token));
        let mut used = Vec::new();
        for _ in 0..4 {
            used.extend(resident());
            (0..REQUESTS / 2).for_each(|_| drop(line.time(get.as_bytes())));
        }
        used.extend(resident());
        let [start, half, full, more, most] = used[..] else {
            println!("memory: not known on this system");
            return;
        };
        let a_thousand = (full.saturating_sub(half)) / (REQUESTS as u64 / 2_000);
        println!(
            "memory, {name}: {} kB for 1,000 requests in the journal, {} MB when its {REQUESTS} are full, {} MB more by as many again",
            a_thousand / 1024,
            full.saturating_sub(start) >> 20,
            (most.max(more).saturating_sub(full)) >> 20
        );
    }
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
