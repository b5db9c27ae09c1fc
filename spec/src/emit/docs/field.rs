//! What can be said of a field from its schema, in words: what it is, its bounds, its default, an example.

use heck::ToSnakeCase;
use serde_json::Value;

use super::{plain, sentence};
use crate::model::{Constant, Field, Presence, Scalar, Ty};

/// The doc of a parameter, as markup: the description's words, then what its schema says.
pub(crate) fn field(field: &Field) -> String {
    member(field, &[], true)
}

/// The doc of a field of a struct with these fields, which is sent or only received.
pub(crate) fn member(field: &Field, of: &[Field], is_sent: bool) -> String {
    let words = if is_name(&field.doc, &field.json) { "" } else { &field.doc };
    let mut out = plain(&sentence(words));
    let mut facts = facts(field, words.trim().is_empty(), is_sent);
    if let Some(currency) = currency(field, of) {
        let between = if facts.is_empty() { "" } else { " " };
        facts = format!("{facts}{between}In [`{currency}`](Self#structfield.{currency}).");
    }
    match (out.is_empty(), facts.is_empty()) {
        (true, _) => out = if facts.is_empty() { format!("{}.", what(&field.ty)) } else { facts },
        (false, false) => {
            out.push_str("\n\n");
            out.push_str(&facts);
        }
        (false, true) => {}
    }
    if field.deprecated {
        out.push_str("\n\nDeprecated in the description.");
    }
    out
}

/// Whether words say no more than the name they stand at: "First name" at `firstName`.
pub(crate) fn is_name(words: &str, name: &str) -> bool {
    let letters =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let words = letters(words);
    let words = ["the", "a", "an"]
        .iter()
        .find_map(|article| words.strip_prefix(article))
        .filter(|rest| *rest == letters(name))
        .unwrap_or(&words);
    words == letters(name)
}

/// The field that names the currency of an amount: `originalCurrency` for `originalAmount`, or the struct's `currency`.
fn currency<'f>(field: &Field, of: &'f [Field]) -> Option<&'f str> {
    if !field.ty.is(&Scalar::Amount) {
        return None;
    }
    let name = field.rust.strip_suffix("amount").map(|before| format!("{before}currency"));
    let named = |name: &str| of.iter().find(|other| other.rust == name).map(|other| other.rust.as_str());
    name.as_deref().and_then(named).or_else(|| named("currency"))
}

