//! Values that go into a URL's path stay the one segment they are meant for.

use linkcy::{Credentials, Error};

use crate::support::client_at;
use crate::support::wire::{Wire, answer};

#[tokio::test]
async fn no_value_of_a_path_leads_elsewhere() {
    let wire = Wire::start(|request| {
        let line = request.head.lines().next().unwrap_or_default().to_owned();
        answer(404, &[], format!(r#"{{"errorCode":"X","message":{line:?}}}"#).as_bytes())
    })
    .await;
    let client = client_at(wire.url(), Credentials::tokens("opaque", None)).build().unwrap();
    let card = || uuid::Uuid::from_u128(7).into();
    // The one text in a path of the API: the type of a card's rule.
    let before = wire.arrived();
    for value in ["", ".", "..", "%2e", "%2E%2e", ".%2e"] {
        let error = client.cards().delete_rule(card(), value).once().await.unwrap_err();
        assert!(!matches!(error, Error::Api(_)), "{value:?}: {error}");
        assert!(error.to_string().contains("in the path is empty or a dot segment"), "{value:?}: {error}");
    }
    assert_eq!(wire.arrived(), before, "nothing was sent");
    for (value, sent) in [
        ("a/b", "a%2Fb"),
        ("../x", "..%2Fx"),
        ("a?b#c", "a%3Fb%23c"),
        ("a b", "a%20b"),
        ("é\n", "%C3%A9%0A"),
        ("...", "..."),
        ("%2f", "%252f"),
    ] {
        let error = client.cards().delete_rule(card(), value).once().await.unwrap_err();
        let Error::Api(api) = &error else { panic!("{value:?}: {error}") };
        let line = api.message.as_deref().unwrap_or_default();
        assert!(line.contains(&format!("/{sent} HTTP/1.1")), "{value:?}: {line}");
    }
}

#[test]
fn a_call_polled_without_a_runtime_is_an_error_that_says_so() {
    let client = client_at("http://127.0.0.1:9", Credentials::tokens("opaque", None)).build().unwrap();
    let mut call = std::pin::pin!(client.ledgers().list().into_future());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match call.as_mut().poll(&mut context) {
        std::task::Poll::Ready(Err(error)) => assert!(error.to_string().contains("Tokio runtime"), "{error}"),
        other => panic!("{:?}", other.is_ready()),
    }
}
