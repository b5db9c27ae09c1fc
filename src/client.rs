//! [`Client`]: one environment, its connections, one session; and the builder that makes it.

use std::sync::Arc;
use std::time::Duration;

use progenitor_client::ClientInfo as _;

use crate::auth::{Credentials, Login, Session, TokenStore};
use crate::call::layer::SessionKind;
use crate::call::{CircuitBreaker, Layer, Limiter, Options, Origin, RetryPolicy};
use crate::drift::{Description, DriftObserver, Sampling, Watch, watch};
use crate::environment::Environment;
use crate::error::{ConfigError, Error};
use crate::generated::raw;
use crate::issuer::{LinkcyIssuer, issued};
use crate::operation::Repeat;
use crate::sca::{Completion, ScaPolicy};
use crate::types::PasswordChangeRequest;

/// A client of the LinkCy partner API. Cheap to clone: clones share pool and session.
///
/// ```no_run
/// # async fn example() -> Result<(), linkcy::Error> {
/// use linkcy::{Client, Environment, Login};
///
/// let login = Login::Partner {
///     partner_name: "acme".into(),
///     username: "api-user".into(),
///     password: "a password".into(),
/// };
/// let linkcy = Client::builder(Environment::sandbox()).credentials(login).build()?;
/// let ledgers = linkcy.ledgers().list().await?;
/// println!("{} ledgers", ledgers.total_elements);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    shared: Arc<Shared>,
    session: Session,
    session_kind: SessionKind,
    sca: Option<ScaPolicy>,
}

/// What all clients of one pool share.
struct Shared {
    settings: Settings,
    raw: raw::Client,
    /// For calls that create or move something: its connections are new or were used within `SHORT_IDLE`.
    short_idle: reqwest::Client,
    /// For the calls that log in and refresh, of all sessions.
    anonymous: Session,
}

/// How long calls that create or move something reuse an idle connection. If a server closes a connection while a request is
/// on its way, it is unknown whether the request arrived.
const SHORT_IDLE: Duration = Duration::from_secs(1);

/// What the builder sets for all clients of a pool.
pub(crate) struct Settings {
    environment: Environment,
    connect: Duration,
    idle: Duration,
    pub(crate) timeout: Duration,
    pub(crate) deadline: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) completion: Completion,
    pub(crate) limiter: Limiter,
    pub(crate) layers: Vec<Arc<dyn Layer>>,
    pub(crate) drift: Option<Watch>,
    store: Option<Arc<dyn TokenStore>>,
}

type HttpBuilder = Box<dyn Fn() -> reqwest::ClientBuilder>;

/// Builds a [`Client`].
#[must_use = "a builder does nothing until build() is called"]
pub struct ClientBuilder {
    settings: Settings,
    credentials: Credentials,
    sca: Option<ScaPolicy>,
    session_name: Option<String>,
    http: Option<HttpBuilder>,
}

impl Client {
    /// Starts building a client of this environment.
    pub fn builder(environment: Environment) -> ClientBuilder {
        let settings = Settings {
            environment,
            // Less than a session waits for the answer to a login or a refresh, so that the session knows when nothing was
            // sent.
            connect: Duration::from_secs(5),
            // Tomcat closes after 20 s, the load balancers of clouds after 60 s or more. A call on a connection that was just
            // closed is repeated; calls that create or move something do not use these connections.
            idle: Duration::from_secs(15),
            timeout: Duration::from_secs(30),
            deadline: Duration::from_secs(90),
            retry: RetryPolicy::default(),
            completion: Completion::default(),
            limiter: Limiter::default(),
            layers: Vec::new(),
            drift: None,
            store: None,
        };
        ClientBuilder { settings, credentials: Credentials::Anonymous, sca: None, session_name: None, http: None }
    }

    /// A client for an end-user: the same pool and settings, their own session. Ten thousand of them are cheap.
    ///
    /// With invalid credentials every call fails, with an error that says why; [`Credentials::check`] finds this out
    /// earlier.
    #[must_use]
    pub fn end_user(&self, credentials: impl Into<Credentials>) -> Self {
        Self::over(Arc::clone(&self.0.shared), credentials.into(), self.0.sca.clone(), None)
    }

    /// A client for an end-user whose session has its own name in the token store. Tokens obtained elsewhere need
    /// one where others use the store too, since they don't say whose they are.
    #[must_use]
    pub fn end_user_named(&self, credentials: impl Into<Credentials>, name: impl Into<String>) -> Self {
        Self::over(Arc::clone(&self.0.shared), credentials.into(), self.0.sca.clone(), Some(name.into()))
    }

    /// Changes the password and uses the new tokens: with the secret of a reset, or of a login that demanded the
    /// change ([`SessionError::PasswordChangeRequired`](crate::auth::SessionError::PasswordChangeRequired)), or with
    /// the current password. Needs no session.
    ///
    /// The credentials this client was built with stay as they are: build another with the new password before the
    /// session has to log in again.
    ///
    /// # Errors
    /// Those of [`auth().change_password()`](crate::operations::Auth::change_password), and
    /// [`SessionError::Unnamed`](crate::auth::SessionError::Unnamed); the password is then unchanged unless the outcome is unknown.
    pub async fn change_password(&self, request: &PasswordChangeRequest) -> Result<(), Error> {
        self.0.session.adopts()?;
        let reply = self.auth().change_password(request).send().await?;
        self.0.session.adopt(issued(&reply.value, &reply)).await?;
        Ok(())
    }

