use uuid::Uuid;

use crate::types::AnyId;
use crate::types::check::{self, Measure};
use crate::types::id::ids;

ids! {
    /// A ledger.
    LedgerId,
    /// A card.
    CardId,
}

const TEXT: &str = "0190b5e2-7c1f-7a3e-8d4b-2f6a9c0e1d57";

#[test]
fn is_a_plain_string_in_json() {
    let json = format!("\"{TEXT}\"");
    let id: LedgerId = serde_json::from_str(&json).unwrap();
    assert_eq!(serde_json::to_string(&id).unwrap(), json);
    assert_eq!(serde_json::from_value::<LedgerId>(serde_json::to_value(id).unwrap()).unwrap(), id);
}

#[test]
fn reads_every_version_of_uuid() {
    for version in ['1', '3', '4', '5', '6', '7', '8'] {
        let text = format!("0190b5e2-7c1f-{version}a3e-8d4b-2f6a9c0e1d57");
        assert_eq!(text.parse::<CardId>().unwrap().to_string(), text);
    }
    assert!("00000000-0000-0000-0000-000000000000".parse::<CardId>().is_ok());
}

#[test]
fn says_what_kind_it_is_when_debugged() {
    assert_eq!(format!("{:?}", TEXT.parse::<LedgerId>().unwrap()), format!("LedgerId({TEXT})"));
}

#[test]
fn converts_to_and_from_a_uuid_only_when_asked() {
    let uuid: Uuid = TEXT.parse().unwrap();
    assert_eq!(Uuid::try_from(CardId::from(uuid)), Ok(uuid));
    assert_eq!(CardId::from(uuid).value(), Ok(uuid));
    assert_eq!(AnyId::from(CardId::from(uuid)), AnyId::from(uuid));
}

#[test]
fn a_uuid_in_another_form_is_the_same_id() {
    let id: LedgerId = TEXT.parse().unwrap();
    for text in [TEXT.to_uppercase(), format!("{{{TEXT}}}"), format!("urn:uuid:{TEXT}"), TEXT.replace('-', "")] {
        let read: LedgerId = serde_json::from_value(text.clone().into()).unwrap();
        assert_eq!(read, id, "{text}");
        assert_eq!(serde_json::to_value(read).unwrap(), TEXT);
    }
}

#[test]
fn what_is_no_uuid_is_kept_and_says_so_and_is_not_built() {
    for json in ["\"TR-0001\"", "\"\"", "\"é\"", "4711", "-1.5", "true", "[1]", "{\"id\":1}"] {
        let id: LedgerId = serde_json::from_str(json).unwrap();
        assert!(id.value().is_err(), "{json}");
        assert!(id.measure(&check::Rule::new()).is_err(), "{json}");
        assert_eq!(serde_json::to_string(&id).unwrap(), json);
        assert_eq!(id.raw(), json.trim_matches('"'));
        assert_eq!(id.to_string(), id.raw());
        assert_eq!(id, serde_json::from_str(json).unwrap());
    }
    assert!("4711".parse::<LedgerId>().is_err());
    assert!(serde_json::from_str::<LedgerId>("null").is_err());
}

#[test]
fn ids_of_any_length_stay_apart() {
    for length in [36, 37, 38, 39, 100, 10_000] {
        let texts = ["a", "b", "é"].map(|end| format!("{}{end}", "é".repeat(length / 2)));
        let ids = texts.clone().map(|text| serde_json::from_value::<LedgerId>(text.into()).unwrap());
        assert!(ids[0] != ids[1] && ids[1] != ids[2], "{length}");
        let is_whole = texts[0].len() <= 38;
        assert_eq!(ids[0].raw() == texts[0], is_whole, "{length}: {}", ids[0]);
        assert_eq!(serde_json::from_value::<LedgerId>(serde_json::to_value(ids[0]).unwrap()).unwrap(), ids[0]);
    }
}

#[test]
fn an_id_is_small_and_copied() {
    fn copied<T: Copy>() {}
    copied::<LedgerId>();
    assert!(size_of::<Option<LedgerId>>() <= 40);
}

/// Compiles only as long as a card's id does not become a ledger's: with such a conversion, `kind` would be ambiguous.
#[test]
fn one_kind_never_becomes_another() {
    trait Kind<Way> {
        fn kind() {}
    }
    impl<T> Kind<()> for T {}
    struct ByConversion;
    impl<T: Into<LedgerId>> Kind<ByConversion> for T {}

    <CardId as Kind<_>>::kind();
}
