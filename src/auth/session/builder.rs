//! [`SessionBuilder`]: a session's parts, and the name it has in its store.

use std::sync::{Arc, Mutex};

use arc_swap::ArcSwapOption;

use super::Session;
use super::core::{Control, Core, Live, Place, Timing};
use super::life::Life;
use super::pace::Pace;
use crate::auth::clock::{Clock, Reading, SystemClock};
use crate::auth::credentials::{Credentials, Login};
use crate::auth::error::SessionError;
use crate::auth::issuer::Issuer;
use crate::auth::store::{MemoryStore, TokenStore};
use crate::auth::token::{Claims, Tokens};

/// Builds a [`Session`]. What is not set is a memory store of its own, the machine's clock, and [`Timing::default`].
#[must_use = "a builder does nothing until build() is called"]
pub struct SessionBuilder {
    credentials: Credentials,
    issuer: Arc<dyn Issuer>,
    store: Option<Arc<dyn TokenStore>>,
    clock: Arc<dyn Clock>,
    timing: Timing,
    name: Option<String>,
}

impl SessionBuilder {
    pub(super) fn new(credentials: Credentials, issuer: Arc<dyn Issuer>) -> Self {
        Self { credentials, issuer, store: None, clock: Arc::new(SystemClock), timing: Timing::default(), name: None }
    }

    /// Keeps the tokens in `store`, shared with every session of the same environment and login.
    pub fn store(mut self, store: Arc<dyn TokenStore>) -> Self {
        self.store = Some(store);
        self
    }

    /// Names the session within its store; needed for tokens obtained elsewhere in a store that others use.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Reads the time from `clock`.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Waits for others as `timing` says.
    pub fn timing(mut self, timing: Timing) -> Self {
        self.timing = timing;
        self
    }

    /// The session. Nothing is sent or read yet; credentials that can't be right make every call fail with
    /// [`SessionError::Credentials`] ([`Credentials::check`] tells earlier).
    pub fn build(self) -> Session {
        let origin = self.issuer.origin();
        let (standing, login, given) = match self.credentials {
            Credentials::Anonymous => (Err(SessionError::Anonymous), None, None),
            Credentials::Login(login) => (login.check().map_err(SessionError::from), Some(login), None),
            Credentials::Tokens { access, refresh } => match Tokens::new(&access, refresh, None) {
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
        let live = given.filter(|_| standing.is_ok()).map(|tokens| {
            let life = Life::found(Claims::of(tokens.access()), None, Reading::of(self.clock.as_ref()));
            Arc::new(Live { tokens, life, generation: 0, place: Place::Given })
        });
        Session(Arc::new(Core {
            key: key.into_boxed_str(),
            issuer: self.issuer,
            store: self.store.unwrap_or_else(|| Arc::new(MemoryStore::new())),
            clock: self.clock,
            timing: self.timing,
            live: ArcSwapOption::new(live),
            control: Mutex::new(Control {
                standing,
                login: login.map(Arc::new),
                flight: None,
                failures: Pace::default(),
                background: Pace::default(),
                looks: Pace::default(),
                demands: Pace::default(),
                last: None,
                refused: None,
                generations: 0,
                skew: None,
            }),
            gate: tokio::sync::Mutex::new(()),
        }))
    }
}
