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
use support::Api;
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

    /// Clicks the first element that the selector finds, once there is one, as a mouse does.
    async fn click(&self, selector: &str) {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            // The header stays on top, and what it covers can't be clicked.
            let selected = json!(selector);
            self.run(&format!("document.querySelector({selected})?.scrollIntoView({{ block: 'center' }})")).await;
            let found = json!({ "using": "css selector", "value": selector });
            let element = self.command(Method::POST, "/element", found).await;
            // An element may be replaced between being found and being clicked: then it is looked for again.
            if let Some(id) = element.as_object().and_then(|one| one.values().next()?.as_str())
                && element["error"].is_null()
                && self.command(Method::POST, &format!("/element/{id}/click"), json!({})).await.is_null()
            {
                return;
            }
            assert!(Instant::now() < until, "nothing to click at {selector}: {element}");
        }
    }

    /// Opens the sandbox's console and waits until it is live.
    async fn open(&self, api: &Api) {
        self.command(Method::POST, "/url", json!({ "url": api.sandbox.url() })).await;
        self.wait_for("live", "live").await;
    }

    async fn run(&self, script: &str) -> Value {
        self.command(Method::POST, "/execute/sync", json!({ "script": script, "args": [] })).await
    }

    /// Waits until the expression is true in the page.
    async fn wait_until(&self, expression: &str) {
        let until = Instant::now() + Duration::from_secs(20);
        while self.run(&format!("return {expression}")).await != json!(true) {
            assert!(Instant::now() < until, "never true: {expression}");
        }
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
            let error = self.run("return document.getElementById('error').innerText").await;
            assert!(Instant::now() < until, "no {text:?} in #{id}: {shown}; the page's error: {error}");
        }
    }
}

/// Waits until the partner's token is good no longer.
async fn until_logged_out(api: &Api) {
    let until = Instant::now() + Duration::from_secs(20);
    while api.get("/api/partner/cards").await.status != 401 {
        assert!(Instant::now() < until, "the token is still good");
    }
}

#[tokio::test]
#[ignore = "needs chromium and chromium-driver"]
async fn a_payment_is_approved_by_a_click_and_the_page_shows_balance_and_webhook() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let builder = linkcy_sandbox::Sandbox::builder().webhooks(&format!("http://{nobody}/hooks"));
    let holder = Holder::new(Api::with(builder).await).await;
    holder.api.sandbox.control().register_device(holder.consumer.parse().unwrap());
    let push = [("Linkcy-SCA-Strategy", "PUSH_NOTIFICATION")];
    let pay = || holder.api.send(Method::POST, PAY, Some(holder.payment(json!(42.5))), &push);

    let browser = Browser::start().await;
    browser.open(&holder.api).await;
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
    browser.click("#pushes button[aria-label^='Approve']").await;
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

