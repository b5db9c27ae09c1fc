//! The realm behind a real socket, and an issuer that asks it with reqwest.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::extract::{Json, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use linkcy::auth::{Answer, Failure, Issued, Issuer, Login, Reached, Refusal, Secret};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::realm::{Pair, Realm};

/// What the server does with logins and refreshes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Obliging,
    Failing,
    Silent,
}

pub struct Server {
    pub realm: Arc<Realm>,
    pub address: SocketAddr,
    pub latency_ms: Arc<AtomicU64>,
    pub mood: tokio::sync::watch::Sender<Mood>,
    /// The process whose refresh or login has just taken effect, its answer being on the way.
    pub served: tokio::sync::watch::Receiver<u32>,
}

#[derive(Clone)]
struct Shared {
    realm: Arc<Realm>,
    latency_ms: Arc<AtomicU64>,
    mood: tokio::sync::watch::Receiver<Mood>,
    served: tokio::sync::watch::Sender<u32>,
}

/// Says which process asks.
const PROCESS: &str = "x-process";

type Reply = (StatusCode, HeaderMap, Json<Value>);

impl Server {
    /// Serves on an ephemeral port of the loopback interface until the runtime ends.
    pub async fn start(realm: Realm) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let realm = Arc::new(realm);
        let latency_ms = Arc::new(AtomicU64::new(0));
        let (mood, moods) = tokio::sync::watch::channel(Mood::Obliging);
        let (serving, served) = tokio::sync::watch::channel(0);
        let shared =
            Shared { realm: Arc::clone(&realm), latency_ms: Arc::clone(&latency_ms), mood: moods, served: serving };
        let app = Router::new()
            .route("/api/partner/login", post(login))
            .route("/api/partner/refresh", post(refresh))
            .route("/api/partner/ledgers", get(ledgers))
            .with_state(shared);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(Self { realm, address, latency_ms, mood, served })
    }

    pub fn issuer(&self) -> HttpIssuer {
        HttpIssuer::new(&format!("http://{}", self.address))
    }
}

async fn login(State(shared): State<Shared>, headers: HeaderMap, Json(body): Json<Value>) -> Reply {
    if body["password"] != "password-secret" {
        return refusal(StatusCode::UNAUTHORIZED);
    }
    shared.answer(&headers, |realm| Some(realm.log_in())).await
}

async fn refresh(State(shared): State<Shared>, headers: HeaderMap, Json(body): Json<Value>) -> Reply {
    let token = body["refreshToken"].as_str().unwrap_or_default().to_owned();
    shared.answer(&headers, |realm| realm.refresh(&token)).await
}

async fn ledgers(State(shared): State<Shared>, headers: HeaderMap) -> StatusCode {
    let bearer = headers.get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    if bearer.is_some_and(|token| shared.realm.accepts(token)) { StatusCode::OK } else { StatusCode::UNAUTHORIZED }
}

impl Shared {
    async fn answer(mut self, headers: &HeaderMap, work: impl FnOnce(&Realm) -> Option<Pair>) -> Reply {
        let mood = *self.mood.borrow_and_update();
        match mood {
            Mood::Failing => return refusal(StatusCode::INTERNAL_SERVER_ERROR),
            Mood::Silent => std::future::pending().await,
            Mood::Obliging => {}
        }
        // Half the latency on either side of the deed: a caller that dies in the second half loses a rotated token.
        let half = Duration::from_millis(self.latency_ms.load(Ordering::Relaxed) / 2);
        tokio::time::sleep(half).await;
        let pair = work(&self.realm);
        let process = headers.get(PROCESS).and_then(|value| value.to_str().ok()?.parse().ok());
        self.served.send_replace(process.unwrap_or_default());
        tokio::time::sleep(half).await;
        match pair {
            Some(pair) => {
                (StatusCode::OK, HeaderMap::new(), Json(json!({"token": pair.access, "refreshToken": pair.refresh})))
            }
            None => refusal(StatusCode::UNAUTHORIZED),
        }
    }
}

fn refusal(status: StatusCode) -> Reply {
    (status, HeaderMap::new(), Json(json!({"status": status.as_u16(), "error": "linkcy.unauthorized"})))
}

pub struct HttpIssuer {
    origin: String,
    pub http: reqwest::Client,
}

impl HttpIssuer {
    pub fn new(origin: &str) -> Self {
        Self { origin: origin.to_owned(), http: reqwest::Client::new() }
    }

    async fn ask(&self, path: &str, body: impl serde::Serialize) -> Answer {
        let request = self.http.post(format!("{}{path}", self.origin)).header(PROCESS, std::process::id());
        match request.json(&body).send().await {
            Ok(response) => answer(response).await,
            Err(error) => {
                let reached = if error.is_connect() { Reached::No } else { Reached::Perhaps };
                Answer::Failed(Failure { reached, source: Arc::new(error) })
            }
        }
    }
}

async fn answer(response: reqwest::Response) -> Answer {
    let status = response.status();
    match response.json::<Value>().await {
        Ok(body) if status == 200 => Answer::Tokens(Issued {
            access: body["token"].as_str().unwrap_or_default().into(),
            refresh: body["refreshToken"].as_str().map(Secret::from),
            end_user_id: None,
            server_date: None,
        }),
        Ok(_) => Answer::Refused(Refusal { status: status.as_u16(), error_code: None, message: None }),
        Err(error) => Answer::Failed(Failure { reached: Reached::Perhaps, source: Arc::new(error) }),
    }
}

#[async_trait]
impl Issuer for HttpIssuer {
    fn origin(&self) -> &str {
        &self.origin
    }

    async fn login(&self, login: &Login) -> Answer {
        self.ask("/api/partner/login", login).await
    }

    async fn refresh(&self, refresh_token: &Secret) -> Answer {
        self.ask("/api/partner/refresh", json!({ "refreshToken": refresh_token.expose() })).await
    }
}

/// One call as the client makes it: with the session's token, repeated once after a 401. The final status.
pub async fn call(
    session: &linkcy::auth::Session,
    issuer: &HttpIssuer,
) -> Result<u16, Box<dyn std::error::Error + Send + Sync>> {
    let mut authorization = session.authorization().await?;
    let mut repeated = false;
    loop {
        let generation = authorization.generation();
        let request = issuer.http.get(format!("{}/api/partner/ledgers", issuer.origin()));
        let status = request.header("authorization", authorization.into_header()).send().await?.status();
        if status != 401 || repeated {
            return Ok(status.as_u16());
        }
        repeated = true;
        authorization = session.rejected(generation).await?;
    }
}
