//! [`SessionBuilder`]: the parts of a session and their defaults.

use std::sync::Arc;

use super::Session;
use super::held::Held;
use super::lease::{BoundedStore, Timing};
use super::refresh::Core;
use super::renewal::{Means, Renewer};
use crate::auth::clock::{Clock, SystemClock};
use crate::auth::credentials::{Credentials, Login};
use crate::auth::error::SessionError;
use crate::auth::issuer::Issuer;
use crate::auth::store::{MemoryStore, TokenStore};
use crate::auth::token::TokenPair;

/// Builds a [`Session`]. The defaults are a memory store of its own, the machine's clock, and [`Timing::default`].
#[must_use = "a builder does nothing until build() is called"]
pub struct SessionBuilder {
    credentials: Credentials,
    issuer: Option<Arc<dyn Issuer>>,
    store: Option<Arc<dyn TokenStore>>,
    clock: Arc<dyn Clock>,
    timing: Timing,
    name: Option<String>,
}

impl Session {
    /// A session for `credentials`, with tokens from `issuer`.
    pub fn builder(credentials: impl Into<Credentials>, issuer: Arc<dyn Issuer>) -> SessionBuilder {
        SessionBuilder::new(credentials.into(), Some(issuer))
    }

    /// A session without a login; every call for a token fails with [`SessionError::Anonymous`].
    pub(crate) fn anonymous() -> Self {
        SessionBuilder::new(Credentials::Anonymous, None).build()
    }
}

impl SessionBuilder {
    fn new(credentials: Credentials, issuer: Option<Arc<dyn Issuer>>) -> Self {
        Self { credentials, issuer, store: None, clock: Arc::new(SystemClock), timing: Timing::default(), name: None }
    }

    /// Keeps the tokens in `store`. Sessions of the same environment and login that use one store share their tokens; to
    /// give one to several, clone an `Arc` of it.
    pub fn store(mut self, store: impl TokenStore) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// Names the session within its store; needed for tokens obtained elsewhere in a store that others use.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Reads the time from `clock`.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sets how long LinkCy and the store are waited for.
    pub fn timing(mut self, timing: Timing) -> Self {
        self.timing = timing;
        self
    }

    /// The session. Nothing is sent or read yet. Invalid credentials make every call fail with
    /// [`SessionError::Credentials`]; [`Credentials::check`] finds them earlier.
    pub fn build(self) -> Session {
        let origin = self.issuer.as_ref().map(|issuer| issuer.origin()).unwrap_or_default();
        let (standing, login, given) = match self.credentials {
            Credentials::Anonymous => (Err(SessionError::Anonymous), None, None),
            Credentials::Login(login) => (login.check().map_err(SessionError::from), Some(login), None),
            Credentials::Tokens { access, refresh } => match TokenPair::new(access, refresh, None) {
                Ok(tokens) => (Ok(()), None, Some(Arc::new(tokens))),
                Err(malformed) => (Err(malformed.into()), None, None),
            },
        };
        let (key, standing) = match (self.name, login.as_ref().map(Login::identity), &self.store) {
            (Some(name), ..) => (format!("{origin}:name:{name}"), standing),
            (None, Some(identity), _) => (format!("{origin}:{identity}"), standing),
            (None, None, None) => (origin.to_owned(), standing),
            (None, None, Some(store)) => (origin.to_owned(), Err(SessionError::Unnamed { store: store.name() })),
        };
        let held = Held::new(self.clock, given.filter(|_| standing.is_ok()));
        let store = BoundedStore {
            key: key.into_boxed_str(),
            store: self.store.unwrap_or_else(|| Arc::new(MemoryStore::new())),
            timing: self.timing,
        };
        let means = Means { standing, login: login.map(Arc::new), refused: None };
        Session(Arc::new(Core::new(Renewer::new(held, store, self.issuer, means))))
    }
}
