//! The words of a vendor's name.

use heck::{ToPascalCase, ToSnakeCase};

/// The words of a vendor name that mean something, in Pascal case: without its framework's `Dto` and `_Partner`.
pub(crate) fn words(name: &str) -> Vec<String> {
    let name = name.strip_suffix("_Partner").unwrap_or(name);
    let all = every(name);
    let some: Vec<String> = all.iter().filter(|word| *word != "Dto").cloned().collect();
    if some.is_empty() { all } else { some }
}

/// Every word of a name, in Pascal case. What is no ASCII letter or digit separates words.
pub(crate) fn every(name: &str) -> Vec<String> {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    let snake = plain.to_pascal_case().to_snake_case();
    snake.split('_').filter(|word| !word.is_empty()).map(ToPascalCase::to_pascal_case).collect()
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

/// What one of several is called; a word that is singular already stays.
pub(crate) fn singular(word: &str) -> String {
    match (word.strip_suffix("ies"), word.strip_suffix('s')) {
        (Some(stem), _) if !stem.is_empty() => format!("{stem}y"),
        (None, Some(stem)) if !stem.ends_with(['s', 'u']) && !stem.is_empty() => stem.to_owned(),
        _ => word.to_owned(),
    }
}
