//! The Rust client of the LinkCy partner API: embedded banking, typed.
//!
//! ```no_run
//! # async fn example() -> Result<(), linkcy::Error> {
//! use linkcy::{Client, Environment, Login};
//!
//! let login = Login::Partner {
//!     partner_name: "acme".into(),
//!     username: "api-user".into(),
//!     password: "a password".into(),
//! };
//! let linkcy = Client::builder(Environment::sandbox()).credentials(login).build()?;
//! for ledger in linkcy.ledgers().list().await?.content {
//!     println!("{} {:?}", ledger.id, ledger.status);
//! }
//! # Ok(())
//! # }
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "client")]
pub mod auth;
#[cfg(feature = "client")]
pub mod call;
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
mod clock;
#[cfg(feature = "client")]
mod download;
#[cfg(feature = "client")]
pub mod drift;
#[cfg(feature = "client")]
mod environment;
#[cfg(feature = "client")]
pub mod error;
mod generated;
#[cfg(feature = "client")]
mod issuer;
mod json;
mod operation;
#[cfg(feature = "client")]
pub mod page;
#[cfg(any(feature = "client", feature = "webhooks"))]
mod reason;
#[cfg(feature = "client")]
mod redact;
#[cfg(feature = "redis")]
mod redis_connection;
#[cfg(feature = "client")]
pub mod sca;
#[cfg(all(feature = "client", feature = "transactions"))]
mod transfers;
pub mod types;
#[cfg(feature = "client")]
mod upload;
#[cfg(feature = "webhooks")]
pub mod webhooks;

#[cfg(feature = "client")]
pub use auth::{Credentials, Login, Session};
#[cfg(feature = "client")]
pub use call::{Call, CircuitBreaker, Layer, RawCall, Reply, RetryPolicy};
#[cfg(feature = "client")]
pub use client::{Client, ClientBuilder};
#[cfg(feature = "client")]
pub use download::{DownloadError, Downloaded};
#[cfg(feature = "client")]
pub use environment::{Environment, EnvironmentError};
#[cfg(feature = "client")]
pub use error::Error;
/// The bytes of an answer that is no JSON, as a stream.
#[cfg(feature = "client")]
pub use generated::raw::ByteStream;
pub use generated::table::{API_VERSION, OPERATIONS};
/// The method of a [`RawCall`].
#[cfg(feature = "client")]
pub use http::Method;
pub use json::read as read_answer;
pub use operation::{Access, OperationInfo, PageLimits, Repeat, ScaHeaders};
#[cfg(feature = "client")]
pub use sca::ScaPolicy;
#[cfg(all(feature = "client", feature = "transactions"))]
pub use transfers::{FoundTransfer, Transfer};
#[cfg(feature = "client")]
pub use upload::Upload;

/// The resource handles, and the calls they make.
///
/// # Roles
/// A session has roles, which limit what it may call; without the one that is asked for, the answer is 403
/// ([`Error::is_forbidden`](crate::Error::is_forbidden)). The description lists the roles that a partner's account can have
/// (`AccountCreateRequest`) and does not say which operation asks for which. Where the
/// name of a role means an operation, that operation's documentation names it: an inference of this crate.
#[cfg(feature = "client")]
pub mod operations {
    pub use crate::generated::operations::*;
}

/// The program in docs/DRIFT.md compiles.
#[cfg(all(doctest, feature = "all"))]
#[doc = include_str!("../docs/DRIFT.md")]
struct Drift;

/// The program in the README compiles.
#[cfg(all(doctest, feature = "all"))]
#[doc = include_str!("../README.md")]
struct Readme;
