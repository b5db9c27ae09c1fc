use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::types::open_enum::{ascending, open_enum};

open_enum! {
    /// The currency of a ledger.
    pub enum Currency {
        /// The euro.
        Eur = "EUR",
        Gbp = "GBP",
        Usd = "USD",
    }
}

open_enum! {
    /// The status of a transaction; one of them is called UNKNOWN by the API itself.
    pub enum Status {
        Approved = "APPROVED",
        UnknownStatus = "UNKNOWN",
    }
}

#[test]
fn reads_and_writes_every_listed_value() {
    for value in Currency::KNOWN {
        let json = serde_json::to_string(value).unwrap();
        assert_eq!(&serde_json::from_str::<Currency>(&json).unwrap(), value);
        assert_eq!(&value.as_str().parse::<Currency>().unwrap(), value);
        assert!(value.known());
    }
    assert_eq!(serde_json::to_string(&Currency::Eur).unwrap(), "\"EUR\"");
    assert_eq!(Currency::KNOWN.len(), 3);
}

#[test]
fn keeps_an_unlisted_value_as_it_came() {
    let kept: Currency = serde_json::from_str("\"Sesterz é\\n\"").unwrap();
    assert!(!kept.known());
    assert_eq!(kept.as_str(), "Sesterz é\n");
    assert_eq!(serde_json::to_string(&kept).unwrap(), "\"Sesterz é\\n\"");
    assert!(matches!(&kept, Currency::Unknown(value) if value.as_str() == "Sesterz é\n"));
    assert_eq!(serde_json::from_value::<Currency>(serde_json::to_value(&kept).unwrap()).unwrap(), kept);
}

#[test]
fn never_holds_a_listed_value_as_unknown() {
    assert_eq!(Currency::from("EUR"), Currency::Eur);
    assert_eq!(Currency::from(String::from("USD")), Currency::Usd);
    assert_eq!(Status::from("UNKNOWN"), Status::UnknownStatus);
    assert!(Status::from("UNKNOWN").known());
}

#[test]
fn tells_values_apart_by_case_and_length() {
    for near in ["eur", "EU", "EURO", "", " EUR"] {
        assert!(!Currency::from(near).known(), "{near}");
    }
}

#[test]
fn shows_itself_as_the_api_writes_it() {
    assert_eq!(format!("{:>5}|{:?}", Currency::Eur, Currency::Eur), "  EUR|EUR");
    assert_eq!(format!("{:?}", Currency::from("XAU")), "Unknown(\"XAU\")");
}

#[test]
fn sorts_by_name_listed_or_not() {
    let sorted: Vec<_> =
        ["USD", "XAU", "EUR", "AUD"].map(Currency::from).into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    assert_eq!(sorted, ["AUD", "EUR", "USD", "XAU"].map(Currency::from));
}

#[test]
fn reads_as_a_key_and_inside_of_an_untagged_enum() {
    #[derive(serde::Deserialize, PartialEq, Debug)]
    #[serde(untagged)]
    enum Either {
        Currency(Currency),
    }
    assert_eq!(serde_json::from_str::<Either>("\"GBP\"").unwrap(), Either::Currency(Currency::Gbp));
    let rates: std::collections::BTreeMap<Currency, u8> = serde_json::from_str(r#"{"GBP": 1}"#).unwrap();
    assert_eq!(rates[&Currency::Gbp], 1);
}

#[test]
fn keeps_what_is_no_text_and_says_so() {
    for json in ["1", "true", "{}", "[\"EUR\"]", "\"\""] {
        let kept: Currency = serde_json::from_str(json).unwrap();
        assert!(!kept.known() && kept.value().is_err(), "{json}");
        assert_eq!(kept.raw(), json.trim_matches('"'));
        assert_eq!(serde_json::to_string(&kept).unwrap(), json);
    }
    assert!(serde_json::from_str::<Currency>("null").is_err());
    assert_ne!(serde_json::from_str::<Currency>("1").unwrap(), serde_json::from_str("\"1\"").unwrap());
    assert_eq!(Currency::Eur.value(), Ok(&Currency::Eur));
}

#[test]
fn notices_names_out_of_order_and_names_that_stand_twice() {
    assert!(ascending(&[]) && ascending(&["A"]) && ascending(&["A", "AA", "B", "a", "é"]));
    for names in [&["B", "A"], &["AA", "A"], &["A", "A"], &["é", "z"]] {
        assert!(!ascending(names), "{names:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: proptest::test_runner::RngSeed::Fixed(2_400),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_text_survives(text in any::<String>()) {
        let value = Currency::from(text.as_str());
        prop_assert_eq!(value.as_str(), &text);
        let json = serde_json::to_string(&value).unwrap();
        prop_assert_eq!(serde_json::from_str::<Currency>(&json).unwrap(), value);
    }

    #[test]
    fn order_is_checked_as_the_search_needs_it(mut names in proptest::collection::vec("[A-C_0-9]{0,3}", 0..6)) {
        let ordered = names.windows(2).all(|pair| pair[0] < pair[1]);
        prop_assert_eq!(ascending(&names.iter().map(String::as_str).collect::<Vec<_>>()), ordered);
        names.sort();
        names.dedup();
        prop_assert!(ascending(&names.iter().map(String::as_str).collect::<Vec<_>>()));
    }
}
