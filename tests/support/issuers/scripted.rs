//! An issuer that asks the realm in memory, and misbehaves as told.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use linkcy::auth::{Issued, Issuer, Login, PendingSca, Refusal, TokenAnswer};
use linkcy::types::Secret;
use tokio::time::sleep;

use super::realm::{Pair, Realm};

/// What the issuer does with one call.
#[derive(Clone, Debug)]
pub enum Act {
    Obey,
    /// An error status, the call having had no effect.
    Status(u16, Option<&'static str>),
    /// The call takes effect and its answer is lost.
    LoseAnswer,
    /// Something in front of the server answers in its place, and the call has no effect.
    Blocked,
    /// The server is not reached.
    Unreached,
    /// No answer, ever.
    Hang,
    Sca(Option<Duration>),
    PasswordChange,
    /// Tokens with this as the access token.
    Token(&'static str),
}

pub struct Scripted {
    pub realm: Arc<Realm>,
    pub latency: Duration,
    pub date: bool,
    pub acts: Mutex<VecDeque<Act>>,
    pub afterwards: Mutex<Act>,
    pub asked: AtomicUsize,
}

impl Scripted {
    pub fn new(realm: Realm) -> Self {
        Self {
            realm: Arc::new(realm),
            latency: Duration::from_millis(50),
            date: true,
            acts: Mutex::default(),
            afterwards: Mutex::new(Act::Obey),
            asked: AtomicUsize::new(0),
        }
    }

    pub fn next(&self, acts: impl IntoIterator<Item = Act>) {
        self.acts.lock().unwrap().extend(acts);
    }

    pub fn always(&self, act: Act) {
        *self.afterwards.lock().unwrap() = act;
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    async fn answer(&self, work: impl FnOnce(&Realm) -> Option<Pair>) -> TokenAnswer {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let act = self.acts.lock().unwrap().pop_front();
        let act = act.unwrap_or_else(|| self.afterwards.lock().unwrap().clone());
        sleep(self.latency / 2).await;
        let answer = match act {
            Act::Obey => match work(&self.realm) {
                Some(pair) => TokenAnswer::Tokens(self.issued(pair)),
                None => refused(401, None),
            },
            Act::Status(status, code) => refused(status, code),
            Act::LoseAnswer => {
                work(&self.realm);
                TokenAnswer::Lost(broken())
            }
            Act::Blocked => TokenAnswer::Lost(broken()),
            Act::Unreached => TokenAnswer::Unreached(broken()),
            Act::Hang => std::future::pending().await,
            Act::Sca(ttl) => TokenAnswer::ScaPending(PendingSca::new("sca-payload".to_owned(), ttl)),
            Act::PasswordChange => TokenAnswer::PasswordChangeRequired(Secret::from("change-secret")),
            Act::Token(access) => match work(&self.realm) {
                Some(pair) => TokenAnswer::Tokens(self.issued(Pair { access: access.to_owned(), ..pair })),
                None => refused(401, None),
            },
        };
        sleep(self.latency / 2).await;
        answer
    }

    fn issued(&self, pair: Pair) -> Issued {
        Issued { server_date: self.date.then(|| self.realm.now()), ..Issued::from(&pair) }
    }
}

fn refused(status: u16, code: Option<&str>) -> TokenAnswer {
    TokenAnswer::Refused(Refusal { status, error_code: code.map(str::to_owned), message: None })
}

fn broken() -> Arc<std::io::Error> {
    Arc::new(std::io::Error::other("connection lost"))
}

#[async_trait]
impl Issuer for Scripted {
    fn origin(&self) -> &str {
        "https://linkcy.test"
    }

    async fn login(&self, _: &Login) -> TokenAnswer {
        self.answer(|realm| Some(realm.log_in())).await
    }

    async fn refresh(&self, refresh_token: &Secret) -> TokenAnswer {
        self.answer(|realm| realm.refresh(refresh_token.expose())).await
    }
}
