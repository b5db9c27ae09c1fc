//! A call of an area that is off: the compiler says which feature is missing, and nothing besides. docs/ERRORS.md shows it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use linkcy_spec::Options;
use xtask::tree::Tree;

/// The handles of each area, from names.toml.
fn handles(names: &str) -> BTreeMap<String, Vec<String>> {
    let table: toml_edit::DocumentMut = names.parse().expect("TOML");
    let areas = table["areas"].as_table().expect("a table");
    let texts = |item: &toml_edit::Item| {
        let array = item.as_array().expect("an array");
        array.iter().filter_map(|handle| handle.as_str().map(str::to_owned)).collect()
    };
    areas.iter().map(|(area, handles)| (area.to_owned(), texts(handles))).collect()
}

/// What stands for the handles when every area is off.
fn stubs(tree: &Tree) -> String {
    let (description, decisions) = (tree.read("linkcy.json").expect("a file"), tree.decisions().expect("files"));
    let inputs = decisions.of(&description);
    let options = Options { areas: Some(BTreeSet::new()), ..Options::default() };
    let operations =
        linkcy_spec::prepare_with(&inputs, &options).expect("a description").generate().expect("code").operations;
    let start = operations.find("#[doc(hidden)]\npub mod off {").expect("stubs");
    operations[start..].to_owned()
}

#[test]
fn the_compiler_names_the_feature_of_every_handle_and_nothing_besides() {
    let tree = Tree::new(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    let areas = handles(&tree.read("names.toml").expect("a file"));
    let mut program = format!("#![crate_type = \"lib\"]\npub struct Client;\n{}", stubs(&tree));
    let mut expected = Vec::new();
    for (area, handles) in &areas {
        for handle in handles {
            let _ = writeln!(program, "pub fn call_{handle}(client: &Client) {{ client.{handle}().list(); }}");
            expected.push(format!(
                "error[E0277]: the area `{area}` of linkcy is off: switch on its feature `{area}`, or `all`"
            ));
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("off.rs");
    fs::write(&file, program).expect("a file");
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.args(["--edition", "2024", "--emit", "metadata", "--out-dir"]).arg(folder.path()).arg(&file);
    let said = String::from_utf8(rustc.output().expect("rustc").stderr).expect("text");
    let errors: Vec<&str> = said.lines().filter(|line| line.starts_with("error[")).collect();
    assert_eq!(errors, expected, "{said}");

    let page = fs::read_to_string(tree.root.join("docs/ERRORS.md")).expect("a file");
    let cards = expected.iter().find(|line| line.contains("`cards`")).expect("an area");
    assert!(page.contains(cards.as_str()), "docs/ERRORS.md lacks {cards}");
}
