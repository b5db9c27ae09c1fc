//! Webhooks: verified, typed, and handled once.
//!
//! LinkCy reports events (a card is closed, a KYC ends) by webhooks, which it sends through
//! [Svix](https://docs.svix.com/receiving/introduction) \[G/introduction/webhooks\]. The feature `webhooks` needs neither the
//! client nor a runtime: `linkcy = { version = "0.1", default-features = false, features = ["webhooks"] }`.
//!
//! # From the portal to a handler
//! 1. **Add an endpoint.** There is no operation that subscribes. [`WebhookPortal`](crate::types::WebhookPortal)`.url` is the
//!    address of Svix's portal, `GET /api/partner/webhooks`: with the feature `client`,
//!    `linkcy.webhooks().get_portal().await?.url`. The address gives access to whoever has it, so keep it out of logs. Open it,
//!    add the `https://` address of your handler, and choose the events.
//! 2. **Take its secret.** The portal shows a signing secret for each endpoint, `whsec_...`. Keep it as you keep passwords.
//! 3. **Verify.** A [`Verifier`] takes the headers and the *exact bytes* of the body. A framework that parses JSON and
//!    writes it again breaks the signature.
//! 4. **Handle once, and answer within 15 seconds**, with 2xx when the event is done or safely stored. Svix treats any other
//!    status, or a later answer, as a failure and tries again: at once, after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h; after
//!    five days of failures it switches an endpoint off \[docs.svix.com/retries\]. So every event may arrive twice, and the
//!    order is not preserved.
//!
//! ```
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! use axum::Router;
//! use axum::body::Bytes;
//! use axum::extract::State;
//! use axum::http::{HeaderMap, StatusCode};
//! use axum::routing::post;
//! use linkcy::types::CardId;
//! use linkcy::webhooks::{EventKind, MemorySeen, PayloadError, Verifier, WebhookEvent, handle_once};
//!
//! struct Receiver {
//!     verifier: Verifier,
//!     seen: MemorySeen,
//! }
//!
//! async fn receive(State(receiver): State<Arc<Receiver>>, headers: HeaderMap, body: Bytes) -> StatusCode {
//!     let event = match receiver.verifier.verify(&headers, body) {
//!         Ok(event) => event,
//!         Err(error) => {
//!             eprintln!("no webhook: {error}");
//!             return status(error.status());
//!         }
//!     };
//!     let lease = Duration::from_secs(60);
//!     match handle_once(&receiver.seen, &event.id, lease, handle(&event)).await {
//!         Ok(handled) => status(handled.status()),
//!         Err(error) => {
//!             eprintln!("{}: {error}", event.id);
//!             status(error.status())
//!         }
//!     }
//! }
//!
//! async fn handle(event: &WebhookEvent) -> Result<(), PayloadError> {
//!     match &event.kind {
//!         Some(EventKind::CardClosed) => println!("closed: {:?}", event.payload.find::<CardId>("cardId")?),
//!         Some(other) => println!("passed over: {other}"),
//!         None => println!("no name in {} bytes", event.payload.bytes().len()),
//!     }
//!     Ok(())
//! }
//!
//! fn status(status: u16) -> StatusCode {
//!     StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
//! }
//!
//! fn app(receiver: Receiver) -> Router {
//!     Router::new().route("/webhooks", post(receive)).with_state(Arc::new(receiver))
//! }
//! ```
//!
//! `examples/webhooks/` is a whole server: work in a separate task, 503 where it takes longer than the sender waits, a
//! graceful shutdown. `cargo run --example webhooks --features webhooks` runs it against a local LinkCy.
//!
//! # What is not documented
//! LinkCy's guide names ten events, and the copy of the page that was available ends in the middle of the list; [`EventKind`] keeps
//! every other name. **No document shows a payload**, so none is typed. Look at what arrives ([`Payload::bytes`]); until you know
//! its shape, [`Payload::find`] finds a member at any depth, and then [`Payload::parse`] reads a type of your own. The place of an
//! event's name is inferred: see [`Verifier::kind_at`].
//!
//! # Rotation
//! While a secret is rotated Svix signs with the old and the new one. A receiver can also take both:
//! `Verifier::new(new).or(old)`.
//!
//! # On your machine
//! `linkcy-sandbox --webhooks http://127.0.0.1:8081/webhooks` sends and signs as Svix does, and prints the secret. Its payloads
//! have a form of the sandbox's own, `{"type", "timestamp", "data", "note"}`, and say so. `POST /_sandbox/webhooks/send` sends
//! any event, `POST /_sandbox/webhooks/ID/resend` one of those again. For a unit test, [`WebhookSecret::sign`] makes a
//! signature.

mod error;
mod event;
mod headers;
mod payload;
mod secret;
mod seen;
mod verifier;

pub use self::error::WebhookError;
pub use self::event::{EventKind, WebhookEvent};
pub use self::headers::Headers;
pub use self::payload::{Payload, PayloadError};
pub use self::secret::{SecretError, WebhookSecret};
#[cfg(feature = "redis")]
pub use self::seen::RedisSeen;
pub use self::seen::{Claim, HandleError, Handled, MemorySeen, SeenError, SeenWebhooks, WebhookLease, handle_once};
pub use self::verifier::{PointerError, Verifier};
