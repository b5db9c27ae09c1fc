//! Strong customer authentication: the gate before an operation, and the data signatures it checks.

pub(crate) mod gate;
pub(crate) mod signature;

pub use crate::settings::ScaDemand;
pub use crate::state::device::DeviceKey;
pub use crate::state::interaction::{InteractionState, ScaInteraction};
pub use signature::{SignedRequest, sign};
