//! [`SessionBuilder`]: the parts of a session and their defaults.

use std::sync::{Arc, Mutex};

use arc_swap::ArcSwapOption;

use super::Session;
use super::life::Life;
use super::state::{Control, Core, CurrentTokens, StoreStatus, Timing};
use crate::auth::clock::{Clock, Reading, SystemClock};
use crate::auth::credentials::Credentials;
use crate::auth::error::SessionError;
use crate::auth::issuer::Issuer;
use crate::auth::store::{OwnStore, TokenStore};
use crate::auth::token::{Claims, TokenPair};

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

    /// Stores the tokens in `store`. Sessions of the same environment and login that use one store share their tokens;
    /// to share a store, clone an `Arc` of it.
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
        let (identity, login, given) = match self.credentials {
            Credentials::Anonymous => (None, Err(SessionError::Anonymous), None),
            Credentials::Login(login) => {
                let checked = login.check().map_err(SessionError::from);
                (Some(login.identity()), checked.map(|()| Some(Arc::new(login))), None)
            }
            Credentials::Tokens { access, refresh } => match TokenPair::new(access, refresh, None) {
                Ok(tokens) => (None, Ok(None), Some(tokens)),
                Err(malformed) => (None, Err(malformed.into()), None),
            },
        };
        let place = self.name.map(|name| format!("name:{name}")).or(identity);
        let login = match (&place, &self.store) {
            (None, Some(store)) => Err(SessionError::Unnamed { store: store.name() }),
            _ => login,
        };
        let current = given.filter(|_| login.is_ok()).map(|tokens| {
            let life = Life::found(Claims::of(tokens.access()), None, Reading::of(self.clock.as_ref()));
            Arc::new(CurrentTokens { tokens: Arc::new(tokens), life, generation: 0, status: StoreStatus::Given })
        });
        let origin = self.issuer.as_ref().map(|issuer| issuer.origin()).unwrap_or_default();
        let (refresh, throttle) = Default::default();
        Session(Arc::new(Core {
            key: format!("{origin}:{}", place.unwrap_or_default()).into_boxed_str(),
            store: self.store.unwrap_or_else(|| Arc::new(OwnStore::new())),
            timing: self.timing,
            clock: self.clock,
            issuer: self.issuer,
            current: ArcSwapOption::new(current),
            changing: Default::default(),
            generations: Default::default(),
            control: Mutex::new(Control { login, refused: None, skew: None, refresh, throttle }),
        }))
    }
}
