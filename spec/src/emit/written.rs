//! How the type of a value is written in Rust, and the parameter that takes one.

use crate::model::{Model, Scalar, Shape, Ty};

/// A type as written among the types.
pub(crate) fn rust(ty: &Ty) -> String {
    written(ty, "")
}

/// A type as written where the types are behind `path`.
pub(crate) fn written(ty: &Ty, path: &str) -> String {
    let std = |name: &str| if path.is_empty() { name.to_owned() } else { format!("::std::{name}") };
    match ty {
        Ty::Scalar(Scalar::Text | Scalar::Binary) => {
            if path.is_empty() {
                "String".into()
            } else {
                std("string::String")
            }
        }
        Ty::Scalar(scalar) if scalar.is_std() => scalar.rust().to_owned(),
        Ty::Scalar(scalar) => format!("{path}{}", scalar.rust()),
        Ty::Named(name) => format!("{path}{name}"),
        Ty::List(inner) => match path.is_empty() {
            true => format!("Vec<{}>", written(inner, path)),
            false => format!("::std::vec::Vec<{}>", written(inner, path)),
        },
        Ty::Map(inner) => format!("{path}Map<{}>", written(inner, path)),
        Ty::Boxed(inner) => match path.is_empty() {
            true => format!("Box<{}>", written(inner, path)),
            false => format!("::std::boxed::Box<{}>", written(inner, path)),
        },
        Ty::Page(inner) => format!("{path}Page<{}>", written(inner, path)),
        Ty::Maybe(inner) => match path.is_empty() {
            true => format!("Option<{}>", written(inner, path)),
            false => format!("::std::option::Option<{}>", written(inner, path)),
        },
    }
}

/// The parameter that takes a value of this type: what converts for free is converted.
pub(crate) fn taken(ty: &Ty, model: &Model) -> String {
    taken_at(ty, "", model)
}

/// The same where the types are behind `path`.
pub(crate) fn taken_at(ty: &Ty, path: &str, model: &Model) -> String {
    let written = |ty: &Ty| written(ty, path);
    let (into, into_iterator) = match path.is_empty() {
        true => ("Into", "IntoIterator"),
        false => ("::std::convert::Into", "::std::iter::IntoIterator"),
    };
    match ty {
        Ty::List(inner) => format!("impl {into_iterator}<Item = {}>", written(inner)),
        ty if is_converted(ty, model) => format!("impl {into}<{}>", written(ty)),
        other => written(other),
    }
}

/// Whether a parameter of this type takes what converts into it.
pub(crate) fn is_converted(ty: &Ty, model: &Model) -> bool {
    match ty {
        Ty::Scalar(scalar) => matches!(scalar, Scalar::Text | Scalar::Secret | Scalar::Link),
        Ty::Named(name) => {
            matches!(model.types.get(name).map(|ty| &ty.shape), Some(Shape::Enum(_) | Shape::Union(_)))
        }
        Ty::Boxed(_) => true,
        _ => false,
    }
}

/// How a parameter of [`taken`] becomes the value.
pub(crate) fn converted(ty: &Ty, name: &str, model: &Model) -> String {
    match ty {
        Ty::List(_) => format!("{name}.into_iter().collect()"),
        ty if is_converted(ty, model) => format!("{name}.into()"),
        _ => name.to_owned(),
    }
}
