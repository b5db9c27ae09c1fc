//! Matching operations of both documents by method and path, regardless of the names of path parameters.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::template::template;
use super::{Diff, fields, found, moved, servers};
use crate::diff::rules::Plain;
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

    fn key(&self) -> (String, &'static str) {
        (format!("{}{}", self.base, template(self.path)), self.method)
    }
}

impl<'a> Diff<'a> {
    /// What stands outside of the operations.
    pub fn compare_roots(&mut self) {
        let (old, new) = (Loc::root(self.old), Loc::root(self.new));
        self.compare_fields(&old, &new, fields::ROOT);
        let nothing = || Loc { value: &Value::Null, pointer: "/info".to_owned() };
        let (old_info, new_info) = (old.get("info"), new.get("info"));
        if let (Some(old), Some(new)) = (&old_info, &new_info) {
            self.compare_fields(old, new, fields::INFO);
        }
        let version = |info: Option<Loc<'a>>| info.unwrap_or_else(nothing).get("version").map(|loc| loc.value);
        let (before, after) = (version(old_info), version(new_info));
        if before != after {
            let shown = |value: Option<&Value>| value.map_or_else(|| "none".to_owned(), crate::diff::render::plain);
            let message = format!("version is {}, was {}", shown(after), shown(before));
            self.note(Plain::VersionChanged, "/info/version", message);
        }
        self.compare_root_servers();
        self.compare_schemes();
        if let (Some(old), Some(new)) = (old.get("paths"), new.get("paths")) {
            let known: Vec<&str> = old.members().chain(new.members()).map(|(key, _)| key).collect();
            let known: Vec<&str> = known.into_iter().filter(|key| key.starts_with('/')).collect();
            self.compare_fields(&old, &new, &known);
        }
    }

    pub fn compare_operations(&mut self) {
        let (before, after) = self.bases.clone().unwrap_or_default();
        let (old, new) = (operations(self.old, &before), operations(self.new, &after));
        let mut new_by_key: BTreeMap<_, Vec<Operation<'a>>> = BTreeMap::new();
        for operation in new {
            new_by_key.entry(operation.key()).or_default().push(operation);
        }
        let mut gone = Vec::new();
        for before in old {
            let candidates = new_by_key.get_mut(&before.key());
            // Two paths that differ in parameter names only are told apart by these names.
            let after = candidates.filter(|list| !list.is_empty()).map(|list| {
                let same = list.iter().position(|after| after.path == before.path);
                list.remove(same.unwrap_or(0))
            });
            match after {
                Some(after) if !self.touched.reaches(&before, &after) => {}
                Some(after) => {
                    self.scope = Some((after.method.to_owned(), after.path.to_owned()));
                    self.compare_operation(&before, &after, true);
                    self.scope = None;
                }
                None => gone.push(before),
            }
        }
        let added: Vec<Operation<'a>> = new_by_key.into_values().flatten().collect();
        let (moves, gone, added) = moved::find(self, gone, added);
        for (before, after) in moves {
            self.scope = Some((before.method.to_owned(), before.path.to_owned()));
            self.note(Plain::OperationMoved, before.at.pointer.clone(), format!("moved to {}", after.shown()));
            self.scope = Some((after.method.to_owned(), after.path.to_owned()));
            self.compare_operation(&before, &after, false);
            self.scope = None;
        }
        for before in gone {
            self.scope = Some((before.method.to_owned(), before.path.to_owned()));
            self.note(Plain::OperationRemoved, before.at.pointer.clone(), "the operation is gone");
        }
        for after in added {
            self.scope = Some((after.method.to_owned(), after.path.to_owned()));
            self.note(Plain::OperationAdded, after.at.pointer.clone(), "the operation is new");
        }
        self.scope = None;
    }
}

/// The base paths of the two documents' servers, if they differ and more operations match with them than without: `/v1`
/// was moved from the server to the paths, or back.
pub fn moved_base(old: &Value, new: &Value) -> Option<(String, String)> {
    let (before, after) = (servers::base(old)?, servers::base(new)?);
    if before == after {
        return None;
    }
    (meetings(old, new, &before, &after) > meetings(old, new, "", "")).then_some((before, after))
}

/// How many operations both documents have, whether the base path is in the server or in the paths.
pub fn in_common(old: &Value, new: &Value) -> usize {
    let (before, after) = moved_base(old, new).unwrap_or_default();
    meetings(old, new, &before, &after)
}

fn meetings(old: &Value, new: &Value, before: &str, after: &str) -> usize {
    let known: BTreeSet<_> = operations(new, after).iter().map(Operation::key).collect();
    operations(old, before).iter().filter(|operation| known.contains(&operation.key())).count()
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
