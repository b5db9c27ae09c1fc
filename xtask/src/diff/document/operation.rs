//! Comparing one operation: parameters, body, answers, callbacks, security, servers, deprecation.

use serde_json::Value;

use super::operations::Operation;
use super::template::path_parameters;
use super::{Diff, fields, found};
use crate::diff::rules::{Plain, Side};
use crate::document::{Loc, METHODS};

impl<'a> Diff<'a> {
    /// `same_path` is false for a moved operation, whose path parameters are not to be compared.
    pub fn compare_operation(&mut self, old: &Operation<'a>, new: &Operation<'a>, same_path: bool) {
        self.schemas.begin_operation();
        self.compare_fields(&old.item, &new.item, fields::PATH_ITEM);
        self.compare_parameters(old, new, same_path);
        self.compare_body_and_answers(&old.at, &new.at, Side::Request, new.method == "put");
        self.compare_security(&old.at, &new.at);
        self.compare_servers(old, new);
        if same_path {
            let names = path_parameters(old.path).into_iter().zip(path_parameters(new.path));
            for (before, after) in names.filter(|(before, after)| before != after) {
                let message = format!("`{{{before}}}` is called `{{{after}}}`");
                self.note(Plain::PathParameterRenamed, new.at.pointer.clone(), message);
            }
        }
        if old.at.str("operationId") != new.at.str("operationId") {
            let id = |operation: &Operation<'a>| operation.at.str("operationId").unwrap_or("none").to_owned();
            let message = format!("operationId is {}, was {}", id(new), id(old));
            self.note(Plain::OperationRenumbered, new.at.below("operationId"), message);
        }
    }

    /// What an operation and a callback have in common. `sent` is the side of the request: what the client sends in an
    /// operation, it receives in a callback.
    fn compare_body_and_answers(&mut self, old: &Loc<'a>, new: &Loc<'a>, sent: Side, put: bool) {
        self.compare_fields(old, new, fields::OPERATION);
        match self.flags(old, new, "deprecated") {
            (false, true) => {
                self.note(Plain::OperationDeprecated, new.below("deprecated"), "the operation is deprecated")
            }
            (true, false) => {
                self.note(Plain::OperationUndeprecated, new.pointer.clone(), "the operation is no longer deprecated")
            }
            _ => {}
        }
        self.compare_bodies(old, new, sent, put);
        self.compare_answers(old, new, sent.other());
        let (old_calls, new_calls) = (old.get("callbacks"), new.get("callbacks"));
        self.compare_callbacks(old_calls, new_calls, sent);
    }

    fn compare_callbacks(&mut self, old: Option<Loc<'a>>, new: Option<Loc<'a>>, sent: Side) {
        // Callbacks within callbacks could nest without end.
        if sent == Side::Response {
            if old.as_ref().map(|loc| loc.value) != new.as_ref().map(|loc| loc.value) {
                let pointer = new.or(old).map(|loc| loc.pointer).unwrap_or_default();
                self.note(Plain::UnrecognisedPart, pointer, "a callback of a callback changed");
            }
            return;
        }
        let before = callback_operations(self.old, old.as_ref());
        let mut after = callback_operations(self.new, new.as_ref());
        for (name, old) in before {
            match after.iter().position(|(other, _)| *other == name) {
                Some(index) => {
                    let (_, new) = after.remove(index);
                    self.compare_body_and_answers(&old, &new, Side::Response, false);
                }
                None => self.note(Plain::CallbackRemoved, old.pointer.clone(), format!("callback `{name}` is gone")),
            }
        }
        for (name, new) in after {
            self.note(Plain::CallbackAdded, new.pointer.clone(), format!("callback `{name}` is new"));
        }
    }
}

/// The operations of all callbacks, by name, URL and method.
fn callback_operations<'a>(root: &'a Value, callbacks: Option<&Loc<'a>>) -> Vec<(String, Loc<'a>)> {
    let named = callbacks.into_iter().flat_map(Loc::members);
    named
        .filter_map(|(name, at)| Some((name, found(root, Some(at)).0?)))
        .flat_map(|(name, at)| at.members().map(move |(url, item)| (format!("{name} {url}"), item)))
        .flat_map(|(name, item)| {
            METHODS.into_iter().filter_map(move |method| Some((format!("{name} {method}"), item.get(method)?)))
        })
        .collect()
}
