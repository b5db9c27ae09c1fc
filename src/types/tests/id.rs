use uuid::Uuid;

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
    assert_eq!(Uuid::from(CardId::from(uuid)), uuid);
    assert_eq!(CardId::from(uuid).into_uuid(), uuid);
}

#[test]
fn refuses_what_is_no_uuid() {
    assert!("4711".parse::<LedgerId>().is_err());
    assert!(serde_json::from_str::<LedgerId>("4711").is_err());
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
