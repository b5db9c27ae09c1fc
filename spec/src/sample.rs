//! Sample values: for every type of the model a JSON value that keeps the description's bounds.
//!
//! They are made up and easy to recognise: [`SENSITIVE`] is what must never be seen in a log or an error.

use serde_json::{Map, Value, json};

use crate::model::{Bounds, Constant, Field, Model, Presence, Scalar, Shape, ToldBy, Ty, Union, Variant};

/// Optional fields are left out of what stands deeper than this, and unions take another branch at each level, since the
/// first may hold the union again.
const DEEP: usize = 5;

/// A type nested deeper than this contains itself without end, so it has no value.
const ENDLESS: usize = 16;

const SECRET: &str = "hush-hush-secret";
const PHONE: &str = "33612345678";
const IBAN: &str = "FR7630006000011234567890189";
const PAN: &str = "5555444433332222";
const EMAIL: &str = "alice.martin@example.com";
const UUID: &str = "6f1d3c1e-8a52-4c0b-9f6e-2b7a90d4c3aa";

/// A phone number without its country code.
const NUMBER: &str = "612345678";

/// What stands in samples for secrets and personal data.
pub(crate) const SENSITIVE: [&str; 6] = [SECRET, PHONE, NUMBER, IBAN, PAN, EMAIL];

/// Values that are chosen where a list has them: the samples' person lives in France.
const PREFERRED: [&str; 4] = ["FRA", "FR", "EUR", "EN"];

/// Whole names of properties whose meaning the type does not tell.
const BY_WHOLE_NAME: [(&str, &str); 20] = [
    ("city", "Paris"),
    ("countrycode", "33"),
    ("emailsubject", "Please confirm your address"),
    ("externalid", "customer-1"),
    ("firstname", "Alice"),
    ("friendlyname", "Everyday"),
    ("incorporationcode", "123456789"),
    ("lastname", "Martin"),
    ("merchantcategorycode", "5411"),
    ("merchantcity", "Paris"),
    ("name", "Alice Martin"),
    ("nameoncard", "ALICE MARTIN"),
    ("number", NUMBER),
    ("partnername", "acme"),
    ("postalcode", "75001"),
    ("reason", "Asked for by the user"),
    ("reference", "Lunch"),
    ("registeredname", "Acme"),
    ("street", "1 rue de Rivoli"),
    ("username", "api-user"),
];

/// The same by a part of the name.
const BY_NAME: [(&str, &str); 8] = [
    ("iban", IBAN),
    ("phone", PHONE),
    ("pan", PAN),
    ("email", EMAIL),
    ("bic", "BNPAFRPP"),
    ("date", "2030-01-15"),
    ("otpmessage", "Your code: $otp"),
    ("url", "https://example.com/"),
];

/// A value for an argument or a property.
pub(crate) fn field(model: &Model, field: &Field) -> Value {
    of(model, &field.ty, &field.json, &field.bounds, 0)
}

/// A value of a type.
pub(crate) fn value(model: &Model, ty: &Ty) -> Value {
    of(model, ty, "", &Bounds::default(), 0)
}

fn of(model: &Model, ty: &Ty, name: &str, bounds: &Bounds, depth: usize) -> Value {
    if depth > ENDLESS {
        return Value::Null;
    }
    match ty {
        Ty::Scalar(scalar) => scalar_value(scalar, name, bounds),
        Ty::Named(named) => match model.types.get(named).map(|ty| &ty.shape) {
            Some(Shape::Struct(found)) => Value::Object(object(model, &found.fields, depth)),
            Some(Shape::Enum(variants)) => preferred(variants).map_or(json!("SAMPLE"), |value| json!(value.json)),
            Some(Shape::Union(union)) => branch(model, union, depth),
            Some(Shape::Alias(ty)) => of(model, ty, name, bounds, depth),
            None => Value::Null,
        },
        Ty::List(inner) => Value::Array(vec![of(model, inner, name, &Bounds::default(), depth + 1)]),
        Ty::Map(inner) => json!({ "key": of(model, inner, name, &Bounds::default(), depth + 1) }),
        Ty::Boxed(inner) | Ty::Maybe(inner) => of(model, inner, name, bounds, depth),
        Ty::Page(inner) => {
            let row = of(model, inner, name, &Bounds::default(), depth + 1);
            json!({ "content": [row], "totalElements": 1, "page": 0, "pageSize": 100 })
        }
    }
}

/// The value that stands for a list.
pub(crate) fn preferred(variants: &[Variant]) -> Option<&Variant> {
    variants.iter().find(|variant| PREFERRED.contains(&variant.json.as_str())).or_else(|| variants.first())
}

