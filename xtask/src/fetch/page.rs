//! Finding the description in a documentation page: behind its download link, or in the state the page carries.

use std::collections::BTreeMap;

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};
use serde_json::Value;
use serde_json::value::RawValue;

/// What a page has to offer.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// As written in the page: it may be relative.
    pub link: Option<String>,
    /// JSON, in the order the page has it.
    pub embedded: Option<String>,
}

/// The name Redoc gives the state of a page rendered ahead of time.
const STATE: &str = "__redoc_state";

pub fn is_page(bytes: &[u8]) -> bool {
    let start: Vec<u8> =
        bytes.iter().copied().skip_while(|byte| byte.is_ascii_whitespace() || !byte.is_ascii()).take(1).collect();
    start == b"<"
}

/// Looks for both; a download link is the vendor's own file and goes first.
pub fn find(html: &str) -> Found {
    let mut found = Found::default();
    let mut best = 0;
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut script = false;
    for token in Tokenizer::new_with_emitter(html, emitter).flatten() {
        match token {
            Token::StartTag(tag) => {
                script = *tag.name == b"script"[..];
                if let Some((rank, link)) = link(&tag).filter(|(rank, _)| *rank > best) {
                    best = rank;
                    found.link = Some(link);
                }
            }
            Token::EndTag(_) => script = false,
            Token::String(text) if script && found.embedded.is_none() => {
                found.embedded = embedded(&String::from_utf8_lossy(&text));
            }
            _ => {}
        }
    }
    found
}

/// A tag that leads to the description, and how surely: 3 if it says so, 1 if it only looks like it.
fn link(tag: &StartTag<()>) -> Option<(u8, String)> {
    let attribute = |name: &str| {
        let value = tag.attributes.iter().find(|(key, _)| key.as_slice() == name.as_bytes());
        value.map(|(_, value)| String::from_utf8_lossy(value).into_owned())
    };
    if *tag.name == b"redoc"[..] {
        return Some((2, attribute("spec-url")?));
    }
    if *tag.name != b"a"[..] {
        return None;
    }
    let href = attribute("href")?;
    let scheme = href.split_once(':').map(|(scheme, _)| scheme);
    if scheme.is_some_and(|scheme| !["http", "https"].contains(&scheme) && !scheme.contains('/'))
        || href.starts_with('#')
    {
        return None;
    }
    let path = href.split(['?', '#']).next().unwrap_or_default().to_lowercase();
    let is_file = [".json", ".yaml", ".yml"].iter().any(|end| path.ends_with(end));
    match (attribute("download").is_some(), is_file) {
        (true, true) => Some((4, href)),
        (true, false) => Some((3, href)),
        (false, true) => Some((1, href)),
        (false, false) => None,
    }
}

/// The description within a script that sets the state.
fn embedded(script: &str) -> Option<String> {
    let after = script.split_once(STATE)?.1;
    let json = after.get(after.find('{')?..)?;
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
