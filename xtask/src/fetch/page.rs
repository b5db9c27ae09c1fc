//! Finding the description in an HTML page: behind its links, or in the state that the page carries.

use std::collections::BTreeMap;

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};
use serde_json::Value;
use serde_json::value::RawValue;

/// A link that may lead to a description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// As written in the page: it may be relative.
    pub address: String,
    /// The greater, the surer.
    rank: u8,
}

/// What a page has to offer.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The surest first.
    pub links: Vec<Link>,
    /// JSON, in the order the page has it.
    pub embedded: Option<String>,
}

/// The name Redoc gives the state of a page rendered ahead of time.
const STATE: &str = "__redoc_state";
/// Elements that show the description at an address, and the attribute that has it.
const VIEWERS: [(&str, &str); 4] =
    [("redoc", "spec-url"), ("rapi-doc", "spec-url"), ("elements-api", "apidescriptionurl"), ("script", "data-url")];
/// Links of one page that are tried.
const LINKS: usize = 8;

/// Looks for both.
pub fn find(html: &str) -> Found {
    let mut found = Found::default();
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut script = None;
    for token in Tokenizer::new_with_emitter(html, emitter).flatten() {
        match token {
            Token::StartTag(tag) => {
                script = (*tag.name == b"script"[..]).then(String::new);
                found.links.extend(link(&tag));
            }
            // A script may come in several pieces.
            Token::String(text) => {
                if let Some(script) = &mut script {
                    script.push_str(&String::from_utf8_lossy(&text));
                }
            }
            Token::EndTag(_) => {
                if let Some(script) = script.take().filter(|_| found.embedded.is_none()) {
                    found.embedded = embedded(&script);
                }
            }
            _ => {}
        }
    }
    found.links = sorted(found.links);
    found
}

/// The surest first, each once, and not too many.
pub fn sorted(mut links: Vec<Link>) -> Vec<Link> {
    links.sort_by_key(|link| std::cmp::Reverse(link.rank));
    let mut kept: Vec<Link> = Vec::new();
    for link in links {
        if kept.len() < LINKS && !kept.iter().any(|known| known.address == link.address) {
            kept.push(link);
        }
    }
    kept
}

/// A tag that leads to a description.
fn link(tag: &StartTag<()>) -> Option<Link> {
    let attribute = |name: &str| {
        let value = tag.attributes.iter().find(|(key, _)| key.as_slice() == name.as_bytes());
        value.map(|(_, value)| String::from_utf8_lossy(value).into_owned())
    };
    if let Some((_, name)) = VIEWERS.iter().find(|(viewer, _)| *tag.name == *viewer.as_bytes()) {
        return Some(Link { address: attribute(name)?, rank: 2 });
    }
    if *tag.name == b"link"[..] {
        return attribute("rel")
            .filter(|rel| rel == "service-desc")
            .and(attribute("href"))
            .map(|address| Link { address, rank: 2 });
    }
    if *tag.name != b"a"[..] {
        return None;
    }
    judged(&attribute("href")?, attribute("download").is_some())
}

/// An address and how surely it is that of a description; none if it cannot be one. `download` says that the page offers
/// it as a file.
pub fn judged(address: &str, download: bool) -> Option<Link> {
    let scheme = address.split_once(':').map(|(scheme, _)| scheme);
    let other = scheme.is_some_and(|scheme| !["http", "https"].contains(&scheme) && !scheme.contains(['/', '?', '#']));
    if other || address.starts_with('#') || address.is_empty() {
        return None;
    }
    let path = address.split(['?', '#']).next().unwrap_or_default().to_lowercase();
    let file = [".json", ".yaml", ".yml"].iter().any(|end| path.ends_with(end));
    let bundled = file && ["/_bundle/", "/_spec/"].iter().any(|folder| path.contains(folder));
    let rank = match (download, bundled, file) {
        (true, true, _) => 6,
        (true, false, true) => 5,
        (false, true, _) => 4,
        (true, false, false) => 3,
        (false, false, true) => 1,
        (false, false, false) => return None,
    };
    Some(Link { address: address.to_owned(), rank })
}

/// The description within a script that sets the state, that is nothing but JSON, or that hands it to a viewer.
fn embedded(script: &str) -> Option<String> {
    let state = script.split_once(STATE).map_or(script, |(_, after)| after);
    within(state).or_else(|| {
        let starts = script.match_indices('{').map(|(at, _)| &script[at..]);
        starts.filter(|json| json[1..].trim_start().starts_with("\"openapi\"")).find_map(within)
    })
}

/// The description within the first JSON object of a text.
fn within(text: &str) -> Option<String> {
    let json = text.get(text.find('{')?..)?;
    let mut values = serde_json::Deserializer::from_str(json).into_iter::<&RawValue>();
    let state = values.next()?.ok()?;
    let path = path_to_description(&serde_json::from_str(state.get()).ok()?)?;
    // Taken out as text, so that the order of its members is kept.
    let mut raw = state.get().to_owned();
    for key in path {
        let mut members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(&raw).ok()?;
        raw = members.remove(&key)?.get().to_owned();
    }
    Some(raw)
}

/// The members to go through to an object that has `openapi` and `paths`.
fn path_to_description(state: &Value) -> Option<Vec<String>> {
    let mut todo: Vec<(Vec<String>, &Value)> = vec![(Vec::new(), state)];
    while let Some((path, value)) = todo.pop() {
        let Some(members) = value.as_object() else { continue };
        if members.get("openapi").is_some_and(Value::is_string) && members.contains_key("paths") {
            return Some(path);
        }
        todo.extend(members.iter().map(|(key, inner)| ([path.as_slice(), std::slice::from_ref(key)].concat(), inner)));
    }
    None
}
