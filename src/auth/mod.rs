//! Sessions: who logs in, where the tokens are stored, and how they are renewed.
//!
//! | part | is |
//! |---|---|
//! | [`Credentials`] | who logs in |
//! | [`Session`] | the tokens in use, and what renews them; start here |
//! | [`store`] | where tokens are stored and shared between processes |
//! | [`Issuer`] | the source of tokens: LinkCy's login and refresh |
//! | [`Clock`] | the time, injected |
//! | [`SessionError`] | why there is no token |

mod clock;
mod credentials;
mod error;
mod issuer;
pub mod session;
pub mod store;
mod token;

pub use self::clock::{Clock, SystemClock};
pub use self::credentials::{Credentials, CredentialsError, Login};
pub use self::error::SessionError;
pub use self::issuer::{Issuer, PendingSca, Refusal, TokenAnswer};
pub use self::session::{Authorization, Session, SessionBuilder, SessionState, Timing};
pub use self::store::{MemoryStore, TokenStore};
pub use self::token::{Issued, MalformedToken, TokenPair};