    /// This client with another SCA policy; pool and session stay the same, and so does the policy that session logs in
    /// with.
    ///
    /// # Errors
    /// [`ScaPolicy::ByPass`] outside the sandbox and loopback.
    pub fn with_sca(&self, policy: ScaPolicy) -> Result<Self, Error> {
        policy.check(self.environment())?;
        Ok(Self(Arc::new(Inner { sca: Some(policy), ..(*self.0).clone() })))
    }

    /// The session: its state and expiry, its tokens for those who need one, and the ways to end it.
    pub fn session(&self) -> &Session {
        &self.0.session
    }

    /// Where this client's calls go.
    pub fn environment(&self) -> &Environment {
        &self.settings().environment
    }

    pub(crate) fn raw(&self) -> &raw::Client {
        &self.0.shared.raw
    }

    /// The connections that a request of this class goes over.
    pub(crate) fn http(&self, repeat: Repeat) -> &reqwest::Client {
        match repeat {
            Repeat::Never => &self.0.shared.short_idle,
            Repeat::Safe | Repeat::Idempotent => self.raw().client(),
        }
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.shared.settings
    }

    pub(crate) fn session_kind(&self) -> SessionKind {
        self.0.session_kind
    }

    /// The nearest policy wins: the call's, then the client's.
    pub(crate) fn sca_policy<'a>(&'a self, options: &'a Options) -> Option<&'a ScaPolicy> {
        options.sca.as_ref().or(self.0.sca.as_ref())
    }

    fn over(shared: Arc<Shared>, credentials: Credentials, sca: Option<ScaPolicy>, name: Option<String>) -> Self {
        let session_kind = match &credentials {
            Credentials::Login(Login::Partner { .. }) => SessionKind::Partner,
            Credentials::Login(Login::Consumer { .. }) => SessionKind::Consumer,
            Credentials::Login(Login::CorporateOwner { .. }) => SessionKind::CorporateOwner,
            Credentials::Tokens { .. } => SessionKind::Tokens,
            Credentials::Anonymous => SessionKind::Anonymous,
        };
        // The client that logs in needs no session itself.
        let session = shared.anonymous.clone();
        let login = Inner { shared, session, session_kind: SessionKind::Login, sca };
        let issuer = Arc::new(LinkcyIssuer::new(Self(Arc::new(login.clone()))));
        let mut session = Session::builder(credentials, Arc::<LinkcyIssuer>::clone(&issuer));
        if let Some(store) = &login.shared.settings.store {
            session = session.store(Arc::clone(store));
        }
        if let Some(name) = name {
            session = session.name(name);
        }
        let session = session.build();
        issuer.serves(&session);
        Self(Arc::new(Inner { session, session_kind, ..login }))
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("environment", &self.environment().origin())
            .field("session", &self.0.session.state())
            .finish_non_exhaustive()
    }
}

impl ClientBuilder {
    /// Who logs in: a [`Login`](crate::Login), or other [`Credentials`]. Without it the client is anonymous: a few operations
    /// need no session.
    pub fn credentials(mut self, credentials: impl Into<Credentials>) -> Self {
        self.credentials = credentials.into();
        self
    }

    /// How strong authentication is done on the operations that take it.
    pub fn sca(mut self, policy: ScaPolicy) -> Self {
        self.sca = Some(policy);
        self
    }

    /// How calls that wait for the end-user are completed where LinkCy's description does not say; not at all unless set.
    pub fn sca_completion(mut self, completion: Completion) -> Self {
        self.settings.completion = completion;
        self
    }

    /// Where tokens are stored: for several processes that share a session. To share a store between clients, clone an
    /// `Arc` of it.
    pub fn store(mut self, store: impl TokenStore) -> Self {
        self.settings.store = Some(Arc::new(store));
        self
    }

    /// Names the session in the token store; needed for tokens obtained elsewhere in a store that others use.
    pub fn session_name(mut self, name: impl Into<String>) -> Self {
        self.session_name = Some(name.into());
        self
    }

