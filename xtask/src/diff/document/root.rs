//! Comparing what stands outside of the operations.

use serde_json::Value;

use super::{Diff, fields};
use crate::diff::render::plain;
use crate::diff::rules::Plain;
use crate::document::Loc;

impl<'a> Diff<'a> {
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
            let shown = |value: Option<&Value>| value.map_or_else(|| "none".to_owned(), plain);
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
}
