//! Reads one schema of OpenAPI 3.0 or 3.1. What is odd costs its own place and nothing more: it is read as
//! far as it can be, with a finding.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::conditions;
use super::reference::{DEFINITIONS, References};
use super::schema::{About, Bounds, Discriminator, Kind, List, Object, Schema, TextFormat, UnionSchema, Values};
use crate::finding::Finding;
use crate::names::ident;
use crate::number::Number;
use crate::pointer::Pointer;
use crate::remedy::FREE_JSON;

const PASS: &str = "schema";

/// Keywords that say more than a Rust type and the checks before sending can hold.
const UNCHECKED: [&str; 15] = [
    "not",
    "if",
    "then",
    "else",
    "dependentRequired",
    "dependentSchemas",
    "contains",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "prefixItems",
    "minProperties",
    "maxProperties",
    "contentSchema",
    "dependencies",
];

pub(crate) struct SchemaReader<'d> {
    document: &'d Value,
    pub(crate) findings: Vec<Finding>,
    references: References<'d>,
    /// The references that are no component and are being followed.
    open: Vec<Pointer>,
    /// Schemas that are there to be referred to and are no components: what they are called as components.
    definitions: BTreeMap<Pointer, String>,
    /// Those of them that were not read yet.
    unread: Vec<Pointer>,
}

impl<'d> SchemaReader<'d> {
    pub(crate) fn new(document: &'d Value) -> Self {
        Self {
            document,
            findings: Vec::new(),
            references: References::of(document),
            open: Vec::new(),
            definitions: BTreeMap::new(),
            unread: Vec::new(),
        }
    }

    /// The schemas that were referred to and are no components, under the names that references have for them.
    pub(crate) fn definitions(&mut self) -> Vec<(String, Schema)> {
        let mut read = Vec::new();
        while let Some(at) = self.unread.pop() {
            if let (Some(name), Some(value)) = (self.definitions.get(&at).cloned(), self.document.pointer(at.as_str()))
            {
                read.push((name, self.read(value, &at)));
            }
        }
        read
    }

    fn definition(&mut self, at: &Pointer, last: &str) -> String {
        if let Some(known) = self.definitions.get(at) {
            return known.clone();
        }
        let components = &self.document["components"]["schemas"];
        let taken = |name: &str| components.get(name).is_some() || self.definitions.values().any(|known| known == name);
        let name = ident::free(last, taken);
        self.definitions.insert(at.clone(), name.clone());
        self.unread.push(at.clone());
        name
    }

    pub(crate) fn read(&mut self, value: &Value, at: &Pointer) -> Schema {
        match value {
            Value::Object(members) => self.members(members, at),
            Value::Bool(true) => Schema::any(at),
            Value::Bool(false) => {
                self.note("false-schema", at, "a schema that allows nothing is read as free JSON");
                Schema::any(at)
            }
            // An update of a list is one more entry of it.
            Value::Array(_) => {
                self.findings.push(
                    Finding::aside(PASS, "no-schema", at, "a list is not a schema; it is read as free JSON")
                        .then("ask the vendor what stands here: no overlay action replaces a list"),
                );
                Schema::any(at)
            }
            _ => self.aside("no-schema", at, "not a schema", at),
        }
    }

    fn note(&mut self, kind: &'static str, at: &Pointer, problem: impl Into<String>) {
        self.findings.push(Finding::note(PASS, kind, at, problem));
    }

    /// The place is free JSON.
    fn aside(&mut self, kind: &'static str, at: &Pointer, problem: impl Into<String>, schema: &Pointer) -> Schema {
        self.findings.push(
            Finding::aside(PASS, kind, at, format!("{}; it is read as free JSON", problem.into()))
                .or_free_json(schema, "The description does not say what stands here."),
        );
        Schema::any(schema)
    }