fn object(model: &Model, fields: &[Field], depth: usize) -> Map<String, Value> {
    let wanted = fields.iter().filter(|field| depth < DEEP || field.presence == Presence::Required);
    let value = |field: &Field| match (&field.constant, field.one_of.first()) {
        (Some(Constant::Text(only)), _) => json!(only),
        (_, Some(first)) => first.clone(),
        _ => of(model, &field.ty, &field.json, &field.bounds, depth + 1),
    };
    wanted.map(|field| (field.json.clone(), value(field))).collect()
}

/// A branch, the first as a rule, with what tells it.
fn branch(model: &Model, union: &Union, depth: usize) -> Value {
    let turn = depth.saturating_sub(DEEP).checked_rem(union.rows.len());
    let Some(row) = turn.and_then(|turn| union.rows.get(turn)) else {
        return json!({});
    };
    let mut value = of(model, &row.branch, "", &Bounds::default(), depth);
    if let (ToldBy::Tag(property, values), Some(object)) = (&row.told_by, value.as_object_mut())
        && let Some(tag) = values.first()
    {
        object.insert(property.clone(), json!(tag));
    }
    value
}

fn scalar_value(scalar: &Scalar, name: &str, bounds: &Bounds) -> Value {
    let least = |otherwise: i64| match (bounds.minimum, bounds.more_than) {
        (Some(least), _) => least.ceiling(),
        (None, Some(less)) => less.ceiling() + 1,
        (None, None) => otherwise,
    };
    match scalar {
        Scalar::Bool => json!(true),
        Scalar::I32 | Scalar::I64 => json!(least(1)),
        Scalar::Amount => json!(least(12)),
        Scalar::Date if name.to_lowercase().contains("birth") => json!("1990-02-28"),
        Scalar::Date => json!("2030-01-15"),
        Scalar::Timestamp => json!("2026-01-02T03:04:05Z"),
        Scalar::Duration => json!("PT10M"),
        Scalar::Json => json!({ "free": "form" }),
        Scalar::Secret => json!(text(name, bounds, SECRET)),
        Scalar::Link => json!(format!("https://files.example.com/1?signature={SECRET}")),
        Scalar::Text | Scalar::Typed(_) | Scalar::Binary => json!(text(name, bounds, "sample")),
        Scalar::Uuid | Scalar::Id(_) => json!(UUID),
    }
}

fn text(name: &str, bounds: &Bounds, otherwise: &str) -> String {
    let name = name.to_lowercase();
    let whole = BY_WHOLE_NAME.iter().find(|(whole, _)| name == *whole);
    let known = whole.or_else(|| BY_NAME.iter().find(|(part, _)| name.contains(part)));
    let known = known.map(|(_, text)| *text).filter(|_| otherwise != SECRET);
    if let Some(pattern) = bounds.pattern.as_deref()
        && !known.is_some_and(|text| fits(pattern, text))
        && let Some(text) = matching(pattern, bounds.max_length)
    {
        return text;
    }
    let text = known.unwrap_or(otherwise);
    let least = bounds.min_length.unwrap_or_default() as usize;
    let most = bounds.max_length.map_or(usize::MAX, |most| most as usize);
    text.chars().cycle().take(text.len().max(least).min(most)).collect()
}

/// Whether a text is of the class and the length of such a pattern; of any other it is not known.
fn fits(pattern: &str, text: &str) -> bool {
    let parts = pattern.strip_prefix("^[").and_then(|rest| rest.strip_suffix('$')?.rsplit_once(']'));
    let Some((class, times)) = parts.filter(|(class, _)| !class.starts_with('^') && !class.contains('\\')) else {
        return false;
    };
    let (least, most) = match times.trim_matches(['{', '}']) {
        "" => ("1", "1"),
        "*" => ("0", ""),
        "+" => ("1", ""),
        counts => counts.split_once(',').unwrap_or((counts, counts)),
    };
    let class: Vec<char> = class.chars().collect();
    let is_in = |c: char| {
        class.contains(&c) || class.windows(3).any(|range| range[1] == '-' && (range[0]..=range[2]).contains(&c))
    };
    least.parse().is_ok_and(|least: usize| text.len() >= least)
        && (most.is_empty() || most.parse().is_ok_and(|most: usize| text.len() <= most))
        && text.chars().all(is_in)
}

/// A text for patterns of one character class, `^[class]{from,to}$` or `^[class]*$`: the description has no others.
fn matching(pattern: &str, max_length: Option<u32>) -> Option<String> {
    let (class, times) = pattern.strip_prefix("^[")?.strip_suffix('$')?.rsplit_once(']')?;
    let most = match times.trim_matches(['{', '}']).rsplit(',').next()? {
        "*" | "+" => 11,
        most => most.parse::<usize>().ok()?,
    };
    let most = most.min(max_length.map_or(usize::MAX, |most| most as usize));
    let letters = if class.contains("0-9") { PHONE } else { "SAMPLE" };
    Some(letters.chars().cycle().take(most.min(letters.len())).collect())
}
