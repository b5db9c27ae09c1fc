//! Who calls: access tokens, refresh families and passwords.

mod caller;
pub mod password;
pub mod token;

use std::sync::Arc;

use token::Claims;

pub use caller::Caller;

/// What a bearer turned out to be: who calls, and what it may do.
#[derive(Debug, Clone)]
pub(crate) struct Bearer {
    pub(crate) caller: Caller,
    claims: Option<Arc<Claims>>,
}

impl Bearer {
    /// The one whose token says that.
    pub(crate) fn of(claims: Arc<Claims>) -> Self {
        Self { caller: claims.caller.clone(), claims: Some(claims) }
    }

    /// Nobody's: none was sent and none was needed.
    pub(crate) fn none() -> Self {
        Self { caller: Caller::Anonymous, claims: None }
    }

    /// What it may do.
    pub(crate) fn roles(&self) -> &[String] {
        self.claims.as_ref().map_or(&[], |claims| &claims.roles)
    }
}
