//! Identifiers: what any text becomes as a field, a variant, a type or a method, and which are taken.

use std::collections::BTreeSet;

use heck::{ToPascalCase, ToSnakeCase};

/// A property's name as a Rust field.
pub(crate) fn field(name: &str) -> String {
    keyword_free(&snake(name, "n"))
}

/// A path's or a name's part as a method or handle.
pub(crate) fn method(name: &str) -> String {
    keyword_free(&snake(name, "v"))
}

fn snake(name: &str, before_digit: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let snake = plain.to_snake_case();
    match snake.chars().next() {
        Some(first) if first.is_alphabetic() => snake,
        Some(_) => format!("{before_digit}{snake}"),
        // Nothing of it is a letter: its characters' numbers tell it from others.
        None => name.chars().fold("x".to_owned(), |name, c| format!("{name}{:x}", u32::from(c))),
    }
}

fn keyword_free(word: &str) -> String {
    if is_keyword(word) { format!("{word}_") } else { word.to_owned() }
}

/// A value as a Rust variant.
pub(crate) fn variant(value: &str) -> String {
    let plain: String = value.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    let pascal = plain.to_pascal_case();
    match pascal.as_str() {
        "" if value.is_empty() => "Empty".into(),
        "" => value.chars().fold("X".to_owned(), |name, c| format!("{name}{:x}", u32::from(c))),
        "Self" => "Self_".into(),
        // What `FromStr` calls its error.
        "Err" => "Err_".into(),
        // `Unknown` is what a value outside the list becomes, `Unrecognized` a branch outside a union.
        "Unknown" => "ReportedUnknown".into(),
        "Unrecognized" => "ReportedUnrecognized".into(),
        other if other.starts_with(|c: char| c.is_numeric()) => format!("N{other}"),
        other => other.to_owned(),
    }
}

/// A name as a Rust type, unless Rust or the crate has the name already.
pub(crate) fn type_name(words: &[String]) -> String {
    let name = words.concat();
    match name.chars().next() {
        None => "Unnamed".into(),
        Some(first) if first.is_ascii_digit() => format!("N{name}"),
        Some(_) => name,
    }
}

pub(crate) fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !is_keyword(name)
}

/// `name`, or with the first number that nobody has.
pub(crate) fn free(name: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(name) {
        return name.to_owned();
    }
    (2..).map(|number| format!("{name}{number}")).find(|name| !taken(name)).unwrap_or_else(|| name.to_owned())
}

/// Fields of one struct: each name once. A field whose JSON name is already the Rust name gets it first.
pub(crate) fn fields<'n>(names: impl Iterator<Item = &'n str>) -> Vec<(String, String)> {
    use heck::ToLowerCamelCase;
    let names: Vec<&str> = names.collect();
    let mut order: Vec<&str> = names.clone();
    order.sort_by_key(|name| (field(name).to_lower_camel_case() != **name, field(name) != **name, (*name).to_owned()));
    let mut taken = BTreeSet::new();
    let mut chosen = std::collections::BTreeMap::new();
    for name in order {
        let plain = field(name);
        let rust = free(&plain, |name| taken.contains(name));
        taken.insert(rust.clone());
        chosen.insert(name, rust);
    }
    names.into_iter().map(|name| (name.to_owned(), chosen[name].clone())).collect()
}

pub(crate) fn is_keyword(word: &str) -> bool {
    const KEYWORDS: [&str; 51] = [
        "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
        "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
        "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super",
        "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
    ];
    KEYWORDS.contains(&word) || word == "Self"
}

/// Names that a generated type cannot have: they mean something where generated code stands, or where a user's
/// code does that imports all of `linkcy::types`.
pub(crate) fn is_reserved_type(name: &str) -> bool {
    RESERVED_TYPES.contains(&name)
}

