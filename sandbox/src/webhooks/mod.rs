//! Where webhooks go and how they are signed: the Svix way. Which events there are is in the guide; what their payload
//! looks like is not documented, so it is the sandbox's own and says so.

mod endpoint;
mod trust;

use std::path::PathBuf;
use std::time::Duration;

pub(crate) use endpoint::Endpoint;
pub use endpoint::{AddressFault, WebhookEndpoint};
use trust::Trust;
pub use trust::TrustError;

use crate::seed::Seed;

/// When an attempt follows the one before, by the sandbox's clock: Svix's schedule. The first is at once.
pub(crate) const PAUSES: &[Duration] = &[
    Duration::from_secs(5),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 3600),
    Duration::from_secs(5 * 3600),
    Duration::from_secs(10 * 3600),
    Duration::from_secs(10 * 3600),
];

/// Where webhooks are to go, as it was asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    pub(crate) addresses: Vec<String>,
    /// A PEM file of certificate authorities.
    pub(crate) authorities: Option<PathBuf>,
}

/// Why webhooks can't go where they are to go.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WebhooksError {
    /// The sandbox can't send to that address.
    #[error("{address:?}: {fault}")]
    Address {
        /// What was given.
        address: String,
        /// What is wrong with it.
        fault: AddressFault,
    },
    /// The certificate authorities can't be used.
    #[error("{}: the certificate authorities for webhooks can't be used", path.display())]
    Authorities {
        /// The file.
        path: PathBuf,
        /// Why.
        source: TrustError,
    },
}

impl Wanted {
    /// The endpoints, each with a secret of its own: that of the first is the same whatever the others are.
    pub(crate) fn endpoints(&self, seed: u64) -> Result<Vec<Endpoint>, WebhooksError> {
        let read = |path: &PathBuf| {
            Trust::read(path).map_err(|source| WebhooksError::Authorities { path: path.clone(), source })
        };
        let trust = self.authorities.as_ref().map(read).transpose()?;
        let mut seed = Seed::new(seed);
        let mut endpoints: Vec<Endpoint> = Vec::new();
        for address in &self.addresses {
            let wrong = |fault| WebhooksError::Address { address: address.clone(), fault };
            let endpoint = Endpoint::parse(address, trust.as_ref(), &mut seed).map_err(wrong)?;
            if endpoints.iter().any(|other| other.address() == endpoint.address()) {
                return Err(wrong(AddressFault::Twice));
            }
            endpoints.push(endpoint);
        }
        Ok(endpoints)
    }
}
