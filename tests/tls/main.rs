//! TLS with the provider that the features choose, and with one that the program installed. A program of its own, because a
//! provider is installed once for a whole process.
//!
//! With ring: `cargo test --no-default-features --features rustls-ring,ledgers --test tls`.

#[path = "../support/tls.rs"]
mod tls;

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use linkcy::{Client, Credentials, Environment};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::CipherSuite;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};

/// The cipher suite that a call of a new client agrees on with a server, which closes the connection then.
async fn agreed() -> CipherSuite {
    let (config, certificate) = tls::server("127.0.0.1");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}", listener.local_addr().unwrap());
    let client = Client::builder(Environment::at(&address).unwrap())
        .credentials(Credentials::tokens("opaque", None))
        .deadline(Duration::from_secs(10))
        .http(move || {
            let trusted = reqwest::Certificate::from_der(&certificate).unwrap();
            reqwest::Client::builder().tls_backend_rustls().tls_certs_only([trusted])
        })
        .build()
        .unwrap();
    let call = tokio::spawn(async move { client.ledgers().list().once().await });
    let (stream, _) = listener.accept().await.unwrap();
    let stream = TlsAcceptor::from(Arc::new(config)).accept(stream).await.unwrap();
    let suite = stream.get_ref().1.negotiated_cipher_suite().unwrap().suite();
    drop(stream);
    assert!(call.await.unwrap().is_err(), "nothing was answered");
    suite
}

#[tokio::test]
async fn a_client_brings_its_provider() {
    assert_eq!(agreed().await, CipherSuite::TLS13_AES_256_GCM_SHA384);
}

/// Set in the process that installs a provider.
const INSTALLS: &str = "LINKCY_TEST_INSTALLS";

#[tokio::test]
async fn a_provider_that_the_program_installed_stays() {
    if std::env::var_os(INSTALLS).is_none() {
        let itself = std::env::current_exe().unwrap();
        let mut run = Command::new(itself);
        run.args(["--exact", "a_provider_that_the_program_installed_stays"]).env(INSTALLS, "1");
        assert!(run.status().unwrap().success());
        return;
    }
    let mut own = aws_lc_rs::default_provider();
    own.cipher_suites.retain(|suite| suite.suite() == CipherSuite::TLS13_CHACHA20_POLY1305_SHA256);
    own.install_default().unwrap();
    assert_eq!(agreed().await, CipherSuite::TLS13_CHACHA20_POLY1305_SHA256);
    let installed = CryptoProvider::get_default().unwrap();
    assert_eq!(installed.cipher_suites.len(), 1);
}
