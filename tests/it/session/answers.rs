//! Whose word counts: every status, from LinkCy and from whatever stands in front of it, as the answer to a login and to
//! a refresh. Over TCP, with the client's own issuer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use linkcy::auth::{Session, SessionError};
use linkcy::{Client, Credentials, Environment, Login};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// `{"alg":"none"}.{"iat":1,"exp":2}.x`: has ended.
const ENDED: &str = "eyJhbGciOiJub25lIn0.eyJpYXQiOjEsImV4cCI6Mn0.x";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Body {
    /// LinkCy's error with a code, and without.
    Coded,
    Uncoded,
    /// JSON of a gateway, of another API, and none that says anything.
    Gateway,
    OtherError,
    Bare,
    Html,
    Empty,
    /// LinkCy's own, which breaks off.
    Cut,
}

impl Body {
    const ALL: [Self; 8] =
        [Self::Coded, Self::Uncoded, Self::Gateway, Self::OtherError, Self::Bare, Self::Html, Self::Empty, Self::Cut];

    fn text(self, status: u16) -> String {
        let linkcys = |code: &str| {
            format!(
                r#"{{"error":"linkcy.error","status":{status},{code}"timestamp":"2026-01-01T00:00:00Z","message":"no"}}"#
            )
        };
        match self {
            Self::Coded | Self::Cut => linkcys(r#""errorCode":"END_USER_FORBIDDEN","#),
            Self::Uncoded => linkcys(""),
            Self::Gateway => r#"{"message":"Forbidden","requestId":"c2f1"}"#.to_owned(),
            Self::OtherError => format!(r#"{{"error":"Unauthorized","status":{status},"path":"/api/partner/login"}}"#),
            Self::Bare => "[]".to_owned(),
            Self::Html => "<html><body><h1>Request blocked</h1></body></html>".to_owned(),
            Self::Empty => String::new(),
        }
    }
}

/// What a session makes of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// LinkCy does not accept what was sent.
    Refused,
    /// LinkCy wants something else first.
    OnCondition,
    /// Nothing was done: the same may be sent again.
    NotNow,
    /// No answer: what was sent may have been taken.
    Lost,
}

fn meaning(status: u16, body: Body) -> Meaning {
    // These leave open whether anything was done, so that only a code shows whose they are. A 304 has no body.
    let is_linkcys = match body {
        Body::Coded => status != 304,
        Body::Uncoded => status != 304 && status != 408 && status < 500,
        _ => false,
    };
    match status {
        // Nobody's refusal to take a request does it.
        429 if body != Body::Cut => Meaning::NotNow,
        _ if !is_linkcys => Meaning::Lost,
        400 | 401 | 403 => Meaning::Refused,
        408 => Meaning::NotNow,
        500.. => Meaning::Lost,
        _ => Meaning::OnCondition,
    }
}

#[derive(Clone, Default)]
struct Server(Arc<Mutex<HashMap<String, usize>>>);

impl Server {
    /// What is asked for in the name of a case gets that case's answer the first time, and tokens from then on. What is
    /// asked for in another name gets tokens.
    async fn answer(self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut request = Vec::new();
        let (path, body) = loop {
            if stream.read_buf(&mut request).await? == 0 {
                return Ok(());
            }
            let text = String::from_utf8_lossy(&request).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            if let Ok(body) = serde_json::from_str::<Value>(body) {
                break (head.split(' ').nth(1).unwrap_or_default().to_owned(), body);
            }
        };
        let (call, name) = match body["refreshToken"].as_str() {
            Some(token) => ("refresh", token),
            None => ("login", body["username"].as_str().unwrap_or_default()),
        };
        assert!(path.ends_with(call), "{path} was asked for a {call}");
        let asked = {
            let mut counts = self.0.lock().unwrap();
            let asked = counts.entry(format!("{call} {name}")).or_default();
            *asked += 1;
            *asked
        };
        let case = name.strip_prefix(call).and_then(|case| {
            let (status, body) = case.trim().split_once(' ')?;
            Some((status.parse::<u16>().ok()?, Body::ALL.into_iter().find(|kind| format!("{kind:?}") == body)?))
        });
        let (status, sent, length) = match case {
            Some((status, body)) if asked == 1 => {
                let text = body.text(status);
                let sent = if body == Body::Cut { &text[..text.len() / 2] } else { &text };
                (status, sent.to_owned(), text.len())
            }
            _ => {
                let tokens = format!(r#"{{"token":"opaque","refreshToken":"{name}"}}"#);
                (200, tokens.clone(), tokens.len())
            }
        };
        let head = format!("HTTP/1.1 {status} -\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
        stream.write_all(format!("{head}{sent}").as_bytes()).await?;
        stream.shutdown().await
    }

    async fn start(&self) -> std::io::Result<String> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let server = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(server.clone().answer(stream));
            }
        });
        Ok(address)
    }

    fn asked(&self, call: &str, name: &str) -> usize {
        self.0.lock().unwrap().get(&format!("{call} {name}")).copied().unwrap_or_default()
    }
}

