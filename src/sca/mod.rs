//! Strong customer authentication: which header goes with which call, and what a 202 becomes.

mod code;
mod pending;
mod policy;

pub use self::code::ScaCode;
pub use self::pending::PendingCall;
pub(crate) use self::policy::Plan;
pub use self::policy::{ScaPolicy, ScaRefusal};
