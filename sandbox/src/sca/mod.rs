//! Strong customer authentication, from the server's and the phone's side.
//!
//! LinkCy's documentation leaves parts of it open. What the sandbox does there is its own choice, and marked so:
//! - *What a data signature covers, and how.* The scheme is [`sign`]'s, in the look of a PowerAuth header.
//! - *How a push is completed where there is no Linkcy-SCA-Id header* (1.114.5). The identical request is sent again:
//!   202 with the same scaId while it is pending, the operation's answer once it is approved, 409 SCA_REQUIRED once it is
//!   declined, and a new interaction when it has expired.
//! - *When the server asks for SCA without being told a strategy*: see [`ScaDemand`].
//! - *Whose device a partner's call concerns*: that of the end-user the call is about; a call about none passes.

mod device;
pub(crate) mod gate;
mod interaction;
mod signature;

use serde::Serialize;

pub use device::DeviceKey;
pub(crate) use device::{Device, Factor, FactorStatus};
pub(crate) use interaction::Interaction;
pub use interaction::{InteractionState, ScaInteraction};
pub(crate) use signature::UsedNonce;
pub use signature::{SignedRequest, sign};

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