/// Runs a case for these statuses and every body, a hundred at a time.
async fn every_answer<F>(statuses: impl IntoIterator<Item = u16>, case: impl Fn(Client, Server, u16, Body) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let server = Server::default();
    let origin = server.start().await.unwrap();
    let client = Client::builder(Environment::at(&origin).unwrap()).build().unwrap();
    let places = Arc::new(Semaphore::new(100));
    let mut cases = JoinSet::new();
    for status in statuses {
        for body in Body::ALL {
            let (places, case) = (Arc::clone(&places), case(client.clone(), server.clone(), status, body));
            cases.spawn(async move {
                let _place = places.acquire().await;
                case.await;
            });
        }
    }
    cases.join_all().await;
}

fn partner(name: &str) -> Credentials {
    Login::Partner { partner_name: "acme".into(), username: name.into(), password: "password-secret".into() }.into()
}

async fn ended(session: &Session) -> Result<(), SessionError> {
    session.authorization().await.map(|_| ())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_linkcy_refuses_a_login() {
    every_answer(300..=599, |client, server, status, body| async move {
        let name = format!("login {status} {body:?}");
        let session = client.end_user(partner(&name)).session().clone();
        let ended = ended(&session).await;
        let expected = meaning(status, body);
        let is_right = match expected {
            Meaning::Refused | Meaning::OnCondition => matches!(ended, Err(SessionError::LoginRefused(_))),
            // At the ordinary pace: a quarter of a second later.
            Meaning::NotNow | Meaning::Lost => ended.is_ok() && server.asked("login", &name) == 2,
        };
        assert!(is_right, "{name} is {expected:?} and gave {ended:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_linkcy_ends_a_session_without_a_password() {
    every_answer(300..=599, |client, server, status, body| async move {
        let name = format!("refresh {status} {body:?}");
        let tokens = Credentials::tokens(ENDED, Some(name.as_str().into()));
        let session = client.end_user(tokens).session().clone();
        let ended = ended(&session).await;
        let expected = meaning(status, body);
        let (is_right, sent) = match expected {
            Meaning::Refused => (matches!(ended, Err(SessionError::SessionExpired { refusal: Some(_) })), 1),
            Meaning::OnCondition => (matches!(ended, Err(SessionError::RefreshRefused(_))), 1),
            Meaning::NotNow => (ended.is_ok(), 2),
            // The token stays, and is not sent again at once.
            Meaning::Lost => (matches!(ended, Err(SessionError::InDoubt)), 1),
        };
        assert!(is_right, "{name} is {expected:?} and gave {ended:?}");
        assert_eq!(server.asked("refresh", &name), sent, "{name}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_answers_a_refresh_a_password_leads_to_new_tokens() {
    let statuses = [301, 304, 400, 401, 403, 404, 408, 409, 418, 429, 500, 502, 503, 504, 599];
    every_answer(statuses, |client, server, status, body| async move {
        // The name is that of a refresh's case, so the login gets tokens, and the refresh token is the name.
        let name = format!("refresh {status} {body:?} ");
        let session = client.end_user(partner(&name)).session().clone();
        session.authorization().await.unwrap();
        session.refresh_now().await.unwrap();
        let (refreshes, logins) = match meaning(status, body) {
            Meaning::NotNow => (2, 1),
            Meaning::Refused | Meaning::OnCondition | Meaning::Lost => (1, 2),
        };
        let asked = (server.asked("refresh", &name), server.asked("login", &name));
        assert_eq!(asked, (refreshes, logins), "{name}");
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_is_not_linkcys_is_told_of_by_its_status() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let page = "HTTP/1.1 403 -\r\ncontent-length: 7\r\nconnection: close\r\n\r\nBlocked";
            let _ = stream.write_all(page.as_bytes()).await;
        }
    });
    let client = Client::builder(Environment::at(&origin).unwrap()).credentials(partner("api")).build().unwrap();
    let error = client.session().authorization().await.map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("login got no usable answer") && error.to_string().contains("403"), "{error}");
    assert!(matches!(error, SessionError::Transport { .. }));
}
