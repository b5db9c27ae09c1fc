//! A description of each kind that vendors write, and what users see of it: surface and findings.

use std::path::Path;

use linkcy_spec::{Inputs, prepare};

const KINDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/kinds");

fn seen(text: &str) -> String {
    let prepared = prepare(&Inputs::alone(text)).unwrap();
    prepared.generate().unwrap();
    let findings: Vec<String> =
        prepared.findings().iter().map(|finding| format!("{}: {finding}\n", finding.weight.word())).collect();
    format!("{}\n{}", prepared.surface(), findings.concat())
}

#[test]
fn every_kind_is_seen_as_before() {
    let mut kinds: Vec<String> = std::fs::read_dir(KINDS)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".yaml").map(str::to_owned))
        .collect();
    kinds.sort();
    assert!(kinds.len() > 20, "{kinds:?}");
    for kind in kinds {
        let text = std::fs::read_to_string(Path::new(KINDS).join(format!("{kind}.yaml"))).unwrap();
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../kinds");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(kind, seen(&text)));
    }
}
