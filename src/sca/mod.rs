//! Strong customer authentication: which header goes with which call, who signs, and what a 202 becomes.
//!
//! Which operations take which headers is read from the description at build time: [`ScaHeaders`](crate::ScaHeaders) of
//! each row of [`OPERATIONS`](crate::OPERATIONS), rendered in docs/SCA.md. On a call that takes none, asking for SCA does
//! not compile:
//!
//! ```compile_fail,E0599
//! # async fn example(linkcy: linkcy::Client) -> Result<(), linkcy::Error> {
//! let ledgers = linkcy.ledgers().list().sca(linkcy::ScaPolicy::PushNotification).await?;
//! # Ok(())
//! # }
//! ```
//!
//! | To | use |
//! |---|---|
//! | say how SCA is done | [`ScaPolicy`], on client, end-user's client or call; the nearest wins |
//! | have a device sign while the call waits | [`ScaPolicy::DataSigning`] with a [`ScaSigner`] |
//! | have it signed later, elsewhere | [`Call::prepare`](crate::Call::prepare), [`Client::send_prepared`](crate::Client::send_prepared) |
//! | continue after a 202 | [`Error::into_pending`](crate::Error::into_pending), [`PendingCall::wait`] |
//! | continue in another process | a [`PendingCall`] serialises, and a [`PreparedCall`] |
//! | find out why LinkCy refused | the [`ErrorCode`](crate::types::ErrorCode) in [`Error::Sca`](crate::Error::Sca), and [`sca_remedy`](crate::error::ApiError::sca_remedy) |
//! | find out why nothing was sent | [`ScaRefusal`], in [`Error::ScaPolicy`](crate::Error::ScaPolicy) |

mod interaction;
mod pending;
mod policy;
mod prepared;
mod refusal;
mod remedy;
mod signer;

pub use self::interaction::ScaInteraction;
pub use self::pending::{Completion, PendingCall};
pub(crate) use self::policy::Plan;
pub use self::policy::ScaPolicy;
pub use self::prepared::PreparedCall;
pub use self::refusal::{InvalidSignature, ScaRefusal};
pub(crate) use self::remedy::remedy;
pub(crate) use self::signer::{DeviceGuard, signed};
pub use self::signer::{ScaSigner, Signature, SignerError, SigningDevice, SigningInput};
