//! The web backend: `POST /login`, `GET /ledgers`, `POST /logout`. A cookie says whose request it is.

use axum::extract::{FromRequestParts, Json, State};
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, serve};
use linkcy::auth::SessionError;
use linkcy::types::{Phone, Secret};
use linkcy::{Client, Error, Login};
use serde::Deserialize;
use tokio::net::TcpListener;
use uuid::Uuid;

use super::clients::Clients;

/// What the handlers share.
#[derive(Clone)]
pub struct Backend {
    pub clients: Clients,
    pub partner_name: String,
}

impl Backend {
    /// Serves until the task is dropped.
    pub async fn serve(self, listener: TcpListener) -> std::io::Result<()> {
        let app = Router::new()
            .route("/login", post(log_in))
            .route("/ledgers", get(ledgers))
            .route("/logout", post(log_out))
            .with_state(self);
        serve(listener, app).await
    }
}

#[derive(Deserialize)]
struct LoginForm {
    phone: String,
    password: Secret,
}

async fn log_in(State(backend): State<Backend>, Json(form): Json<LoginForm>) -> Result<Response, Failure> {
    let phone: Phone = form.phone.parse().map_err(Error::from)?;
    let login = Login::Consumer { phone, partner_name: backend.partner_name, password: form.password };
    let browser = backend.clients.log_in(login).await?;
    let cookie = format!("browser={browser}; HttpOnly; Secure; SameSite=Strict; Path=/");
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}

async fn ledgers(EndUser(client): EndUser) -> Result<Response, Failure> {
    let ledgers = client.ledgers().list().await?.content;
    let ids: Vec<String> = ledgers.iter().map(|ledger| ledger.id.to_string()).collect();
    Ok(Json(ids).into_response())
}

async fn log_out(State(backend): State<Backend>, headers: HeaderMap) -> Result<StatusCode, Failure> {
    if let Some(browser) = browser(&headers) {
        backend.clients.log_out(browser).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// The client of the end-user whose browser asks; 401 where there is none, or none any more.
struct EndUser(Client);

impl FromRequestParts<Backend> for EndUser {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, backend: &Backend) -> Result<Self, StatusCode> {
        let client = browser(&parts.headers).and_then(|browser| backend.clients.get(browser));
        client.map(Self).ok_or(StatusCode::UNAUTHORIZED)
    }
}

fn browser(headers: &HeaderMap) -> Option<Uuid> {
    let cookies = headers.get(COOKIE)?.to_str().ok()?;
    cookies.split("; ").find_map(|cookie| cookie.strip_prefix("browser=")?.parse().ok())
}

/// A call that failed, as the browser learns of it: a status. The text is for the log alone.
struct Failure(Error);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let Self(error) = self;
        tracing::warn!(%error, "a call to LinkCy failed");
        let status = match &error {
            Error::Session(session) if is_for_the_user(session) => StatusCode::UNAUTHORIZED,
            error if error.is_invalid_request() || matches!(error, Error::Text(_)) => StatusCode::BAD_REQUEST,
            error if error.is_retryable() => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_GATEWAY,
        };
        status.into_response()
    }
}

/// The end-user has to log in (again).
fn is_for_the_user(error: &SessionError) -> bool {
    matches!(error, SessionError::LoginRefused(_) | SessionError::SessionExpired { .. } | SessionError::Forgotten)
}
