//! `RedisStore` against a real server.

use std::sync::Arc;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use linkcy::auth::store::{RedisStore, StoredSession};
use linkcy::auth::{Login, Session, SessionError, TokenStore};
use tokio::time::sleep;

use crate::issuers::contract;
use crate::issuers::realm::{Realm, SkippingClock};
use crate::issuers::scripted::Scripted;
use crate::redis_server::RedisServer;
use crate::{Outcome, trial};

pub fn contract() -> Vec<Trial> {
    let mut trials = Vec::new();
    macro_rules! promise {
        ($name:ident) => {{
            async fn on_redis() -> Outcome {
                let server = RedisServer::start().await?;
                Ok(contract::$name(&RedisStore::new(server.address())?, "https://x:consumer:a:336").await?)
            }
            trials.push(trial(stringify!($name), on_redis));
        }};
    }
    crate::each_promise!(promise);
    trials
}

pub async fn redis_away_is_named_and_survived() -> Outcome {
    let server = RedisServer::start().await?;
    let clock = SkippingClock::default();
    let issuer = Arc::new(Scripted::new(Realm::new(Duration::from_secs(900), clock.clone())));
    let session = Session::builder(
        Login::Partner { partner_name: "acme".into(), username: "api".into(), password: "password-secret".into() },
        Arc::clone(&issuer) as _,
    )
    .store(RedisStore::new(server.address())?)
    .clock(clock.clone())
    .build();
    session.authorization().await?;
    let port = server.stop().await?;

    clock.skip(Duration::from_secs(800));
    session.authorization().await?;
    clock.skip(Duration::from_secs(101));
    let start = Instant::now();
    match session.authorization().await {
        Err(error @ SessionError::Store { .. }) => {
            assert!(error.to_string().contains(&format!("redis at 127.0.0.1:{port}")), "{error}");
        }
        other => return Err(format!("{other:?}").into()),
    }
    assert!(start.elapsed() < Duration::from_secs(12), "after {:?}", start.elapsed());
    assert_eq!(issuer.asked(), 1, "no refresh without the lease");

    // It comes back empty. Another process may have refreshed the pair before that, so its refresh token is not sent.
    let _server = RedisServer::start_on(port, None).await?;
    clock.skip(Duration::from_secs(60));
    let deadline = Instant::now() + Duration::from_secs(10);
    while session.authorization().await.is_err() {
        assert!(Instant::now() < deadline, "the session did not recover");
        clock.skip(Duration::from_secs(10));
        sleep(Duration::from_millis(50)).await;
    }
    let counts = issuer.realm.counts();
    assert_eq!((counts.logins, counts.refreshes, counts.reuses), (2, 0, 0));
    Ok(())
}

pub async fn an_address_with_a_password_is_not_shown() -> Outcome {
    let port = RedisServer::start().await?.stop().await?;
    let server = RedisServer::start_on(port, Some("redis-secret")).await?;
    let store = RedisStore::new(server.address())?;
    contract::what_was_put_in_comes_back(&store, "key").await?;
    let mut shown = vec![format!("{store:?}"), store.name()];
    // Wrong password, malformed addresses, nobody there.
    let wrong = RedisStore::new(format!("redis://:redis-secret2@127.0.0.1:{port}"))?;
    let refused = wrong.load("key").await.map(|_| ()).expect_err("the password is wrong");
    shown.push(chain(&refused));
    for address in ["redis-secret", "redis://:redis-secret@:x", "http://:redis-secret@127.0.0.1"] {
        shown.extend(RedisStore::new(address).err().map(|error| chain(&error)));
    }
    drop(server);
    let gone = RedisStore::new(format!("redis://:redis-secret@127.0.0.1:{port}"))?;
    shown.extend(gone.load("key").await.err().map(|error| chain(&error)));
    assert!(shown.len() >= 5);
    for shown in shown {
        assert!(!shown.contains("redis-secret"), "{shown}");
    }
    Ok(())
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(&format!(" | {error} {error:?}"));
        source = error.source();
    }
    text
}

pub async fn a_session_can_expire_in_redis() -> Outcome {
    let server = RedisServer::start().await?;
    let store = RedisStore::new(server.address())?.prefix("other:").expire_after(Duration::from_millis(200));
    contract::what_was_put_in_comes_back(&store, "key").await?;
    let deadline = Instant::now() + Duration::from_secs(5);
    while store.load("key").await?.0.tokens().is_some() {
        assert!(Instant::now() < deadline, "it is still there");
        sleep(Duration::from_millis(50)).await;
    }
    // A time beyond what Redis can hold is taken, and none at all is no endless one.
    let store = RedisStore::new(server.address())?;
    contract::what_was_put_in_comes_back(&store.expire_after(Duration::MAX), "long").await?;
    let store = RedisStore::new(server.address())?.expire_after(Duration::ZERO);
    assert!(store.swap("short", &StoredSession::default(), &contract::session(1)).await?);
    let left: i64 = redis::from_redis_value(server.run(&["PTTL", "linkcy:session:short"]).await?)?;
    assert!(left != -1, "it is kept for ever");
    Ok(())
}
