//! Releases that call things otherwise.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use xtask::diff::{Semver, Verdict};

use super::Release;
use super::edit::*;

const PREFIX: &str = "#/components/schemas/";

/// Every component renamed; those that would have another's name get a number.
pub fn renamed_by(d: &mut Value, rename: &dyn Fn(&str) -> String) {
    let schemas = std::mem::take(at(d, SCHEMAS));
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    // Those whose name changes have the first choice.
    let (moved, kept): (Vec<&String>, Vec<&String>) = schemas.keys().partition(|name| rename(name) != **name);
    for name in moved.into_iter().chain(kept) {
        let wanted = rename(name);
        let is_taken = names.values().any(|taken| *taken == wanted);
        names.insert(name.clone(), if is_taken { format!("{wanted}_2") } else { wanted });
    }
    let new = |name: &str| names.get(name).cloned().unwrap_or_else(|| name.to_owned());
    *at(d, SCHEMAS) = schemas.iter().map(|(name, schema)| (new(name), schema.clone())).collect();
    every(d, &|members| {
        if let Some(Value::String(reference)) = members.get_mut("$ref")
            && let Some(name) = reference.strip_prefix(PREFIX)
        {
            *reference = format!("{PREFIX}{}", new(name));
        }
    });
}

pub const RELEASES: &[Release] = &[
    Release::new("`_Partner` dropped from all names", Verdict::Compatible, Semver::Patch, |d| {
        renamed_by(d, &|name| name.trim_end_matches("_Partner").to_owned());
    })
    .saying(&["LedgerResponseDto_Partner -> LedgerResponseDto"]),
    Release::new("`_Partner` dropped where nobody has the name", Verdict::Compatible, Semver::Patch, |d| {
        let taken: Vec<String> = at(d, SCHEMAS).keys().cloned().collect();
        renamed_by(d, &|name| {
            let plain = name.trim_end_matches("_Partner");
            if taken.iter().any(|other| other == plain) { name.to_owned() } else { plain.to_owned() }
        });
    }),
    Release::new("`Dto` becomes `Dto_V2`", Verdict::Compatible, Semver::Patch, |d| {
        renamed_by(d, &|name| name.replace("Dto", "Dto_V2"));
    }),
    Release::new("every schema gets a package before its name", Verdict::Compatible, Semver::Patch, |d| {
        renamed_by(d, &|name| format!("cloud.linkcy.partner.{name}"));
    }),
    Release::new("one schema renamed, with a field more", Verdict::Compatible, Semver::Minor, |d| {
        renamed_by(d, &|name| name.replace("TokenLoginResponseDto", "SessionTokens"));
        set(d, "/components/schemas/SessionTokens/properties", "scope", text());
    })
    .saying(&["TokenLoginResponseDto -> SessionTokens"]),
    Release::new("operationIds renumbered", Verdict::Compatible, Semver::Patch, |d| {
        for (number, operation) in operations(d).enumerate() {
            operation.insert("operationId".to_owned(), json!(format!("list_{number}")));
        }
    }),
    Release::new("a tag renamed", Verdict::Compatible, Semver::Patch, |d| {
        for operation in operations(d) {
            operation.insert("tags".to_owned(), json!(["Everything"]));
        }
    }),
    Release::new("a pattern in every path", Verdict::Compatible, Semver::Patch, |d| {
        let paths = std::mem::take(at(d, "/paths"));
        *at(d, "/paths") = paths.into_iter().map(|(path, item)| (path.replace("Id}", "Id:.+}"), item)).collect();
    }),
    Release::new("path parameters renamed", Verdict::Compatible, Semver::Patch, |d| {
        rename(d, "/paths", "/api/partner/ledgers/{ledgerId}/close", "/api/partner/ledgers/{id}/close");
        let parameters = "/paths/~1api~1partner~1ledgers~1{id}~1close/post/parameters";
        list(d, parameters)[0]["name"] = json!("id");
    }),
    Release::new("title", Verdict::Compatible, Semver::Patch, |d| d["info"]["title"] = json!("LinkCy API"))
        .asking(&["its title is \"LinkCy API\""]),
    Release::new("no security schemes", Verdict::Compatible, Semver::Patch, |d| {
        remove(d, "/components", "securitySchemes");
    })
    .asking(&["it authenticates by nothing"]),
    Release::new("another server", Verdict::Risky, Semver::Minor, |d| {
        d["servers"] = json!([{ "url": "https://api.linkcy.example" }]);
    })
    .asking(&["its server is https://api.linkcy.example"]),
    Release::new("a lower version", Verdict::Compatible, Semver::Patch, |d| d["info"]["version"] = json!("1.9.0"))
        .asking(&["version 1.9.0 is lower"]),
];