    /// How long a connection may take to be made; 5 s unless set.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.settings.connect = timeout;
        self
    }

    /// How long one attempt may take, its answer included; 30 s unless set.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// How long a call may take, refreshes, repetitions and pauses included; 90 s unless set.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.settings.deadline = deadline;
        self
    }

    /// How long a connection may stay unused and still be used again; 15 s unless set. It should be shorter than the idle
    /// time-out of LinkCy's servers and of any proxy before them: a request sent while they close the connection gets no
    /// answer, and is repeated. Calls that create or move something are not repeated; they have their own connections, which
    /// are reused within 1 s, or within this time if that is shorter.
    pub fn pool_idle_timeout(mut self, timeout: Duration) -> Self {
        self.settings.idle = timeout;
        self
    }

    /// Sets the retry policy.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.settings.retry = policy;
        self
    }

    /// How many attempts may be in flight at once, over all clients of the pool; no limit unless set. Further calls
    /// queue, first come first served, within their deadline.
    pub fn max_in_flight(mut self, attempts: usize) -> Self {
        self.settings.limiter.set_in_flight(attempts);
        self
    }

    /// How many attempts may leave in a second, evenly spaced, over all clients of the pool; no limit unless set.
    pub fn max_per_second(mut self, attempts: u32) -> Self {
        self.settings.limiter.set_per_second(attempts);
        self
    }

    /// When callers fail fast because LinkCy fails repeatedly; off unless set.
    pub fn circuit_breaker(mut self, breaker: CircuitBreaker) -> Self {
        self.settings.limiter.set_breaker(breaker);
        self
    }

    /// Adds a layer around every attempt: headers, metrics, records. The first added comes first.
    pub fn layer(mut self, layer: impl Layer) -> Self {
        self.settings.layers.push(Arc::new(layer));
        self
    }

    /// Compares a sample of the answers with the description that this crate was built from, and reports to the observer where
    /// they differ: see [`drift`](crate::drift). Off unless set.
    pub fn drift(self, sampling: Sampling, observer: impl DriftObserver) -> Self {
        self.drift_against(Description::built_from(), sampling, observer)
    }

    /// Compares with another description, such as that of a future release.
    pub fn drift_against(
        mut self,
        description: Arc<Description>,
        sampling: Sampling,
        observer: impl DriftObserver,
    ) -> Self {
        self.settings.drift = Some(watch(sampling, description, observer));
        self
    }

    /// Sets the function that makes the underlying HTTP client, for proxies, certificates and the like. It is called twice,
    /// because calls that create or move something have their own connections. Redirects, repetitions and the logging of bytes
    /// stay off, and the connect time-out and the idle time of connections are those of this builder, whatever the function
    /// sets. Compressed answers are asked for only if the function's client does so, and reqwest was compiled with such a
    /// feature.
    ///
    /// A proxy that is set here is used for every address; the proxies of environment variables are never used for a client
    /// of loopback.
    pub fn http(mut self, http: impl Fn() -> reqwest::ClientBuilder + 'static) -> Self {
        self.http = Some(Box::new(http));
        self
    }

    /// The client. Nothing is sent yet.
    ///
    /// # Errors
    /// Invalid credentials, an SCA policy this environment does not allow, or an HTTP client that cannot be
    /// built.
    pub fn build(self) -> Result<Client, Error> {
        self.credentials.check().map_err(ConfigError::from)?;
        if let Some(policy) = &self.sca {
            policy.check(&self.settings.environment).map_err(ConfigError::from)?;
        }
        let raw = Origin::client(&self.settings.environment, self.http_client(self.settings.idle)?);
        let short_idle = self.http_client(self.settings.idle.min(SHORT_IDLE))?;
        let shared = Shared { settings: self.settings, raw, short_idle, anonymous: Session::anonymous() };
        Ok(Client::over(Arc::new(shared), self.credentials, self.sca, self.session_name))
    }

    fn http_client(&self, idle: Duration) -> Result<reqwest::Client, ConfigError> {
        // reqwest panics where no provider is installed and it was compiled without one. One that is installed stays.
        #[cfg(all(feature = "rustls-ring", not(feature = "rustls")))]
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = match &self.http {
            None => http_for(&self.settings.environment),
            // Any proxy that is set, even one for no address, keeps reqwest from reading the environment's.
            Some(http) if self.settings.environment.is_loopback() => {
                http().proxy(reqwest::Proxy::custom(|_| None::<reqwest::Url>))
            }
            Some(http) => http(),
        };
        http.redirect(reqwest::redirect::Policy::none())
            // Only the retry policy decides whether a call is sent again; a signed one never is.
            .retry(reqwest::retry::never())
            // It would log every byte, bearer and passwords included.
            .connection_verbose(false)
            .connect_timeout(self.settings.connect)
            .pool_idle_timeout(idle)
            .user_agent(concat!("linkcy-rust/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(ConfigError::Http)
    }
}

/// The HTTP client unless the user sets one. It asks for no compressed answers, because any crate of the program may
/// have switched reqwest's decoders on. For plain http, as to a local sandbox, it does not read the machine's
/// certificates, which takes a tenth of a second. For loopback it uses no proxy of the environment.
fn http_for(environment: &Environment) -> reqwest::ClientBuilder {
    let http = reqwest::ClientBuilder::new().no_gzip().no_brotli().no_zstd().no_deflate();
    let http = if environment.is_loopback() { http.no_proxy() } else { http };
    #[cfg(any(feature = "rustls", feature = "rustls-ring"))]
    if environment.origin().starts_with("http://") {
        return http.tls_backend_rustls().tls_certs_only([]);
    }
    http
}