    fn members(&mut self, members: &Map<String, Value>, at: &Pointer) -> Schema {
        if members.get(FREE_JSON) == Some(&Value::Bool(true)) {
            return Schema { about: self.about(members), ..Schema::any(at) };
        }
        self.findings.extend(conditions::conditional_properties(&self.references, members, at));
        let mut own = self.without_parts(members, at);
        let mut parts = Vec::new();
        // Which of several anchors a dynamic reference means is decided by who refers; here it is the one in the document.
        let reference = ["$ref", "$dynamicRef", "$recursiveRef"].into_iter().find_map(|key| members.get(key));
        if let Some(reference) = reference {
            parts.push(self.reference(reference, at));
        }
        match members.get("allOf") {
            Some(Value::Array(all)) => {
                let pointer = at.child("allOf");
                parts.extend(all.iter().enumerate().map(|(index, part)| self.read(part, &pointer.child(index))));
            }
            Some(_) => self.note("odd-keyword", &at.child("allOf"), "`allOf` is not a list and is passed over"),
            None => {}
        }
        if parts.is_empty() {
            return own;
        }
        // A reference with words beside it is a reference: nothing is merged that need not be.
        let says_nothing = matches!(&own.kind, Kind::Any) && own.bounds.is_empty();
        let is_empty = matches!(&own.kind, Kind::Object(object) if object.is_empty()) && own.bounds.is_empty();
        // A component that is made of another one alone may be its child: the `allof` pass knows.
        let is_child = members.contains_key("allOf") && at.segments().count() == 3;
        if (says_nothing || is_empty) && parts.len() == 1 && !is_child {
            let only = parts.remove(0);
            return Schema {
                at: at.clone(),
                nullable: own.nullable || only.nullable,
                about: own.about.or(&only.about),
                ..only
            };
        }
        let (nullable, about) = (own.nullable, std::mem::take(&mut own.about));
        if !(says_nothing || is_empty) {
            own.nullable = false;
            parts.push(own);
        }
        Schema { about, nullable, ..Schema::new(at, Kind::All(parts)) }
    }

    fn reference(&mut self, reference: &Value, at: &Pointer) -> Schema {
        let at_ref = at.child("$ref");
        let Some(text) = reference.as_str() else {
            return self.aside("odd-reference", &at_ref, "`$ref` is not a text", at);
        };
        if let Some(pointer) = self.references.find(text, at)
            && let Some(found) = self.document.pointer(pointer.as_str())
        {
            let segments: Vec<String> = pointer.segments().collect();
            match segments.as_slice() {
                [components, schemas, name] if components == "components" && schemas == "schemas" => {
                    return Schema::new(at, Kind::Ref(name.clone()));
                }
                [.., holder, last] if DEFINITIONS.contains(&holder.as_str()) => {
                    return Schema::new(at, Kind::Ref(self.definition(&pointer, last)));
                }
                _ => {}
            }
            if self.open.contains(&pointer) {
                let problem = format!("`{text}` leads into itself");
                return self.aside("endless-reference", at, problem, at);
            }
            self.open.push(pointer.clone());
            let read = self.read(found, &pointer);
            self.open.pop();
            return read;
        }
        self.findings.push(self.dangling(text, at));
        Schema::any(at)
    }

    fn dangling(&self, text: &str, at: &Pointer) -> Finding {
        let problem = format!("`{text}` leads to no schema of this file; it is read as free JSON");
        let finding = Finding::aside(PASS, "dangling-reference", at, problem);
        let last = unescape(text.rsplit(['/', '#']).next().unwrap_or_default());
        let component = Pointer::of(&["components", "schemas", &last]);
        if self.document.pointer(component.as_str()).is_some() {
            let found = format!("#{}", component.as_str());
            return finding.or_update(at, json!({ "$ref": found }), "The schema stands in the components.");
        }
        match text.strip_prefix("#/components/schemas/").is_some_and(|name| !name.is_empty() && !name.contains('/')) {
            true => finding
                .or_update(
                    &Pointer::root(),
                    json!({ "components": { "schemas": { last: {} } } }),
                    "The description refers to this schema and does not have it.",
                )
                .while_absent(&component),
            false => finding.or_free_json(at, "The schema referred to is not in this file."),
        }
    }

