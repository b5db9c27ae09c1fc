//! openapi/CHANGES.md: what changed from each version of the description to the next, newest first.

use anyhow::Result;

use crate::compare::Comparer;
use crate::diff::render::markdown;
use crate::document::Document;

const HEAD: &str = "\
# What changed in the API

Written by `cargo xtask`: from each version of the description in openapi/ to the next, newest first, by the names and
corrections of today. The ids are explained in docs/DIFF.md.
";

/// The whole file, from the descriptions there are.
pub fn render(comparer: &mut Comparer, archived: &[Document], current: &Document) -> Result<String> {
    let versions: Vec<&Document> = archived.iter().chain([current]).collect();
    let mut sections = Vec::new();
    for pair in versions.windows(2) {
        if let [old, new] = pair {
            let mut section = markdown(&comparer.compare(old, new)?.report.without_prose());
            let known = comparer.set_aside(old)?;
            let aside: Vec<String> =
                comparer.set_aside(new)?.into_iter().filter(|line| !known.contains(line)).collect();
            if !aside.is_empty() {
                section.push_str("\n### Set aside\n\n");
                aside.iter().for_each(|line| section.push_str(&format!("- {line}\n")));
            }
            sections.push(section);
        }
    }
    sections.reverse();
    Ok(format!("{HEAD}\n{}", sections.join("\n")))
}
