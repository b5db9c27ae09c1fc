//! The operations of a document.

use serde_json::Value;

use super::found;
use super::template::template;
use crate::document::{Loc, METHODS};

/// One operation of one document.
#[derive(Clone, Debug)]
pub struct Operation<'a> {
    pub method: &'static str,
    pub path: &'a str,
    /// Base path that is compared as part of the path.
    base: String,
    /// The path item, with its own `$ref` followed.
    pub item: Loc<'a>,
    pub at: Loc<'a>,
}

impl Operation<'_> {
    pub fn shown(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }

    /// By what it is matched: method and path, regardless of the names of path parameters.
    pub fn key(&self) -> (String, &'static str) {
        (format!("{}{}", self.base, template(self.path)), self.method)
    }
}

/// All operations of a document, with a base path that is compared as part of theirs.
pub fn operations<'a>(root: &'a Value, base: &str) -> Vec<Operation<'a>> {
    let paths = Loc::root(root).get("paths");
    let items = paths.iter().flat_map(Loc::members).filter(|(path, _)| path.starts_with('/'));
    items
        .filter_map(|(path, item)| Some((path, found(root, Some(item)).0?)))
        .flat_map(|(path, item)| {
            METHODS.into_iter().filter_map(move |method| {
                Some(Operation { method, path, base: base.to_owned(), item: item.clone(), at: item.get(method)? })
            })
        })
        .collect()
}