    fn without_parts(&mut self, members: &Map<String, Value>, at: &Pointer) -> Schema {
        for keyword in UNCHECKED.iter().filter(|keyword| members.contains_key(**keyword)) {
            self.note("unchecked-keyword", &at.child(keyword), format!("`{keyword}` is not checked before sending"));
        }
        let (types, mut nullable) = self.types(members, at);
        nullable |= members.get("nullable") == Some(&Value::Bool(true));
        let mut schema = Schema::new(at, Kind::Any);
        schema.about = self.about(members);
        schema.bounds = self.bounds(members, at);
        if let Some(values) = self.values(members, at) {
            nullable |= values.iter().any(Value::is_null);
            let values: Vec<Value> = values.into_iter().filter(|value| !value.is_null()).collect();
            if !values.is_empty() {
                let of_items = types == ["array"] && !values.iter().any(Value::is_array);
                schema.kind = match of_items {
                    false => Kind::Enum(self.of_type(values, &types, at)),
                    true => {
                        self.note("odd-keyword", &at.child("enum"), "the values of a list are those of its items");
                        Kind::List(List { items: Box::new(Schema::new(&at.child("items"), Kind::Enum(values))) })
                    }
                };
                schema.nullable = nullable;
                return schema;
            }
        }
        let (branches, null_branch) = self.branches(members, at);
        nullable |= null_branch;
        schema.nullable = nullable;
        if !branches.is_empty() {
            let base = match self.kind(members, &types, at) {
                Kind::Object(object) => object,
                _ => Object { discriminator: self.discriminator(members, at), ..Object::default() },
            };
            if let [only] = branches.as_slice() {
                // A union of one is no union.
                let only = only.clone();
                let mut parts = vec![only];
                if !base.is_empty() {
                    parts.push(Schema::new(at, Kind::Object(base)));
                }
                schema.kind = match parts.len() {
                    1 => {
                        let only = parts.remove(0);
                        schema.nullable |= only.nullable;
                        schema.about = schema.about.or(&only.about);
                        schema.bounds = schema.bounds.and(only.bounds);
                        only.kind
                    }
                    _ => Kind::All(parts),
                };
                return schema;
            }
            schema.kind = Kind::Union(UnionSchema { branches, base });
            return schema;
        }
        schema.kind = self.kind(members, &types, at);
        schema
    }

    /// The types without `null`, and whether `null` is one.
    fn types(&mut self, members: &Map<String, Value>, at: &Pointer) -> (Vec<String>, bool) {
        let named: Vec<&Value> = match members.get("type") {
            None => Vec::new(),
            Some(Value::Array(types)) => types.iter().collect(),
            Some(one) => vec![one],
        };
        let mut types = Vec::new();
        let mut nullable = false;
        for name in named {
            match name.as_str() {
                Some("null") => nullable = true,
                Some(name) => types.push(name.to_owned()),
                None => self.note("odd-keyword", &at.child("type"), "a `type` that is not a text is passed over"),
            }
        }
        (types, nullable)
    }

