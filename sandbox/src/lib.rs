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
mod auth;
mod bank;
mod clock;
mod control;
pub mod description;
mod sandbox;
pub mod sca;
mod seed;
mod server;
mod store;
mod webhooks;

pub use amount::Amount;
pub use bank::{Banking, Credentials, Linkcy, Money};
pub use clock::Clock;
pub use control::Control;
pub use control::faults;
pub use control::journal;
pub use description::Description;
pub use sandbox::{Builder, Sandbox, StartError};
pub use store::StoreError;
pub use webhooks::Delivery;

pub(crate) use sandbox::{Settings, Shared};

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks; what a panicking thread left behind is still whole, since requests are rolled back by their own.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
