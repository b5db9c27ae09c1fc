//! The client's part of a TLS handshake by provider: what aws-lc-rs and ring take for it, in memory, without a network.
//!
//! `cargo bench --bench tls --features rustls-ring`

#[path = "../tests/support/tls.rs"]
mod tls;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs, ring};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection};

const HANDSHAKES: usize = 501;

fn main() -> anyhow::Result<()> {
    let (server, certificate) = tls::server("bank.example");
    let certificate = CertificateDer::from(certificate);
    let server = Arc::new(server);
    println!(
        "| provider | the client's part of a new handshake, median of {HANDSHAKES} | key exchange |\n|---|---|---|"
    );
    for (name, provider) in [("aws-lc-rs", aws_lc_rs::default_provider()), ("ring", ring::default_provider())] {
        let mut times = Vec::with_capacity(HANDSHAKES);
        let mut exchange = String::new();
        for _ in 0..HANDSHAKES {
            let (time, group) = handshake(provider.clone(), &certificate, &server)?;
            times.push(time);
            exchange = group;
        }
        times.sort_unstable();
        println!("| {name} | {} µs | {exchange} |", times[HANDSHAKES / 2].as_micros());
    }
    Ok(())
}

/// How long the client's part takes, and the key exchange that was agreed on. A new configuration remembers no session.
fn handshake(
    provider: CryptoProvider,
    certificate: &CertificateDer<'static>,
    server: &Arc<ServerConfig>,
) -> anyhow::Result<(Duration, String)> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone())?;
    let config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("bank.example")?;
    let start = Instant::now();
    let mut client = ClientConnection::new(Arc::new(config), name)?;
    let mut time = start.elapsed();
    let mut server = ServerConnection::new(Arc::clone(server))?;
    while client.is_handshaking() || server.is_handshaking() {
        let mut wire = Vec::new();
        let start = Instant::now();
        while client.wants_write() {
            client.write_tls(&mut wire)?;
        }
        time += start.elapsed();
        server.read_tls(&mut wire.as_slice())?;
        server.process_new_packets()?;
        let mut wire = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut wire)?;
        }
        let (start, mut wire) = (Instant::now(), wire.as_slice());
        while !wire.is_empty() {
            client.read_tls(&mut wire)?;
            client.process_new_packets()?;
        }
        time += start.elapsed();
    }
    let group = client.negotiated_key_exchange_group().context("no key exchange")?.name();
    Ok((time, format!("{group:?}")))
}