    fn kind(&mut self, members: &Map<String, Value>, types: &[String], at: &Pointer) -> Kind {
        let has = |key: &str| members.contains_key(key);
        let format = members.get("format").and_then(Value::as_str).unwrap_or_default();
        let only = match types {
            [] if has("properties") || has("patternProperties") => "object",
            [] if members.get("additionalProperties").is_some_and(Value::is_object) => "object",
            [] if has("required") && has("discriminator") => "object",
            [] if has("items") => "array",
            [] => return Kind::Any,
            [only] => only.as_str(),
            [one, other]
                if ["integer", "number"].contains(&one.as_str()) && ["integer", "number"].contains(&other.as_str()) =>
            {
                "number"
            }
            // A choice, said in short: each type takes the keywords that are about it.
            several => {
                let branch = |reader: &mut Self, ty: &String| {
                    Schema::new(at, reader.kind(members, std::slice::from_ref(ty), at))
                };
                let branches = several.iter().map(|ty| branch(self, ty)).collect();
                return Kind::Union(UnionSchema { branches, base: Object::default() });
            }
        };
        match only {
            "boolean" => Kind::Bool,
            "integer" => Kind::Integer { narrow: format == "int32" },
            "number" => Kind::Number,
            "string" => Kind::Text(self.text_format(members, format)),
            "null" | "any" => Kind::Any,
            "file" => Kind::Text(TextFormat::Binary),
            "array" => {
                let items = match members.get("items") {
                    Some(Value::Array(_)) => {
                        self.note("tuple", &at.child("items"), "a list of fixed places is read as a list of free JSON");
                        Schema::any(&at.child("items"))
                    }
                    Some(items) => self.read(items, &at.child("items")),
                    None => {
                        if !has("prefixItems") {
                            self.note("untyped-list", at, "a list without `items` is read as a list of free JSON");
                        }
                        Schema::any(&at.child("items"))
                    }
                };
                Kind::List(List { items: Box::new(items) })
            }
            "object" => Kind::Object(self.object(members, at)),
            other => match misnamed(other) {
                Some((ty, format)) => {
                    let problem = format!("no type is called `{other}`: it is read as {ty} {format}");
                    let mut finding = Finding::note(PASS, "odd-type", &at.child("type"), problem.trim_end());
                    // One of several types cannot be replaced alone.
                    if members.get("type").is_some_and(Value::is_string) {
                        let update = match format {
                            "" => json!({ "type": ty }),
                            format => json!({ "type": ty, "format": format }),
                        };
                        finding = finding.or_update(at, update, "JSON has no type of this name.");
                    }
                    self.findings.push(finding);
                    let mut members = members.clone();
                    if !format.is_empty() {
                        members.insert("format".to_owned(), format.into());
                    }
                    self.kind(&members, &[ty.to_owned()], at)
                }
                None => {
                    let problem = format!("no type is called `{other}`");
                    self.aside("odd-type", &at.child("type"), problem, at).kind
                }
            },
        }
    }

    fn text_format(&self, members: &Map<String, Value>, format: &str) -> TextFormat {
        let encoding = members.get("contentEncoding").and_then(Value::as_str).unwrap_or_default();
        let media = members.get("contentMediaType").and_then(Value::as_str).unwrap_or_default();
        match format.to_ascii_lowercase().as_str() {
            "uuid" => TextFormat::Uuid,
            "date-time" => TextFormat::DateTime,
            "date" => TextFormat::Date,
            "duration" => TextFormat::Duration,
            "password" => TextFormat::Password,
            "binary" => TextFormat::Binary,
            "byte" => TextFormat::Byte,
            _ if encoding == "base64" => TextFormat::Byte,
            _ if media == "application/octet-stream" => TextFormat::Binary,
            _ => TextFormat::Plain,
        }
    }

