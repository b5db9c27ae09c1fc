//! An issuer that asks the sandbox over TCP, and what the sandbox's journal says of it.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use linkcy::auth::{Credentials, Issued, Issuer, Login, Refusal, Session, TokenAnswer};
use linkcy::types::Secret;
use linkcy_sandbox::{Control, Sandbox};
use serde_json::{Value, json};

pub const LOGIN: &str = "/api/partner/login";
pub const REFRESH: &str = "/api/partner/refresh";
/// Any operation that needs a bearer.
const CALL: &str = "/api/partner";
/// Says which process asks.
pub const PROCESS: &str = "x-process";

pub fn partner(sandbox: &Sandbox) -> Credentials {
    let known = sandbox.credentials();
    Login::Partner {
        partner_name: known.partner_name.clone(),
        username: known.username.clone(),
        password: known.password.as_str().into(),
    }
    .into()
}

/// What arrived at the sandbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub logins: usize,
    pub refreshes: usize,
    /// Refreshes that were refused.
    pub refused: usize,
    /// Sessions revoked, as they are when a used refresh token comes back.
    pub revoked: usize,
}

impl Counts {
    pub fn of(control: &Control) -> Self {
        let mut counts = Self { revoked: control.revoked_sessions(), ..Self::default() };
        for entry in control.journal() {
            match (entry.path.as_str(), entry.status) {
                (LOGIN, Some(200)) => counts.logins += 1,
                (REFRESH, Some(200)) => counts.refreshes += 1,
                (REFRESH, Some(400 | 401 | 403)) => counts.refused += 1,
                _ => {}
            }
        }
        counts
    }
}

pub struct TcpIssuer {
    origin: String,
    http: reqwest::Client,
}

impl TcpIssuer {
    pub fn new(origin: &str) -> Self {
        Self { origin: origin.to_owned(), http: reqwest::Client::new() }
    }

    async fn ask(&self, path: &str, body: impl serde::Serialize) -> TokenAnswer {
        let request = self.http.post(format!("{}{path}", self.origin)).header(PROCESS, std::process::id());
        match request.json(&body).send().await {
            Ok(response) => answer(response).await,
            Err(error) if error.is_connect() => TokenAnswer::Unreached(Arc::new(error)),
            Err(error) => TokenAnswer::Lost(Arc::new(error)),
        }
    }

    /// One call as the client makes it: with the session's token, repeated once after a 401.
    pub async fn call(&self, session: &Session) -> Result<Called, Box<dyn std::error::Error + Send + Sync>> {
        let mut authorization = session.authorization().await?;
        let mut repeated = false;
        loop {
            let (left, sent) = (session.expires_in(), Instant::now());
            let generation = authorization.generation();
            let request = self.http.get(format!("{}{CALL}", self.origin));
            let status = request.header("authorization", authorization.header()).send().await?.status();
            if status != 401 || repeated {
                let outlived = left.is_some_and(|left| sent.elapsed() > left);
                return Ok(Called { status: status.as_u16(), outlived });
            }
            repeated = true;
            authorization = session.rejected(generation).await?;
        }
    }
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Called {
    pub status: u16,
    /// It was on its way for longer than its token could be used, counted from when the session gave it.
    pub outlived: bool,
}

async fn answer(response: reqwest::Response) -> TokenAnswer {
    let status = response.status();
    match response.json::<Value>().await {
        Ok(body) if status == 200 => TokenAnswer::Tokens(Issued {
            access: body["token"].as_str().unwrap_or_default().into(),
            refresh: body["refreshToken"].as_str().map(Secret::from),
            end_user_id: None,
            server_date: None,
        }),
        Ok(_) => TokenAnswer::Refused(Refusal { status: status.as_u16(), error_code: None, message: None }),
        Err(error) => TokenAnswer::Lost(Arc::new(error)),
    }
}

#[async_trait]
impl Issuer for TcpIssuer {
    fn origin(&self) -> &str {
        &self.origin
    }

    async fn login(&self, login: &Login) -> TokenAnswer {
        self.ask(LOGIN, login).await
    }

    async fn refresh(&self, refresh_token: &Secret) -> TokenAnswer {
        self.ask(REFRESH, json!({ "refreshToken": refresh_token.expose() })).await
    }
}
