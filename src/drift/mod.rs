//! Drift: differences between LinkCy's answers and the description that this crate was built from.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use linkcy::drift::{DriftLog, Sampling};
//! use linkcy::{Client, Environment, Login};
//!
//! let login = Login::Partner {
//!     partner_name: "acme".into(),
//!     username: "api-user".into(),
//!     password: "a password".into(),
//! };
//! let drift = DriftLog::new();
//! let linkcy = Client::builder(Environment::sandbox())
//!     .credentials(login)
//!     .drift(Sampling::OneIn(100), drift.clone())
//!     .build()?;
//! linkcy.ledgers().list().await?;
//! std::fs::write("drift.jsonl", drift.to_json_lines())?;
//! # Ok(())
//! # }
//! ```
//!
//! A [`Difference`] names the operation, the place and the kind, and no value of the answer except those of lists of
//! values, tags, error codes and media types. [`Reply::differences`](crate::Reply::differences) gives those of one
//! answer, observer or not. `cargo xtask drift` turns the logs of a fleet into corrections of the description; see
//! docs/DRIFT.md.

// The code that compares is `#[inline]` or generic: only programs that use it compile it.
mod compare;
mod description;
mod difference;
mod log;
mod watch;

pub use self::description::{Description, DescriptionError};
pub use self::difference::{Difference, DifferenceKind};
pub use self::log::{DriftLog, LogEntry, LogError};
pub use self::watch::{ComparedAnswer, DriftObserver, Sampling};
pub(crate) use self::watch::{Watch, watch};
