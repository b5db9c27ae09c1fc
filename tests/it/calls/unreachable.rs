//! No server, none that speaks TLS, or one that accepts nobody: nothing leaves, so everything unsigned may be tried again,
//! and nothing is in doubt.

use std::sync::Arc;
use std::time::Duration;

use linkcy::error::TransportCause;
use linkcy::{Credentials, Error};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::classes::{self, Class};
use crate::support::world::World;
use crate::support::{client_at, hasty, tls};

async fn sends_nothing(class: &Class, world: &World, address: &str) {
    let case = format!("{} at {address}", class.operation);
    let client = client_at(address, Credentials::tokens("opaque", None)).retry(hasty()).build().unwrap();
    let (control, info) = (world.control(), class.info());
    let booked = control.payments();
    control.clear_journal();
    let error = (class.call)(&client, world).await.unwrap_err();
    let Error::Transport(lost) = &error else { panic!("{case}: {error}") };
    assert!(matches!(lost.cause, TransportCause::NotConnected(_)), "{case}: {error}");
    assert_eq!(lost.attempts, if class.once { 1 } else { 4 }, "{case}");
    assert!(error.is_retryable() && !error.may_have_happened(), "{case}: {error}");
    let arrived = control.journal().iter().any(|entry| entry.template.as_deref() == Some(info.path));
    assert!(!arrived && control.payments() == booked, "{case}");
}

#[tokio::test]
async fn nothing_of_any_class_is_sent_to_a_dead_port() {
    let world = World::new().await;
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    for class in classes::ALL {
        sends_nothing(class, &world, &format!("http://127.0.0.1:{port}")).await;
    }
}

#[tokio::test]
async fn nothing_of_any_class_is_sent_where_tls_is_refused() {
    let world = World::new().await;
    let address = world.sandbox.url().replace("http://", "https://");
    for class in classes::ALL {
        sends_nothing(class, &world, &address).await;
    }
}

/// A server with a certificate of its own for one name; where it is, and the certificate.
async fn server_with_tls(name: &str) -> (String, Vec<u8>) {
    let (config, certificate) = tls::server(name);
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = acceptor.accept(stream).await;
        }
    });
    (address, certificate)
}

#[tokio::test]
async fn a_certificate_that_is_refused_is_told_with_its_reason_and_its_name() {
    for (name, trusted, said) in [
        ("127.0.0.1", false, &["certificate", "UnknownIssuer"][..]),
        ("bank.example", true, &["certificate", "127.0.0.1", "bank.example"]),
    ] {
        let (address, certificate) = server_with_tls(name).await;
        let http = move || {
            let trusted = trusted.then(|| reqwest::Certificate::from_der(&certificate).unwrap());
            reqwest::Client::builder().tls_backend_rustls().tls_certs_only(trusted)
        };
        let client =
            client_at(&address, Credentials::tokens("opaque", None)).retry(hasty()).http(http).build().unwrap();
        let error = client.ledgers().list().await.unwrap_err();
        let shown = error.to_string();
        assert!(said.iter().all(|part| shown.contains(part)) && shown.contains(&address), "{shown}");
        assert!(!error.may_have_happened(), "{shown}");
    }
}

#[tokio::test]
async fn a_connection_that_is_not_made_in_time_is_given_up() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    // Nobody is accepted: the queue is full soon, and then connections are left waiting.
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queue = Vec::new();
    while let Ok(Ok(stream)) = tokio::time::timeout(Duration::from_millis(200), TcpStream::connect(address)).await {
        queue.push(stream);
    }
    let client = client_at(&format!("http://{address}"), Credentials::tokens("opaque", None));
    let client = client.connect_timeout(Duration::from_millis(100)).build().unwrap();
    let error = client.ledgers().list().once().await.unwrap_err();
    let Error::Transport(lost) = &error else { panic!("{error}") };
    assert!(matches!(lost.cause, TransportCause::NotConnected(_)), "{error}");
}
