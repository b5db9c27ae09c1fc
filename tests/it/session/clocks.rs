//! A local clock that is days off neither logs a session out nor makes it refresh for ever.

use std::sync::Arc;
use std::time::Duration;

use linkcy::auth::{MemoryStore, SessionError, SessionState};
use tokio::time::sleep;

use super::{LIFE, builder, partner, scripted};
use crate::issuers::realm::Realm;
use crate::issuers::scripted::Scripted;

const TWO_DAYS: f64 = 2.0 * 86_400.0;

#[tokio::test(start_paused = true)]
async fn a_wrong_clock_changes_nothing_with_or_without_a_date_header() -> Result<(), SessionError> {
    for off in [0.0, TWO_DAYS, -TWO_DAYS] {
        for date in [true, false] {
            let (_, clock) = scripted();
            let mut issuer = Scripted::new(Realm::new(LIFE, clock));
            issuer.date = date;
            let issuer = Arc::new(issuer);
            let session = builder(partner(), &issuer, clock.off_by(off)).build();
            // An hour and a half of calls, one each second: every token is used most of its life, none past its end.
            for _ in 0..5400 {
                let token = session.access_token(Duration::ZERO).await?;
                assert!(issuer.realm.accepts(token.expose()), "clock off by {off}, date {date}");
                sleep(Duration::from_secs(1)).await;
            }
            let refreshes = issuer.realm.counts().refreshes;
            assert!((6..=9).contains(&refreshes), "{refreshes} refreshes, clock off by {off}, date {date}");
        }
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_process_with_a_wrong_clock_refreshes_a_stored_pair_once_and_then_knows() -> Result<(), SessionError> {
    let (issuer, clock) = scripted();
    let store = Arc::new(MemoryStore::new());
    let open = |off| builder(partner(), &issuer, clock.off_by(off)).store(Arc::clone(&store)).build();
    open(0.0).authorization().await?;
    let ahead = open(TWO_DAYS);
    ahead.authorization().await?;
    assert_eq!(issuer.realm.counts().refreshes, 1, "the stored pair looked expired");
    for _ in 0..300 {
        ahead.authorization().await?;
        sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(issuer.realm.counts().refreshes, 1);
    assert_eq!(ahead.state(), SessionState::Fresh);
    Ok(())
}
