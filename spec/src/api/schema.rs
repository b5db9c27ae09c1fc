//! A schema as typed data.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use crate::number::Number;
use crate::pointer::Pointer;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Schema {
    pub(crate) at: Pointer,
    pub(crate) kind: Kind,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) nullable: bool,
    #[serde(skip_serializing_if = "About::is_empty")]
    pub(crate) about: About,
    #[serde(skip_serializing_if = "Bounds::is_empty")]
    pub(crate) bounds: Bounds,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// Anything.
    Any,
    /// A component schema, by its key.
    Ref(String),
    Bool,
    Integer {
        narrow: bool,
    },
    Number,
    Text(TextFormat),
    /// A list of values: texts only once the `enums` pass has run.
    Enum(Vec<Value>),
    List(List),
    Object(Object),
    Union(UnionSchema),
    /// `allOf` parts; gone once the `allof` pass has run.
    All(Vec<Schema>),
    /// Decided by the `scalars` pass.
    Scalar(Scalar),
}

/// What a text is, as far as the vendor's `format` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TextFormat {
    Plain,
    Uuid,
    DateTime,
    Date,
    Duration,
    Password,
    /// Bytes outside of JSON.
    Binary,
    /// Base64 in JSON.
    Byte,
}

/// The Rust type that reads a scalar.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Scalar {
    Bool,
    I32,
    I64,
    Amount,
    Text,
    Secret,
    Link,
    Timestamp,
    Date,
    Duration,
    Uuid,
    /// An id type of its own.
    Id(String),
    /// A typed text of `linkcy::types`, by names.toml: `Iban`.
    Typed(String),
    Json,
    /// A file or a body of bytes.
    Binary,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct List {
    pub(crate) items: Box<Schema>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Object {
    pub(crate) properties: BTreeMap<String, Schema>,
    pub(crate) required: BTreeSet<String>,
    pub(crate) values: Values,
    pub(crate) discriminator: Option<Discriminator>,
}

/// What `additionalProperties` says.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Values {
    #[default]
    Unsaid,
    None,
    Any,
    Of(Box<Schema>),
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct UnionSchema {
    pub(crate) branches: Vec<Schema>,
    /// What stands beside the branches: it holds for each of them.
    pub(crate) base: Object,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Discriminator {
    pub(crate) property: String,
    /// Value -> component.
    pub(crate) mapping: BTreeMap<String, String>,
}

/// Prose, and what says how a value is used.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct About {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) title: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) default: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) example: Option<Value>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) deprecated: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) read_only: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) write_only: bool,
    /// The vendor's `format`, where it is none of those with a type of its own.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) format: String,
    /// The values of a list of numbers or truth values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) one_of: Vec<Value>,
}

/// The keywords that bound a value.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Bounds {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) minimum: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) maximum: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) more_than: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) less_than: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) multiple_of: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_length: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_length: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pattern: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_items: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_items: Option<u32>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) unique_items: bool,
}

impl Bounds {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Both bounds hold: the narrower of each counts.
    pub(crate) fn and(self, other: Self) -> Self {
        fn pick<T>(one: Option<T>, other: Option<T>, narrower: impl Fn(T, T) -> T) -> Option<T> {
            match (one, other) {
                (Some(one), Some(other)) => Some(narrower(one, other)),
                (one, other) => one.or(other),
            }
        }
        Self {
            minimum: pick(self.minimum, other.minimum, Number::max),
            maximum: pick(self.maximum, other.maximum, Number::min),
            more_than: pick(self.more_than, other.more_than, Number::max),
            less_than: pick(self.less_than, other.less_than, Number::min),
            multiple_of: self.multiple_of.or(other.multiple_of),
            min_length: pick(self.min_length, other.min_length, Ord::max),
            max_length: pick(self.max_length, other.max_length, Ord::min),
            pattern: self.pattern.or(other.pattern),
            min_items: pick(self.min_items, other.min_items, Ord::max),
            max_items: pick(self.max_items, other.max_items, Ord::min),
            unique_items: self.unique_items || other.unique_items,
        }
    }
}

impl About {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What `self` says, and what `other` says where `self` is silent.
    pub(crate) fn or(self, other: &Self) -> Self {
        let text = |own: String, other: &String| if own.is_empty() { other.clone() } else { own };
        Self {
            title: text(self.title, &other.title),
            description: text(self.description, &other.description),
            default: self.default.or_else(|| other.default.clone()),
            example: self.example.or_else(|| other.example.clone()),
            deprecated: self.deprecated || other.deprecated,
            read_only: self.read_only || other.read_only,
            write_only: self.write_only || other.write_only,
            format: text(self.format, &other.format),
            one_of: if self.one_of.is_empty() { other.one_of.clone() } else { self.one_of },
        }
    }
}

impl Schema {
    pub(crate) fn new(at: &Pointer, kind: Kind) -> Self {
        Self { at: at.clone(), kind, nullable: false, about: About::default(), bounds: Bounds::default() }
    }

    pub(crate) fn any(at: &Pointer) -> Self {
        Self::new(at, Kind::Any)
    }

    /// The component it refers to.
    pub(crate) fn reference(&self) -> Option<&str> {
        match &self.kind {
            Kind::Ref(name) => Some(name),
            _ => None,
        }
    }

    pub(crate) fn object(&self) -> Option<&Object> {
        match &self.kind {
            Kind::Object(object) => Some(object),
            _ => None,
        }
    }

    /// An object with properties of its own, or a union: what becomes a named type.
    pub(crate) fn is_composite(&self) -> bool {
        match &self.kind {
            Kind::Object(object) => !object.properties.is_empty(),
            Kind::Union(_) => true,
            _ => false,
        }
    }

    /// A place for `reference` that keeps what is said of this use.
    pub(crate) fn refer(&self, name: &str) -> Self {
        Self {
            at: self.at.clone(),
            kind: Kind::Ref(name.to_owned()),
            nullable: self.nullable,
            about: self.about.clone(),
            bounds: Bounds::default(),
        }
    }
}

impl Object {
    pub(crate) fn is_empty(&self) -> bool {
        self.properties.is_empty() && self.required.is_empty() && matches!(self.values, Values::Unsaid | Values::Any)
    }
}
