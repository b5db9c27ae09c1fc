//! Passwords, kept as salted digests. Good enough for a sandbox that nobody keeps real passwords in; a bank would use a
//! slow hash.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A password's digest, salted with its owner's id.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Password([u8; 32]);

impl Password {
    /// The digest of `password` for `owner`.
    pub fn new(owner: Uuid, password: &str) -> Self {
        Self(Sha256::new().chain_update(owner).chain_update(password).finalize().into())
    }

    /// Whether `password` is the one.
    pub fn is(&self, owner: Uuid, password: &str) -> bool {
        *self == Self::new(owner, password)
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(..)")
    }
}
