//! Sample values: for every type of the model a JSON value that keeps the description's bounds.
//!
//! They are made up and easy to recognise: [`SENSITIVE`] is what must never be seen in a log or an error.

use serde_json::{Map, Value, json};

use crate::model::{Bounds, Constant, Field, Model, Presence, Scalar, Shape, ToldBy, Ty, Union};

/// Optional fields are left out of what stands deeper than this, and unions take another branch at each level, since the
/// first may hold the union again.
const DEEP: usize = 5;

/// What goes on for longer than this holds itself without end, so that no value of it exists.
const ENDLESS: usize = 16;

const SECRET: &str = "hush-hush-secret";
const PHONE: &str = "33612345678";
const IBAN: &str = "FR7630006000011234567890189";
const PAN: &str = "5555444433332222";
const EMAIL: &str = "alice.martin@example.com";
const UUID: &str = "6f1d3c1e-8a52-4c0b-9f6e-2b7a90d4c3aa";

/// What stands in samples for secrets and personal data.
pub(crate) const SENSITIVE: [&str; 5] = [SECRET, PHONE, IBAN, PAN, EMAIL];

/// Properties whose meaning the type does not tell.
const BY_NAME: [(&str, &str); 6] =
    [("iban", IBAN), ("phone", PHONE), ("pan", PAN), ("email", EMAIL), ("bic", "BNPAFRPP"), ("date", "2001-02-03")];

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
            Some(Shape::Enum(variants)) => variants.first().map_or(json!("SAMPLE"), |first| json!(first.json)),
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
        Scalar::Date => json!("2001-02-03"),
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
    if let Some(text) = bounds.pattern.as_deref().and_then(|pattern| matching(pattern, bounds.max_length)) {
        return text;
    }
    let name = name.to_lowercase();
    let known = BY_NAME.iter().find(|(word, _)| name.contains(word) && otherwise != SECRET);
    let text = known.map_or(otherwise, |(_, text)| text);
    let least = bounds.min_length.unwrap_or_default() as usize;
    let most = bounds.max_length.map_or(usize::MAX, |most| most as usize);
    text.chars().cycle().take(text.len().max(least).min(most)).collect()
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
