//! Says of each number, date, id and text which Rust type reads it: amounts exactly, dates leniently, ids by what they
//! identify, secrets so that they are never shown.

use heck::ToPascalCase;

use crate::api::read::plain_name;
use crate::api::walk::{self, Position, Site};
use crate::api::{Kind, Place, Scalar, Schema, TextFormat, Values};
use crate::finding::Finding;
use crate::names::{Names, words};
use crate::work::Work;

const PASS: &str = "scalars";

pub(super) fn run(work: &mut Work) {
    let (names, table, findings) = (&work.names, &work.table, &mut work.findings);
    walk::every(
        &mut work.api,
        |operation| Work::id(table, &operation.endpoint),
        |site, schema| {
            if let Some(scalar) = scalar(names, site, schema, findings) {
                schema.kind = Kind::Scalar(scalar);
            }
        },
    );
}

fn scalar(names: &Names, site: &Site, schema: &mut Schema, findings: &mut Vec<Finding>) -> Option<Scalar> {
    if matches!(schema.kind, Kind::Integer { .. } | Kind::Number)
        && site.property().is_some_and(|name| is_hidden(names, name))
    {
        let problem = "a number that is called like a secret is not hidden in `Debug`";
        findings.push(Finding::note(PASS, "secret-number", &schema.at, problem));
    }
    Some(match &schema.kind {
        Kind::Bool => Scalar::Bool,
        Kind::Integer { narrow: true } => Scalar::I32,
        Kind::Integer { narrow: false } => Scalar::I64,
        Kind::Number => Scalar::Amount,
        Kind::Any => Scalar::Json,
        // Nothing is known of its members.
        Kind::Object(object) if object.properties.is_empty() && !matches!(object.values, Values::Of(_)) => Scalar::Json,
        Kind::Enum(values) if !values.iter().all(serde_json::Value::is_string) => {
            let scalar = of_values(values);
            schema.about.one_of = values.clone();
            if scalar == Scalar::Json {
                let problem = "a list of values of several types; it is read as free JSON";
                findings.push(
                    Finding::aside(PASS, "mixed-list", &schema.at, problem)
                        .or_free_json(&schema.at, "The values are of several types."),
                );
            }
            scalar
        }
        Kind::Text(format) => match format {
            TextFormat::Uuid | TextFormat::Byte if site.property().is_some_and(|name| is_hidden(names, name)) => {
                Scalar::Secret
            }
            TextFormat::Uuid => id(names, site),
            TextFormat::DateTime => Scalar::Timestamp,
            TextFormat::Date => Scalar::Date,
            TextFormat::Duration => Scalar::Duration,
            TextFormat::Password => Scalar::Secret,
            // In a form it is a file; in JSON bytes are a text.
            TextFormat::Binary if is_in_form(site) => Scalar::Binary,
            TextFormat::Binary => {
                findings.push(Finding::note(
                    PASS,
                    "binary-in-json",
                    &schema.at,
                    "bytes inside JSON are read as a text",
                ));
                Scalar::Text
            }
            TextFormat::Byte => Scalar::Text,
            TextFormat::Plain => text(names, site),
        },
        _ => return None,
    })
}

fn of_values(values: &[serde_json::Value]) -> Scalar {
    match () {
        () if values.iter().all(serde_json::Value::is_boolean) => Scalar::Bool,
        () if values.iter().all(serde_json::Value::is_i64) => Scalar::I64,
        () if values.iter().all(serde_json::Value::is_number) => Scalar::Amount,
        () => Scalar::Json,
    }
}

/// A property, or a list's items, of an operation's own body: only forms have such.
fn is_in_form(site: &Site) -> bool {
    site.in_operation && matches!(site.position, Position::Property | Position::Items) && site.trail.len() == 1
}

fn text(names: &Names, site: &Site) -> Scalar {
    let Some(property) = site.property() else { return Scalar::Text };
    match () {
        () if names.text.plain.has(property) => Scalar::Text,
        () if names.text.secret.has(property) => Scalar::Secret,
        () if names.text.duration.has(property) => Scalar::Duration,
        () if names.text.link.has(property) => Scalar::Link,
        () => match names.text.typed.get(property) {
            Some(name) => Scalar::Typed(name.clone()),
            None if is_secret(property) => Scalar::Secret,
            None => Scalar::Text,
        },
    }
}

/// A token stays a secret as a UUID or as Base64.
fn is_hidden(names: &Names, property: &str) -> bool {
    !names.text.plain.has(property) && (names.text.secret.has(property) || is_secret(property))
}

/// A text whose name ends in what is never shown is a secret, whatever stands before.
fn is_secret(property: &str) -> bool {
    const WORDS: [&str; 14] = [
        "Password",
        "Passwd",
        "Passcode",
        "Passphrase",
        "Secret",
        "Token",
        "Pin",
        "Pan",
        "Cvv",
        "Cvc",
        "Cvv2",
        "Cvc2",
        "Otp",
        "Credential",
    ];
    words::every(property).last().is_some_and(|last| WORDS.contains(&last.as_str()))
}

/// An id is named after what it identifies: by its property, and for a plain `id` by its schema.
fn id(names: &Names, site: &Site) -> Scalar {
    let property = match (site.property(), site.position) {
        // A path's parameter may have a pattern behind its name.
        (Some(property), _) => plain_name(property),
        (None, Position::Component | Position::Branch(_)) => "id",
        // A bare answer or its items: nothing says what it identifies.
        (None, _) => return Scalar::Uuid,
    };
    if let Some(name) = names.ids.properties.get(property) {
        return Scalar::Id(name.clone());
    }
    if property != "id" {
        let singular = property.strip_suffix("Ids").map(|stem| format!("{stem}Id"));
        let name = words::every(singular.as_deref().unwrap_or(property)).concat();
        // A code that happens to be a UUID identifies nothing.
        let is_id =
            name.ends_with("Id") && name.len() > 2 && name.starts_with(|first: char| first.is_ascii_alphabetic());
        return if is_id { Scalar::Id(name) } else { Scalar::Uuid };
    }
    match (names.ids.subjects.longest_beginning(&site.owner), site.position) {
        (Some(name), _) => Scalar::Id(name.clone()),
        // `id` of an operation says what the path says; the handle is the best word there is.
        (None, Position::Parameter(Place::Path | Place::Query)) => {
            let handle = site.owner.split('_').next().unwrap_or_default().to_pascal_case();
            let name = words::singular(&handle);
            if name.is_empty() { Scalar::Uuid } else { Scalar::Id(format!("{name}Id")) }
        }
        (None, _) => {
            let stem = words::stem(&site.owner);
            let starts = stem.starts_with(|first: char| first.is_ascii_alphabetic());
            if starts { Scalar::Id(format!("{stem}Id")) } else { Scalar::Uuid }
        }
    }
}
