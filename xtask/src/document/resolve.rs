//! Following `$ref` inside one document, lazily and without trusting it: cycles, dangling and outside references are
//! answers, not failures.

use serde_json::Value;

/// A value of a document and where it stands there.
#[derive(Clone, Debug)]
pub struct Loc<'a> {
    pub value: &'a Value,
    /// JSON pointer (RFC 6901) from the root.
    pub pointer: String,
}

impl<'a> Loc<'a> {
    pub fn root(value: &'a Value) -> Self {
        Self { value, pointer: String::new() }
    }

    /// A member of an object, or an element of an array by its number.
    pub fn get(&self, key: &str) -> Option<Loc<'a>> {
        let value = match self.value {
            Value::Object(map) => map.get(key)?,
            Value::Array(list) => list.get(key.parse::<usize>().ok()?)?,
            _ => return None,
        };
        Some(Loc { value, pointer: self.below(key) })
    }

    pub fn below(&self, key: &str) -> String {
        format!("{}/{}", self.pointer, escape(key))
    }

    /// The members of an object with their keys; nothing for any other value.
    pub fn members(&self) -> impl Iterator<Item = (&'a str, Loc<'a>)> + use<'a> {
        let pointer = self.pointer.clone();
        self.value
            .as_object()
            .into_iter()
            .flatten()
            .map(move |(key, value)| (key.as_str(), Loc { value, pointer: format!("{pointer}/{}", escape(key)) }))
    }

    /// The elements of an array; nothing for any other value.
    pub fn elements(&self) -> impl Iterator<Item = Loc<'a>> + use<'a> {
        let pointer = self.pointer.clone();
        self.value
            .as_array()
            .into_iter()
            .flatten()
            .enumerate()
            .map(move |(index, value)| Loc { value, pointer: format!("{pointer}/{index}") })
    }

    pub fn str(&self, key: &str) -> Option<&'a str> {
        self.value.get(key)?.as_str()
    }

    pub fn flag(&self, key: &str) -> bool {
        self.value.get(key).and_then(Value::as_bool).unwrap_or(false)
    }

    /// What tells this value from every other one of the documents being compared.
    pub fn address(&self) -> usize {
        std::ptr::from_ref(self.value).addr()
    }
}

/// Where following references ended.
#[derive(Clone, Debug)]
pub enum Target<'a> {
    Found(Loc<'a>),
    /// A reference that leads nowhere, outside the document, or round in a circle of references alone.
    Broken(String),
}

/// Follows `$ref` until something that is not a reference.
pub fn resolve<'a>(root: &'a Value, loc: Loc<'a>) -> Target<'a> {
    let mut loc = loc;
    // A longer chain than this is a circle, or might as well be one.
    for _ in 0..64 {
        let Some(reference) = loc.str("$ref") else { return Target::Found(loc) };
        match follow(root, reference) {
            Some(next) => loc = next,
            None => return Target::Broken(reference.to_owned()),
        }
    }
    Target::Broken(loc.str("$ref").unwrap_or_default().to_owned())
}

fn follow<'a>(root: &'a Value, reference: &str) -> Option<Loc<'a>> {
    let pointer = percent_decoded(reference.strip_prefix('#')?)?;
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return None;
    }
    pointer.split('/').skip(1).try_fold(Loc::root(root), |loc, key| loc.get(&unescape(key)))
}

/// A key as it stands in a JSON pointer.
pub fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn unescape(key: &str) -> String {
    key.replace("~1", "/").replace("~0", "~")
}

/// The fragment of a URI reference may hold `%7B` for `{` and the like.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let high = char::from(rest.next()?).to_digit(16)?;
        let low = char::from(rest.next()?).to_digit(16)?;
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}