/// What the prelude of Rust brings, what `linkcy::types` and its prelude have, and what the macros write.
/// A test below holds it to src/types/mod.rs.
pub(crate) const RESERVED_TYPES: [&str; 80] = [
    "Amount",
    "AmountError",
    "AnyId",
    "AsMut",
    "AsRef",
    "Bic",
    "Box",
    "Check",
    "Clone",
    "Copy",
    "Date",
    "Debug",
    "Default",
    "Deserialize",
    "Deserializer",
    "DoubleEndedIterator",
    "Drop",
    "Duration",
    "Eq",
    "Err",
    "ErrorCode",
    "ExactSizeIterator",
    "Extend",
    "Fields",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Future",
    "Hash",
    "Iban",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "Iterator",
    "Json",
    "JsonSchema",
    "Link",
    "Linked",
    "Map",
    "MapAccess",
    "NoShared",
    "None",
    "UnreadableRow",
    "Ok",
    "Option",
    "Ord",
    "Page",
    "PartialEq",
    "PartialOrd",
    "Patch",
    "Path",
    "Pattern",
    "Phone",
    "Readable",
    "Record",
    "Result",
    "Rule",
    "Secret",
    "Self",
    "Send",
    "Serialize",
    "Serializer",
    "Sized",
    "Some",
    "String",
    "Sync",
    "Timestamp",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "UnknownValue",
    "Unpin",
    "Unreadable",
    "Unrecognized",
    "Uuid",
    "Vec",
    "Writer",
];

/// Setters that would hide what every generated struct has.
pub(crate) fn setter(field: &str) -> String {
    const TAKEN: [&str; 11] =
        ["new", "check", "clone", "clone_from", "eq", "ne", "serialize", "fmt", "into", "try_into", "borrow"];
    if TAKEN.contains(&field) { format!("set_{field}") } else { field.to_owned() }
}

/// Options that would hide a method of every call.
pub(crate) fn option(field: &str) -> String {
    const TAKEN: [&str; 24] = [
        "timeout",
        "deadline",
        "once",
        "send",
        "start",
        "sca",
        "prepare",
        "pages",
        "stream",
        "into_future",
        "write",
        "new",
        "clone",
        "fmt",
        "into",
        "poll",
        "map",
        "boxed",
        "client",
        "arguments",
        "options",
        "output",
        "check",
        "drift",
    ];
    if TAKEN.contains(&field) { format!("set_{field}") } else { field.to_owned() }
}

/// Handles that would hide a method of the client.
pub(crate) fn handle(name: &str) -> String {
    const TAKEN: [&str; 24] = [
        "session",
        "environment",
        "end_user",
        "builder",
        "request",
        "clone",
        "new",
        "raw",
        "fetch",
        "change_password",
        "find_transfer",
        "send_prepared",
        "sca_policy",
        "http",
        "limits",
        "gate",
        "close",
        "logout",
        "login_as",
        "anonymous",
        "drift",
        "layer",
        "into",
        "fmt",
    ];
    if TAKEN.contains(&name) { format!("{name}_api") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_becomes_an_identifier() {
        let texts = [
            "",
            "a",
            "type",
            "Self",
            "self",
            "1.0",
            "-",
            "/",
            "日本",
            "é",
            "a b",
            "user-id",
            "_id",
            "__",
            "$ref",
            "@type",
            "content-type",
            "async",
            "2fa",
            "UPPER",
            "camelCase",
            "a.b.c",
            "+1",
            "-1",
            " ",
            "crate",
            "super",
            "gen",
        ];
        for text in texts {
            for name in [field(text), method(text), variant(text)] {
                assert!(is_identifier(&name), "{text:?}: {name:?}");
            }
        }
        assert_ne!(variant("+"), variant("-"));
        assert_ne!(field("@"), field("$"));
    }

    /// What a user imports with `linkcy::types::*`, and what generated code has in scope.
    #[test]
    fn every_type_of_the_crate_is_reserved() {
        let source = include_str!("../../../src/types/mod.rs");
        let uses: String =
            source.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join(" ");
        let statements = uses.split("use ").skip(1).filter_map(|text| text.split_once(';')).map(|(text, _)| text);
        let words = statements.flat_map(|text| text.split(|c: char| !c.is_alphanumeric() && c != '_'));
        let names: BTreeSet<&str> = words.filter(|word| word.starts_with(|c: char| c.is_ascii_uppercase())).collect();
        assert!(names.len() > 30, "{names:?}");
        let missing: Vec<&&str> = names.iter().filter(|name| !is_reserved_type(name)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn fields_of_one_struct_have_one_name_each_whatever_their_order() {
        let one = fields(["foo_bar", "fooBar", "FooBar"].into_iter());
        let names: BTreeSet<&String> = one.iter().map(|(_, rust)| rust).collect();
        assert_eq!(names.len(), 3);
        assert_eq!(one.iter().find(|(json, _)| json == "fooBar").unwrap().1, "foo_bar");
    }
}
