//! What the description means in Rust: types with fields and bounds, operations with arguments.
//!
//! [`build`] makes it of what the passes decided; the emitters, the surface listing and the samples read it.

mod answers;
mod build;
mod finish;
mod operation;
#[cfg(test)]
pub(crate) mod tests;
mod trace;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;
use serde_json::Value;

pub(crate) use self::build::build;
pub(crate) use self::trace::{arrivals, reached};
pub(crate) use crate::api::{Bounds, Place, Scalar, Style};
use crate::names::lock::Lock;
use crate::pointer::{Endpoint, Pointer};
pub(crate) use crate::work::ToldBy;
use crate::work::{Entry, Request};

/// The whole surface, in Rust's words.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Model {
    pub(crate) version: String,
    pub(crate) types: BTreeMap<String, Type>,
    /// Vendor component -> its type.
    pub(crate) origins: BTreeMap<String, String>,
    pub(crate) ids: BTreeSet<String>,
    pub(crate) widening: BTreeMap<String, Vec<String>>,
    pub(crate) operations: Vec<TypedOperation>,
    /// The handles of areas that are off, each with its area.
    #[serde(skip)]
    pub(crate) off: BTreeMap<String, String>,
    /// Every `errorCode` that is documented -> its variant.
    pub(crate) error_codes: BTreeMap<String, String>,
    /// Code -> what it means, where that is known.
    pub(crate) error_meanings: BTreeMap<String, String>,
    /// The names given, by place.
    #[serde(skip)]
    pub(crate) names: Lock,
    /// What answers are compared with.
    #[serde(skip)]
    pub(crate) answers: answers::Answers,
}

