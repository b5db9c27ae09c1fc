//! No secret in `Debug`, in errors, in events.

use std::time::Duration;

use async_trait::async_trait;
use linkcy::auth::store::{StoreError, StoredSession};
use linkcy::auth::{Credentials, Issued, MemoryStore, PendingSca, SessionError, TokenAnswer, TokenPair, TokenStore};
use tokio::time::advance;

use super::{partner, scripted, session};
use crate::issuers::scripted::Act;
use crate::support::log::Log;

/// Parts of every secret the tests use: the password, refresh tokens, a JWT's signature and header, the change secret.
const SECRETS: [&str; 5] = ["password-secret", "refresh-secret", "c2VjcmV0", "eyJhbGciOiJIUzI1NiJ9", "change-secret"];

fn assert_clean(what: &str, shown: &str) {
    for secret in SECRETS {
        assert!(!shown.contains(secret), "{what} shows {secret}: {shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn debug_of_every_public_type_is_clean() -> Result<(), SessionError> {
    let (session, issuer, _) = session();
    let authorization = session.authorization().await?;
    let pair = issuer.realm.log_in();
    let issued = Issued::from(&pair);
    let tokens = TokenPair::new(issued.access.clone(), issued.refresh.clone(), None)?;
    let stored = serde_json::json!({ "revision": 1, "version": 1, "fence": 1, "leasedUntil": 0, "tokens": &tokens });
    let stored: StoredSession = serde_json::from_value(stored).expect("a session");
    assert_eq!(stored.tokens(), Some(&tokens));
    let shown = [
        ("stored", format!("{stored:?}")),
        ("answer", format!("{:?}", TokenAnswer::Tokens(issued.clone()))),
        ("password change", format!("{:?}", TokenAnswer::PasswordChangeRequired("change-secret".into()))),
        ("sca", format!("{:?}", PendingSca::new("change-secret", None))),
        ("credentials", format!("{:?}", partner())),
        ("tokens given", format!("{:?}", Credentials::tokens(pair.access.clone(), Some(pair.refresh.into())))),
        ("session", format!("{session:?}")),
        ("authorization", format!("{authorization:?}")),
        ("issued", format!("{issued:?}")),
        ("tokens", format!("{tokens:?}")),
    ];
    for (what, shown) in shown {
        assert_clean(what, &shown);
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn events_at_trace_and_every_error_are_clean() -> Result<(), SessionError> {
    let log = Log::default();
    let _guard = log.on_this_thread();

    let (session, issuer, _) = session();
    session.authorization().await?;
    let mut errors = Vec::new();
    for act in [
        Act::Status(401, None),
        Act::Status(500, None),
        Act::LoseAnswer,
        Act::Unreached,
        Act::Hang,
        Act::Sca(None),
        Act::PasswordChange,
        Act::Token("bad token\r\nc2VjcmV0"),
    ] {
        advance(Duration::from_secs(3600)).await;
        issuer.always(act);
        errors.extend(session.refresh_now().await.err());
    }
    issuer.always(Act::Obey);
    advance(Duration::from_secs(3600)).await;
    session.authorization().await?;
    session.forget().await?;
    assert!(errors.len() >= 6, "{errors:?}");
    for error in &errors {
        let mut chain: Option<&dyn std::error::Error> = Some(error);
        while let Some(link) = chain {
            assert_clean("an error", &format!("{link} {link:?}"));
            chain = link.source();
        }
    }
    let text = log.text();
    assert!(text.contains("new tokens in use") && text.contains("no new tokens"), "{text}");
    assert_clean("the log", &text);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_pair_that_cannot_be_stored_is_warned_of_without_showing_it() -> Result<(), SessionError> {
    struct Refusing(MemoryStore);

    #[async_trait]
    impl TokenStore for Refusing {
        fn name(&self) -> String {
            "a full disk".to_owned()
        }

        async fn load(&self, key: &str) -> Result<(StoredSession, Duration), StoreError> {
            self.0.load(key).await
        }

        async fn swap(&self, key: &str, old: &StoredSession, new: &StoredSession) -> Result<bool, StoreError> {
            if new.tokens() != old.tokens() {
                return Err(StoreError::Backend("no space left".into()));
            }
            self.0.swap(key, old, new).await
        }
    }

    let log = Log::default();
    let _guard = log.on_this_thread();
    let (issuer, clock) = scripted();
    let session = super::builder(partner(), &issuer, clock).store(Refusing(MemoryStore::new())).build();
    session.authorization().await?;
    let text = log.text();
    assert!(text.contains("WARN") && text.contains("a full disk"), "{text}");
    assert_clean("the warning", &text);
    Ok(())
}
