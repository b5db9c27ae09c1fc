//! The part of JSONPath (RFC 9535) that overlay targets need: members, indices, wildcards and a filter
//! on one member or on the entry itself. Small on purpose: whatever the build script depends on, every user compiles.

use serde_json::Value;

/// A parsed path.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Path(Vec<Step>);

#[derive(Debug, Clone, PartialEq)]
enum Step {
    Member(String),
    Index(usize),
    Any,
    /// `[?(@.name == 'value')]`
    Where(String, Value),
    /// `[?(@ == 'value')]`
    Is(Value),
}

/// One place in a document that a path leads to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Location(Vec<Key>);

#[derive(Debug, Clone, PartialEq)]
enum Key {
    Member(String),
    Index(usize),
}

impl Path {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut rest = text.trim().strip_prefix('$').ok_or("a JSONPath starts with `$`")?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            if rest.starts_with("..") {
                return Err("`..` is not supported: write the path out".into());
            } else if let Some(after) = rest.strip_prefix('.') {
                let end = after.find(['.', '[']).unwrap_or(after.len());
                let (name, after) = after.split_at(end);
                steps.push(match name {
                    "" => return Err("a name is missing behind `.`".into()),
                    "*" => Step::Any,
                    name => Step::Member(name.to_owned()),
                });
                rest = after;
            } else if let Some(after) = rest.strip_prefix('[') {
                let (step, after) = bracket(after)?;
                steps.push(step);
                rest = after;
            } else {
                return Err(format!("`.` or `[` expected before `{rest}`"));
            }
        }
        Ok(Self(steps))
    }

    /// The path with other names for components: below `$.components.schemas`, and in references that a filter compares with.
    pub(crate) fn with_components(mut self, name: &dyn Fn(&str) -> Option<String>) -> Self {
        const REFERENCE: &str = "#/components/schemas/";
        let is = |step: &Step, word: &str| matches!(step, Step::Member(name) if name == word);
        if let [first, second, Step::Member(component), ..] = self.0.as_mut_slice()
            && is(first, "components")
            && is(second, "schemas")
            && let Some(name) = name(component)
        {
            *component = name;
        }
        for step in &mut self.0 {
            if let Step::Where(_, Value::String(value)) = step
                && let Some(name) = value.strip_prefix(REFERENCE).and_then(name)
            {
                *value = format!("{REFERENCE}{name}");
            }
        }
        self
    }

    /// Every place the path leads to, in the document's order.
    pub(crate) fn locate(&self, document: &Value) -> Vec<Location> {
        let mut found = vec![(Location(Vec::new()), document)];
        for step in &self.0 {
            found = found.into_iter().flat_map(|(location, value)| step.apply(&location, value)).collect();
        }
        found.into_iter().map(|(location, _)| location).collect()
    }
}

/// What stands in brackets, and what follows them.
fn bracket(text: &str) -> Result<(Step, &str), String> {
    if let Some(after) = text.strip_prefix('*') {
        return Ok((Step::Any, close(after)?));
    }
    if let Some(after) = text.strip_prefix('?') {
        let after = after.trim_start();
        let (inner, parenthesis) = match after.strip_prefix('(') {
            Some(inner) => (inner, true),
            None => (after, false),
        };
        let filter = inner.trim_start().strip_prefix('@').ok_or("a filter reads `[?(@.name == 'value')]`")?;
        let (name, value) = filter.split_once("==").ok_or("a filter compares with `==`")?;
        let name = match name.trim() {
            "" => None,
            name => Some(name.strip_prefix('.').ok_or("a filter reads `[?(@.name == 'value')]`")?),
        };
        let (value, mut after) = literal(value.trim_start())?;
        if parenthesis {
            after = after.trim_start().strip_prefix(')').ok_or("`)` is missing")?;
        }
        let step = match name {
            Some(name) => Step::Where(name.to_owned(), value),
            None => Step::Is(value),
        };
        return Ok((step, close(after)?));
    }
    let (value, after) = literal(text)?;
    let step = match value {
        Value::String(name) => Step::Member(name),
        value => Step::Index(
            value
                .as_u64()
                .and_then(|index| usize::try_from(index).ok())
                .ok_or("a name in quotes or an index is expected in brackets")?,
        ),
    };
    Ok((step, close(after)?))
}

fn close(text: &str) -> Result<&str, String> {
    text.trim_start().strip_prefix(']').ok_or_else(|| "`]` is missing".into())
}

