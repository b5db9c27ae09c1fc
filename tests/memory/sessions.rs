//! What ten thousand end-user sessions cost in memory, counted by the allocator.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use linkcy::auth::{Issued, Issuer, Login, Session, SessionError, TokenAnswer};
use linkcy::types::Secret;

use crate::{ALONE, in_use};

const SESSIONS: usize = 10_000;
/// Of a common size: a JWT with roles and ids, and an opaque refresh token.
const ACCESS: usize = 800;
const REFRESH: usize = 100;

/// Issues tokens and remembers nothing.
#[derive(Default)]
struct Forgetful(AtomicUsize);

#[async_trait]
impl Issuer for Forgetful {
    fn origin(&self) -> &str {
        "https://api.sandbox.linkcy.cloud"
    }

    async fn login(&self, _: &Login) -> TokenAnswer {
        let serial = self.0.fetch_add(1, Ordering::Relaxed);
        TokenAnswer::Tokens(Issued {
            access: format!("{serial:x<ACCESS$}").into(),
            refresh: Some(format!("{serial:x<REFRESH$}").into()),
            end_user_id: Some(format!("{serial:0>36}")),
            server_date: None,
        })
    }

    async fn refresh(&self, _: &Secret) -> TokenAnswer {
        self.login(&Login::Consumer {
            phone: serde_json::from_str("\"none\"").expect("any text is kept"),
            partner_name: String::new(),
            password: Secret::default(),
        })
        .await
    }
}

#[test]
fn a_session_costs_a_kilobyte_and_a_half_besides_its_tokens() -> Result<(), Box<dyn std::error::Error>> {
    let _alone = ALONE.blocking_lock();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let issuer = Arc::new(Forgetful::default());
    let mut sessions = Vec::with_capacity(SESSIONS);
    let start = in_use();
    for number in 0..SESSIONS {
        let phone = format!("336{number:08}").parse()?;
        let credentials = Login::Consumer { phone, partner_name: "acme".into(), password: "a password".into() };
        sessions.push(Session::builder(credentials, Arc::clone(&issuer) as _).build());
    }
    let idle = (in_use() - start) / SESSIONS;
    runtime.block_on(async {
        for session in &sessions {
            session.authorization().await?;
        }
        Ok::<_, SessionError>(())
    })?;
    drop(runtime);
    let logged_in = (in_use() - start) / SESSIONS;
    println!("a session: {idle} bytes before its login, {logged_in} after it, {} of them its tokens", ACCESS + REFRESH);
    assert!(idle < 1024, "{idle} bytes before the login");
    assert!(logged_in < 1536 + ACCESS + REFRESH, "{logged_in} bytes after the login");
    Ok(())
}
