//! The Rust client of the LinkCy partner API: embedded banking (consumers, corporates, KYC, ledgers, cards, transfers), typed, for
//! backend engineers of LinkCy's partners.
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
//!     println!("{} {}", ledger.id, ledger.status);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Every operation is `client.handle().verb(..)`. Required fields are arguments, optional ones are set by name, and `.await` makes the call.
//! *The description* is LinkCy's OpenAPI file, from which types and operations are generated.
//!
//! # I want to …
//! | I want to | here |
//! |---|---|
//! | see it work, without an account | `cargo run --example quickstart` in the repository |
//! | let a person become a customer | [guide: onboarding a consumer](guide::onboarding_consumer) |
//! | let a company become a customer | [guide: onboarding a corporate](guide::onboarding_corporate) |
//! | open ledgers and pay | [guide: paying](guide::paying) |
//! | issue cards | [guide: cards](guide::cards) |
//! | have end-users confirm calls | [guide: SCA](guide::sca) |
//! | receive events | [guide: webhooks](guide::webhooks) |
//! | share a login between processes | [guide: a fleet](guide::fleet) |
//! | read all transactions | [guide: reconciliation](guide::reconciliation) |
//! | handle errors, retries and time-outs | [guide: errors](guide::errors), [`Error`] |
//! | test without a bank | [guide: testing](guide::testing) |
//! | take in a new release of the API | [guide: releases](guide::releases) |
//! | know what is logged and kept | [guide: security](guide::security) |
//! | send a file, or fetch one | [`Upload`], [`Client::fetch`] |
//! | set headers, metrics, limits, proxies | [`Layer`], [`ClientBuilder`] |
//! | call what the description does not have | [`Client::request`] |
//! | find an operation, a type, an error code | [`operations`], [`types`], [`OPERATIONS`] |
//!
//! # Five things to know
//! 1. **Sessions renew themselves.** A client logs in at its first call and refreshes in the background, one refresh at a time. Build one client and clone it;
//!    [`Client::end_user`] gives one for each end-user. See [`auth::session`].
//! 2. **Strong authentication (SCA) can delay a call.** A payment may end in [`Error::Pending`]: LinkCy waits for the end-user, and nothing failed. See [`sca`].
//! 3. **An outcome can be unknown.** A payment whose answer was lost is [`Error::OutcomeUnknown`]. It is not sent again, because LinkCy documents no idempotency
//!    key: [`Client::find_transfer`] looks for it.
//! 4. **Amounts are exact.** [`types::Amount`] is a decimal, made of text or integers; it never passes through a float.
//! 5. **The API changes.** A field, value or branch that the description does not have is never an error: it is ignored or kept. [`ClientBuilder::drift`] reports
//!    it.
//!
//! # Features
//! | feature | on | brings |
//! |---|---|---|
//! | `client` | yes | the client; without it the types alone, for webhook receivers and queues |
//! | `rustls` | yes | TLS by rustls with aws-lc-rs, and the platform's certificates |
//! | `rustls-ring` | no | TLS by rustls with ring, which compiles faster; for `default-features = false`. The first client that is built installs ring as the program's provider, unless the program installed one |
//! | `native-tls` | no | TLS by the platform's library |
//! | `all` | yes | every area of the API |
//! | `acquiring` `additional` `beneficiaries` `cards` `consumers` `corporates` `crypto` `documents` `kyc` `ledgers` `mandates` `partner` `sandbox` `sca-devices` `transactions` | yes | one area of the API each; an area that is off is neither generated nor compiled |
//! | `file-store` | no | processes on one machine share a session through files (Unix) |
//! | `redis` | no | a fleet shares a session, and with `webhooks` which events it has handled |
//! | `webhooks` | no | webhooks: verified, typed, handled once; needs neither `client` nor a runtime |
//! | `schemars` | no | JSON schemas of the types |
//!
//! A call of an area that is off does not compile, and the error names the feature. Types that only such areas use are missing.

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
#[cfg(any(
    all(doc, not(doctest)),
    all(doctest, feature = "client", feature = "all", feature = "redis", feature = "webhooks")
))]
pub mod guide;
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
pub use call::{Call, CircuitBreaker, EndpointCall, Layer, Reply, RetryPolicy};
#[cfg(feature = "client")]
pub use client::{Client, ClientBuilder};
#[cfg(feature = "client")]
pub use download::{DownloadError, Downloaded};
#[cfg(feature = "client")]
pub use environment::{Environment, EnvironmentError};
#[cfg(feature = "client")]
pub use error::Error;
/// The bytes of an answer that is not JSON, as a stream.
#[cfg(feature = "client")]
pub use generated::raw::ByteStream;
pub use generated::table::{API_VERSION, OPERATIONS};
/// The method of an [`EndpointCall`].
#[cfg(feature = "client")]
pub use http::Method;
pub use json::read as read_answer;
pub use operation::{Access, OperationInfo, PageLimits, Repeat, ScaHeaders};
#[cfg(feature = "redis")]
pub use redis_connection::{RedisAddressError, RedisConnection};
#[cfg(feature = "client")]
pub use sca::ScaPolicy;
#[cfg(all(feature = "client", feature = "transactions"))]
pub use transfers::{Transfer, TransferSearch};
#[cfg(feature = "client")]
pub use upload::Upload;

/// The resource handles, and the calls they make.
///
/// # Roles
/// A session has roles, which limit what it may call; without the required one, the answer is 403
/// ([`Error::is_forbidden`](crate::Error::is_forbidden)). The description lists the roles that a partner's account can have
/// (`AccountCreateRequest`) and does not say which operation requires which. Where the name of a role names an operation,
/// that operation's documentation names it: an inference of this crate.
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
