//! [`RequestId`]: identifies a call in the server's logs and in ours.

use uuid::fmt::Hyphenated;

/// A random UUID, as text. It is stored in place, because each call has one.
pub(super) struct RequestId([u8; Hyphenated::LENGTH]);

impl RequestId {
    pub(super) fn random() -> Self {
        let mut text = [0; Hyphenated::LENGTH];
        let id = uuid::Builder::from_random_bytes(fastrand::u128(..).to_be_bytes()).into_uuid();
        id.hyphenated().encode_lower(&mut text);
        Self(text)
    }

    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}
