//! Amounts: exact both ways, written plainly, refused rather than rounded.

use linkcy::types::rust_decimal::Decimal;
use linkcy::types::{Amount, AmountError, parse_decimal};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

fn read(json: &str) -> Amount {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"))
}

fn written(amount: &Amount) -> String {
    serde_json::to_string(amount).unwrap()
}

#[test]
fn writes_plain_numbers_for_the_nasty_ones() {
    for (text, json) in [
        ("10.1", "10.1"),
        ("10.10", "10.1"),
        ("10.00", "10"),
        ("0", "0"),
        ("-0", "0"),
        ("-0.00", "0"),
        ("-10.1", "-10.1"),
        ("0.1", "0.1"),
        ("0.2", "0.2"),
        ("0.3", "0.3"),
        ("1.005", "1.005"),
        ("2.675", "2.675"),
        ("4.35", "4.35"),
        ("1.15", "1.15"),
        ("0.01", "0.01"),
        ("0.001", "0.001"),
        ("0.0009", "0.0009"),
        ("0.0001", "0.0001"),
        ("0.00001", "0.00001"),
        ("0.000001", "0.000001"),
        ("0.00000001", "0.00000001"),
        ("0.000000000000000001", "0.000000000000000001"),
        ("0.0000000000000000000000000001", "0.0000000000000000000000000001"),
        ("1e1", "10"),
        ("1E+2", "100"),
        ("1.5e-7", "0.00000015"),
        ("1000000000000.01", "1000000000000.01"),
        ("9999999999999.99", "9999999999999.99"),
        ("999999999999999", "999999999999999"),
        ("99999999999999.9", "99999999999999.9"),
        ("0.999999999999999", "0.999999999999999"),
        ("9007199254740993", "9007199254740993"),
        ("9223372036854775807", "9223372036854775807"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("18446744073709551615", "18446744073709551615"),
        ("18446744073709551616", "18446744073709551616"),
        ("100000000000000000000", "100000000000000000000"),
        ("1e28", "10000000000000000000000000000"),
        ("79228162514264337593543950335", "79228162514264337593543950335"),
        ("0.123456789012345678", "0.123456789012345678"),
        ("0.10000000000000000555", "0.10000000000000000555"),
        ("1.10000000000000000000000000000000000000000", "1.1"),
    ] {
        assert_eq!(written(&text.parse().unwrap()), json, "parsed from {text}");
        assert_eq!(written(&read(text)), json, "read from {text}");
        assert_eq!(read(json), read(text), "{text}");
    }
}

#[test]
fn refuses_what_it_cannot_hold_exactly() {
    for (text, error) in [
        ("79228162514264337593543950336", AmountError::TooLarge),
        ("1e29", AmountError::TooLarge),
        ("1e999999999999", AmountError::TooLarge),
        ("0.00000000000000000000000000001", AmountError::TooPrecise),
        ("1e-999999999999", AmountError::TooPrecise),
        ("8.9228162514264337593543950335", AmountError::TooPrecise),
        ("1.234567890123456789012345678901", AmountError::TooPrecise),
    ] {
        assert_eq!(text.parse::<Amount>(), Err(error), "{text}");
        let kept = read(text);
        let unreadable = kept.value().unwrap_err();
        assert!(std::error::Error::source(&unreadable).is_some_and(|source| source.to_string() == error.to_string()));
        assert_eq!((kept.raw().as_ref(), written(&kept).as_str()), (text, text));
        assert_eq!(serde_json::to_value(&kept).unwrap(), json!(text), "digits are not lost in a tree");
    }
}

#[test]
fn refuses_what_is_no_number() {
    for text in [
        "", "-", ".", "1.", ".5", "+1", "1,5", "1_000", "0x10", "NaN", "inf", "1e", "1e+", "e5", "1.2.3", " 1", "1 ",
        "--1", "１",
    ] {
        assert_eq!(text.parse::<Amount>(), Err(AmountError::NotANumber), "{text:?}");
    }
    for json in ["true", "{}", "[10.1]", "{\"value\":1}", "\"1,5\"", "\"EUR 1\"", "\"\"", "\"1e\""] {
        let kept = read(json);
        assert!(kept.value().is_err(), "{json}");
        assert_eq!(kept.raw(), json.trim_matches('"'));
        assert_eq!(written(&kept), json);
    }
    assert!(serde_json::from_str::<Amount>("null").is_err());
}

#[test]
fn a_number_given_as_text_is_read_exactly_and_written_as_a_number() {
    for (json, number) in [
        ("\"12.34\"", "12.34"),
        ("\"-0.10\"", "-0.1"),
        ("\"1e3\"", "1000"),
        ("\"\\u0031\"", "1"),
        ("\"0.1234567890123456789\"", "0.1234567890123456789"),
    ] {
        assert_eq!(written(&read(json)), number, "{json}");
    }
}

#[test]
fn an_absent_or_null_amount_is_none() {
    #[derive(Deserialize)]
    struct Fee {
        amount: Option<Amount>,
    }
    for json in ["{}", r#"{"amount":null}"#] {
        assert_eq!(serde_json::from_str::<Fee>(json).unwrap().amount, None, "{json}");
    }
    assert_eq!(serde_json::from_str::<Fee>(r#"{"amount":1.5}"#).unwrap().amount, Some(read("1.5")));
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Inner {
    amount: Amount,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Flat {
    name: String,
    #[serde(flatten)]
    inner: Inner,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Inner(Inner),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
enum Tagged {
    Inner(Inner),
}

/// Every way an amount can take through serde's buffers and serde_json's trees.
fn buffered(amount: &Amount) -> Vec<Amount> {
    let flat = serde_json::to_string(&Flat { name: "n".into(), inner: Inner { amount: amount.clone() } }).unwrap();
    let untagged = serde_json::to_string(&Untagged::Inner(Inner { amount: amount.clone() })).unwrap();
    let tagged = serde_json::to_string(&Tagged::Inner(Inner { amount: amount.clone() })).unwrap();
    let Untagged::Inner(from_untagged) = serde_json::from_str(&untagged).unwrap();
    let Tagged::Inner(from_tagged) = serde_json::from_str(&tagged).unwrap();
    vec![
        serde_json::from_str::<Flat>(&flat).unwrap().inner.amount,
        from_untagged.amount,
        from_tagged.amount,
        serde_json::from_value(serde_json::to_value(amount).unwrap()).unwrap(),
        serde_json::from_value(serde_json::from_str::<Value>(&written(amount)).unwrap()).unwrap(),
        serde_json::from_reader(written(amount).as_bytes()).unwrap(),
    ]
}

#[test]
fn a_tree_or_buffer_refuses_what_a_double_would_round() {
    for text in ["0.1234567890123456", "1234567890123456.5", "0.10000000000000001", "100000000000000000001"] {
        let amount: Amount = text.parse().unwrap();
        assert!(serde_json::to_value(&amount).unwrap_err().to_string().contains("15 significant digits"), "{text}");
        assert_eq!(read(&written(&amount)), amount, "{text} as text");
    }
    let doubled: Value = serde_json::from_str("0.12345678901234567").unwrap();
    let unknown = serde_json::from_value::<Amount>(doubled).unwrap();
    let error = unknown.value().unwrap_err();
    assert!(std::error::Error::source(&error).is_some_and(|error| error.to_string().contains("15 significant digits")));
    let flat = serde_json::from_str::<Flat>(r#"{"name":"n","amount":0.12345678901234567}"#).unwrap();
    assert!(flat.inner.amount.value().is_err());
    assert!(serde_json::from_reader::<_, Amount>("0.10000000000000000555".as_bytes()).unwrap().value().is_err());
}

#[test]
fn is_a_number_in_a_tree() {
    assert_eq!(serde_json::to_value(read("10.10")).unwrap(), json!(10.1));
    assert_eq!(serde_json::to_value(read("10")).unwrap(), json!(10));
    assert_eq!(serde_json::to_value(read("18446744073709551615")).unwrap(), json!(u64::MAX));
    assert_eq!(serde_json::to_value(read("0.00000001")).unwrap(), json!(0.000_000_01));
}

#[test]
fn is_the_same_amount_however_many_zeros() {
    let (short, long) = (read("10.1"), Amount::from(Decimal::new(10_100, 3)));
    assert_eq!(short, long);
    assert_eq!((short.to_string(), long.to_string()), ("10.1".into(), "10.100".into()));
    assert_eq!(written(&short), written(&long));
    assert_eq!(std::collections::HashSet::from([short.clone(), long]).len(), 1);
    assert!(read("9.99") < short && short < read("10.100000000000001"));
}

#[test]
fn comes_from_whole_units_and_goes_to_a_decimal() {
    assert_eq!(Amount::from(15_i32), read("15"));
    assert_eq!(Amount::from(u64::MAX), read("18446744073709551615"));
    assert_eq!(Decimal::try_from(read("15.21")), Ok(Decimal::new(1521, 2)));
    assert_eq!(format!("{0} {0:?} {0:.2}", read("15.5")), "15.5 Amount(15.5) 15.50");
}

#[test]
fn reads_the_strings_that_hold_numbers() {
    assert_eq!(parse_decimal("1.08420").unwrap(), Decimal::new(10_842, 4));
    assert_eq!(parse_decimal("about one"), Err(AmountError::NotANumber));
}

#[test]
fn sums_and_differences_are_exact_and_keep_the_scale() {
    let (one, two) = (read("10.10"), read("0.2"));
    assert_eq!((&one + &two).to_string(), "10.30");
    assert_eq!((one.clone() - two.clone()).to_string(), "9.90");
    assert_eq!((-&one).to_string(), "-10.10");
    assert_eq!([one.clone(), two.clone(), read("0.70")].iter().sum::<Amount>().to_string(), "11.00");
    assert_eq!([one.clone(), two.clone()].into_iter().sum::<Amount>(), read("10.3"));
    let mut total = Amount::ZERO;
    total += &one;
    total -= two;
    assert_eq!(total, read("9.9"));
    assert_eq!(one.checked_add(&total).map(|sum| sum.to_string()).as_deref(), Some("20.00"));
    assert_eq!(written(&-read("0")), "0");
    assert_eq!(["2.345", "2.355", "-2.345"].map(|text| read(text).round_dp(2).to_string()), ["2.34", "2.36", "-2.34"]);
    assert_eq!(format!("{:.3} {:>8}|", one, one), "10.100    10.10|");
}

#[test]
fn a_result_that_cannot_be_held_exactly_has_no_value() {
    let most = read("79228162514264337593543950335");
    for (one, other) in [(&most, read("1")), (&most, read("0.1")), (&-&most, read("-1")), (&most, read("\"soon\""))] {
        let sum = one + &other;
        assert!(sum.value().is_err() && (&sum - one).value().is_err(), "{one} + {other}");
        assert_eq!(one.checked_add(&other), None);
        assert!(serde_json::to_string(&sum).is_err() || sum.raw() == "soon");
        assert!(sum > most, "what has no value comes last");
    }
    assert_eq!(read("79228162514264337593543950334") + Amount::from(1), most);
    assert_eq!(&most - read("1.00"), read("79228162514264337593543950334"));
    assert_eq!(most.checked_sub(&most), Some(Amount::ZERO));
}

#[cfg(feature = "schemars")]
#[test]
fn its_schema_is_a_number() {
    assert_eq!(serde_json::to_value(schemars::schema_for!(Amount)).unwrap()["anyOf"][0]["type"], "number");
}

/// A decimal text of 1 to `digits` significant digits and up to `scale` decimals, as a person writes it.
fn decimal_text(digits: usize, scale: u32) -> impl Strategy<Value = String> {
    (any::<bool>(), proptest::collection::vec(0..10u8, 1..=digits), 0..=scale).prop_map(|(negative, digits, scale)| {
        let scale = scale as usize;
        let digits: String = digits.iter().map(u8::to_string).collect();
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = padded.split_at(padded.len() - scale);
        let whole = whole.trim_start_matches('0');
        let sign = if negative { "-" } else { "" };
        let point = if scale == 0 { "" } else { "." };
        format!("{sign}{}{point}{fraction}", if whole.is_empty() { "0" } else { whole })
    })
}

/// The text as an amount writes it, made without any arithmetic.
fn canonical(text: &str) -> String {
    let trimmed = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
    if trimmed.trim_start_matches('-') == "0" { "0".into() } else { trimmed.into() }
}

fn seeded() -> ProptestConfig {
    ProptestConfig {
        cases: 4_000,
        rng_seed: proptest::test_runner::RngSeed::Fixed(15_21),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(seeded())]

    #[test]
    fn fifteen_digits_are_exact_both_ways(text in decimal_text(15, 28)) {
        let amount = read(&text);
        prop_assert_eq!(amount.value().unwrap().normalize().to_string(), canonical(&text));
        prop_assert_eq!(written(&amount), canonical(&text));
    }

    #[test]
    fn fifteen_digits_are_exact_through_every_buffer(text in decimal_text(15, 22)) {
        let amount = read(&text);
        for buffered in buffered(&amount) {
            prop_assert_eq!(&buffered, &amount);
        }
    }

    #[test]
    fn fifteen_digits_of_any_scale_are_exact_or_refused_through_a_tree(text in decimal_text(15, 28)) {
        let tree: Value = serde_json::from_str(&text).unwrap();
        let amount = serde_json::from_value::<Amount>(tree).unwrap();
        prop_assert!(amount.value().is_err() || amount == read(&text));
    }

    #[test]
    fn twenty_eight_digits_are_exact_as_text(text in decimal_text(28, 28)) {
        let amount = read(&text);
        prop_assert_eq!(written(&amount), canonical(&text));
        prop_assert_eq!(read(&written(&amount)), amount);
    }

    #[test]
    fn more_digits_are_exact_or_refused(text in decimal_text(40, 40)) {
        let amount = read(&text);
        match amount.value() {
            Ok(_) => prop_assert_eq!(written(&amount), canonical(&text)),
            Err(_) => prop_assert_eq!(written(&amount), text),
        }
    }

    #[test]
    fn a_sum_is_exact_or_has_no_value(one in decimal_text(28, 28), other in decimal_text(28, 28)) {
        let (one, other) = (read(&one), read(&other));
        let sum = &one + &other;
        if sum.value().is_ok() {
            prop_assert_eq!(&sum - &one, other);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "[-+0-9.eE]{0,60}") {
        let _ = text.parse::<Amount>();
        let _ = serde_json::from_str::<Amount>(&text);
    }
}
