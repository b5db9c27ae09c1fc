//! What a call must not cost: a lock for its token, a connection of its own, encodings nobody asked for. Figures are
//! `cargo bench --bench call`'s.

#[path = "../../benches/yardstick/answers.rs"]
#[allow(dead_code)]
mod answers;
mod bank;
#[path = "../../benches/nobody.rs"]
mod nobody;
#[path = "../support/tls.rs"]
mod tls;
mod token;
mod wire;

use linkcy::types::LedgerId;
use linkcy::{Client, ClientBuilder, Credentials, Environment};

/// A client with a fresh token.
fn builder(origin: &str) -> ClientBuilder {
    let credentials = Credentials::tokens(answers::token(), Some("refresh".into()));
    Client::builder(Environment::at(origin).expect("an origin")).credentials(credentials)
}

fn ledger() -> LedgerId {
    uuid::Uuid::from_u128(7).into()
}
