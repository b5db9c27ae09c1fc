//! One unreadable value does not fail the answer: every type of field with every odd value, and the result.

use proptest::prelude::*;
use serde::de::{Deserialize, Deserializer, MapAccess};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use crate::types::check::Measure;
use crate::types::record::{self, Field, Fields, Readable, Record, Writer, there};
use crate::types::{
    Amount, AnyId, Bic, Date, Duration, Iban, Phone, Secret, Timestamp, Unreadable, check, open_enum, parse_decimal,
};

open_enum! {
    /// A list of values.
    pub enum List {
        One = "ONE",
        Two = "TWO",
    }
}

/// An object with a field of each presence, between two that are as usual.
#[derive(Debug, PartialEq)]
struct Object<T> {
    before: Amount,
    needed: T,
    optional: Option<T>,
    after: String,
}

impl<T> Readable for Object<T> {}

impl<T: for<'a> Field<'a>> Record for Object<T> {
    const NAME: &'static str = "Object";
    const FIELDS: &'static [&'static str] = &["after", "before", "needed", "optional"];

    fn read<'de, A: MapAccess<'de>>(mut fields: Fields<'de, A>) -> Result<Self, A::Error> {
        let (mut after, mut before, mut needed, mut optional) = (None, None, None, None);
        while let Some(place) = fields.next() {
            match place {
                0 => fields.need(&mut after),
                1 => fields.need(&mut before),
                2 => fields.need(&mut needed),
                _ => fields.take(&mut optional),
            }
        }
        fields.end()?;
        Ok(Self {
            after: there(after, "after")?,
            before: there(before, "before")?,
            needed: there(needed, "needed")?,
            optional,
        })
    }
}

impl<'de, T: for<'a> Field<'a>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        record::read(deserializer)
    }
}

impl<T: Serialize> Serialize for Object<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = Writer::new(serializer);
        fields.put("needed", &self.needed);
        fields.some("optional", &self.optional);
        fields.end()
    }
}

/// The result for a value in an optional field. Where it has to be there, what is absent here is kept or refused.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Then {
    Absent,
    /// It is read, and written as received.
    Same,
    /// It is read, and written as this JSON.
    Read(&'static str),
    /// It is written back as received; asking for its value is an error, and it is not sent.
    Kept,
    /// The object cannot be read: the type has no room for it.
    Refused,
}
use Then::{Absent, Kept, Read, Refused, Same};

const ODD: [&str; 18] = [
    "null",
    "\"\"",
    "\"x\"",
    "\"5\"",
    "5",
    "5.0",
    "-1",
    "12.34",
    "\"12.34\"",
    "true",
    "\"true\"",
    "[]",
    "[2024,3,26]",
    "{\"a\":1}",
    "1711411200000",
    "\"2024-03-26T00:00:00Z\"",
    "\"PT5S\"",
    "\"ONE\"",
];

const FIVE_SECONDS: Then = Read("\"1970-01-01T00:00:05Z\"");
const TWELVE_SECONDS: Then = Read("\"1970-01-01T00:00:12.34Z\"");
const THE_DAY: Then = Read("\"2024-03-26\"");

/// The value as a type of field gives it; some have nothing but values.
trait Asked {
    fn is_readable(&self) -> bool {
        true
    }
    fn is_sent(&self) -> bool {
        self.is_readable()
    }
}

macro_rules! asked {
    ($($Type:ty),+) => {$(
        impl Asked for $Type {
            fn is_readable(&self) -> bool {
                self.value().is_ok()
            }
            fn is_sent(&self) -> bool {
                self.measure(&check::Rule::new()).is_ok()
            }
        }
    )+};
}
asked!(Amount, AnyId, Bic, Date, Duration, Iban, Phone, Timestamp);
impl Asked for String {}
impl Asked for Secret {}
impl Asked for bool {}
impl Asked for i32 {}
impl Asked for i64 {}
impl Asked for List {
    fn is_readable(&self) -> bool {
        self.value().is_ok()
    }
    /// A value that a later version lists may be sent.
    fn is_sent(&self) -> bool {
        true
    }
}

