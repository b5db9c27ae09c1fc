//! The client from outside, by subject.

#[macro_use]
#[path = "../support/round_trip/mod.rs"]
mod round_trip;

#[path = "../../benches/yardstick/answers.rs"]
#[allow(dead_code, reason = "the benches use the rest")]
mod answers;
#[path = "../support/issuers/mod.rs"]
mod issuers;
#[cfg(feature = "webhooks")]
#[macro_use]
#[path = "../support/seen.rs"]
mod seen_contract;
#[path = "../support/mod.rs"]
mod support;

mod calls;
mod coverage;
mod drift;
mod examples;
mod features;
mod files;
#[cfg(all(unix, feature = "file-store", feature = "redis", feature = "webhooks"))]
mod messages;
mod pages;
mod sca;
mod session;
mod types;
#[cfg(feature = "webhooks")]
mod webhooks;
