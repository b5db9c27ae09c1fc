//! The whole pipeline on both real descriptions, as the listing of what users see of them.

use linkcy_spec::{Inputs, Options, SurfaceType, prepare, prepare_with};
use serde_json::{Value, json};

const NEWEST: &str = include_str!("../../openapi/linkcy.json");
const OLD: &str = include_str!("../../openapi/archive/1.78.0.json");
const OVERLAY: &str = include_str!("../../openapi/overlay.yaml");
const NAMES: &str = include_str!("../../openapi/names.toml");
const LOCK: &str = include_str!("../../openapi/names.lock");
const NEEDS: &str = include_str!("../../openapi/needs.toml");

fn newest(description: &str) -> Inputs<'_> {
    Inputs { description, overlay: OVERLAY, names: NAMES, lock: LOCK, needs: NEEDS }
}

fn snapshot(name: &str, listing: String) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../fixtures");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, listing));
}

#[test]
fn the_newest_is_prepared_without_a_rest() {
    let prepared = prepare(&newest(NEWEST)).unwrap();
    assert_eq!(prepared.operations().count(), 107);
    assert_eq!(prepared.unnamed(), []);
    assert_eq!(prepared.leftovers(), [""; 0]);
    snapshot("linkcy", prepared.surface().to_string());
}

/// The file has one operationId twice, and the overlay was written for another version.
#[test]
fn the_old_one_is_prepared_with_what_fits() {
    let inputs = Inputs { needs: "", ..newest(OLD) };
    let options = Options { lenient_overlay: true, ..Options::default() };
    let prepared = prepare_with(&inputs, &options).unwrap();
    assert_eq!(prepared.operations().count(), 102);
    snapshot("1.78.0", format!("unnamed {:#?}\n{}", prepared.unnamed(), prepared.surface()));
}

#[test]
fn an_area_built_alone_has_the_types_it_has_in_the_whole() {
    let inputs = newest(NEWEST);
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

/// A build of any areas is asked for what the code that it compiles needs, and for nothing else.
#[test]
fn a_build_says_what_the_hand_written_layer_lacks() {
    let refused = |description: &Value, areas: &[&str]| {
        let areas = Some(areas.iter().map(|area| (*area).to_owned()).collect());
        let description = description.to_string();
        match prepare_with(&newest(&description), &Options { areas, lenient_overlay: true }) {
            Ok(_) => None,
            Err(error) => Some(error.to_string()),
        }
    };
    let newest: Value = serde_json::from_str(NEWEST).unwrap();
    let mut without_refresh = newest.clone();
    without_refresh["paths"].as_object_mut().unwrap().remove("/api/partner/refresh");
    for areas in [&[][..], &["cards"], &["transactions", "ledgers"]] {
        let said = refused(&without_refresh, areas).unwrap_or_default();
        assert!(said.contains("src/issuer.rs needs the operation POST /api/partner/refresh"), "{areas:?}: {said}");
    }
    let mut without_list = newest;
    without_list["paths"]["/api/partner/transactions"].as_object_mut().unwrap().remove("get");
    let said = refused(&without_list, &["transactions"]).unwrap_or_default();
    assert!(said.contains("src/transfers.rs needs the operation GET /api/partner/transactions"), "{said}");
    assert_eq!(refused(&without_list, &["cards"]), None);
}

#[test]
fn whoever_needs_something_is_a_file_and_in_an_area_that_there_is() {
    let areas = linkcy_spec::areas(NAMES).unwrap();
    let needs: toml::Table = NEEDS.parse().unwrap();
    let texts = |key: &str| {
        let needs = needs.values().flat_map(|table| table.as_table().unwrap().values());
        let found = needs.filter_map(|need| need.get(key)).map(|text| text.as_str().unwrap().to_owned());
        found.collect::<Vec<_>>()
    };
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for by in texts("by") {
        assert!(root.join(&by).is_file(), "{by}");
    }
    assert!(!texts("area").is_empty());
    for area in texts("area") {
        assert!(areas.contains(&area), "{area}");
    }
}

/// Value lists that grow at both ends. Short ones may be what tells the branches of a union apart, and stay.
fn grow(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if let Some(Value::Array(list)) = members.get_mut("enum")
                && list.len() > 2
            {
                list.insert(0, json!("A_VALUE_OF_TOMORROW"));
                list.push(json!("A-value.of tomorrow"));
            }
            members.values_mut().for_each(grow);
        }
        Value::Array(items) => items.iter_mut().for_each(grow),
        _ => {}
    }
}

#[test]
fn a_list_that_grows_keeps_its_name_and_those_of_its_values() {
    let surface = |description: &str| prepare(&newest(description)).unwrap().surface();
    let mut grown: Value = serde_json::from_str(NEWEST).unwrap();
    grow(&mut grown);
    let (now, grown) = (surface(NEWEST), surface(&grown.to_string()));
    let (mut lists, mut values) = (0, 0);
    for (name, ty) in &now.types {
        let SurfaceType::Enum { variants } = ty else { continue };
        let Some(SurfaceType::Enum { variants: later }) = grown.types.get(name) else { panic!("{name} is gone") };
        for (value, variant) in variants {
            assert_eq!(later.get(value), Some(variant), "{name}");
        }
        lists += usize::from(later.len() > variants.len());
        values += variants.len();
    }
    println!("{lists} lists grew, {values} values");
    assert!(lists > 80 && values > 1_500, "{lists} {values}");
}