/// What the schema says; where the description has no words, what the value is goes first.
fn facts(field: &Field, is_wordless: bool, is_sent: bool) -> String {
    let mut facts: Vec<String> = Vec::new();
    let bounds = bounds(field);
    if is_wordless || !bounds.is_empty() {
        let what = what(&field.ty);
        facts.push(if bounds.is_empty() { format!("{what}.") } else { format!("{what}, {}.", bounds.join(", ")) });
    }
    if !field.format.is_empty() {
        facts.push(format!("Format: {}.", plain(&field.format)));
    }
    match (&field.constant, field.one_of.as_slice()) {
        (Some(Constant::Text(only)), _) => facts.push(format!("Always `{}`.", code(only))),
        (Some(Constant::Variant(only)), _) => facts.push(format!("Always `{only}`.")),
        (None, []) => {}
        (None, values) => {
            let values: Vec<String> = values.iter().map(|value| format!("`{}`", code(&value.to_string()))).collect();
            facts.push(format!("One of {}.", values.join(", ")));
        }
    }
    if field.read_only {
        facts.push("Set by LinkCy: it need not be sent.".into());
    }
    if field.nullable && field.presence == Presence::Patch {
        facts.push("Can be emptied.".into());
    }
    // A default is the server's, for what is not sent.
    if let Some(default) = field.default.as_ref().filter(|_| is_sent && field.presence != Presence::Required) {
        facts.push(format!("Default: `{}`.", code(&shown(default))));
    }
    if let Some(example) = field.example.as_ref().filter(|example| !example.is_object() && !example.is_array()) {
        facts.push(format!("Example: `{}`.", code(&shown(example))));
    }
    facts.join(" ")
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Text that stands between backticks.
fn code(text: &str) -> String {
    text.replace('`', "'").replace(['\n', '\r'], " ").chars().take(200).collect()
}

/// What a value is, as the beginning of a sentence.
pub(crate) fn what(ty: &Ty) -> String {
    match ty {
        Ty::Scalar(Scalar::Id(id)) => format!("The id of {} (UUID)", identified(id)),
        Ty::Scalar(Scalar::Typed(name)) => format!("A text, checked as [`{name}`](crate::types::{name})"),
        Ty::Scalar(scalar) => scalar_words(scalar).to_owned(),
        Ty::Named(name) => format!("[`{name}`](crate::types::{name})"),
        Ty::List(inner) => format!("A list, each item {}", lower(&what(inner))),
        Ty::Map(inner) => format!("Values by name, each {}", lower(&what(inner))),
        Ty::Boxed(inner) => what(inner),
        Ty::Page(inner) => format!("A [`Page`](crate::types::Page), each row {}", lower(&what(inner))),
        Ty::Maybe(inner) => format!("{}, or null", what(inner)),
    }
}

/// What an id type identifies, with its article.
pub(crate) fn identified(id: &str) -> String {
    let what = spoken(&id.trim_end_matches("Id").to_snake_case());
    let article = if what.starts_with(['a', 'e', 'i', 'o', 'u']) || what.starts_with("SCA") { "an" } else { "a" };
    format!("{article} {what}")
}

/// A name in snake case as words, abbreviations in capitals.
pub(crate) fn spoken(name: &str) -> String {
    let words = name.split('_').map(|word| match word {
        "kyb" | "kyc" | "sca" | "sms" => word.to_uppercase(),
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The words inside a sentence.
pub(crate) fn lower(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), text.chars().nth(1)) {
        // An abbreviation stays.
        (Some(_), Some(second)) if second.is_uppercase() => text.to_owned(),
        (Some(first), _) => first.to_lowercase().chain(chars).collect(),
        (None, _) => String::new(),
    }
}

fn scalar_words(scalar: &Scalar) -> &'static str {
    match scalar {
        Scalar::Bool => "`true` or `false`",
        Scalar::I32 => "A whole number of 32 bits",
        Scalar::I64 => "A whole number of 64 bits",
        Scalar::Amount => "An exact decimal number",
        Scalar::Text => "A text",
        Scalar::Secret => "A secret text, redacted in `Debug`",
        Scalar::Link => "An address that needs no login, redacted in `Debug`",
        Scalar::Timestamp => "A moment (ISO 8601 date and time)",
        Scalar::Date => "A day (ISO 8601 date)",
        Scalar::Duration => "A duration (ISO 8601)",
        Scalar::Uuid => "A UUID",
        Scalar::Id(_) => "An id",
        Scalar::Typed(_) => "A text that is checked",
        Scalar::Json => "Free JSON, of which the description does not say what it holds",
        Scalar::Binary => "The bytes of a file, with its name and media type",
    }
}

fn bounds(field: &Field) -> Vec<String> {
    let bounds = &field.bounds;
    let mut words = Vec::new();
    let count = |least: Option<u32>, most: Option<u32>, unit: &str| match (least, most) {
        (Some(least), Some(most)) if least == most => Some(format!("{least} {unit}")),
        (Some(least), Some(most)) => Some(format!("{least} to {most} {unit}")),
        (Some(least), None) => Some(format!("at least {least} {unit}")),
        (None, Some(most)) => Some(format!("at most {most} {unit}")),
        (None, None) => None,
    };
    words.extend(count(bounds.min_length, bounds.max_length, "characters"));
    words.extend(count(bounds.min_items, bounds.max_items, "items"));
    if bounds.unique_items {
        words.push("no item twice".into());
    }
    words.extend(bounds.minimum.map(|least| format!("at least {least}")));
    words.extend(bounds.more_than.map(|least| format!("more than {least}")));
    words.extend(bounds.maximum.map(|most| format!("at most {most}")));
    words.extend(bounds.less_than.map(|most| format!("less than {most}")));
    words.extend(bounds.multiple_of.map(|step| format!("a multiple of {step}")));
    words.extend(bounds.pattern.as_ref().map(|pattern| match pattern_words(pattern) {
        Some(words) => words,
        None => format!("matching `{}`", code(pattern)),
    }));
    words
}

/// The usual patterns in words.
fn pattern_words(pattern: &str) -> Option<String> {
    let (class, times) = pattern.strip_prefix("^[")?.strip_suffix('$')?.rsplit_once(']')?;
    let what = match class {
        "0-9" => "digits",
        "A-Z" => "capital letters",
        "a-z" => "small letters",
        "A-Za-z" | "a-zA-Z" => "letters",
        "A-Z0-9" | "0-9A-Z" => "capital letters and digits",
        "A-Za-z0-9" | "a-zA-Z0-9" | "0-9a-zA-Z" | "0-9A-Za-z" => "letters and digits",
        _ => return None,
    };
    match times {
        "*" => Some(format!("{what} only")),
        "+" => Some(format!("one or more {what}")),
        "" => Some(format!("one of the {what}")),
        times => {
            let counts = times.strip_prefix('{')?.strip_suffix('}')?;
            Some(match counts.split_once(',') {
                None => format!("{counts} {what}"),
                Some((least, "")) => format!("at least {least} {what}"),
                Some((least, most)) => format!("{least} to {most} {what}"),
            })
        }
    }
}
