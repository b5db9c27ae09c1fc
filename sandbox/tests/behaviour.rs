//! docs/BEHAVIOUR.md names tests that exist.

use std::path::Path;

#[test]
fn every_test_that_the_list_of_behaviour_names_exists() {
    let list = include_str!("../docs/BEHAVIOUR.md");
    let rows: Vec<&str> = list.lines().filter(|line| line.starts_with("| ") && line.contains("::")).collect();
    assert!(rows.len() >= 28, "{} rows", rows.len());
    for span in rows.iter().flat_map(|row| row.split('`').filter(|span| span.contains("::"))) {
        let (file, test) = span.rsplit_once("::").unwrap();
        let file = if file.starts_with("src/") { file.to_owned() } else { format!("tests/{file}") };
        let source = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("{file}.rs")));
        let source = source.unwrap_or_else(|error| panic!("{file}.rs: {error}"));
        assert!(source.contains(&format!("fn {test}()")), "{span}");
    }
}
