//! Matching operations of both documents.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::operations::{Operation, operations};
use super::{Diff, moved, servers};
use crate::diff::rules::Plain;

impl<'a> Diff<'a> {
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
