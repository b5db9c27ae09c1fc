//! Comparing parameters. They are matched by location and name, path parameters by their position in the path.

use std::collections::BTreeMap;

use serde_json::Value;

use super::operations::Operation;
use super::template::{bare, path_parameters};
use super::{Diff, fields, found};
use crate::diff::rules::{Plain, Side, Sided};
use crate::diff::schema::{Node, Pair, Wire};
use crate::document::Loc;

/// Location and name of a parameter, by which parameters are matched.
type Key = (String, String);

/// Headers that OpenAPI says are not parameters.
const NOT_PARAMETERS: [&str; 3] = ["accept", "content-type", "authorization"];

impl<'a> Diff<'a> {
    pub fn compare_parameters(&mut self, old: &Operation<'a>, new: &Operation<'a>, same_path: bool) {
        let mut before = parameters(self.old, old);
        let mut after = parameters(self.new, new);
        if !same_path {
            before.retain(|(location, _), _| location != "path");
            after.retain(|(location, _), _| location != "path");
        }
        let mut gone = Vec::new();
        for (key, old) in before {
            match after.remove(&key) {
                Some(new) => self.compare_parameter(&key, &old, &new),
                None => gone.push((key, old)),
            }
        }
        for (key, old) in gone {
            let elsewhere =
                after.keys().find(|other| other.1 == key.1 && other.0 != "path" && key.0 != "path").cloned();
            match elsewhere.and_then(|other| Some((after.remove(&other)?, other))) {
                Some((new, other)) => {
                    let message = format!("{} travels in the {} now", shown(&key, &old), other.0);
                    self.note(Plain::ParameterMoved, new.pointer.clone(), message);
                    self.compare_parameter(&other, &old, &new);
                }
                None => {
                    let message = format!("{} is gone", shown(&key, &old));
                    self.note(Plain::ParameterRemoved, old.pointer, message);
                }
            }
        }
        for (key, new) in after {
            if new.flag("required") || key.0 == "path" {
                let message = format!("{} is new and required", shown(&key, &new));
                self.note(Plain::RequiredParameterAdded, new.pointer, message);
            } else {
                let message = format!("{} is new", shown(&key, &new));
                self.note(Plain::ParameterAdded, new.pointer, message);
            }
        }
    }

    fn compare_parameter(&mut self, key: &Key, old: &Loc<'a>, new: &Loc<'a>) {
        let place = shown(key, new);
        self.compare_fields(old, new, fields::PARAMETER);
        match self.flags(old, new, "required") {
            // Path parameters are always required.
            _ if key.0 == "path" => {}
            (false, true) => {
                self.note(Plain::ParameterBecameRequired, new.pointer.clone(), format!("{place} is required now"));
            }
            (true, false) => {
                self.note(Plain::ParameterBecameOptional, new.pointer.clone(), format!("{place} is optional now"));
            }
            _ => {}
        }
        match self.flags(old, new, "deprecated") {
            (false, true) => {
                self.note_sided(Sided::Deprecated, Side::Request, new.pointer.clone(), &place, "deprecated")
            }
            (true, false) => {
                let what = "no longer deprecated";
                self.note_sided(Sided::Undeprecated, Side::Request, new.pointer.clone(), &place, what);
            }
            _ => {}
        }
        match self.flags(old, new, "allowEmptyValue") {
            (false, true) => {
                self.note(Plain::ParameterEmptyAllowed, new.pointer.clone(), format!("{place} may be empty"))
            }
            (true, false) => {
                let message = format!("{place} may no longer be empty");
                self.note(Plain::ParameterEmptyWithdrawn, new.pointer.clone(), message);
            }
            _ => {}
        }
        match self.flags(old, new, "allowReserved") {
            (false, true) => {
                let message = format!("{place} may hold reserved characters");
                self.note(Plain::ParameterReservedAllowed, new.pointer.clone(), message);
            }
            (true, false) => {
                let message = format!("{place} has to have reserved characters escaped");
                self.note(Plain::ParameterReservedWithdrawn, new.pointer.clone(), message);
            }
            _ => {}
        }
        let omittable = !old.flag("required") && key.0 != "path";
        let frame = Pair::frame(Side::Request, &place, omittable, Wire::Text);
        self.compare_serialised(old, new, &key.0, &frame, Plain::ParameterSerialization);
    }

