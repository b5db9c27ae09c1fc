//! Links that need no login: whoever has one can use it, so it is protected like a password.

use std::fmt;
use std::time::Instant;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::Duration;
use super::schema::inline_schema;
use super::secret::Secret;

/// An address that needs no login: of a file, of a person's KYC, of the webhook portal.
///
/// `Debug` does not show it, and it is wiped from memory when dropped. It records when it was read, since its
/// lifetime counts from then; see [`Linked`].
///
/// ```
/// use linkcy::types::Link;
///
/// let link = Link::from("https://files.example/1?signature=4711");
/// assert_eq!(format!("{link:?}"), "Link(***)");
/// assert_eq!(link.expose(), "https://files.example/1?signature=4711");
/// ```
#[derive(Clone, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Link {
    address: Secret,
    #[serde(skip, default = "Instant::now")]
    received: Instant,
}

impl Link {
    /// The address itself. Every call of this is a place where it may leak.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.address.expose()
    }

    /// Sets when it was received, for a link that was stored in between: its lifetime counts from then.
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

/// An answer, or a part of one, that has a [`Link`].
pub trait Linked {
    /// The link, where the answer has one.
    fn link(&self) -> Option<&Link>;

    /// The lifetime of the link from when it was received; `None` where the description has no such field, or the
    /// answer left it out.
    fn ttl(&self) -> Option<&Duration> {
        None
    }

    /// The lifetime left: zero or less when it is over, `None` where the lifetime is not known.
    fn time_left(&self) -> Option<SignedDuration> {
        let ttl = self.ttl()?.value().ok()?;
        let age = SignedDuration::try_from(self.link()?.age()).ok()?;
        ttl.checked_sub(age)
    }
}

impl<A: Into<Secret>> From<A> for Link {
    fn from(address: A) -> Self {
        Self { address: address.into(), received: Instant::now() }
    }
}

/// Compared by address alone.
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

inline_schema!(Link, { "type": "string" });

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
