//! How a sandbox behaves where LinkCy's own behaviour is not documented or not wanted in a test.

use jiff::SignedDuration;
use serde::Serialize;

/// When the sandbox asks for SCA on the operations that can ask for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub enum ScaDemand {
    /// Only when a Linkcy-SCA-Strategy header is sent.
    #[default]
    WhenAsked,
    /// Always; without header by push. BY_PASS is allowed, as in LinkCy's sandbox.
    Always,
    /// Always, and BY_PASS is answered with SCA_REQUIRED, as in production.
    Strict,
}

/// The name under which a data signature covers what is called. LinkCy does not document it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub enum UriIdentifier {
    /// The raw path, `/api/partner/cards/…`.
    #[default]
    Path,
    /// The path as the description writes it, `/api/partner/cards/{cardId}`.
    Template,
    /// The same word for every operation.
    Word(String),
}

/// The settings of one sandbox.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) token_life: SignedDuration,
    pub(crate) refresh_life: SignedDuration,
    pub(crate) settlement: SignedDuration,
    pub(crate) sca: ScaDemand,
    pub(crate) uri_identifier: UriIdentifier,
    /// How many signatures in a row that do not fit block a device.
    pub(crate) failed_signatures: u32,
    /// The addresses that webhooks go to.
    pub(crate) webhooks: Vec<String>,
    /// Whether a browser's page from anywhere may call the API.
    pub(crate) cors: bool,
    /// Host names besides the loopback's own under which the control interface answers.
    pub(crate) allowed_hosts: Vec<String>,
    /// How long a client may take to send a body.
    pub(crate) patience: std::time::Duration,
    /// Whether a line about each request goes to stderr.
    pub(crate) log: bool,
}
