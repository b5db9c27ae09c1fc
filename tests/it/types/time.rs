//! Timestamps, dates and durations: read in every form seen, written in one, never the reason an answer fails.

use std::collections::HashSet;

use linkcy::types::jiff::{SignedDuration, civil};
use linkcy::types::{Date, Duration, Timestamp, jiff};
use proptest::prelude::*;
use serde_json::{Value, json};

fn timestamp(text: &str) -> Timestamp {
    serde_json::from_value(json!(text)).unwrap()
}

fn rewritten<T: serde::Serialize + serde::de::DeserializeOwned>(json: &str) -> String {
    serde_json::to_string(&serde_json::from_str::<T>(json).unwrap()).unwrap()
}

#[test]
fn reads_a_moment_in_every_form_seen_and_writes_rfc_3339() {
    for (text, utc) in [
        ("2024-03-26T13:59:07Z", "2024-03-26T13:59:07Z"),
        ("2024-03-26T13:59:07", "2024-03-26T13:59:07Z"),
        ("2024-03-26T13:59", "2024-03-26T13:59:00Z"),
        ("2024-03-26T13:59Z", "2024-03-26T13:59:00Z"),
        ("2024-03-26 13:59:07", "2024-03-26T13:59:07Z"),
        ("2024-03-26 13:59:07.5+02:00", "2024-03-26T11:59:07.5Z"),
        ("2024-03-26T13:59:07.123456", "2024-03-26T13:59:07.123456Z"),
        ("2024-03-26T13:59:07.123456789", "2024-03-26T13:59:07.123456789Z"),
        ("2024-03-26T13:59:07+0200", "2024-03-26T11:59:07Z"),
        ("2024-03-26T13:59:07+02", "2024-03-26T11:59:07Z"),
        ("2024-03-26t13:59:07z", "2024-03-26T13:59:07Z"),
    ] {
        let read = timestamp(text);
        assert_eq!(read.to_string(), utc, "{text}");
        assert_eq!(read.value().unwrap().to_string(), utc, "{text}");
        assert_eq!(text.parse::<Timestamp>().unwrap(), read, "{text}");
    }
}

#[test]
fn writes_rfc_3339_back_as_it_came() {
    for text in [
        "2024-03-26T13:59:07.123456789Z",
        "2024-03-26T13:59:07.120Z",
        "2024-03-26T13:59:07.000000Z",
        "2024-03-26T13:59:07+02:00",
        "2024-03-26T13:59:07.5-11:30",
        "2024-03-26T13:59:07+00:00",
        "2016-12-31T23:59:60Z",
        "0001-01-01T00:00:00Z",
        "9999-12-30T21:59:59.999999999Z",
    ] {
        let json = format!("\"{text}\"");
        assert_eq!(rewritten::<Timestamp>(&json), json);
        assert!(timestamp(text).value().is_ok(), "{text}");
    }
}

#[test]
fn a_moment_that_nobody_can_read_is_kept_and_says_so() {
    for text in [
        "",
        "soon",
        "2024-02-30T10:00:00Z",
        "2024-03-26",
        "26/03/2024 10:00",
        "2024-03-26T13:59:07.1234567890123Z",
        "2024-03-26T14:59:07[Europe/Paris]",
        "20240326",
        "\u{0}",
    ] {
        let kept = timestamp(text);
        assert!(kept.value().is_err(), "{text}");
        assert_eq!(kept.raw(), text);
        assert_eq!(serde_json::to_value(&kept).unwrap(), json!(text));
        assert!(text.parse::<Timestamp>().is_err(), "{text} was built");
    }
    let error = timestamp("soon").value().unwrap_err().to_string();
    assert!(error.contains("RFC 3339") && error.contains("raw"), "{error}");
}

#[test]
fn moments_are_equal_however_written_and_sort_in_time() {
    let (zulu, offset) = (timestamp("2024-03-26T11:59:07Z"), timestamp("2024-03-26T13:59:07.000+02:00"));
    assert_eq!(zulu, offset);
    assert_eq!(HashSet::from([zulu.clone(), offset.clone()]).len(), 1);
    let mut sorted = [timestamp("soon"), timestamp("2025-01-01T00:00:00+05:00"), timestamp("never"), offset];
    sorted.sort();
    assert_eq!(
        sorted.map(|moment| moment.to_string()),
        ["2024-03-26T13:59:07.000+02:00", "2025-01-01T00:00:00+05:00", "never", "soon"]
    );
    assert_ne!(timestamp("soon"), timestamp("never"));
}

