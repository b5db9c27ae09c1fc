//! [`Secret`]: text that must not be shown. Passwords, tokens and every secret field of the API are of this type.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use super::schema::inline_schema;

/// Text that is never shown and is wiped from memory when dropped.
///
/// `Debug` prints `Secret(***)`; there is no `Display`. [`Secret::expose`] is the one way to the text. Serialising
/// gives the text as it is, since a password has to reach the server: serialise only what you send or store.
///
/// Clones are separate copies, each wiped by its own drop. Copies that other code made (a buffer a reader filled, the
/// text handed to [`Secret::expose`]'s caller) are not wiped.
///
/// ```
/// use linkcy::types::secret::Secret;
///
/// let password = Secret::from("correct horse");
/// assert_eq!(format!("{password:?}"), "Secret(***)");
/// assert_eq!(password.expose(), "correct horse");
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes over `text` without copying it, so that no unwiped copy stays behind.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself. Every call of this is a place where it may leak.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl<T: Into<String>> From<T> for Secret {
    fn from(text: T) -> Self {
        Self::new(text)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Asked for text, a reader that meets a number quotes it in its own error; asked for anything, it lets us say.
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(Text)
        } else {
            deserializer.deserialize_string(Text)
        }
    }
}

/// Reads text, and the text of a number: a PIN sent as a number is still a PIN. serde's own errors quote the value they met,
/// these do not.
struct Text;

impl Visitor<'_> for Text {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Secret, E> {
        Ok(Secret::from(text))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Secret, E> {
        Ok(Secret::from(text))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Secret, E> {
        Err(E::custom("a secret is text, found a boolean"))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Secret, E> {
        Ok(Secret::from(number.to_string()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Secret, E> {
        Ok(Secret::from(number.to_string()))
    }

    /// A double does not show which digits were meant.
    fn visit_f64<E: Error>(self, _: f64) -> Result<Secret, E> {
        Err(E::custom("a secret is text, found a number that is no integer of 64 bits"))
    }
}

inline_schema!(Secret, { "type": "string", "format": "password" });

#[cfg(test)]
mod tests {
    use super::*;

    /// Freed memory cannot be read without `unsafe`: the test shows that the text is owned by a type that wipes it, and by
    /// nothing else.
    #[test]
    fn what_holds_the_text_wipes_it_and_is_all_that_holds_it() {
        fn wiped_on_drop<T: zeroize::ZeroizeOnDrop>(_: &T) {}
        let text = String::from("correct horse");
        let place = text.as_ptr();
        let Secret(held) = Secret::new(text);
        wiped_on_drop(&held);
        assert_eq!(held.as_ptr(), place, "taken over, not copied");
    }

    #[test]
    fn survives_a_round_trip_through_json() -> Result<(), serde_json::Error> {
        let json = serde_json::to_string(&Secret::from("a \"quoted\" word"))?;
        assert_eq!(json, r#""a \"quoted\" word""#);
        assert_eq!(serde_json::from_str::<Secret>(&json)?.expose(), "a \"quoted\" word");
        Ok(())
    }

    #[test]
    fn a_number_is_read_as_its_digits_and_what_is_no_text_is_refused_without_being_quoted()
    -> Result<(), serde_json::Error> {
        for json in ["4711", "-4711"] {
            assert_eq!(serde_json::from_str::<Secret>(json)?.expose(), json);
        }
        for json in ["4711.5", "true", "[4711]", r#"{"pin":4711}"#, "47114711471147114711471147"] {
            let error = serde_json::from_str::<Secret>(json).map_err(|e| e.to_string());
            assert!(error.is_err_and(|e| !e.contains("4711")), "{json}");
        }
        Ok(())
    }
}