/// A quoted text, a number or a truth value.
fn literal(text: &str) -> Result<(Value, &str), String> {
    let quote = text.chars().next().filter(|first| ['\'', '"'].contains(first));
    if let Some(quote) = quote {
        let inner = &text[1..];
        let (mut value, mut escaped) = (String::new(), false);
        for (at, character) in inner.char_indices() {
            match character {
                '\\' if !escaped => escaped = true,
                _ if character == quote && !escaped => return Ok((Value::String(value), &inner[at + 1..])),
                _ => {
                    value.push(character);
                    escaped = false;
                }
            }
        }
        return Err("a quote is not closed".into());
    }
    let end = text.find([']', ')', ' ']).unwrap_or(text.len());
    let (word, after) = text.split_at(end);
    let value = serde_json::from_str(word).map_err(|_| format!("`{word}` is no value"))?;
    Ok((value, after))
}

impl Step {
    fn apply<'v>(&self, at: &Location, value: &'v Value) -> Vec<(Location, &'v Value)> {
        let wanted = |key: &Key, member: &Value| match (self, key) {
            (Self::Member(name), Key::Member(key)) => name == key,
            (Self::Index(index), Key::Index(key)) => index == key,
            // A member may be called by a number: `responses[200]`.
            (Self::Index(index), Key::Member(key)) => index.to_string() == *key,
            (Self::Any, _) => true,
            (Self::Where(name, value), _) => member.get(name) == Some(value),
            (Self::Is(value), _) => member == value,
            _ => false,
        };
        let children: Vec<(Key, &Value)> = match value {
            Value::Object(members) => {
                members.iter().map(|(name, member)| (Key::Member(name.clone()), member)).collect()
            }
            Value::Array(items) => items.iter().enumerate().map(|(index, item)| (Key::Index(index), item)).collect(),
            _ => Vec::new(),
        };
        children
            .into_iter()
            .filter(|(key, child)| wanted(key, child))
            .map(|(key, child)| {
                let mut keys = at.0.clone();
                keys.push(key);
                (Location(keys), child)
            })
            .collect()
    }
}

impl Location {
    /// The value at this place, unless an earlier change took it away.
    pub(crate) fn find<'v>(&self, document: &'v mut Value) -> Option<&'v mut Value> {
        self.0.iter().try_fold(document, |value, key| match key {
            Key::Member(name) => value.get_mut(name),
            Key::Index(index) => value.get_mut(*index),
        })
    }

    /// Takes the value at this place out of what holds it.
    pub(crate) fn remove(&self, document: &mut Value) {
        let Some((last, holder)) = self.0.split_last() else {
            return;
        };
        let holder = Self(holder.to_vec());
        match (holder.find(document), last) {
            (Some(Value::Object(members)), Key::Member(name)) => {
                members.remove(name);
            }
            (Some(Value::Array(items)), Key::Index(index)) if *index < items.len() => {
                items.remove(*index);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn hits(path: &str, document: &Value) -> Vec<Value> {
        let mut document = document.clone();
        Path::parse(path)
            .unwrap()
            .locate(&document.clone())
            .iter()
            .map(|location| location.find(&mut document).unwrap().clone())
            .collect()
    }

    #[test]
    fn leads_to_members_indices_and_filtered_entries() {
        let document = json!({ "a": { "b/c": [{ "n": "x", "v": 1 }, { "n": "y", "v": 2 }] } });
        assert_eq!(hits("$.a['b/c'][0].v", &document), [json!(1)]);
        assert_eq!(hits("$.a['b/c'][?(@.n == 'y')].v", &document), [json!(2)]);
        assert_eq!(hits("$.a[\"b/c\"][?@.v == 1].n", &document), [json!("x")]);
        assert_eq!(hits("$.a.*[*].v", &document), [json!(1), json!(2)]);
        assert!(hits("$.a.nothing", &document).is_empty());
        assert_eq!(hits("$.required[?(@ == 'b')]", &json!({ "required": ["a", "b"] })), [json!("b")]);
    }

    #[test]
    fn says_what_is_wrong_with_a_path() {
        for (path, problem) in [
            ("a.b", "starts with `$`"),
            ("$..b", "not supported"),
            ("$.a[", "no value"),
            ("$.a['b", "not closed"),
            ("$.a[?(b == 1)]", "a filter reads"),
            ("$.a[-1]", "index is expected"),
        ] {
            let error = Path::parse(path).unwrap_err();
            assert!(error.contains(problem), "{path}: {error}");
        }
    }
}