#[test]
fn a_moment_of_ones_own_is_written_in_utc() {
    let now = jiff::Timestamp::from_nanosecond(1_711_461_547_120_000_000).unwrap();
    assert_eq!(serde_json::to_value(Timestamp::from(now)).unwrap(), json!("2024-03-26T13:59:07.12Z"));
}

#[test]
fn reads_and_writes_days() {
    assert_eq!(rewritten::<Date>("\"1990-02-28\""), "\"1990-02-28\"");
    assert_eq!(Date::from(civil::date(2024, 2, 29)).to_string(), "2024-02-29");
    for text in ["1990-02-28T23:30:00-11:00", "1990-02-28T00:00:00Z", "1990-02-28 00:00"] {
        let read: Date = serde_json::from_value(json!(text)).unwrap();
        assert_eq!(read.value().unwrap(), civil::date(1990, 2, 28), "{text}");
        assert_eq!(read.to_string(), "1990-02-28", "{text}");
    }
}

#[test]
fn a_day_that_nobody_can_read_is_kept_and_says_so() {
    for text in ["", "1990-02-30", "28/02/1990", "1990", "T10:00"] {
        let kept: Date = serde_json::from_value(json!(text)).unwrap();
        assert!(kept.value().is_err(), "{text}");
        assert_eq!(serde_json::to_value(&kept).unwrap(), json!(text));
        assert!(text.parse::<Date>().is_err(), "{text} was built");
    }
}

#[test]
fn a_moment_is_read_from_numbers_and_lists_and_written_as_text() {
    for (json, utc) in [
        ("1711461547", "2024-03-26T13:59:07Z"),
        ("1711461547.123", "2024-03-26T13:59:07.123Z"),
        ("1711461547123", "2024-03-26T13:59:07.123Z"),
        ("1711461547123.0", "2024-03-26T13:59:07.123Z"),
        ("1.711461547123e12", "2024-03-26T13:59:07.123Z"),
        ("\"1711461547123\"", "2024-03-26T13:59:07.123Z"),
        ("\"1711461547\"", "2024-03-26T13:59:07Z"),
        ("0", "1970-01-01T00:00:00Z"),
        ("-1.5", "1969-12-31T23:59:58.5Z"),
        ("[2024,3,26,13,59]", "2024-03-26T13:59:00Z"),
        ("[2024,3,26,13,59,7]", "2024-03-26T13:59:07Z"),
        ("[2024,3,26,13,59,7,123000000]", "2024-03-26T13:59:07.123Z"),
        ("[2024,3,26,13,59,7,123]", "2024-03-26T13:59:07.123Z"),
        ("\"2024-03-26T14:59:07+01:00[Europe/Paris]\"", "2024-03-26T13:59:07Z"),
        ("\"2024-03-26T14:59:07[+01:00]\"", "2024-03-26T13:59:07Z"),
        ("\"2024-03-26T13:59:07[UTC]\"", "2024-03-26T13:59:07Z"),
        ("\"2024-03-26T13:59:07Z[Europe/Paris]\"", "2024-03-26T13:59:07Z"),
    ] {
        let read: Timestamp = serde_json::from_str(json).unwrap();
        assert_eq!(read.value().map(|moment| moment.to_string()).as_deref(), Ok(utc), "{json}");
        assert_eq!(serde_json::to_value(&read).unwrap(), json!(utc), "{json}");
    }
}

#[test]
fn a_day_is_read_from_lists_and_from_midnights() {
    for json in
        ["[2024,3,26]", "[2024,3,26,23,59,7]", "1711411200", "1711411200000", "\"2024-03-26T23:30[Europe/Paris]\""]
    {
        let read: Date = serde_json::from_str(json).unwrap();
        assert_eq!(read.value(), Ok(civil::date(2024, 3, 26)), "{json}");
        assert_eq!(serde_json::to_value(&read).unwrap(), json!("2024-03-26"), "{json}");
    }
}

