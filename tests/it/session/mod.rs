//! What a session promises, shown from outside: in virtual time where time matters, over real sockets where that does.

mod answers;
mod client;
mod clocks;
mod endings;
mod freshness;
mod pace;
mod random;
mod secrets;
mod stores;
mod tcp;

use std::sync::Arc;
use std::time::Duration;

use crate::issuers::realm::{Realm, VirtualClock};
use crate::issuers::scripted::Scripted;
use linkcy::auth::{Credentials, Login, Session, SessionBuilder};

/// The life of the tokens of [`scripted`].
const LIFE: Duration = Duration::from_secs(900);

fn partner() -> Credentials {
    Login::Partner { partner_name: "acme".into(), username: "api-user".into(), password: "password-secret".into() }
        .into()
}

/// An issuer in virtual time whose tokens live a quarter of an hour.
fn scripted() -> (Arc<Scripted>, VirtualClock) {
    let clock = VirtualClock::new();
    (Arc::new(Scripted::new(Realm::new(LIFE, clock))), clock)
}

fn builder(credentials: Credentials, issuer: &Arc<Scripted>, clock: VirtualClock) -> SessionBuilder {
    Session::builder(credentials, Arc::clone(issuer) as _).clock(clock)
}

/// A session with a password, its issuer, and the clock of both.
fn session() -> (Session, Arc<Scripted>, VirtualClock) {
    let (issuer, clock) = scripted();
    (builder(partner(), &issuer, clock).build(), issuer, clock)
}

/// A session that holds tokens and no password.
fn session_without_password() -> (Session, Arc<Scripted>) {
    let (issuer, clock) = scripted();
    let pair = issuer.realm.log_in();
    let credentials = Credentials::tokens(pair.access, Some(pair.refresh.into()));
    (builder(credentials, &issuer, clock).build(), issuer)
}
