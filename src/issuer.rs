//! Who issues tokens: login and refresh as calls like any other, their ends said in the session's words.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::Client;
use crate::auth::{Answer, Failure, Issued, Issuer, Login, PendingSca, Reached, Refusal, Secret};
use crate::call::Reply;
use crate::error::Error;
use crate::types::{
    AccountOwnerLoginRequest, ConsumerLoginRequest, LoginRequest, LoginResponse, PartnerLoginRequest,
    TokenRefreshRequest, Tokens,
};

/// LinkCy's own login and refresh.
pub(crate) struct LinkcyIssuer {
    client: Client,
}

impl LinkcyIssuer {
    /// `client` has no session; it only lends its pool, settings and SCA policy.
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }
}

#[async_trait]
impl Issuer for LinkcyIssuer {
    fn origin(&self) -> &str {
        self.client.environment().origin()
    }

    async fn login(&self, login: &Login) -> Answer {
        // The session repeats and paces; one login is one request.
        match self.client.auth().login(&request(login)).once().send().await {
            Ok(reply) => match &reply.value {
                LoginResponse::Tokens(tokens) => issued(tokens, &reply),
                LoginResponse::PasswordChangeRequired(change) => {
                    Answer::PasswordChangeRequired(change.password_change_secret.clone())
                }
                _ => failed("the login's answer is of a kind this version does not know", Reached::Perhaps),
            },
            Err(error) => answer(error),
        }
    }

    async fn refresh(&self, refresh_token: &Secret) -> Answer {
        let request = TokenRefreshRequest::new(refresh_token.clone());
        match self.client.auth().refresh(&request).once().send().await {
            Ok(reply) => issued(&reply.value, &reply),
            Err(error) => answer(error),
        }
    }
}

fn request(login: &Login) -> LoginRequest {
    match login {
        Login::Partner { username, partner_name, password } => LoginRequest::Partner(PartnerLoginRequest::new(
            partner_name.clone(),
            password.clone(),
            username.clone(),
        )),
        Login::Consumer { consumer_phone, partner_name, password } => LoginRequest::Consumer(
            ConsumerLoginRequest::new(consumer_phone.clone(), partner_name.clone(), password.clone()),
        ),
        Login::CorporateOwner { account_owner_phone, partner_name, password } => LoginRequest::AccountOwner(
            AccountOwnerLoginRequest::new(account_owner_phone.clone(), partner_name.clone(), password.clone()),
        ),
    }
}

fn issued<T>(tokens: &Tokens, reply: &Reply<T>) -> Answer {
    let date = reply.headers.get(http::header::DATE).and_then(|date| date.to_str().ok());
    Answer::Tokens(Issued {
        access: tokens.token.clone(),
        refresh: Some(tokens.refresh_token.clone()),
        end_user_id: tokens.end_user_id.as_ref().map(ToString::to_string),
        server_date: date.and_then(|date| httpdate::parse_http_date(date).ok()),
    })
}

fn answer(error: Error) -> Answer {
    if let Some(refused) = error.api() {
        return Answer::Refused(Refusal {
            status: refused.status,
            error_code: refused.code.as_ref().map(|code| code.as_str().to_owned()),
            message: refused.message.clone(),
        });
    }
    match error {
        Error::Pending(pending) => {
            let ttl: Option<Duration> = pending.ttl();
            Answer::ScaPending(PendingSca::new(*pending, ttl))
        }
        Error::Transport(lost) if lost.cause.is_unsent() => {
            Answer::Failed(Failure { reached: Reached::No, source: Arc::new(*lost) })
        }
        other => Answer::Failed(Failure { reached: Reached::Perhaps, source: Arc::new(other) }),
    }
}

fn failed(what: &'static str, reached: Reached) -> Answer {
    Answer::Failed(Failure { reached, source: Arc::<dyn std::error::Error + Send + Sync>::from(Box::from(what)) })
}

/// Issues nothing: an anonymous client's session never asks.
pub(crate) struct Nobody {
    origin: String,
}

impl Nobody {
    pub(crate) fn at(origin: &str) -> Self {
        Self { origin: origin.to_owned() }
    }
}

#[async_trait]
impl Issuer for Nobody {
    fn origin(&self) -> &str {
        &self.origin
    }

    async fn login(&self, _: &Login) -> Answer {
        failed("there is nobody to log in", Reached::No)
    }

    async fn refresh(&self, _: &Secret) -> Answer {
        failed("there is nobody to refresh for", Reached::No)
    }
}