/// A named type.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Type {
    /// The vendor's name, where it is a component of the description.
    pub(crate) vendor: String,
    pub(crate) at: Pointer,
    pub(crate) doc: String,
    /// Some request can hold it.
    pub(crate) sent: bool,
    /// Some answer can hold it.
    pub(crate) received: bool,
    pub(crate) deprecated: bool,
    /// The areas whose operations reach it; `None` stands for those that are always on.
    pub(crate) areas: BTreeSet<Option<String>>,
    /// It is equal to this type, and compiled there.
    pub(crate) same_as: Option<String>,
    pub(crate) shape: Shape,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Shape {
    Struct(Struct),
    Enum(Vec<Variant>),
    Union(Union),
    /// Another name for a type: lists, maps and pages.
    Alias(Ty),
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Struct {
    pub(crate) fields: Vec<Field>,
    /// What it holds beside its fields, by names that the description does not list.
    pub(crate) others: Option<Ty>,
}

/// A use of a type.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Ty {
    /// One of [`Model::types`].
    Named(String),
    Scalar(Scalar),
    List(Box<Ty>),
    Map(Box<Ty>),
    /// Put behind a pointer to break a circle.
    Boxed(Box<Ty>),
    Page(Box<Ty>),
    /// May be null: items of a list, values of a map, answers.
    Maybe(Box<Ty>),
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Field {
    /// Name in the JSON, the query, the form.
    pub(crate) json: String,
    /// Name in Rust.
    pub(crate) rust: String,
    pub(crate) at: Pointer,
    pub(crate) ty: Ty,
    pub(crate) presence: Presence,
    /// The only value it can have.
    pub(crate) constant: Option<Constant>,
    pub(crate) doc: String,
    pub(crate) default: Option<Value>,
    pub(crate) example: Option<Value>,
    pub(crate) format: String,
    pub(crate) one_of: Vec<Value>,
    pub(crate) deprecated: bool,
    pub(crate) nullable: bool,
    pub(crate) read_only: bool,
    pub(crate) bounds: Bounds,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Constant {
    Variant(String),
    Text(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Presence {
    Required,
    Optional,
    /// Absent, null and present are three things.
    Patch,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Variant {
    pub(crate) json: String,
    pub(crate) rust: String,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Union {
    pub(crate) rows: Vec<UnionRow>,
    pub(crate) shared: Vec<Field>,
    /// Shared fields that every branch requires, though the union does not.
    pub(crate) firmer: BTreeSet<String>,
    pub(crate) reason: String,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct UnionRow {
    pub(crate) variant: String,
    pub(crate) branch: Ty,
    pub(crate) told_by: ToldBy,
    /// The component of the branch: what names.lock knows it by.
    pub(crate) origin: String,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct TypedOperation {
    pub(crate) endpoint: Endpoint,
    pub(crate) at: Pointer,
    /// `handle_verb`: the name of progenitor's method.
    pub(crate) id: String,
    pub(crate) area: Option<String>,
    pub(crate) summary: String,
    pub(crate) description: String,
    pub(crate) deprecated: bool,
    /// The role that its name means.
    pub(crate) role: Option<String>,
    /// `handle.verb` of the operation that replaces a deprecated one.
    pub(crate) replacement: Option<String>,
    /// What the description says of a success, by status, where it says more than the status does.
    pub(crate) successes: Vec<(String, String)>,
    /// In the order of the template, then by name.
    pub(crate) parameters: Vec<TypedParameter>,
    /// The fields of a form, files included.
    pub(crate) form: Vec<Field>,
    pub(crate) body: Option<TypedBody>,
    pub(crate) output: Output,
    #[serde(flatten)]
    pub(crate) entry: Entry,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct TypedParameter {
    pub(crate) place: Place,
    pub(crate) style: Style,
    #[serde(flatten)]
    pub(crate) field: Field,
}

/// A body that is one value.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct TypedBody {
    pub(crate) required: bool,
    pub(crate) doc: String,
    /// The name of its argument: `body`, unless a parameter has that.
    pub(crate) rust: String,
    pub(crate) ty: Ty,
}

/// What a finished call gives.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Output {
    Json(Ty),
    Empty,
    Bytes,
    Text,
    /// A value or nothing, as the status says.
    Maybe(Box<Output>),
    /// One of several, by status: variant, statuses, value.
    ByStatus(String, Vec<(String, Vec<String>, Output)>),
}

impl Model {
    /// The type that is compiled for this name.
    pub(crate) fn canonical<'m>(&'m self, name: &'m str) -> &'m str {
        self.types.get(name).and_then(|ty| ty.same_as.as_deref()).unwrap_or(name)
    }

    pub(crate) fn is_enum(&self, name: &str) -> bool {
        matches!(self.types.get(name).map(|ty| &ty.shape), Some(Shape::Enum(_)))
    }
}

impl TypedOperation {
    pub(crate) fn in_place(&self, place: Place) -> impl Iterator<Item = &TypedParameter> {
        self.parameters.iter().filter(move |parameter| parameter.place == place)
    }

    /// Everything that is given by the caller and is no body.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &Field> {
        self.parameters.iter().map(|parameter| &parameter.field).chain(&self.form)
    }

    /// The types that a request of it carries.
    pub(crate) fn sends(&self) -> impl Iterator<Item = &Ty> {
        self.fields().map(|field| &field.ty).chain(self.body.iter().map(|body| &body.ty))
    }

    /// The types that a success of it carries.
    pub(crate) fn receives(&self) -> Vec<&Ty> {
        self.output.types()
    }

    /// The note of `#[deprecated]`.
    pub(crate) fn deprecation(&self) -> String {
        match self.replacement.as_ref().and_then(|name| name.split_once('.')) {
            Some((handle, verb)) => format!("deprecated in the description; use `{handle}().{verb}()`"),
            None => "deprecated in the description, which names no replacement".into(),
        }
    }

    pub(crate) fn is_form(&self) -> bool {
        matches!(self.entry.request, Request::Multipart(_) | Request::Form)
    }
}

impl Output {
    fn types(&self) -> Vec<&Ty> {
        match self {
            Self::Json(ty) => vec![ty],
            Self::Maybe(inner) => inner.types(),
            Self::ByStatus(_, rows) => rows.iter().flat_map(|(_, _, output)| output.types()).collect(),
            Self::Empty | Self::Bytes | Self::Text => Vec::new(),
        }
    }
}

impl Ty {
    /// The named type in here.
    pub(crate) fn named(&self) -> Option<&str> {
        match self {
            Self::Named(name) => Some(name),
            Self::Scalar(_) => None,
            Self::List(inner) | Self::Map(inner) | Self::Boxed(inner) | Self::Page(inner) | Self::Maybe(inner) => {
                inner.named()
            }
        }
    }

    pub(crate) fn scalar(&self) -> Option<&Scalar> {
        match self {
            Self::Named(_) => None,
            Self::Scalar(scalar) => Some(scalar),
            Self::List(inner) | Self::Map(inner) | Self::Boxed(inner) | Self::Page(inner) | Self::Maybe(inner) => {
                inner.scalar()
            }
        }
    }

    pub(crate) fn is(&self, scalar: &Scalar) -> bool {
        matches!(self, Self::Scalar(own) if own == scalar)
    }
}

impl Scalar {
    /// The type's name in Rust, without its path.
    pub(crate) fn rust(&self) -> &str {
        match self {
            Self::Bool => "bool",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::Amount => "Amount",
            Self::Text => "String",
            Self::Secret => "Secret",
            Self::Link => "Link",
            Self::Timestamp => "Timestamp",
            Self::Date => "Date",
            Self::Duration => "Duration",
            Self::Uuid => "AnyId",
            Self::Id(name) | Self::Typed(name) => name,
            Self::Json => "Json",
            Self::Binary => "Binary",
        }
    }

    /// Of the standard library: written without a path.
    pub(crate) fn is_std(&self) -> bool {
        matches!(self, Self::Bool | Self::I32 | Self::I64 | Self::Text)
    }
}

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => f.write_str(name),
            Self::Scalar(scalar) => f.write_str(scalar.rust()),
            Self::List(inner) => write!(f, "Vec<{inner}>"),
            Self::Map(inner) => write!(f, "Map<{inner}>"),
            Self::Boxed(inner) => write!(f, "Box<{inner}>"),
            Self::Page(inner) => write!(f, "Page<{inner}>"),
            Self::Maybe(inner) => write!(f, "Option<{inner}>"),
        }
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(ty) => write!(f, "{ty}"),
            Self::Empty => f.write_str("()"),
            Self::Bytes => f.write_str("Bytes"),
            Self::Text => f.write_str("String"),
            Self::Maybe(inner) => write!(f, "Option<{inner}>"),
            Self::ByStatus(name, _) => f.write_str(name),
        }
    }
}

impl Shape {
    /// The types this one is made of.
    pub(crate) fn parts(&self) -> Vec<&Ty> {
        match self {
            Self::Struct(found) => found.fields.iter().map(|field| &field.ty).chain(&found.others).collect(),
            Self::Enum(_) => Vec::new(),
            Self::Union(union) => {
                union.rows.iter().map(|row| &row.branch).chain(union.shared.iter().map(|field| &field.ty)).collect()
            }
            Self::Alias(ty) => vec![ty],
        }
    }
}