    /// Whether both are single values, for which `explode` has no effect.
    fn is_single(&mut self, old: &Loc<'a>, new: &Loc<'a>) -> bool {
        let (Some(old), Some(new)) = (old.get("schema"), new.get("schema")) else { return false };
        self.schemas.old_shape(&Node::at(old)).is_scalar() && self.schemas.new_shape(&Node::at(new)).is_scalar()
    }

    /// What parameters and headers have in common: a schema with a style, or one media type with its schema.
    pub fn compare_serialised(
        &mut self,
        old: &Loc<'a>,
        new: &Loc<'a>,
        location: &str,
        frame: &Pair<'a>,
        changed: Plain,
    ) {
        let single = self.is_single(old, new);
        let (before, after) = (serialisation(old, location, single), serialisation(new, location, single));
        if before != after {
            let message = format!("{}: is written {after}, was {before}", frame.place);
            self.note(changed, new.pointer.clone(), message);
        }
        let media =
            |at: &Loc<'a>| at.get("content").and_then(|content| content.members().next()).map(|(_, media)| media);
        match (media(old), media(new)) {
            (None, None) => self.compare_schemas(old.get("schema"), new.get("schema"), frame),
            (before, after) => {
                let schema = |at: &Loc<'a>, media: Option<Loc<'a>>| media.unwrap_or_else(|| at.clone()).get("schema");
                let frame = Pair { wire: Wire::Json, ..frame.clone() };
                self.compare_schemas(schema(old, before), schema(new, after), &frame);
            }
        }
    }
}

fn shown((location, name): &Key, at: &Loc<'_>) -> String {
    let location = if location == "path" { "path parameter" } else { location.as_str() };
    format!("{location} `{}`", at.str("name").unwrap_or(name))
}

/// How the value is written, with the defaults filled in.
fn serialisation(at: &Loc<'_>, location: &str, single: bool) -> String {
    if let Some(content) = at.get("content") {
        let media: Vec<String> = content.members().map(|(name, _)| super::content::normal(name)).collect();
        return format!("as {}", media.join(", "));
    }
    let style = at.str("style").unwrap_or(match location {
        "query" | "cookie" => "form",
        _ => "simple",
    });
    if single && ["form", "simple"].contains(&style) {
        return format!("in style {style}");
    }
    let explode = at.value.get("explode").and_then(Value::as_bool).unwrap_or(style == "form");
    format!("in style {style}, {}", if explode { "exploded" } else { "not exploded" })
}

/// The parameters of an operation, those of its path item included where it does not override them.
fn parameters<'a>(root: &'a Value, operation: &Operation<'a>) -> BTreeMap<Key, Loc<'a>> {
    let positions = path_parameters(operation.path);
    let lists = [operation.item.get("parameters"), operation.at.get("parameters")];
    let all = lists.into_iter().flatten().flat_map(|list| list.elements().collect::<Vec<_>>());
    let mut parameters = BTreeMap::new();
    for at in all {
        // A broken reference is matched by its text.
        let reference = at.str("$ref").unwrap_or_default().to_owned();
        let Some(at) = found(root, Some(at.clone())).0 else {
            parameters.insert(("reference".to_owned(), reference), at);
            continue;
        };
        let location = at.str("in").unwrap_or_default().to_owned();
        let name = at.str("name").unwrap_or_default();
        let name = match location.as_str() {
            "path" => match positions.iter().position(|other| *other == bare(name)) {
                Some(index) => format!("#{}", index + 1),
                None => name.to_owned(),
            },
            "header" => name.to_lowercase(),
            _ => name.to_owned(),
        };
        if location != "header" || !NOT_PARAMETERS.contains(&name.as_str()) {
            parameters.insert((location, name), at);
        }
    }
    parameters
}
