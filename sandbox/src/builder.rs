//! How a sandbox is set up, and its start.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use tokio::sync::{mpsc, oneshot, watch};

use crate::auth::token::ReadTokens;
use crate::clock::Clock;
use crate::description::Description;
use crate::faults::Faults;
use crate::journal::{self, Journal};
use crate::sandbox::Sandbox;
use crate::seed::Seed;
use crate::server;
use crate::settings::{ScaDemand, Settings, UriIdentifier};
use crate::shared::Shared;
use crate::state::bank::Bank;
use crate::state::partner::Credentials;
use crate::state::seed_data::{SeedData, SeedDataError};
use crate::state::store::{Store, StoreError};
use crate::webhooks::{Endpoint, Wanted, WebhooksError};

/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The port is taken, or sockets are forbidden here.
    #[error("the sandbox can't listen on {address}; choose another port")]
    Listen {
        /// Where it wanted to listen.
        address: SocketAddr,
        /// Why it could not.
        source: io::Error,
    },
    /// The state can't be opened or read.
    #[error("the sandbox has no state to start from")]
    State(#[from] StoreError),
    /// Webhooks can't go where they are to go.
    #[error(transparent)]
    Webhooks(#[from] WebhooksError),
    /// The seed data can't be planted.
    #[error("the seed data can't be used")]
    SeedData(#[from] SeedDataError),
    /// No thread or no runtime for it.
    #[error("the sandbox can't start its thread")]
    Thread(#[source] io::Error),
}

/// A sandbox that is to be started.
#[derive(Debug, Clone)]
pub struct Builder {
    host: IpAddr,
    port: u16,
    seed: u64,
    clock: Clock,
    description: Option<Arc<Description>>,
    state: Option<PathBuf>,
    webhooks: Wanted,
    journal: usize,
    bodies: bool,
    seed_data: Option<SeedData>,
    credentials: Option<Credentials>,
    settings: Settings,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            seed: 1,
            clock: Clock::running(),
            description: None,
            state: None,
            webhooks: Wanted::default(),
            journal: journal::LONGEST,
            bodies: false,
            seed_data: None,
            credentials: None,
            settings: Settings {
                token_life: SignedDuration::from_mins(5),
                refresh_life: SignedDuration::from_hours(24 * 30),
                settlement: SignedDuration::ZERO,
                sca: ScaDemand::WhenAsked,
                uri_identifier: UriIdentifier::Path,
                failed_signatures: 5,
                webhooks: Vec::new(),
                cors: false,
                allowed_hosts: Vec::new(),
                patience: std::time::Duration::from_secs(30),
                log: false,
            },
        }
    }
}

impl Sandbox {
    /// Starts a sandbox with the defaults: an ephemeral port, the current description, a running clock.
    ///
    /// # Errors
    /// When no port or thread is available.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// A sandbox to be configured first.
    pub fn builder() -> Builder {
        Builder::default()
    }
}

impl Builder {
    /// The address to listen on; 127.0.0.1 unless set. Another one opens a bank without secrets to other machines.
    pub fn host(mut self, host: IpAddr) -> Self {
        self.host = host;
        self
    }

    /// The port; an ephemeral one unless set.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Where ids, keys and probabilities come from; 1 unless set.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The clock; one that runs with the machine's unless set.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The description it obeys; [`Description::current`] unless set.
    pub fn description(mut self, description: impl Into<Arc<Description>>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Keeps the state in this file, across restarts; in memory alone unless set. The seed of a state that exists stays
    /// what it was made with, as far as keys and credentials go.
    pub fn state(mut self, path: impl Into<PathBuf>) -> Self {
        self.state = Some(path.into());
        self
    }

    /// Delivers webhooks to this address too, `http://` or, with [`Builder::webhooks_ca`], `https://`; to none unless set. Each
    /// address has a secret of its own.
    pub fn webhooks(mut self, address: &str) -> Self {
        self.webhooks.addresses.push(address.to_owned());
        self
    }

    /// The certificate authorities that issue the certificates of `https://` addresses, in a PEM file; none unless set.
    pub fn webhooks_ca(mut self, path: impl Into<PathBuf>) -> Self {
        self.webhooks.authorities = Some(path.into());
        self
    }

    /// How long an access token lives, in whole seconds; 5 minutes unless set.
    pub fn token_life(mut self, life: SignedDuration) -> Self {
        self.settings.token_life = life;
        self
    }

    /// How long a refresh token lives; 30 days unless set. Each refresh starts it anew.
    pub fn refresh_life(mut self, life: SignedDuration) -> Self {
        self.settings.refresh_life = life;
        self
    }

    /// How long a SEPA transfer is pending, its amount reserved, before it leaves; it leaves at once unless set.
    pub fn settlement(mut self, settlement: SignedDuration) -> Self {
        self.settings.settlement = settlement;
        self
    }

    /// When it asks for SCA; only when a strategy is sent unless set.
    pub fn sca(mut self, demand: ScaDemand) -> Self {
        self.settings.sca = demand;
        self
    }

    /// The name under which a data signature covers what is called; the raw path unless set.
    pub fn uri_identifier(mut self, identifier: UriIdentifier) -> Self {
        self.settings.uri_identifier = identifier;
        self
    }

    /// How many signatures in a row that do not fit block a device; 5 unless set.
    pub fn failed_signatures(mut self, most: u32) -> Self {
        self.settings.failed_signatures = most;
        self
    }

    /// How many requests the journal keeps; 200,000 unless set. Of more, the oldest are forgotten.
    pub fn journal(mut self, longest: usize) -> Self {
        self.journal = longest;
        self
    }

    /// Keeps the bodies of the latest thousand requests and their answers in the journal, secrets redacted; none unless set.
    pub fn bodies(mut self, bodies: bool) -> Self {
        self.bodies = bodies;
        self
    }

    /// Starts with these people, ledgers and balances; a state that has end-users already is left as it is.
    pub fn seed_data(mut self, data: SeedData) -> Self {
        self.seed_data = Some(data);
        self
    }

    /// What the partner logs in with, in a state that exists too; drawn from the seed unless set.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Lets pages of any origin call the API from a browser, by CORS headers; none are sent unless set.
    pub fn cors(mut self, cors: bool) -> Self {
        self.settings.cors = cors;
        self
    }

    /// A host name besides loopback's under which the control interface answers, as in `sandbox` of a compose file.
    pub fn allow_host(mut self, host: &str) -> Self {
        self.settings.allowed_hosts.push(host.to_ascii_lowercase());
        self
    }

    /// How long a client may take to send a body before it gets 408, by the machine's clock; 30 seconds unless set.
    pub fn patience(mut self, patience: std::time::Duration) -> Self {
        self.settings.patience = patience;
        self
    }

    /// Writes a line about each request to stderr; none unless set.
    pub fn log(mut self, log: bool) -> Self {
        self.settings.log = log;
        self
    }

    /// Starts it.
    ///
    /// # Errors
    /// When the port is taken or no thread can be had.
    pub async fn start(self) -> Result<Sandbox, StartError> {
        self.start_now()
    }

    /// Starts it from code that is not async.
    ///
    /// # Errors
    /// As [`Builder::start`].
    pub fn start_now(self) -> Result<Sandbox, StartError> {
        let wanted = SocketAddr::from((self.host, self.port));
        let listen = |wanted| {
            let unheard = |source| StartError::Listen { address: wanted, source };
            let listener = std::net::TcpListener::bind(wanted).map_err(unheard)?;
            listener.set_nonblocking(true).map_err(unheard)?;
            let address = listener.local_addr().map_err(unheard)?;
            Ok::<_, StartError>((listener, address))
        };
        let (listener, address) = listen(wanted)?;
        let (files, files_address) = listen(SocketAddr::from((self.host, 0)))?;
        let store = self.state.as_deref().map(Store::open).transpose()?;
        let kept = store.as_ref().map_or(Ok(Vec::new()), Store::rows)?;
        let mut bank = Bank::open(self.seed, self.clock.now(), kept)?;
        if let Some(credentials) = self.credentials {
            bank.tables.partner.change_all(|partner| partner.set_credentials(credentials.clone()));
        }
        if let Some(data) = &self.seed_data {
            bank.plant(data, self.clock.now())?;
        }
        bank.commit(|changes| store.as_ref().map_or(Ok(()), |store| store.keep(changes)))?;
        let credentials = bank.partner().map(|partner| partner.credentials());
        let endpoints = self.webhooks.endpoints(self.seed)?;
        let (queue, queued) = mpsc::unbounded_channel();
        let mut settings = self.settings;
        settings.webhooks = endpoints.iter().map(Endpoint::address).collect();
        let undelivered = bank.tables.deliveries.iter().filter(|one| one.next_attempt.is_some()).map(|one| one.id);
        let undelivered: Vec<_> = undelivered.collect();
        let shared = Arc::new(Shared {
            description: self.description.unwrap_or_else(Description::current),
            clock: self.clock,
            settings,
            journal: Journal::new(self.journal, self.bodies),
            faults: Faults::default(),
            fault_seed: Mutex::new(Seed::new(self.seed)),
            endpoints,
            queue,
            url: format!("http://{address}"),
            files_url: format!("http://{files_address}"),
            phones: Mutex::default(),
            read_tokens: ReadTokens::default(),
            changed: watch::Sender::new(0),
            files_journal: Journal::new(self.journal, false),
            store,
            bank: Mutex::new(bank),
        });
        shared.deliver(undelivered);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(StartError::Thread)?;
        let (stop, stopped) = oneshot::channel::<Infallible>();
        let thread = std::thread::Builder::new()
            .name("linkcy-sandbox".into())
            .spawn({
                let shared = Arc::clone(&shared);
                move || {
                    runtime.block_on(async move {
                        let listen = tokio::net::TcpListener::from_std;
                        if let (Ok(listener), Ok(files)) = (listen(listener), listen(files)) {
                            server::serve(listener, files, queued, shared, stopped).await;
                        }
                    });
                }
            })
            .map_err(StartError::Thread)?;
        let credentials = credentials.unwrap_or_else(|| unreachable!("a bank has its partner"));
        Ok(Sandbox { shared, address, credentials, stop: Some(stop), thread: Some(thread) })
    }
}
