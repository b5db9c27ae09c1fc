//! The console in a real browser. Needs Debian's chromium and chromium-driver:
//! `cargo test -p linkcy-sandbox --test console -- --ignored`. With LINKCY_SCREENSHOT=FILE it leaves a picture.

mod support;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};
use support::holder::{Holder, PAY};

/// A browser, driven by the WebDriver protocol.
struct Browser {
    driver: Child,
    http: reqwest::Client,
    session: String,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

impl Browser {
    async fn start() -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver: install chromium-driver");
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let said = lines.map(Result::unwrap).find(|line| line.contains("started successfully on port")).unwrap();
        let port: u16 = said.rsplit("port ").next().unwrap().trim_end_matches('.').parse().unwrap();
        let http = reqwest::Client::new();
        let arguments = json!(["--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1200,1500"]);
        let wanted = json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": { "args": arguments } } } });
        let base = format!("http://127.0.0.1:{port}/session");
        let made: Value = http.post(&base).json(&wanted).send().await.unwrap().json().await.unwrap();
        let session = format!("{base}/{}", made["value"]["sessionId"].as_str().unwrap_or_else(|| panic!("{made}")));
        Self { driver, http, session }
    }

    async fn command(&self, method: Method, path: &str, body: Value) -> Value {
        let request = self.http.request(method, format!("{}{path}", self.session));
        let request = if body.is_null() { request } else { request.json(&body) };
        request.send().await.unwrap().json::<Value>().await.unwrap()["value"].clone()
    }

    async fn run(&self, script: &str) -> Value {
        self.command(Method::POST, "/execute/sync", json!({ "script": script, "args": [] })).await
    }

    /// Waits until the page has that text within the element of that id.
    async fn wait_for(&self, id: &str, text: &str) {
        let script = format!("return document.getElementById('{id}').innerText");
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let shown = self.run(&script).await;
            if shown.as_str().is_some_and(|shown| shown.contains(text)) {
                return;
            }
            assert!(Instant::now() < until, "no {text:?} in #{id}: {shown}");
        }
    }
}

#[tokio::test]
#[ignore = "needs chromium and chromium-driver"]
async fn a_payment_is_approved_by_a_click_and_the_page_shows_balance_and_webhook() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let builder = linkcy_sandbox::Sandbox::builder().webhooks(&format!("http://{nobody}/hooks"));
    let holder = Holder::new(support::Api::with(builder).await).await;
    holder.api.sandbox.control().register_device(holder.consumer.parse().unwrap());
    let push = [("Linkcy-SCA-Strategy", "PUSH_NOTIFICATION")];
    let pay = || holder.api.send(Method::POST, PAY, Some(holder.payment(json!(42.5))), &push);

    let browser = Browser::start().await;
    browser.command(Method::POST, "/url", json!({ "url": holder.api.sandbox.url() })).await;
    browser.wait_for("live", "live").await;
    browser.wait_for("pushes", "Nothing to confirm").await;
    browser.wait_for("ledgers", "100.00 €").await;

    // Nothing is reloaded: what happens comes by itself.
    pay().await.expect(202);
    browser.wait_for("pushes", "42.50 €").await;
    browser.wait_for("pushes", "to Bob Durand").await;
    if let Ok(file) = std::env::var("LINKCY_SCREENSHOT") {
        let picture = browser.command(Method::GET, "/screenshot", Value::Null).await;
        std::fs::write(file, STANDARD.decode(picture.as_str().unwrap()).unwrap()).unwrap();
    }
    let found = json!({ "using": "css selector", "value": "#pushes button[aria-label^='Approve']" });
    let button = browser.command(Method::POST, "/element", found).await;
    let id = button.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned();
    browser.command(Method::POST, &format!("/element/{id}/click"), json!({})).await;
    browser.wait_for("pushes", "Nothing to confirm").await;
    assert_eq!(holder.balance().await.0, 100);

    pay().await.expect(201);
    browser.wait_for("ledgers", "57.50 €").await;
    browser.wait_for("transactions", "Bob Durand").await;
    browser.wait_for("deliveries", "TRANSACTION_UPDATED").await;
    let chart = "return document.querySelector('#ledgers svg.chart').getAttribute('aria-label')";
    assert_eq!(browser.run(chart).await, json!("From 100.00 € to 57.50 € in 2 steps"));
    browser.wait_for("journal", "POST /api/partner/transactions 201").await;
    let opened =
        "const [first] = document.querySelectorAll('#journal details'); first.open = true; return first.innerText";
    let opened = browser.run(opened).await;
    for shown in
        ["PUSH_NOTIFICATION", "As curl", "As Rust", ".request(linkcy::Method::POST, \"/api/partner/transactions\")"]
    {
        assert!(opened.as_str().unwrap().contains(shown), "{shown}: {opened}");
    }
    let filter = |id: &str, text: &str| {
        format!(
            "const field = document.getElementById('{id}'); field.value = '{text}'; field.dispatchEvent(new Event('input'))"
        )
    };
    browser.run(&filter("status", "4")).await;
    assert_eq!(browser.run("return document.querySelectorAll('#journal details').length").await, json!(0));
    let by_hand =
        "const form = document.getElementById('by-hand'); form.elements.type.value = 'BY_HAND'; form.requestSubmit()";
    browser.run(by_hand).await;
    browser.wait_for("deliveries", "BY_HAND").await;
    browser
        .run("[...document.querySelectorAll('#kycs button')].find(one => one.innerText === 'DECLINED').click()")
        .await;
    browser.wait_for("kycs", ": DECLINED").await;
    assert_eq!(browser.run("return document.getElementById('error').hidden").await, json!(true));
    // On a phone nothing hangs over.
    browser.command(Method::POST, "/window/rect", json!({ "width": 400, "height": 800 })).await;
    let over = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    assert_eq!(browser.run(over).await, json!(0));
    browser.command(Method::DELETE, "", Value::Null).await;
}