    fn object(&mut self, members: &Map<String, Value>, at: &Pointer) -> Object {
        let mut object = Object::default();
        match members.get("properties") {
            Some(Value::Object(properties)) => {
                let pointer = at.child("properties");
                for (name, property) in properties {
                    let pointer = pointer.child(name);
                    // `required: true` on a property is of an older draft, and means what it says.
                    if property.get("required") == Some(&Value::Bool(true)) {
                        object.required.insert(name.clone());
                    }
                    let property = self.read(property, &pointer);
                    object.properties.insert(name.clone(), property);
                }
            }
            Some(_) => self.note("odd-keyword", &at.child("properties"), "`properties` is not an object"),
            None => {}
        }
        match members.get("required") {
            Some(Value::Array(names)) => {
                object.required.extend(names.iter().filter_map(|name| name.as_str().map(str::to_owned)));
            }
            Some(Value::Bool(_)) | None => {}
            Some(_) => self.note("odd-keyword", &at.child("required"), "`required` is not a list of names"),
        }
        let patterns = members.get("patternProperties").and_then(Value::as_object).filter(|found| !found.is_empty());
        object.values = match members.get("additionalProperties") {
            // None but those of the patterns.
            Some(Value::Bool(false)) if patterns.is_some() => self.patterned(patterns, at),
            Some(Value::Bool(_) | Value::Object(_)) if patterns.is_some() => {
                let pointer = at.child("patternProperties");
                self.note("unchecked-keyword", &pointer, "patterns of keys beside other keys: any value");
                Values::Any
            }
            Some(Value::Bool(false)) => Values::None,
            Some(Value::Bool(true)) => Values::Any,
            Some(Value::Object(inner)) if inner.is_empty() => Values::Any,
            Some(inner @ Value::Object(_)) => Values::Of(Box::new(self.read(inner, &at.child("additionalProperties")))),
            Some(_) => {
                self.note("odd-keyword", &at.child("additionalProperties"), "`additionalProperties` is not a schema");
                Values::Unsaid
            }
            None => self.patterned(patterns, at),
        };
        object.discriminator = self.discriminator(members, at);
        object
    }

    /// The values of the keys that patterns allow.
    fn patterned(&mut self, patterns: Option<&Map<String, Value>>, at: &Pointer) -> Values {
        let pointer = at.child("patternProperties");
        let mut patterns = patterns.into_iter().flatten();
        match (patterns.next(), patterns.next()) {
            (None, _) => Values::Unsaid,
            (Some((pattern, inner)), None) => {
                self.note("unchecked-keyword", &pointer, "the pattern of the keys is not checked before sending");
                Values::Of(Box::new(self.read(inner, &pointer.child(pattern))))
            }
            (Some(_), Some(_)) => {
                self.note("unchecked-keyword", &pointer, "several patterns of keys: any value");
                Values::Any
            }
        }
    }

    fn discriminator(&mut self, members: &Map<String, Value>, at: &Pointer) -> Option<Discriminator> {
        let found = members.get("discriminator")?;
        let Some(property) = found["propertyName"].as_str().or(found.as_str()) else {
            self.note(
                "odd-keyword",
                &at.child("discriminator"),
                "a discriminator without `propertyName` is passed over",
            );
            return None;
        };
        let mut mapping = BTreeMap::new();
        for (value, target) in found["mapping"].as_object().into_iter().flatten() {
            let target = target.as_str().unwrap_or_default();
            let name = unescape(target.rsplit('/').next().unwrap_or_default());
            match self.document["components"]["schemas"].get(&name) {
                Some(_) => {
                    mapping.insert(value.clone(), name);
                }
                None => self.note(
                    "dangling-reference",
                    &at.child("discriminator").child("mapping").child(value),
                    format!("`{target}` leads nowhere and is passed over"),
                ),
            }
        }
        Some(Discriminator { property: property.to_owned(), mapping })
    }

    /// `enum`, `const` and `x-extensible-enum` say the same: the values that are known.
    fn values(&mut self, members: &Map<String, Value>, at: &Pointer) -> Option<Vec<Value>> {
        let of = |key: &str| members.get(key).and_then(Value::as_array).cloned();
        if let Some(constant) = members.get("const") {
            return Some(vec![constant.clone()]);
        }
        for key in ["enum", "x-extensible-enum"] {
            let Some(mut values) = of(key) else {
                if members.contains_key(key) {
                    self.note("odd-keyword", &at.child(key), format!("`{key}` is not a list and is passed over"));
                }
                continue;
            };
            let count = values.len();
            let mut seen = BTreeSet::new();
            values.retain(|value| seen.insert(value.to_string()));
            if values.len() < count {
                self.note("repeated-value", &at.child(key), "a value that stands twice counts once");
            }
            if values.is_empty() {
                self.note("empty-list", &at.child(key), "an empty list of values allows nothing and is passed over");
                continue;
            }
            return Some(values);
        }
        None
    }

