//! [`LinkcyIssuer`]: LinkCy's login and refresh as ordinary calls, with their results translated for the session.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;

use crate::auth::session::{Timing, WeakSession};
use crate::auth::{Issued, Issuer, Login, PendingSca, Refusal, Session, SessionError, TokenAnswer};
use crate::call::{Author, Call, Operation, Reply, decode};
use crate::error::{ApiError, Error, OutcomeUnknown, SentRequest, TransportCause, TransportError};
use crate::operation::OperationInfo;
use crate::types::{
    AccountOwnerLoginRequest, AccountOwnerLoginRequestRequired, ConsumerLoginRequest, ConsumerLoginRequestRequired,
    LoginRequest, LoginResponse, PartnerLoginRequest, PartnerLoginRequestRequired, Secret, TokenRefreshRequest, Tokens,
};
use crate::{Client, clock};

/// The call of a login or a refresh ends this long before the session stops waiting for it.
const MARGIN: Duration = Duration::from_millis(500);

/// LinkCy's own login and refresh.
pub(crate) struct LinkcyIssuer {
    client: Client,
    session: OnceLock<WeakSession>,
}

impl LinkcyIssuer {
    /// `client` has no session; it only provides its pool, settings and SCA policy.
    pub(crate) fn new(client: Client) -> Self {
        Self { client, session: OnceLock::new() }
    }

    /// Sets the session that the tokens are for, so that a pending login can hand them over once it is done.
    pub(crate) fn serves(&self, session: &Session) {
        self.session.get_or_init(|| session.downgrade());
    }

    /// A call as a session makes it. The session repeats and paces; one login is one request.
    fn once<'a, O: Operation>(&self, call: Call<'a, O>) -> Call<'a, O> {
        // Shorter than the session waits, so that a call which was never sent (it waited for a device's signature) says so.
        let within = Timing::default().attempt.saturating_sub(MARGIN).min(self.client.settings().deadline);
        let mut call = call.once().deadline(within);
        call.options.session = self.session.get().cloned();
        call
    }

    fn log_in(&self, request: LoginRequest) -> Answering<'_> {
        let call = self.once(self.client.auth().login(request));
        Box::pin(async move { call.send().await.map_or_else(without_answer, |reply| answer(&reply.value, &reply)) })
    }

    fn renew(&self, request: TokenRefreshRequest) -> Answering<'_> {
        let call = self.once(self.client.auth().refresh(request));
        let tokens = |reply: Reply<Tokens>| TokenAnswer::Tokens(issued(&reply.value, &reply));
        Box::pin(async move { call.send().await.map_or_else(without_answer, tokens) })
    }
}

/// A login or a refresh under way.
type Answering<'a> = Pin<Box<dyn Future<Output = TokenAnswer> + Send + 'a>>;

/// The methods have the signatures that `async_trait` gives the trait's, and the futures are made elsewhere: where a bound on a
/// lifetime or a type is in force, the compiler takes 0.2 s to prove again that everything in a call is `Send`.
impl Issuer for LinkcyIssuer {
    fn origin(&self) -> &str {
        self.client.environment().origin()
    }

    fn login<'s: 'a, 'l: 'a, 'a>(&'s self, login: &'l Login) -> Answering<'a> {
        self.log_in(request(login))
    }

    fn refresh<'s: 'a, 't: 'a, 'a>(&'s self, refresh_token: &'t Secret) -> Answering<'a> {
        self.renew(TokenRefreshRequest::new(refresh_token.clone()))
    }
}

fn request(login: &Login) -> LoginRequest {
    match login.clone() {
        Login::Partner { username, partner_name, password } => {
            PartnerLoginRequest::new(PartnerLoginRequestRequired { username, partner_name, password }).into()
        }
        Login::Consumer { phone, partner_name, password } => {
            let required = ConsumerLoginRequestRequired { consumer_phone: phone, partner_name, password };
            ConsumerLoginRequest::new(required).into()
        }
        Login::CorporateOwner { phone, partner_name, password } => {
            let required = AccountOwnerLoginRequestRequired { account_owner_phone: phone, partner_name, password };
            AccountOwnerLoginRequest::new(required).into()
        }
    }
}

/// The tokens of an answer, with the server's date.
pub(crate) fn issued<T>(tokens: &Tokens, reply: &Reply<T>) -> Issued {
    Issued {
        access: tokens.token.clone(),
        refresh: Some(tokens.refresh_token.clone()),
        end_user_id: tokens.end_user_id.as_ref().map(ToString::to_string),
        server_date: clock::date(&reply.headers),
    }
}

/// Hands over the tokens of a login or a refresh that was completed later.
pub(crate) async fn adopt(
    session: &Session,
    operation: &'static OperationInfo,
    reply: &Reply<Bytes>,
) -> Result<(), Error> {
    // The value of a completed refresh is that of a login.
    let login = decode(&reply.value).map_err(|error| {
        let sent = SentRequest { operation, attempts: 1, request_id: &reply.request_id, sent_at: None, body: None };
        sent.unreadable(reply.status, &reply.value, &error)
    })?;
    match answer(&login, reply) {
        TokenAnswer::Tokens(issued) => session.adopt(issued).await.map(drop)?,
        TokenAnswer::PasswordChangeRequired(secret) => return Err(SessionError::PasswordChangeRequired(secret).into()),
        _ => {}
    }
    Ok(())
}

/// What LinkCy's answer to a login means.
fn answer<T>(login: &LoginResponse, reply: &Reply<T>) -> TokenAnswer {
    match login {
        LoginResponse::Tokens(tokens) => TokenAnswer::Tokens(issued(tokens, reply)),
        LoginResponse::PasswordChangeRequired(change) => {
            TokenAnswer::PasswordChangeRequired(change.password_change_secret.clone())
        }
        _ => lost(std::io::Error::other("the login's answer is of a kind this version does not know")),
    }
}

fn without_answer(error: Error) -> TokenAnswer {
    match error {
        Error::Api(refused) | Error::Sca(refused) => refusal(*refused),
        Error::Pending(pending) => {
            let ttl = pending.interaction().time_left();
            TokenAnswer::ScaPending(PendingSca::new(*pending, ttl))
        }
        Error::Transport(unsent) if unsent.cause.is_unsent() => TokenAnswer::Unreached(Arc::new(*unsent)),
        // The caller does not have to find out what a login or a refresh did: the session decides what to send next.
        Error::OutcomeUnknown(unknown) => {
            let OutcomeUnknown { operation, request_id, cause, .. } = *unknown;
            lost(TransportError { operation, attempts: 1, request_id, cause })
        }
        other => lost(other),
    }
}

/// Only LinkCy's own answer refuses. A 429 counts regardless of its author: nothing was done.
fn refusal(refused: ApiError) -> TokenAnswer {
    let ApiError { operation, status, request_id, .. } = refused;
    if refused.author == Author::LinkCy || status == 429 {
        let error_code = refused.code.map(|code| code.as_str().to_owned());
        return TokenAnswer::Refused(Refusal { status, error_code, message: refused.message });
    }
    let cause = TransportCause::Gateway { status, excerpt: refused.excerpt.unwrap_or_default() };
    lost(TransportError { operation, attempts: 1, request_id, cause })
}

fn lost(source: impl std::error::Error + Send + Sync + 'static) -> TokenAnswer {
    TokenAnswer::Lost(Arc::new(source))
}
