//! LinkCy's side of a session, for tests: in virtual time a realm that issues tokens and revokes a family when a used
//! refresh token comes back; over TCP the sandbox, which does the same.
#![allow(dead_code, reason = "each test binary uses a part of it")]

pub mod contract;
pub mod realm;
pub mod scripted;
pub mod tcp;
