//! A place in a description, by pointer: what it says once references and parts are followed.

use std::collections::BTreeMap;

use linkcy_spec::Pointer;
use serde_json::Value;

/// How many references are followed one into the other.
const REACH: usize = 16;

/// A schema, or what else stands at a pointer.
#[derive(Clone, Debug)]
pub struct Place<'d> {
    document: &'d Value,
    pub pointer: String,
    pub value: &'d Value,
}

impl<'d> Place<'d> {
    /// What stands there, with references to be followed yet.
    pub fn at(document: &'d Value, pointer: &str) -> Option<Self> {
        Some(Self { document, pointer: pointer.to_owned(), value: document.pointer(pointer)? })
    }

    /// What its reference leads to, or itself.
    pub fn target(self) -> Self {
        let mut found = self;
        for _ in 0..REACH {
            let next = found.value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
            match next.and_then(|pointer| Self::at(found.document, pointer)) {
                Some(place) => found = place,
                None => break,
            }
        }
        found
    }

    pub fn child(&self, segment: &str) -> Option<Self> {
        Self::at(self.document, &format!("{}/{}", self.pointer, segment.replace('~', "~0").replace('/', "~1")))
    }

    /// Itself and its `allOf` parts, each with its reference followed.
    pub fn parts(&self) -> Vec<Self> {
        let mut parts = vec![self.clone().target()];
        let mut next = 0;
        while next < parts.len() && parts.len() < REACH {
            let count = parts[next].value["allOf"].as_array().map_or(0, Vec::len);
            for index in 0..count {
                parts
                    .extend(parts[next].child("allOf").and_then(|all| all.child(&index.to_string())).map(Self::target));
            }
            next += 1;
        }
        parts
    }

    /// The properties of the object, each where it is described.
    pub fn properties(&self) -> BTreeMap<String, Self> {
        let mut all = BTreeMap::new();
        for part in self.parts() {
            let Some(properties) = part.child("properties") else { continue };
            for name in properties.value.as_object().into_iter().flat_map(serde_json::Map::keys) {
                if let Some(property) = properties.child(name) {
                    all.entry(name.clone()).or_insert(property);
                }
            }
        }
        all
    }

    /// The branches of the union, references followed.
    pub fn branches(&self) -> Vec<Self> {
        let mut all = Vec::new();
        for part in self.parts() {
            for keyword in ["anyOf", "oneOf"] {
                let count = part.value[keyword].as_array().map_or(0, Vec::len);
                let branches = part.child(keyword);
                all.extend((0..count).filter_map(|index| Some(branches.as_ref()?.child(&index.to_string())?.target())));
            }
        }
        all
    }

    pub fn requires(&self, name: &str) -> bool {
        self.parts().iter().any(|part| contains(&part.value["required"], name))
    }

    /// The list of values, where it stands.
    pub fn list(&self) -> Option<Self> {
        self.parts().into_iter().find(|part| part.value["enum"].is_array())
    }

    /// As the target of an overlay action.
    pub fn json_path(&self) -> String {
        Pointer::parse(&self.pointer).json_path()
    }

    /// What holds it, and its own name there.
    pub fn holder(&self) -> Option<(Self, String)> {
        let (holder, name) = self.pointer.rsplit_once('/')?;
        Some((Self::at(self.document, holder)?, name.replace("~1", "/").replace("~0", "~")))
    }
}

pub fn contains(list: &Value, name: &str) -> bool {
    list.as_array().is_some_and(|list| list.iter().any(|known| known == name))
}
