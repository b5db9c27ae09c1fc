//! What the tests over TCP have in common: clients of a fresh sandbox, and people in it.
#![allow(dead_code, reason = "each test file uses the part it needs")]

pub mod document;
pub mod log;
pub mod phone;
pub mod recorder;
pub mod tls;
pub mod wire;
pub mod world;

use std::time::Duration;

use linkcy::types::Amount;
use linkcy::{Client, ClientBuilder, Credentials, Environment, Login, RetryPolicy};
use linkcy_sandbox::Sandbox;

/// An HTTP client to build upon that does not read the machine's certificates, which takes longer than most tests.
pub fn http() -> reqwest::ClientBuilder {
    reqwest::Client::builder().tls_backend_rustls().tls_certs_only([])
}

/// A client of this sandbox, to be built.
pub fn client(sandbox: &Sandbox, credentials: Credentials) -> ClientBuilder {
    client_at(sandbox.url(), credentials)
}

/// A client of whatever is there, to be built.
pub fn client_at(address: &str, credentials: Credentials) -> ClientBuilder {
    Client::builder(Environment::at(address).unwrap()).credentials(credentials)
}

/// What the sandbox's partner logs in with.
pub fn partner(sandbox: &Sandbox) -> Credentials {
    let known = sandbox.credentials();
    Login::Partner {
        partner_name: known.partner_name.clone(),
        username: known.username.clone(),
        password: known.password.as_str().into(),
    }
    .into()
}

/// Pauses too short to wait for.
pub fn hasty() -> RetryPolicy {
    RetryPolicy::default().base_pause(Duration::from_millis(1))
}

pub fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

/// How many requests to this path or path template arrived.
pub fn arrived(sandbox: &Sandbox, path: &str) -> usize {
    let fits = |entry: &linkcy_sandbox::journal::Entry| entry.template.as_deref().unwrap_or(&entry.path) == path;
    sandbox.control().journal().iter().filter(|entry| fits(entry)).count()
}

/// A client that has logged in, on a sandbox whose journal is empty.
pub async fn logged_in(configured: impl FnOnce(ClientBuilder) -> ClientBuilder) -> (Sandbox, Client) {
    let sandbox = Sandbox::start().await.unwrap();
    let client = configured(client(&sandbox, partner(&sandbox)).retry(hasty())).build().unwrap();
    client.partner().get().await.unwrap();
    sandbox.control().clear_journal();
    (sandbox, client)
}
