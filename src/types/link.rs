//! Addresses that open by themselves: whoever has one may use it, so it is kept as a password is.

use std::fmt;
use std::time::Instant;

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Duration;
use super::secret::Secret;

/// An address that needs no login: of a file, of a person's KYC, of the webhook portal.
///
/// It never shows itself in `Debug` and is wiped from memory when dropped. It knows when it was read, since what it is
/// good for is counted from there; see [`Linked`].
///
/// ```
/// use linkcy::types::Link;
///
/// let link = Link::from("https://files.example/1?signature=4711");
/// assert_eq!(format!("{link:?}"), "Link(***)");
/// assert_eq!(link.expose(), "https://files.example/1?signature=4711");
/// ```
#[derive(Clone)]
pub struct Link {
    address: Secret,
    received: Instant,
}

impl Link {
    /// The address itself. Every call of this is a place where it may leak.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.address.expose()
    }

    /// Since when its time runs: the moment it was read, unless it was kept somewhere in between and this was called.
    #[must_use]
    pub fn received_at(mut self, received: Instant) -> Self {
        self.received = received;
        self
    }

    /// How long ago it was received.
    #[must_use]
    pub fn age(&self) -> std::time::Duration {
        self.received.elapsed()
    }
}

/// What holds a [`Link`]: an answer, or the part of it that says where to go and for how long.
pub trait Linked {
    /// The link, where the answer has one.
    fn link(&self) -> Option<&Link>;

    /// How long the link is good, from when it was received; none where the description has no such field, or the answer
    /// left it out.
    fn ttl(&self) -> Option<&Duration> {
        None
    }

    /// How long the link is still good: zero or less when it has ended, none when nobody said how long.
    fn time_left(&self) -> Option<SignedDuration> {
        let ttl = self.ttl()?.value().ok()?;
        let age = SignedDuration::try_from(self.link()?.age()).ok()?;
        ttl.checked_sub(age)
    }
}

impl From<&str> for Link {
    fn from(address: &str) -> Self {
        Secret::from(address).into()
    }
}

impl From<String> for Link {
    fn from(address: String) -> Self {
        Secret::from(address).into()
    }
}

impl From<Secret> for Link {
    fn from(address: Secret) -> Self {
        Self { address, received: Instant::now() }
    }
}

/// By address alone.
impl PartialEq for Link {
    fn eq(&self, other: &Self) -> bool {
        self.address == other.address
    }
}

impl Eq for Link {}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Link(***)")
    }
}

impl Serialize for Link {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.address.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Link {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Secret::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Link {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Link".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string" })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration as Span;

    use super::*;

    struct Timed(Link, Option<Duration>);

    impl Linked for Timed {
        fn link(&self) -> Option<&Link> {
            Some(&self.0)
        }

        fn ttl(&self) -> Option<&Duration> {
            self.1.as_ref()
        }
    }

    fn left(age: u64, ttl: &str) -> Option<SignedDuration> {
        let received = Instant::now().checked_sub(Span::from_secs(age))?;
        Timed(Link::from("https://a.example").received_at(received), Some(serde_json::from_str(ttl).ok()?)).time_left()
    }

    #[test]
    fn its_time_runs_from_when_it_was_read() {
        assert!(left(0, r#""PT10M""#).is_some_and(|left| left.as_mins() == 9));
        assert!(left(601, r#""PT10M""#).is_some_and(|left| left.is_negative()));
        assert!(left(0, r#""PT0S""#).is_some_and(|left| !left.is_positive()));
    }

    #[test]
    fn a_time_that_nobody_can_read_is_not_taken_for_an_end() {
        assert_eq!(left(0, r#""soon""#), None);
        assert_eq!(Timed(Link::from("https://a.example"), None).time_left(), None);
    }
}
