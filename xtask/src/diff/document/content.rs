//! Comparing bodies: one schema for each media type.

use std::collections::BTreeMap;

use super::{Diff, fields};
use crate::diff::rules::{Plain, Side, Sided};
use crate::diff::schema::{Pair, Wire};
use crate::document::Loc;

impl<'a> Diff<'a> {
    pub fn compare_bodies(&mut self, old: &Loc<'a>, new: &Loc<'a>, side: Side, put: bool) {
        let (before, after) = self.resolved(old.get("requestBody"), new.get("requestBody"));
        match (before, after) {
            (None, None) => {}
            (Some(before), None) => self.note(Plain::BodyRemoved, before.pointer, "the body is no longer read"),
            (None, Some(after)) if after.flag("required") => {
                self.note(Plain::RequiredBodyAdded, after.pointer, "a body is required, and there was none");
            }
            (None, Some(after)) => self.note(Plain::BodyAdded, after.pointer, "may have a body"),
            (Some(before), Some(after)) => {
                self.compare_fields(&before, &after, fields::BODY);
                match self.flags(&before, &after, "required") {
                    (false, true) => {
                        self.note(Plain::BodyBecameRequired, after.pointer.clone(), "the body is required")
                    }
                    (true, false) => {
                        self.note(Plain::BodyBecameOptional, after.pointer.clone(), "the body is optional")
                    }
                    _ => {}
                }
                self.compare_content(before.get("content"), after.get("content"), side, "request body", put);
            }
        }
    }

    /// Compares the schemas of each media type. A type with other parameters, a range that includes the old type, and in
    /// answers the type that clients read a range as, count as the old type.
    pub fn compare_content(&mut self, old: Option<Loc<'a>>, new: Option<Loc<'a>>, side: Side, place: &str, put: bool) {
        let (before, mut after) = (by_type(old.as_ref()), by_type(new.as_ref()));
        let several = before.len() > 1;
        let mut gone = Vec::new();
        for (name, old) in before {
            let exact = after.remove(&name);
            let place = if several { format!("{place} ({name})") } else { place.to_owned() };
            match exact {
                Some(new) => self.compare_media(&name, &old, &new, side, &place, put),
                None => gone.push((name, old, place)),
            }
        }
        for (name, old, place) in gone {
            let other = after.keys().find(|other| essence(other) == essence(&name)).cloned();
            let range = || after.keys().find(|range| holds(range, &name)).cloned();
            let named = || after.iter().find(|(one, new)| side == Side::Response && names(one, new, &name, &old));
            match other
                .or_else(range)
                .or_else(|| named().map(|(one, _)| one.clone()))
                .and_then(|other| after.get(&other).cloned())
            {
                Some(new) => {
                    self.compare_media(&name, &old, &new, side, &place, put);
                    after.retain(|_, kept| kept.pointer != new.pointer);
                }
                None => {
                    let what = format!("is no longer of {name}");
                    self.note_sided(Sided::MediaTypeRemoved, side, old.pointer, &place, &what);
                }
            }
        }
        for (name, new) in after {
            let what = format!("may be of {name}");
            self.note_sided(Sided::MediaTypeAdded, side, new.pointer, place, &what);
        }
    }

    fn compare_media(&mut self, name: &str, old: &Loc<'a>, new: &Loc<'a>, side: Side, place: &str, put: bool) {
        self.compare_fields(old, new, fields::MEDIA);
        let encoding = |at: &Loc<'a>| at.get("encoding").map(|loc| loc.value);
        if encoding(old) != encoding(new) {
            let what = "parts are encoded otherwise";
            self.note_sided(Sided::EncodingChanged, side, new.below("encoding"), place, what);
        }
        let wire = match name {
            name if name.contains("xml") => Wire::Xml,
            name if name.contains("json") || name.starts_with("*/") => Wire::Json,
            name if name.contains("form") || name.starts_with("text/") => Wire::Text,
            _ => Wire::Json,
        };
        let mut frame = Pair::frame(side, place, false, wire);
        frame.put = put;
        self.compare_schemas(old.get("schema"), new.get("schema"), &frame);
    }
}

/// A media type in lower case and without spaces.
pub fn normal(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase()
}

fn essence(name: &str) -> &str {
    name.split(';').next().unwrap_or(name)
}

/// Whether a range such as `application/*` holds a type.
fn holds(range: &str, name: &str) -> bool {
    match essence(range).strip_suffix("/*") {
        Some("*") => true,
        Some(family) => essence(name).split('/').next() == Some(family),
        None => false,
    }
}

/// Whether a type is what clients read a range as: JSON, or bytes if both schemas are binary.
fn names(name: &str, new: &Loc<'_>, range: &str, old: &Loc<'_>) -> bool {
    let binary = |media: &Loc<'_>| media.get("schema").is_some_and(|schema| schema.str("format") == Some("binary"));
    holds(range, name) && (essence(name) == "application/json" || (binary(old) && binary(new)))
}

fn by_type<'a>(content: Option<&Loc<'a>>) -> BTreeMap<String, Loc<'a>> {
    content.into_iter().flat_map(Loc::members).map(|(name, media)| (normal(name), media)).collect()
}
