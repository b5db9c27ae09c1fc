//! A local LinkCy that remembers, enforces and can be broken on purpose: for tests in this process and, through the
//! binary, in any language.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use linkcy_sandbox::Sandbox;
//!
//! let sandbox = Sandbox::start().await.unwrap();
//! println!("{} as {:?}", sandbox.url(), sandbox.credentials());
//! // ... calls to the API ...
//! assert_eq!(sandbox.control().payments(), 0);
//! # });
//! ```
//! The sandbox runs in a thread of its own with a runtime of its own, so tests whose time is paused can use it: its
//! time is its [`Clock`], never the test's. Dropping it stops it.

mod amount;
mod api;
mod auth;
mod builder;
mod clock;
mod control;
pub mod description;
mod distortion;
pub mod faults;
mod http;
pub mod journal;
mod json;
mod lock;
mod redaction;
mod sandbox;
pub mod sca;
mod seed;
mod server;
mod settings;
mod shared;
mod state;
mod webhooks;

pub use amount::Amount;
pub use builder::{Builder, StartError};
pub use clock::Clock;
pub use control::Control;
pub use description::Description;
pub use sandbox::Sandbox;
pub use state::bank::Money;
pub use state::delivery::Delivery;
pub use state::end_user::{Banking, Linkcy};
pub use state::partner::Credentials;
pub use state::seed_data::{SeedConsumer, SeedData, SeedDataError, SeedLedger};
pub use state::store::StoreError;
pub use webhooks::{AddressFault, TrustError, WebhookEndpoint, WebhooksError};
