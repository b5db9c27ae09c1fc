//! The types through other formats than JSON text: a tree of serde_json's, YAML and MessagePack.

use linkcy::types::{
    Amount, AnyId, Bic, Date, Duration, Iban, Json, Language, Ledger, LedgerId, Page, Patch, Phone, Secret, Timestamp,
    Transaction,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::answers;

/// What JSON is read as, it is read as after a way through each format too.
fn survives<T: Serialize + DeserializeOwned>(json: &str) {
    let value: T = serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"));
    let written = serde_json::to_string(&value).unwrap();
    let again = |format: &str, read: T| {
        assert_eq!(serde_json::to_string(&read).unwrap(), written, "{json} through {format}");
    };
    again("a tree", serde_json::from_value(serde_json::to_value(&value).unwrap()).unwrap());
    let yaml = serde_norway::to_string(&value).unwrap();
    again("YAML", serde_norway::from_str(&yaml).unwrap_or_else(|error| panic!("{yaml}: {error}")));
    again("MessagePack", rmp_serde::from_slice(&rmp_serde::to_vec(&value).unwrap()).unwrap());
    again("MessagePack with names", rmp_serde::from_slice(&rmp_serde::to_vec_named(&value).unwrap()).unwrap());
}

#[test]
fn scalars_survive_every_format_readable_or_not() {
    for json in ["10.1", "-3", "0.0000001", "18446744073709551615", "\"soon\"", "true", "[1]"] {
        survives::<Amount>(json);
    }
    for json in
        ["\"2024-03-26T13:59:07.120+02:00\"", "\"2024-03-26T13:59:07Z\"", "\"soon\"", "17", "[2024]", "{\"a\":1}"]
    {
        survives::<Timestamp>(json);
        survives::<Date>(json);
    }
    for json in ["\"PT10M\"", "\"P7D\"", "600", "{\"seconds\":600}", "\"soon\"", "true"] {
        survives::<Duration>(json);
    }
    for json in ["\"0190b5e2-7c1f-7a3e-8d4b-2f6a9c0e1d57\"", "\"TR-0001\"", "4711", "{\"id\":1}"] {
        survives::<LedgerId>(json);
        survives::<AnyId>(json);
    }
    for json in ["\"EN\"", "\"KLINGON\"", "5", "false"] {
        survives::<Language>(json);
    }
    for json in ["\"FR7630006000011234567890189\"", "\"BNPAFRPP\"", "\"33612345678\"", "\"x\"", "33612345678"] {
        survives::<Iban>(json);
        survives::<Bic>(json);
        survives::<Phone>(json);
    }
    for json in ["{\"a\":[1,2.5,null,{\"b\":\"c\"}]}", "[true]", "\"text\"", "7"] {
        survives::<Json>(json);
    }
    survives::<Secret>("\"hunter2\"");
    for json in ["null", "10.5"] {
        survives::<Patch<Amount>>(json);
    }
}

#[test]
fn answers_survive_every_format() {
    survives::<Ledger>(&answers::ledger());
    survives::<Page<Transaction>>(&answers::transactions());
}

/// A tree holds doubles: there, such an amount is an error.
#[test]
fn an_amount_of_more_digits_than_a_double_has_survives_yaml_and_message_pack() {
    for text in ["0.12345678901234567890", "79228162514264337593543950335", "1234567890123456.5"] {
        let amount: Amount = text.parse().unwrap();
        let yaml = serde_norway::to_string(&amount).unwrap();
        assert_eq!(serde_norway::from_str::<Amount>(&yaml).unwrap(), amount, "{yaml}");
        let packed = rmp_serde::to_vec(&amount).unwrap();
        assert_eq!(rmp_serde::from_slice::<Amount>(&packed).unwrap(), amount, "{text}");
        assert!(serde_json::to_value(&amount).is_err());
    }
}