fn becomes<T>(then: [Then; 18])
where
    T: for<'a> Field<'a> + Serialize + Asked + std::fmt::Debug + PartialEq,
{
    let name = std::any::type_name::<T>();
    let usual = |needed: &str, optional: &str| {
        format!(r#"{{"before":"1.5","needed":{needed},"new":[],"optional":{optional},"after":"Rent"}}"#)
    };
    let read = |json: &str| serde_json::from_str::<Object<T>>(json);
    // Any value that is read serves where one has to be there.
    let good = ODD.iter().zip(then).find(|(_, then)| matches!(then, Same | Read(_))).map_or("\"x\"", |(json, _)| json);
    for (json, then) in ODD.iter().zip(then) {
        let object = read(&usual(good, json));
        if then == Refused {
            assert!(object.is_err(), "{name} of {json}: {object:?}");
            continue;
        }
        let object = object.unwrap_or_else(|error| panic!("{name} of {json}: {error}"));
        assert_eq!((object.before.to_string(), object.after.as_str()), ("1.5".to_owned(), "Rent"), "{name} of {json}");
        let written: Value = serde_json::to_value(&object).unwrap();
        let expected = match then {
            Absent => None,
            Read(json) => Some(json),
            _ => Some(*json),
        };
        let expected: Option<Value> = expected.map(|json| serde_json::from_str(json).unwrap());
        assert_eq!(written.get("optional"), expected.as_ref(), "{name} of {json}");
        if let Some(value) = &object.optional {
            assert_eq!(
                (value.is_readable(), value.is_sent()),
                (then != Kept, then != Kept || name.ends_with("List")),
                "{name} of {json}"
            );
        }

        // The same where the field has to be there: `null` is an error, and an empty text is kept where there is room.
        let needed = read(&usual(json, "null"));
        match (then, *json) {
            (Absent, "null") => assert!(needed.is_err(), "{name} of {json}"),
            (Absent, _) => {
                let has_no_room = matches!(name, "bool" | "i32" | "i64");
                assert_eq!(needed.is_err(), has_no_room, "{name} of {json}");
                assert!(needed.is_ok_and(|object| !object.needed.is_readable()) || has_no_room, "{name} of {json}");
            }
            _ => assert_eq!(Some(needed.unwrap().needed), object.optional, "{name} of {json}"),
        }
    }
}

#[test]
fn items_and_values_may_be_null_where_the_description_says_so() {
    type Lists = Object<Vec<Option<String>>>;
    type Maps = Object<std::collections::BTreeMap<String, Option<i64>>>;
    let json = |needed: &str| format!(r#"{{"after":"a","before":1,"needed":{needed}}}"#);
    let lists: Lists = serde_json::from_str(&json(r#"["a",null]"#)).unwrap();
    assert_eq!(lists.needed, [Some("a".to_owned()), None]);
    let maps: Maps = serde_json::from_str(&json(r#"{"a":1,"b":null}"#)).unwrap();
    assert_eq!(maps.needed.into_iter().collect::<Vec<_>>(), [("a".to_owned(), Some(1)), ("b".to_owned(), None)]);
}

#[test]
#[rustfmt::skip]
fn every_type_of_field_makes_of_every_odd_value_what_the_table_says() {
    becomes::<String>([
        Absent, Same, Same, Same, Read("\"5\""), Read("\"5.0\""), Read("\"-1\""), Read("\"12.34\""), Same, Read("\"true\""),
        Same, Read("\"[]\""), Read("\"[2024,3,26]\""), Read("\"{\\\"a\\\":1}\""), Read("\"1711411200000\""), Same, Same, Same,
    ]);
    becomes::<Secret>([
        Absent, Same, Same, Same, Read("\"5\""), Refused, Read("\"-1\""), Refused, Same, Refused,
        Same, Refused, Refused, Refused, Read("\"1711411200000\""), Same, Same, Same,
    ]);
    becomes::<bool>([
        Absent, Absent, Refused, Refused, Refused, Refused, Refused, Refused, Refused, Same,
        Read("true"), Refused, Refused, Refused, Refused, Refused, Refused, Refused,
    ]);
    becomes::<i32>([
        Absent, Absent, Refused, Read("5"), Same, Read("5"), Same, Refused, Refused, Refused,
        Refused, Refused, Refused, Refused, Refused, Refused, Refused, Refused,
    ]);
    becomes::<i64>([
        Absent, Absent, Refused, Read("5"), Same, Read("5"), Same, Refused, Refused, Refused,
        Refused, Refused, Refused, Refused, Same, Refused, Refused, Refused,
    ]);
    becomes::<Amount>([
        Absent, Absent, Kept, Read("5"), Same, Read("5"), Same, Same, Read("12.34"), Kept,
        Kept, Kept, Kept, Kept, Same, Kept, Kept, Kept,
    ]);
    becomes::<Timestamp>([
        Absent, Absent, Kept, FIVE_SECONDS, FIVE_SECONDS, FIVE_SECONDS, Read("\"1969-12-31T23:59:59Z\""), TWELVE_SECONDS,
        TWELVE_SECONDS, Kept, Kept, Kept, Kept, Kept, Read("\"2024-03-26T00:00:00Z\""), Same, Kept, Kept,
    ]);
    becomes::<Date>([
        Absent, Absent, Kept, Kept, Kept, Kept, Kept, Kept, Kept, Kept,
        Kept, Kept, THE_DAY, Kept, THE_DAY, THE_DAY, Kept, Kept,
    ]);
    becomes::<Duration>([
        Absent, Absent, Kept, Same, Same, Same, Same, Same, Same, Kept,
        Kept, Kept, Kept, Kept, Same, Kept, Same, Kept,
    ]);
    becomes::<List>([
        Absent, Absent, Kept, Kept, Kept, Kept, Kept, Kept, Kept, Kept,
        Kept, Kept, Kept, Kept, Kept, Kept, Kept, Same,
    ]);
    let no_code = [
        Absent, Absent, Kept, Kept, Kept, Kept, Kept, Kept, Kept, Kept,
        Kept, Kept, Kept, Kept, Kept, Kept, Kept, Kept,
    ];
    becomes::<AnyId>(no_code);
    becomes::<Iban>(no_code);
    becomes::<Bic>(no_code);
    // Digits are a telephone number, whatever they were meant as, and points in a text part them.
    let mut phone = no_code;
    phone[14] = Read("\"1711411200000\"");
    phone[8] = Read("\"1234\"");
    becomes::<Phone>(phone);
}

#[test]
fn an_error_of_a_value_names_what_was_expected_and_the_reason() {
    let error = |read: Result<(), Unreadable>| read.unwrap_err().to_string();
    let amount: Amount = serde_json::from_str("1e40").unwrap();
    assert_eq!(
        error(amount.value().map(|_| ())),
        "not readable as an amount (a decimal number, such as 15.21); the received text is kept, see `raw`"
    );
    assert!(
        std::error::Error::source(&amount.value().unwrap_err())
            .is_some_and(|reason| reason.to_string().contains("too large"))
    );
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        rng_seed: proptest::test_runner::RngSeed::Fixed(107),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Numbers and texts of any kind: nothing panics, the object is read, and what is read is the number received.
    #[test]
    fn any_number_and_any_text_is_read_or_kept(number in "-?(0|[1-9][0-9]{0,39})(\\.[0-9]{1,40})?([eE][-+]?[0-9]{1,2})?", text: String) {
        for json in [number.clone(), serde_json::to_string(&text).unwrap(), format!("\"{number}\"")] {
            let object = format!(r#"{{"before":{json},"needed":{json},"optional":{json},"after":{json}}}"#);
            let read: Object<Amount> = serde_json::from_str(&object).unwrap();
            let came: String = json.trim_matches('"').to_owned();
            match read.needed.value() {
                Ok(value) => prop_assert_eq!(Ok(value), parse_decimal(&came)),
                Err(_) => prop_assert_eq!(serde_json::to_string(&read.needed).unwrap(), json.clone()),
            }
            serde_json::from_str::<Object<Timestamp>>(&object).unwrap();
            serde_json::from_str::<Object<Date>>(&object).unwrap();
            serde_json::from_str::<Object<Duration>>(&object).unwrap();
            serde_json::from_str::<Object<AnyId>>(&object).unwrap();
            serde_json::from_str::<Object<List>>(&object).unwrap();
            serde_json::from_str::<Object<Iban>>(&object).unwrap();
        }
    }
}
