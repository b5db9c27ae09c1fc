//! Loopback is never asked by way of a proxy that the environment names.
//!
//! Variables belong to a process, so each case is this test program again, with a variable set.

use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use linkcy::{Credentials, Error};

use crate::support::world::World;
use crate::support::{client_at, http};

const VARIABLES: [&str; 6] = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

#[test]
fn loopback_is_never_proxied_by_the_environment() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = proxy.local_addr().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in proxy.incoming() {
            count.fetch_add(1, Ordering::SeqCst);
            drop(stream);
        }
    });
    let every_call = |variables: &[&str], scheme: &str| {
        let mut program = Command::new(std::env::current_exe().unwrap());
        program.args(["--exact", "calls::proxies::calls_of_loopback", "--ignored", "--quiet"]);
        for variable in VARIABLES.iter().chain(&["no_proxy", "NO_PROXY", "REQUEST_METHOD"]) {
            program.env_remove(variable);
        }
        for variable in variables {
            program.env(variable, format!("{scheme}://{address}"));
        }
        let output = program.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{variables:?}: {text}");
        assert_eq!(asked.load(Ordering::SeqCst), 0, "{variables:?} led to the proxy");
    };
    for variable in VARIABLES {
        every_call(&[variable], "http");
    }
    every_call(&VARIABLES, "http");
    every_call(&VARIABLES, "https");
    std::net::TcpStream::connect(address).unwrap();
}

/// What the case does: a login, reads, a payment, a file up and down, and calls of every name of loopback.
#[tokio::test]
#[ignore = "started by loopback_is_never_proxied_by_the_environment, with proxies in its environment"]
async fn calls_of_loopback() {
    assert!(VARIABLES.iter().any(|variable| std::env::var_os(variable).is_some()), "the environment names no proxy");
    let world = World::new().await;
    world.client.ledgers().list().await.unwrap();
    let file = linkcy::Upload::bytes("passport.pdf", &b"%PDF-1.4 a passport"[..]).content_type("application/pdf");
    let uploaded = world.client.documents().upload(file).end_user_id(world.alice.into()).await.unwrap();
    let document = world.client.documents().get(uploaded.id).await.unwrap();
    world.client.fetch(&document.download).await.unwrap().bytes(1_000).await.unwrap();

    let custom = client_at(world.sandbox.url(), Credentials::tokens("opaque", None)).http(http).build().unwrap();
    assert_eq!(custom.ledgers().list().once().await.unwrap_err().status(), Some(401), "an HTTP client of the user's");

    let port = world.sandbox.url().rsplit_once(':').unwrap().1;
    for host in ["localhost", "127.0.0.1", "127.0.0.2", "[::1]"] {
        for scheme in ["http", "https"] {
            let client = client_at(&format!("{scheme}://{host}:{port}"), Credentials::tokens("opaque", None));
            // Whether somebody listens there is another matter.
            let error = client.build().unwrap().ledgers().list().once().await.unwrap_err();
            assert!(matches!(error, Error::Api(_) | Error::Transport(_)), "{scheme}://{host}: {error}");
        }
    }
}