    /// The values as their type has them: numbers are written as texts, and texts as numbers.
    fn of_type(&mut self, values: Vec<Value>, types: &[String], at: &Pointer) -> Vec<Value> {
        let [ty] = types else { return values };
        let fits = |value: &Value| match ty.as_str() {
            "string" => value.is_string(),
            "integer" | "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            _ => true,
        };
        if values.iter().all(fits) {
            return values;
        }
        let read: Vec<Value> = values
            .iter()
            .map(|value| match value {
                Value::String(text) if ty != "string" => serde_json::from_str(text).unwrap_or_else(|_| value.clone()),
                Value::Number(_) | Value::Bool(_) if ty == "string" => Value::from(value.to_string()),
                _ => value.clone(),
            })
            .collect();
        match read.iter().all(fits) {
            true => {
                self.note(
                    "odd-keyword",
                    &at.child("enum"),
                    format!("the values are not of type {ty}; each is read as one"),
                );
                read
            }
            false => values,
        }
    }

    /// The branches of `oneOf` and `anyOf` without those that say `null`, and whether there was one.
    fn branches(&mut self, members: &Map<String, Value>, at: &Pointer) -> (Vec<Schema>, bool) {
        let mut branches: Vec<Schema> = Vec::new();
        let mut nullable = false;
        let mut seen = Vec::new();
        for key in ["oneOf", "anyOf"] {
            let list = match members.get(key) {
                Some(Value::Array(list)) => list,
                Some(_) => {
                    self.note("odd-keyword", &at.child(key), format!("`{key}` is not a list and is passed over"));
                    continue;
                }
                None => continue,
            };
            for (index, branch) in list.iter().enumerate() {
                if is_null(branch) {
                    nullable = true;
                } else if !seen.contains(&branch) && !is_bare_rule(branch) {
                    seen.push(branch);
                    branches.push(self.read(branch, &at.child(key).child(index)));
                } else if is_bare_rule(branch) {
                    self.note(
                        "unchecked-keyword",
                        &at.child(key).child(index),
                        "which properties go together is not checked before sending",
                    );
                }
            }
        }
        (branches, nullable)
    }

    fn about(&self, members: &Map<String, Value>) -> About {
        let text = |key: &str| members.get(key).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
        let is = |key: &str| members.get(key) == Some(&Value::Bool(true));
        let example = members
            .get("example")
            .or_else(|| members.get("examples").and_then(Value::as_array).and_then(|examples| examples.first()));
        let format = text("format");
        let has_type = ["int32", "int64", "uuid", "date-time", "date", "binary", "byte", "password", "float", "double"];
        About {
            title: text("title"),
            description: text("description"),
            default: members.get("default").filter(|value| !value.is_null()).cloned(),
            example: example.filter(|value| !value.is_null()).cloned(),
            deprecated: is("deprecated"),
            read_only: is("readOnly"),
            write_only: is("writeOnly"),
            format: if has_type.contains(&format.as_str()) { String::new() } else { format },
            one_of: Vec::new(),
        }
    }

