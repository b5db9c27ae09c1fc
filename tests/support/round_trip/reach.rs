//! Which component of a raw description serves what: requests, answers, error bodies, forms.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::values::is_undescribed;

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// What a component without a type of its own is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Holds the fields of something else: an `allOf` part, a union's branch, a plain text.
    Part,
    /// The answer is a page of HTML or the like, read as bytes.
    Bytes,
    ErrorBody,
    ScaWait,
    Form,
    Query,
    Unused,
    Undescribed,
}

impl Role {
    pub fn reason(self) -> &'static str {
        match self {
            Self::Part => {
                "are parts of types (allOf, branches of unions over shared fields, plain scalars), proven within them"
            }
            Self::Bytes => "are answers that are no JSON, read as bytes",
            Self::Undescribed => "are branches without any described field, which the overlay removes",
            Self::ErrorBody => "are error bodies, read as one ApiError",
            Self::ScaWait => "are bodies of 202 Waiting SCA, read as one Pending",
            Self::Form => "are multipart forms, whose fields are arguments",
            Self::Query => "are objects in the query, whose fields are arguments",
            Self::Unused => "are referred to by no operation",
        }
    }
}

/// The roots of a description and what they lead to.
pub struct Reach<'d> {
    schemas: &'d serde_json::Map<String, Value>,
    /// `METHOD /path` -> pointer of its JSON body.
    pub requests: Vec<(String, String)>,
    /// `METHOD /path` -> pointer of each success body in JSON.
    pub answers: Vec<(String, String)>,
    reached: BTreeMap<Role, BTreeSet<String>>,
    branches: BTreeSet<String>,
}

impl<'d> Reach<'d> {
    pub fn of(description: &'d Value) -> Self {
        let schemas = description["components"]["schemas"].as_object().unwrap();
        let mut reach = Self {
            schemas,
            requests: Vec::new(),
            answers: Vec::new(),
            reached: BTreeMap::new(),
            branches: BTreeSet::new(),
        };
        for (path, item) in description["paths"].as_object().unwrap() {
            for method in METHODS {
                if item.get(method).is_some() {
                    reach.operation(path, method, &item[method]);
                }
            }
        }
        reach.branches = only_branches(description);
        reach
    }

    fn operation(&mut self, path: &str, method: &str, operation: &Value) {
        let name = format!("{} {path}", method.to_uppercase());
        let at = format!("/paths/{}/{method}", path.replace('~', "~0").replace('/', "~1"));
        let mut takes_sca = false;
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            takes_sca |= parameter["name"].as_str().is_some_and(|name| name.starts_with("Linkcy-SCA-"));
            self.follow(Role::Query, &parameter["schema"]);
        }
        for (media, content) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
            if is_json(media) {
                let media = media.replace('/', "~1");
                self.requests.push((name.clone(), format!("{at}/requestBody/content/{media}/schema")));
                self.follow(Role::Part, &content["schema"]);
            } else {
                self.follow(Role::Form, &content["schema"]);
            }
        }
        for (status, response) in operation["responses"].as_object().into_iter().flatten() {
            let role = match status.as_str() {
                "202" if takes_sca => Role::ScaWait,
                success if success.starts_with('2') => Role::Part,
                _ => Role::ErrorBody,
            };
            for (media, content) in response["content"].as_object().into_iter().flatten() {
                let role = if role == Role::Part && !is_json(media) { Role::Bytes } else { role };
                self.follow(role, &content["schema"]);
                if role == Role::Part && is_json(media) && content.get("schema").is_some() {
                    let media = media.replace('/', "~1");
                    let pointer = format!("{at}/responses/{status}/content/{media}/schema");
                    self.answers.push((name.clone(), pointer));
                }
            }
        }
    }

    fn follow(&mut self, role: Role, schema: &Value) {
        let mut open = Vec::new();
        references(schema, &mut |name| open.push(name.to_owned()));
        while let Some(name) = open.pop() {
            if self.reached.entry(role).or_default().insert(name.clone())
                && let Some(schema) = self.schemas.get(&name)
            {
                references(schema, &mut |name| open.push(name.to_owned()));
            }
        }
    }

    pub fn components(&self) -> impl Iterator<Item = &'d str> + use<'d> {
        self.schemas.keys().map(String::as_str)
    }

    /// The first of the roles that leads to a component.
    pub fn role(&self, name: &str) -> Role {
        if is_undescribed(&json!({ "$ref": name })) {
            return Role::Undescribed;
        }
        let leads = |(role, names): (&Role, &BTreeSet<String>)| names.contains(name).then_some(*role);
        self.reached.iter().find_map(leads).unwrap_or(Role::Unused)
    }

    /// Whether a component only ever stands in a union that adds fields of its own to it.
    pub fn is_only_a_branch(&self, name: &str) -> bool {
        self.branches.contains(name)
    }
}

fn is_json(media: &str) -> bool {
    media.starts_with("application/json") || media == "*/*"
}

fn references(value: &Value, found: &mut dyn FnMut(&str)) {
    match value {
        Value::Object(members) => {
            if let Some(name) = component(value) {
                found(name);
            }
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

fn component(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix("#/components/schemas/")
}

fn only_branches(description: &Value) -> BTreeSet<String> {
    fn walk(value: &Value, branches: &mut BTreeSet<String>, others: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                if let Some(name) = component(value) {
                    others.insert(name.to_owned());
                }
                for (key, member) in members {
                    match (key.as_str(), member) {
                        ("anyOf" | "oneOf", Value::Array(list)) if members.contains_key("properties") => {
                            branches.extend(list.iter().filter_map(component).map(str::to_owned));
                        }
                        _ => walk(member, branches, others),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, branches, others)),
            _ => {}
        }
    }
    let (mut branches, mut others) = (BTreeSet::new(), BTreeSet::new());
    walk(description, &mut branches, &mut others);
    branches.difference(&others).cloned().collect()
}
