//! A web backend whose end-users log in to LinkCy. `cargo run --example axum_backend`
//!
//! Each end-user has a client of their own, kept while their browser session lives: few enough for the memory there is, and dropped
//! when unused. The program starts a local LinkCy and the backend, plays a few browsers over loopback, and ends.

mod backend;
mod clients;
#[path = "../support/mod.rs"]
mod support;

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use backend::Backend;
use clients::Clients;
use linkcy::types::{
    ConsumerPasswordResetRequest, PasswordChangeWithSecretRequest, PasswordChangeWithSecretRequestRequired, Phone,
};
use linkcy::{Client, Login};
use linkcy_sandbox::Sandbox;
use reqwest::StatusCode;
use reqwest::header::{COOKIE, SET_COOKIE};
use support::{Alice, client_of};
use tokio::net::TcpListener;

const PHONE: &str = "+33 6 12 34 56 78";
const PASSWORD: &str = "correct horse battery staple";

/// How many end-users may be logged in at once; a real backend has room for ten thousand.
const MOST: u64 = 2;

/// What the backend wants of a browser whose client is gone.
const LOGIN: &str = "log in first";

/// LinkCy's documents do not say how long an end-user's session may rest; this is the backend's own choice.
const IDLE: Duration = Duration::from_secs(15 * 60);

#[tokio::main]
async fn main() -> Result<()> {
    let sandbox = Sandbox::start().await?;
    let partner = client_of(&sandbox)?.build()?;
    let partner_name = sandbox.credentials().partner_name.clone();
    Alice::onboard(&partner).await?;
    choose_password(&partner, &partner_name).await?;
    sandbox.control().clear_journal();

    let clients = Clients::new(partner.clone(), MOST, IDLE);
    let browser = Browser::of(Backend { clients: clients.clone(), partner_name: partner_name.clone() }).await?;
    show("wrong password", browser.log_in("a guess").await?.status(), "401 Unauthorized")?;
    let cookie = browser.cookie().await?;
    show("logged in, clients", clients.kept(), "1")?;
    for _ in 0..3 {
        println!("{:<20} {}", "ledgers", browser.ledgers(&cookie).await?.context("they are logged in")?);
    }
    let logins = sandbox.control().journal().iter().filter(|one| one.path == "/api/partner/login").count();
    // The refused one, and one for all calls.
    show("logins at LinkCy", logins, "2")?;

    for _ in 0..MOST {
        browser.cookie().await?;
    }
    show("two more, clients", clients.kept(), "2")?;
    show("the first one now", browser.ledgers(&cookie).await?.unwrap_or(LOGIN.into()), LOGIN)?;
    let cookie = browser.cookie().await?;
    browser.post("/logout", &cookie).await?;
    show("after a logout", browser.ledgers(&cookie).await?.unwrap_or(LOGIN.into()), LOGIN)?;

    let brief = Duration::from_millis(1);
    let impatient = Browser::of(Backend { clients: Clients::new(partner, MOST, brief), partner_name }).await?;
    let cookie = impatient.cookie().await?;
    tokio::time::sleep(2 * brief).await;
    show("after a pause", impatient.ledgers(&cookie).await?.unwrap_or(LOGIN.into()), LOGIN)
}

/// Prints what came, which has to be what is expected.
fn show(what: &str, came: impl ToString, expected: &str) -> Result<()> {
    let came = came.to_string();
    println!("{what:<20} {came}");
    ensure!(came == expected, "{what}: {expected} was expected");
    Ok(())
}

/// Alice gets a password: in production by the secret that LinkCy sends them.
async fn choose_password(partner: &Client, partner_name: &str) -> Result<()> {
    let phone: Phone = PHONE.parse()?;
    let reset = ConsumerPasswordResetRequest::new(phone.clone(), partner_name);
    let reset = partner.sandbox().reset_password(reset).await?;
    let change = PasswordChangeWithSecretRequest::new(PasswordChangeWithSecretRequestRequired {
        new_password: PASSWORD.into(),
        password_change_secret: reset.password_change_secret,
    });
    let login = Login::Consumer { phone, partner_name: partner_name.to_owned(), password: PASSWORD.into() };
    Ok(partner.end_user(login).change_password(&change.into()).await?)
}

/// What a browser would send to the backend.
struct Browser {
    http: reqwest::Client,
    url: String,
}

impl Browser {
    async fn of(backend: Backend) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        tokio::spawn(backend.serve(listener));
        Ok(Self { http: reqwest::Client::builder().no_proxy().build()?, url })
    }

    async fn log_in(&self, password: &str) -> Result<reqwest::Response> {
        let form = serde_json::json!({ "phone": PHONE, "password": password });
        Ok(self.http.post(format!("{}/login", self.url)).json(&form).send().await?)
    }

    /// Logs in; the cookie is what the browser sends from then on.
    async fn cookie(&self) -> Result<String> {
        let answer = self.log_in(PASSWORD).await?.error_for_status()?;
        let cookie = answer.headers().get(SET_COOKIE).context("no cookie came")?.to_str()?;
        Ok(cookie.split(';').next().unwrap_or_default().to_owned())
    }

    async fn post(&self, path: &str, cookie: &str) -> Result<reqwest::Response> {
        Ok(self.http.post(format!("{}{path}", self.url)).header(COOKIE, cookie).send().await?.error_for_status()?)
    }

    /// The ledgers; none where the backend wants a login first.
    async fn ledgers(&self, cookie: &str) -> Result<Option<String>> {
        let answer = self.http.get(format!("{}/ledgers", self.url)).header(COOKIE, cookie).send().await?;
        if answer.status() == StatusCode::UNAUTHORIZED {
            return Ok(None);
        }
        Ok(Some(answer.error_for_status()?.text().await?))
    }
}