    fn bounds(&mut self, members: &Map<String, Value>, at: &Pointer) -> Bounds {
        // A framework's "no limit" is none.
        let most = |count: u32| Some(count).filter(|count| *count < i32::MAX as u32);
        let least = |count: u32| Some(count).filter(|count| *count > 0);
        let (mut minimum, mut maximum) = (self.number(members, "minimum", at), self.number(members, "maximum", at));
        let mut strict = |key: &str, plain: &mut Option<Number>| match members.get(key) {
            Some(Value::Bool(true)) => plain.take(),
            Some(Value::Number(_)) => self.number(members, key, at),
            _ => None,
        };
        let more_than = strict("exclusiveMinimum", &mut minimum);
        let less_than = strict("exclusiveMaximum", &mut maximum);
        let pattern = members.get("pattern").and_then(Value::as_str).filter(|pattern| !pattern.is_empty());
        Bounds {
            minimum,
            maximum,
            more_than,
            less_than,
            multiple_of: self.number(members, "multipleOf", at).filter(|step| step.is_positive()),
            min_length: self.count(members, "minLength", at).and_then(least),
            max_length: self.count(members, "maxLength", at).and_then(most),
            pattern: pattern.map(str::to_owned),
            min_items: self.count(members, "minItems", at).and_then(least),
            max_items: self.count(members, "maxItems", at).and_then(most),
            unique_items: members.get("uniqueItems") == Some(&Value::Bool(true)),
        }
    }

    fn number(&mut self, members: &Map<String, Value>, key: &str, at: &Pointer) -> Option<Number> {
        let value = members.get(key)?;
        // Some frameworks write bounds as texts.
        let as_number = value.as_str().and_then(|text| serde_json::from_str(text).ok());
        let read = Number::read(as_number.as_ref().unwrap_or(value));
        // Bounds at the end of what a double or a long holds bound nothing.
        if read.is_none() && !value.as_f64().is_some_and(|number| number.abs() >= 9e18) {
            self.note("odd-bound", &at.child(key), format!("`{key}: {value}` is not checked before sending"));
        }
        read
    }

    fn count(&mut self, members: &Map<String, Value>, key: &str, at: &Pointer) -> Option<u32> {
        let value = members.get(key)?;
        let whole = value
            .as_u64()
            .or_else(|| value.as_f64().filter(|count| count.fract() == 0.0 && *count >= 0.0).map(|count| count as u64));
        match whole {
            Some(count) => Some(u32::try_from(count).unwrap_or(u32::MAX)),
            None => {
                self.note("odd-bound", &at.child(key), format!("`{key}: {value}` is not checked before sending"));
                None
            }
        }
    }
}

/// Type and format that are meant by a word that is no type of JSON.
fn misnamed(ty: &str) -> Option<(&'static str, &'static str)> {
    Some(match ty.to_ascii_lowercase().as_str() {
        "string" | "text" | "char" | "enum" => ("string", ""),
        "date" => ("string", "date"),
        "date-time" | "datetime" | "timestamp" => ("string", "date-time"),
        "uuid" | "guid" => ("string", "uuid"),
        "binary" => ("string", "binary"),
        "byte" => ("string", "byte"),
        "integer" | "long" | "short" | "int64" => ("integer", ""),
        "int" | "int32" => ("integer", "int32"),
        "number" | "float" | "double" | "decimal" | "bigdecimal" => ("number", ""),
        "boolean" | "bool" => ("boolean", ""),
        "array" | "list" | "set" => ("array", ""),
        "object" | "map" => ("object", ""),
        _ => return None,
    })
}

fn is_null(schema: &Value) -> bool {
    schema["type"] == "null"
        || schema["type"] == serde_json::json!(["null"])
        || schema.get("const").is_some_and(Value::is_null)
        || schema["enum"] == serde_json::json!([null])
        || (schema["nullable"] == true && schema.as_object().is_some_and(|members| members.len() == 1))
}

/// `{required: [..]}` alone says which properties go together, and is no shape.
fn is_bare_rule(schema: &Value) -> bool {
    schema.as_object().is_some_and(|members| {
        members.contains_key("required")
            && members.keys().all(|key| ["required", "not", "description", "title"].contains(&key.as_str()))
    })
}

fn unescape(segment: &str) -> String {
    unescape_percent(segment).replace("~1", "/").replace("~0", "~")
}

/// A reference is a URI: what its fragment cannot hold is written with `%`.
pub(super) fn unescape_percent(text: &str) -> String {
    percent_decode_str(text).decode_utf8().map_or_else(|_| text.to_owned(), Cow::into_owned)
}
