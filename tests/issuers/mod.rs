//! LinkCy's side of a session, for tests: a realm that issues tokens and revokes a family when a used refresh token
//! comes back, an issuer that asks it in memory, and one that asks it over TCP.
#![allow(dead_code, reason = "each test binary uses a part of it")]

pub mod contract;
pub mod http;
pub mod realm;
pub mod scripted;
