//! Comparing answers: by status, each with its body, headers and links.

use std::collections::BTreeMap;

use super::{Diff, fields};
use crate::diff::rules::{Plain, Severity, Side};
use crate::diff::schema::{Pair, Wire};
use crate::document::Loc;

impl<'a> Diff<'a> {
    pub fn compare_answers(&mut self, old: &Loc<'a>, new: &Loc<'a>, side: Side) {
        let (before, mut after) = (by_status(old), by_status(new));
        let succeeded = before.keys().any(|status| is_success(status));
        let succeeds = after.keys().any(|status| is_success(status));
        let default = after.get("DEFAULT").cloned();
        let mut gone = Vec::new();
        for (status, old) in &before {
            match after.remove(status).or_else(|| range(&after, status)) {
                Some(new) => self.compare_answer(status, old.clone(), new, side),
                None => gone.push((status, old)),
            }
        }
        for (status, old) in gone {
            let another = after.keys().find(|other| is_success(status) && is_success(other)).cloned();
            if let Some((other, new)) = another.and_then(|other| after.remove_entry(&other)) {
                let message = format!("success is {other}, was {status}");
                self.note(Plain::SuccessStatusChanged, new.pointer.clone(), message);
                self.compare_answer(&other, old.clone(), new, side);
            } else if is_success(status) && succeeds {
                self.note(Plain::SuccessStatusDropped, old.pointer.clone(), format!("{status} is gone"));
            } else if let Some(new) = default.clone() {
                self.compare_answer(status, old.clone(), new, side);
            } else {
                self.note(Plain::StatusRemoved, old.pointer.clone(), format!("{status} is gone"));
            }
        }
        for (status, new) in after {
            let may_default = status != "DEFAULT" && !(is_success(&status) && succeeded);
            let default = before.get("DEFAULT").filter(|_| may_default).cloned();
            // The old description covered this status: its schema still has to apply.
            if let Some(old) = range(&before, &status).or(default) {
                self.compare_answer(&status, old, new, side);
            } else if is_success(&status) && self.is_known_success(&before, &new, side) {
                self.note(
                    Plain::SuccessStatusListed,
                    new.pointer,
                    format!("{status} is new, of a form that was known"),
                );
            } else if status.starts_with(['1', '2', '3']) {
                self.note(Plain::SuccessStatusAdded, new.pointer, format!("{status} is new"));
            } else {
                self.note(Plain::StatusAdded, new.pointer, format!("{status} is new"));
            }
        }
    }

    /// Whether a client that takes any 2xx can read an answer as one of the old successes.
    fn is_known_success(&mut self, old: &BTreeMap<String, Loc<'a>>, new: &Loc<'a>, side: Side) -> bool {
        old.iter().filter(|(status, _)| is_success(status)).any(|(status, old)| {
            let (kept, start) = (std::mem::take(&mut self.changes), self.schemas.bookmark());
            self.compare_answer(status, old.clone(), new.clone(), side);
            self.schemas.forget(start);
            let found = std::mem::replace(&mut self.changes, kept);
            found.iter().all(|change| change.severity <= Severity::Compatible)
        })
    }

    fn compare_answer(&mut self, status: &str, old: Loc<'a>, new: Loc<'a>, side: Side) {
        let (Some(old), Some(new)) = self.resolved(Some(old), Some(new)) else { return };
        self.compare_fields(&old, &new, fields::RESPONSE);
        let place = format!("{status} response");
        let content = |at: &Loc<'a>| at.get("content").filter(|content| content.members().next().is_some());
        match (content(&old), content(&new)) {
            (Some(old), None) => {
                self.note(Plain::ContentRemoved, old.pointer, format!("{place}: has no body any more"))
            }
            (None, Some(new)) => self.note(Plain::ContentAdded, new.pointer, format!("{place}: has a body")),
            (before, after) => self.compare_content(before, after, side, &place, false),
        }
        self.compare_headers(&old, &new, side, &place);
        let links = |at: &Loc<'a>| at.get("links").map(|loc| loc.value);
        if links(&old) != links(&new) {
            self.note(Plain::LinkChanged, new.below("links"), format!("{place}: links changed"));
        }
    }

    fn compare_headers(&mut self, old: &Loc<'a>, new: &Loc<'a>, side: Side, place: &str) {
        let (before, mut after) = (by_name(old), by_name(new));
        for (name, old) in before {
            let place = format!("{place}, header `{name}`");
            match self.resolved(Some(old), after.remove(&name)) {
                (Some(old), Some(new)) => self.compare_header(&place, &old, &new, side),
                (Some(old), None) if old.flag("required") => {
                    self.note(Plain::RequiredHeaderRemoved, old.pointer, format!("{place}: is gone; it was required"));
                }
                (Some(old), None) => self.note(Plain::HeaderRemoved, old.pointer, format!("{place}: is gone")),
                (None, _) => {}
            }
        }
        for (name, new) in after {
            self.note(Plain::HeaderAdded, new.pointer, format!("{place}, header `{name}`: is new"));
        }
    }

    fn compare_header(&mut self, place: &str, old: &Loc<'a>, new: &Loc<'a>, side: Side) {
        self.compare_fields(old, new, fields::PARAMETER);
        match self.flags(old, new, "required") {
            (false, true) => {
                self.note(Plain::HeaderBecameRequired, new.pointer.clone(), format!("{place}: is always there"));
            }
            (true, false) => {
                self.note(Plain::HeaderBecameOptional, new.pointer.clone(), format!("{place}: may be missing"));
            }
            _ => {}
        }
        let frame = Pair::frame(side, place, !old.flag("required"), Wire::Text);
        self.compare_serialised(old, new, "header", &frame, Plain::HeaderSerialization);
    }
}

/// A 2xx other than 202, which LinkCy answers while it waits for the user.
fn is_success(status: &str) -> bool {
    status.starts_with('2') && status != "202"
}

fn by_status<'a>(operation: &Loc<'a>) -> BTreeMap<String, Loc<'a>> {
    let answers = operation.get("responses");
    let statuses = answers.iter().flat_map(Loc::members).filter(|(status, _)| !status.starts_with("x-"));
    statuses.map(|(status, at)| (status.to_uppercase(), at)).collect()
}

/// The answer for a whole class of statuses: `4XX`.
fn range<'a>(answers: &BTreeMap<String, Loc<'a>>, status: &str) -> Option<Loc<'a>> {
    let range = status.chars().next().map(|first| format!("{first}XX"))?;
    answers.get(&range).filter(|_| !status.ends_with("XX")).cloned()
}

fn by_name<'a>(answer: &Loc<'a>) -> BTreeMap<String, Loc<'a>> {
    let headers = answer.get("headers");
    headers.iter().flat_map(Loc::members).map(|(name, at)| (name.to_lowercase(), at)).collect()
}
