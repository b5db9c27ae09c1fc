//! openapi/needs.toml: what the hand-written layer refers to in generated code. A description that lacks or renames it is refused
//! here, in the vendor's words, and not by rustc.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::finding::{Error, Finding};
use crate::model::{Field, Model, Output, Presence, Shape};
use crate::pointer::Pointer;

const PASS: &str = "needs";

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Needs {
    /// `METHOD /path` -> what is needed of it.
    operations: BTreeMap<String, OperationNeed>,
    /// Rust type -> what is needed of it.
    types: BTreeMap<String, TypeNeed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OperationNeed {
    /// The file of src/ that needs it.
    by: String,
    /// The area without which that file is not compiled.
    #[serde(default)]
    area: Option<String>,
    /// `handle.verb`.
    name: String,
    /// Rust type of the request.
    #[serde(default)]
    takes: Option<String>,
    /// Rust type of the answer.
    #[serde(default)]
    gives: Option<String>,
    /// Options that are set by name.
    #[serde(default)]
    options: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TypeNeed {
    by: String,
    #[serde(default)]
    area: Option<String>,
    /// JSON property -> Rust type, with `?` where it may be missing.
    #[serde(default)]
    fields: BTreeMap<String, String>,
    /// Variants of a union.
    #[serde(default)]
    variants: Vec<String>,
}

/// Finds every need that the model does not meet. A model of some `areas` is not asked for what only others need.
pub(crate) fn check(
    needs: &str,
    areas: Option<&BTreeSet<String>>,
    model: &Model,
    findings: &mut Vec<Finding>,
) -> Result<(), Error> {
    let needs: Needs = toml::from_str(needs).map_err(|error| {
        let problem = format!("needs.toml: {}", error.to_string().trim());
        Finding::refused(PASS, "needs-unreadable", &Pointer::root(), problem)
            .then("see CONTRIBUTING.md for what its tables hold")
    })?;
    let is_on = |area: &Option<String>| match (areas, area) {
        (Some(areas), Some(area)) => areas.contains(area),
        _ => true,
    };
    for (endpoint, need) in needs.operations.iter().filter(|(_, need)| is_on(&need.area)) {
        operation(endpoint, need, model, findings);
    }
    for (name, need) in needs.types.iter().filter(|(_, need)| is_on(&need.area)) {
        ty(name, need, model, findings);
    }
    Ok(())
}

fn miss(findings: &mut Vec<Finding>, at: &Pointer, by: &str, problem: String) {
    findings.push(Finding::refused(PASS, "missing-need", at, format!("{by} needs {problem}")).then(
        "correct the description in overlay.yaml or the names in names.toml, or change that file and needs.toml",
    ));
}

fn operation(endpoint: &str, need: &OperationNeed, model: &Model, findings: &mut Vec<Finding>) {
    let Some(found) = model.operations.iter().find(|operation| operation.entry.listed == endpoint) else {
        let near = near(endpoint, model.operations.iter().map(|operation| operation.endpoint.to_string()));
        return miss(
            findings,
            &Pointer::root().child("paths"),
            &need.by,
            format!("the operation {endpoint}, which the description does not have{near}"),
        );
    };
    let mut missing = |what: String| miss(findings, &found.at, &need.by, what);
    if found.entry.name() != need.name {
        missing(format!("{endpoint} to be called `{}`; it is called `{}`", need.name, found.entry.name()));
    }
    let takes = found.body.as_ref().map(|body| body.ty.to_string());
    if need.takes.is_some() && takes != need.takes {
        missing(format!(
            "the request of {endpoint} to be `{}`; it is {}",
            need.takes.as_deref().unwrap_or_default(),
            takes.map_or_else(|| "nothing".into(), |name| format!("`{name}`"))
        ));
    }
    let gives = match &found.output {
        Output::Json(ty) => match model.types.get(ty.named().unwrap_or_default()).map(|ty| &ty.shape) {
            Some(Shape::Alias(page)) => page.to_string(),
            _ => ty.to_string(),
        },
        other => other.to_string(),
    };
    if let Some(wanted) = &need.gives
        && gives != *wanted
    {
        missing(format!("the answer of {endpoint} to be `{wanted}`; it is `{gives}`"));
    }
    let options: Vec<&str> = found.fields().map(|field| field.json.as_str()).collect();
    for option in need.options.iter().filter(|option| !options.contains(&option.as_str())) {
        missing(format!("the parameter `{option}` of {endpoint}, which it does not have"));
    }
}

fn ty(name: &str, need: &TypeNeed, model: &Model, findings: &mut Vec<Finding>) {
    let Some(found) = model.types.get(name) else {
        let near = near(name, model.types.keys().cloned());
        return miss(
            findings,
            &Pointer::of(&["components", "schemas"]),
            &need.by,
            format!("a schema that is called `{name}` in Rust, and there is none{near}"),
        );
    };
    let mut missing = |at: &Pointer, what: String| miss(findings, at, &need.by, what);
    let vendor = if found.vendor.is_empty() { name } else { &found.vendor };
    match &found.shape {
        Shape::Struct(fields) => properties(vendor, &found.at, &fields.fields, need, &mut missing),
        Shape::Union(union) => {
            let variants: Vec<&str> = union.rows.iter().map(|row| row.variant.as_str()).collect();
            for variant in need.variants.iter().filter(|variant| !variants.contains(&variant.as_str())) {
                missing(&found.at, format!("`{vendor}` to have the form `{variant}`; it has {}", variants.join(", ")));
            }
            properties(vendor, &found.at, &union.shared, need, &mut missing);
        }
        _ => missing(&found.at, format!("`{vendor}` to be an object or a union")),
    }
}

fn properties(
    vendor: &str,
    at: &Pointer,
    fields: &[Field],
    need: &TypeNeed,
    missing: &mut impl FnMut(&Pointer, String),
) {
    for (property, wanted) in &need.fields {
        let Some(field) = fields.iter().find(|field| field.json == *property) else {
            let near = near(property, fields.iter().map(|field| field.json.clone()));
            missing(at, format!("the property `{property}` of `{vendor}`, which it does not have{near}"));
            continue;
        };
        let mark = if field.presence == Presence::Required { "" } else { "?" };
        let is = format!("{}{mark}", field.ty);
        if is != *wanted {
            missing(&field.at, format!("`{property}` of `{vendor}` to be {wanted}; it is {is}"));
        }
    }
}

/// What may have been meant.
fn near(wanted: &str, names: impl Iterator<Item = String>) -> String {
    let distance = |name: &str| {
        let (one, other): (Vec<char>, Vec<char>) = (wanted.chars().collect(), name.chars().collect());
        let mut row: Vec<usize> = (0..=other.len()).collect();
        for (i, a) in one.iter().enumerate() {
            let mut before = row[0];
            row[0] = i + 1;
            for (j, b) in other.iter().enumerate() {
                let here = row[j + 1];
                row[j + 1] = (before + usize::from(a != b)).min(here + 1).min(row[j] + 1);
                before = here;
            }
        }
        row[other.len()]
    };
    let nearest = names.map(|name| (distance(&name), name)).min();
    match nearest {
        Some((distance, name)) if distance <= wanted.len().max(8) / 2 => format!(" (is `{name}` meant?)"),
        _ => String::new(),
    }
}
