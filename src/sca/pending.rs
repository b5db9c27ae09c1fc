//! A call that waits for the end-user: LinkCy answered 202.

use std::fmt;

use reqwest::Request;

use crate::Client;
use crate::operation::OperationInfo;

/// A call that LinkCy holds until the end-user has decided.
pub struct PendingCall {
    operation: &'static OperationInfo,
}

impl PendingCall {
    pub(crate) fn new(_: Client, operation: &'static OperationInfo, _: &Request, _: &[u8]) -> Self {
        Self { operation }
    }

    /// For how long the end-user can decide, where the server said so.
    pub fn ttl(&self) -> Option<std::time::Duration> {
        None
    }
}

impl fmt::Debug for PendingCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingCall").field("operation", &self.operation.name).finish_non_exhaustive()
    }
}

impl fmt::Display for PendingCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: LinkCy waits for the end-user's approval", self.operation)
    }
}

impl std::error::Error for PendingCall {}