#[test]
fn what_is_no_date_is_kept_and_written_back_as_it_came() {
    for json in [
        "true",
        "{}",
        "{\"year\":2024}",
        "[]",
        "[2024]",
        "[2024,13,1,0,0]",
        "[2024,3,26.5]",
        "1e300",
        "20240326",
        "20240326135907",
        "99999999999999999999",
        "[\"2024\",3,26]",
        "19808",
        "1711461547123456",
    ] {
        let day: Date = serde_json::from_str(json).unwrap();
        assert!(day.value().is_err(), "{json} as a day");
        assert_eq!(serde_json::to_value(&day).unwrap(), serde_json::from_str::<Value>(json).unwrap());
        if json != "19808" {
            let moment: Timestamp = serde_json::from_str(json).unwrap();
            assert!(moment.value().is_err(), "{json} as a moment");
            assert_eq!(serde_json::to_value(&moment).unwrap(), serde_json::from_str::<Value>(json).unwrap());
        }
    }
    assert!(serde_json::from_str::<Timestamp>("null").is_err());
    assert!(serde_json::from_str::<Date>("null").is_err());
    assert!(serde_json::from_str::<Duration>("null").is_err());
}

#[test]
fn reads_durations_in_every_form_and_writes_them_back_as_they_came() {
    for (json, seconds) in [
        (r#""PT10M""#, 600),
        (r#""PT1800S""#, 1_800),
        (r#""PT48H""#, 172_800),
        (r#""PT720H""#, 2_592_000),
        (r#""P7D""#, 604_800),
        (r#""P1W""#, 604_800),
        (r#""P1DT2H""#, 93_600),
        (r#""PT0S""#, 0),
        (r#""-PT5S""#, -5),
        ("1800", 1_800),
        ("600.0", 600),
        (r#""600""#, 600),
        (r#""600.0""#, 600),
        (
            r#"{"seconds":600,"nano":0,"negative":false,"zero":false,"units":[{"dateBased":false,"timeBased":true}]}"#,
            600,
        ),
        (r#"{"seconds":600}"#, 600),
    ] {
        let read: Duration = serde_json::from_str(json).unwrap();
        assert_eq!(read.value().unwrap(), SignedDuration::from_secs(seconds), "{json}");
        assert_eq!(serde_json::to_string(&read).unwrap(), json);
        assert_eq!(serde_json::from_value::<Duration>(serde_json::from_str(json).unwrap()).unwrap(), read, "{json}");
    }
}

#[test]
fn reads_fractions_of_a_second() {
    let expected = SignedDuration::new(8 * 3_600 + 6 * 60 + 12, 345_000_000);
    for json in [r#""PT8H6M12.345S""#, "29172.345", r#"{"seconds":29172,"nano":345000000}"#] {
        assert_eq!(serde_json::from_str::<Duration>(json).unwrap().value().unwrap(), expected, "{json}");
    }
    assert_eq!(
        serde_json::from_str::<Duration>("0.0000000019").unwrap().value().unwrap(),
        SignedDuration::from_nanos(1)
    );
}

#[test]
fn a_duration_that_nobody_can_read_is_kept_and_says_so() {
    for json in [
        r#""soon""#,
        r#""""#,
        r#""P1M""#,
        r#""PT""#,
        "true",
        "[600]",
        "{}",
        r#"{"nano":5}"#,
        r#"{"seconds":"600"}"#,
        "1e300",
    ] {
        let kept: Duration = serde_json::from_str(json).unwrap();
        assert!(kept.value().is_err(), "{json}");
        assert_eq!(kept.raw(), json.trim_matches('"'));
        assert_eq!(serde_json::to_string(&kept).unwrap(), json);
    }
    for text in ["soon", "", "P1M", "600", "\"PT5S\""] {
        assert!(text.parse::<Duration>().is_err(), "{text} was built");
    }
}

#[test]
fn a_duration_of_ones_own_is_written_as_iso_8601() {
    let ten_minutes = Duration::try_from(std::time::Duration::from_secs(600)).unwrap();
    assert_eq!(serde_json::to_value(&ten_minutes).unwrap(), json!("PT10M"));
    assert_eq!(ten_minutes, "PT600S".parse().unwrap());
    assert_eq!(serde_json::to_value("P7D".parse::<Duration>().unwrap()).unwrap(), json!("P7D"));
    assert_eq!(format!("{ten_minutes} {ten_minutes:?}"), "PT10M Duration(PT10M)");
}

#[test]
fn durations_work_through_the_buffers_of_serde() {
    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    #[serde(tag = "type")]
    enum Pending {
        Sca { ttl: Duration },
    }
    for ttl in ["\"PT10M\"", "\"P7D\"", "600", r#"{"seconds":600,"nano":0}"#] {
        let json = format!(r#"{{"type":"Sca","ttl":{ttl}}}"#);
        let Pending::Sca { ttl } = serde_json::from_str(&json).unwrap();
        assert!(ttl.value().is_ok(), "{json}");
        let (written, expected): (Value, Value) =
            (serde_json::to_value(Pending::Sca { ttl }).unwrap(), serde_json::from_str(&json).unwrap());
        assert_eq!(written, expected);
    }
}

#[cfg(feature = "schemars")]
#[test]
fn their_schemas_ask_for_the_format_and_accept_what_was_kept() {
    let schema = serde_json::to_value(schemars::schema_for!(Timestamp)).unwrap();
    assert_eq!(schema["anyOf"], json!([{ "type": "string", "format": "date-time" }, true]));
    let schema = serde_json::to_value(schemars::schema_for!(Duration)).unwrap();
    assert_eq!(schema["anyOf"][1], json!(true));
}

fn seeded() -> ProptestConfig {
    ProptestConfig {
        cases: 2_000,
        rng_seed: proptest::test_runner::RngSeed::Fixed(3_339),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(seeded())]

    #[test]
    fn every_rfc_3339_text_survives(
        seconds in -62_000_000_000i64..253_000_000_000,
        fraction in proptest::option::of("[0-9]{1,9}"),
        zone in "Z|[+-](0[0-9]|1[0-4]):[0-5][0-9]",
    ) {
        let whole = jiff::Timestamp::from_second(seconds).unwrap().to_string();
        let fraction = fraction.map(|digits| format!(".{digits}")).unwrap_or_default();
        let text = format!("{}{fraction}{zone}", whole.trim_end_matches('Z'));
        let read = timestamp(&text);
        prop_assert!(read.value().is_ok(), "{}", text);
        prop_assert_eq!(serde_json::to_value(&read).unwrap(), json!(text));
    }

    #[test]
    fn every_moment_survives(nanoseconds in -60_000_000_000_000_000_000i128..250_000_000_000_000_000_000) {
        let instant = jiff::Timestamp::from_nanosecond(nanoseconds).unwrap();
        let json = serde_json::to_string(&Timestamp::from(instant)).unwrap();
        prop_assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap().value().unwrap(), instant);
    }

    #[test]
    fn no_text_is_lost_or_makes_them_panic(text in any::<String>()) {
        let json = json!(text);
        let read: Timestamp = serde_json::from_value(json.clone()).unwrap();
        prop_assert!(read.value().is_ok() || serde_json::to_value(&read).unwrap() == json);
        let read: Date = serde_json::from_value(json.clone()).unwrap();
        prop_assert!(read.value().is_ok() || serde_json::to_value(&read).unwrap() == json);
        let read: Duration = serde_json::from_value(json.clone()).unwrap();
        prop_assert_eq!(serde_json::to_value(&read).unwrap(), json);
    }

    #[test]
    fn every_length_of_time_survives(seconds in any::<i64>(), nanoseconds in 0..1_000_000_000i32) {
        let length = SignedDuration::new(seconds, if seconds < 0 { -nanoseconds } else { nanoseconds });
        let json = serde_json::to_string(&Duration::from(length)).unwrap();
        let read = serde_json::from_str::<Duration>(&json).unwrap();
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), json);
        prop_assert!(read.value().is_err() || read.value().unwrap() == length);
    }
}
