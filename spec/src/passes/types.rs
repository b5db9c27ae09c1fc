//! Gives every type its Rust name: names.toml first, else the vendor's name without its framework's
//! words (`Dto`, `_Partner`). Last in the row, so that every pass before it speaks of vendor names.

use std::collections::BTreeMap;

use heck::{ToPascalCase, ToSnakeCase};

use crate::Error;
use crate::document::Pointer;
use crate::work::Work;

const PASS: &str = "types";

pub(super) fn run(work: &mut Work) -> Result<(), Error> {
    let mut renamed: BTreeMap<String, String> = BTreeMap::new();
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    for name in work.document.schemas().keys() {
        let rust = work.names.types.get(name).cloned().unwrap_or_else(|| words(name).concat());
        if !is_type_name(&rust) {
            return Err(Error::new(
                PASS,
                &Pointer::of(&["components", "schemas", name]),
                format!("`{rust}` cannot be the name of a type"),
                format!("name it in names.toml, [types] {name} = \"...\""),
            ));
        }
        if let Some(other) = taken.insert(rust.clone(), name.clone()) {
            return Err(Error::new(
                PASS,
                &Pointer::of(&["components", "schemas", name]),
                format!("`{name}` and `{other}` would both be called `{rust}`"),
                format!("name one of them in names.toml, [types] {name} = \"...\""),
            ));
        }
        renamed.insert(name.clone(), rust);
    }
    work.redirect(&renamed);
    let schemas = std::mem::take(work.document.schemas_mut());
    *work.document.schemas_mut() =
        schemas.into_iter().map(|(name, schema)| (renamed.get(&name).cloned().unwrap_or(name), schema)).collect();
    Ok(())
}

/// Letters and digits, a letter first, and none of the names Rust keeps for itself.
fn is_type_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
        && name != "Self"
}

/// The words of a vendor name that mean something, in Pascal case.
pub(crate) fn words(name: &str) -> Vec<String> {
    let name = name.strip_suffix("_Partner").unwrap_or(name);
    let snake = name.to_pascal_case().to_snake_case();
    snake.split('_').filter(|word| !word.is_empty() && *word != "dto").map(ToPascalCase::to_pascal_case).collect()
}

/// What a schema is about: its words without the role it plays.
pub(crate) fn stem(name: &str) -> String {
    const ROLES: [&str; 6] = ["Request", "Response", "Info", "List", "Element", "Data"];
    let mut words = words(name);
    while words.len() > 1 && words.last().is_some_and(|last| ROLES.contains(&last.as_str())) {
        words.pop();
    }
    words.concat()
}
