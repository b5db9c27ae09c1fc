//! The whole row on both real descriptions, as the listing of what users see of them.

use linkcy_spec::{Inputs, Options, prepare, prepare_with};

const NEWEST: &str = include_str!("../../openapi/linkcy.json");
const OLD: &str = include_str!("../../openapi/archive/1.78.0.json");
const OVERLAY: &str = include_str!("../../openapi/overlay.yaml");
const NAMES: &str = include_str!("../../openapi/names.toml");

fn snapshot(name: &str, listing: String) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../fixtures");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, listing));
}

#[test]
fn the_newest_is_prepared_without_a_rest() {
    let prepared = prepare(&Inputs { description: NEWEST, overlay: OVERLAY, names: NAMES }).unwrap();
    assert_eq!(prepared.operations().count(), 107);
    assert_eq!(prepared.unnamed(), []);
    assert_eq!(prepared.leftovers(), [""; 0]);
    snapshot("linkcy", prepared.surface().to_string());
}

/// The file has one operationId twice, and the overlay was written for another version.
#[test]
fn the_old_one_is_prepared_with_what_fits() {
    let inputs = Inputs { description: OLD, overlay: OVERLAY, names: NAMES };
    let options = Options { lenient_overlay: true, ..Options::default() };
    let prepared = prepare_with(&inputs, &options).unwrap();
    assert_eq!(prepared.operations().count(), 102);
    snapshot("1.78.0", format!("unnamed {:#?}\n{}", prepared.unnamed(), prepared.surface()));
}

#[test]
fn an_area_built_alone_has_the_types_it_has_in_the_whole() {
    let inputs = Inputs { description: NEWEST, overlay: OVERLAY, names: NAMES };
    let whole = prepare(&inputs).unwrap().surface();
    for area in linkcy_spec::areas(NAMES).unwrap() {
        let options = Options { areas: Some([area.clone()].into()), ..Options::default() };
        let prepared = prepare_with(&inputs, &options).unwrap_or_else(|error| panic!("{area}: {error}"));
        let found = prepared.operations().count();
        // The four of `auth` are always there.
        assert!(found > 4 && found < 107, "{area}: {found}");
        for (name, ty) in prepared.surface().types {
            assert_eq!(Some(&ty), whole.types.get(&name), "{area}: {name}");
        }
    }
}