#[tokio::test]
#[ignore = "needs chromium and chromium-driver"]
async fn every_lever_of_the_page_does_what_it_says() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let clock = linkcy_sandbox::Clock::standing("2026-03-01T10:00:00Z".parse().unwrap());
    let builder = linkcy_sandbox::Sandbox::builder().clock(clock).webhooks(&format!("http://{nobody}/hooks"));
    let mut holder = Holder::new(Api::with(builder).await).await;
    holder.api.card(&holder.ledger, "VIRTUAL").await;
    let browser = Browser::start().await;
    browser.open(&holder.api).await;

    // Money: a card pays, the payment is cleared and refunded, and a transfer comes in.
    browser.wait_for("ledgers", "100.00 €").await;
    browser.click("#card-list button").await;
    browser.wait_for("transactions", "CARD_AUTHORIZATION").await;
    assert_eq!(holder.balance().await, (json!(100), json!(90), json!(10)));
    browser.click("#transactions button[aria-label^='Clear']").await;
    browser.wait_for("transactions", "CARD_CLEARING").await;
    assert_eq!(holder.balance().await, (json!(90), json!(90), json!(0)));
    browser.click("#transactions button[aria-label^='Refund']").await;
    browser.wait_for("ledgers", "100.00 €").await;
    browser.click("#ledgers button").await;
    browser.wait_for("ledgers", "200.00 €").await;
    assert_eq!(holder.balance().await, (json!(200), json!(200), json!(0)));

    // Phone: a device is registered and blocked, another one takes its place; pushes are declined and expire.
    browser.click("#people button[aria-label^='Register']").await;
    browser.wait_for("devices", ": active").await;
    browser.click("#devices button[aria-label^='Block']").await;
    browser.wait_for("devices", ": blocked").await;
    browser.wait_until("!document.querySelector('#devices button')").await;
    browser.click("#people button[aria-label^='Register']").await;
    browser.wait_for("devices", ": active").await;
    let push = [("Linkcy-SCA-Strategy", "PUSH_NOTIFICATION")];
    for (word, amount, state) in [("Decline", 1, "declined"), ("Let expire", 2, "expired")] {
        holder.api.send(Method::POST, PAY, Some(holder.payment(json!(amount))), &push).await.expect(202);
        browser.click(&format!("#pushes button[aria-label^='{word}']")).await;
        browser.wait_for("pushes", "Nothing to confirm").await;
        let pushes = serde_json::to_value(holder.api.sandbox.control().interactions()).unwrap();
        assert_eq!(pushes.as_array().unwrap().last().unwrap()["state"], state);
    }

    // Webhooks: one is sent again.
    let attempts = || holder.api.sandbox.control().deliveries().iter().map(|one| one.attempts).sum::<usize>();
    browser.wait_for("deliveries", "attempts 1").await;
    let before = attempts();
    browser.run("document.querySelector('#deliveries details').open = true").await;
    browser.click("#deliveries details[open] button").await;
    browser.wait_for("deliveries", "attempts 2").await;
    assert!(attempts() > before);

    // Requests: paused, the page stays as it is; cleared, it is empty.
    browser.click("#paused").await;
    holder.api.get("/api/partner/cards").await.expect(200);
    holder.api.get("/api/partner/mandates").await;
    browser.wait_for("live", "live").await;
    let shown = |text: &str| format!("return document.getElementById('journal').innerText.includes('{text}')");
    assert_eq!(browser.run(&shown("GET /api/partner/cards")).await, json!(false));
    browser.click("#paused").await;
    browser.wait_for("journal", "GET /api/partner/cards").await;
    browser.click("#clear").await;
    assert_eq!(browser.run(&shown("GET /api/partner/cards")).await, json!(false));

    // Levers: a fault strikes and says so, the clock moves, tokens end, and a reset forgets.
    browser.run("document.querySelector('#fault [name=path]').value = '/api/partner/ledgers'").await;
    browser.click("#fault button").await;
    browser.wait_for("faults", "struck 0").await;
    holder.api.send(Method::GET, "/api/partner/ledgers", None, &[]).await.expect(500);
    browser.wait_for("faults", "struck 1").await;
    browser.click("#faults button[aria-label^='Remove']").await;
    browser.click("[data-post='/clock'][data-body*='PT1H']").await;
    browser.wait_for("now", "2026-03-01 11:00:00").await;
    browser.click("[data-post='/clock'][data-body*='PT24H']").await;
    browser.wait_for("now", "2026-03-02 11:00:00").await;
    holder.api.login().await;
    browser.click("[data-post='/tokens/expire']").await;
    until_logged_out(&holder.api).await;
    holder.api.login().await;
    browser.click("[data-post='/tokens/revoke']").await;
    until_logged_out(&holder.api).await;
    assert_eq!(browser.run("return document.getElementById('error').innerText").await, json!(""));

    // A page's own failing call is shown.
    browser.run("document.querySelector('#by-hand [name=type]').value = 'X'").await;
    browser.run("document.querySelector('#by-hand [name=data]').value = 'no JSON'").await;
    browser.click("#by-hand button").await;
    browser.wait_for("error", "Data").await;

    browser.click("[data-post='/reset']").await;
    browser.command(Method::POST, "/alert/accept", json!({})).await;
    browser.wait_until("document.getElementById('ledgers').childElementCount === 0").await;
    browser.command(Method::DELETE, "", Value::Null).await;
}
