//! A field of a PATCH: leave it, empty it or set it.

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

/// What a PATCH does to one field.
///
/// In JSON, `Keep` is an absent field, `Clear` is `null`, `Set` is the value; `Keep` is only absent where the field says so:
///
/// ```
/// use linkcy::types::Patch;
///
/// #[derive(Default, serde::Serialize, serde::Deserialize)]
/// struct LedgerUpdate {
///     #[serde(default, skip_serializing_if = "Patch::is_keep")]
///     friendly_name: Patch<String>,
///     #[serde(default, skip_serializing_if = "Patch::is_keep")]
///     external_id: Patch<String>,
/// }
///
/// let update = LedgerUpdate { external_id: Patch::Clear, ..Default::default() };
/// assert_eq!(serde_json::to_string(&update)?, r#"{"external_id":null}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Patch<T> {
    /// The field stays as it is: it is not sent.
    #[default]
    Keep,
    /// The field is emptied: `null` is sent.
    Clear,
    /// The field gets this value.
    Set(T),
}

impl<T> Patch<T> {
    /// Whether the field stays as it is, hence is left out of the JSON.
    pub const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// The value to set, if there is one.
    pub const fn as_set(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }
}

impl<T> From<T> for Patch<T> {
    fn from(value: T) -> Self {
        Self::Set(value)
    }
}

/// A field that is there is set or, with `null`, cleared.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(|value| value.map_or(Self::Clear, Self::Set))
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_set().serialize(serializer)
    }
}

#[cfg(feature = "schemars")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Patch<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Option::<T>::json_schema(generator)
    }
}
