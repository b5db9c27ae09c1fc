//! JSON -> type -> JSON over whole descriptions: what `tests/it` and `tests/old` share.

pub mod reach;
pub mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Number, Value};

use reach::{Reach, Role};
use values::{Optional, Tomorrow, Values, without_strangers};

/// Reads a JSON text as some type and writes it again.
pub type Again = fn(&str) -> serde_json::Result<String>;

/// The table the build makes (`shapes.rs`), with the way through each type.
pub struct Shapes {
    /// By the type's name.
    pub types: &'static [(&'static str, Again)],
    /// The vendor's name -> the type's.
    pub origins: &'static [(&'static str, &'static str)],
    /// By `METHOD /path`.
    pub requests: &'static [(&'static str, Again)],
    /// By `METHOD /path`.
    pub answers: &'static [(&'static str, Again)],
}

/// Makes [`Shapes`] of the table that the build writes.
macro_rules! shapes {
    (
        types { $($name:literal => $type:ty,)* }
        origins { $($vendor:literal => $known:literal,)* }
        requests { $($request:literal => $sent:ty,)* }
        answers { $($answer:literal => $received:ty,)* }
    ) => {
        pub(crate) static SHAPES: round_trip::Shapes = round_trip::Shapes {
            types: &[$(($name, round_trip::again::<$type>)),*],
            origins: &[$(($vendor, $known)),*],
            requests: &[$(($request, round_trip::again::<$sent>)),*],
            answers: &[$(($answer, round_trip::again::<$received>)),*],
        };
    };
}

pub fn again<T: DeserializeOwned + Serialize>(json: &str) -> serde_json::Result<String> {
    serde_json::to_string(&serde_json::from_str::<T>(json)?)
}

const SEED: u64 = 0x11_4c_79;

/// How many values of each answer are made for each kind of tomorrow.
const TOMORROWS: usize = 40;

/// Sends values of every component, and of every request and answer, through its type.
pub fn every_schema(shapes: &Shapes, description: &str) {
    let description: Value = serde_json::from_str(description).unwrap();
    let reach = Reach::of(&description);
    let types: BTreeMap<_, _> = shapes.types.iter().copied().collect();
    let origins: BTreeMap<_, _> = shapes.origins.iter().copied().collect();
    let mut values = Values::of(&description, SEED);
    let mut misfits = Misfits::default();

    let mut proven = BTreeSet::new();
    for name in reach.components() {
        if let (Some(again), false) = (origins.get(name).and_then(|ty| types.get(ty)), reach.is_only_a_branch(name)) {
            let pointer = format!("/components/schemas/{name}");
            for value in values.all(&pointer) {
                misfits.check(name, *again, &value, &value);
            }
            proven.insert(name);
        }
    }
    let mut bodies = 0;
    for (table, roots) in [(shapes.requests, &reach.requests), (shapes.answers, &reach.answers)] {
        let table: BTreeMap<_, _> = table.iter().copied().collect();
        for (operation, pointer) in roots {
            bodies += 1;
            match table.get(operation.as_str()) {
                Some(again) => {
                    for value in values.all(pointer) {
                        misfits.check(operation, *again, &value, &value);
                    }
                }
                None => misfits.add(operation, format!("{pointer} has no type")),
            }
        }
    }

    let mut others: BTreeMap<Role, Vec<&str>> = BTreeMap::new();
    for name in reach.components().filter(|name| !proven.contains(name)) {
        let role = reach.role(name);
        if role == Role::Part && !values.seen.contains(name) {
            misfits.add(name, "is part of a request or an answer, and no value held it".into());
        }
        others.entry(role).or_default().push(name);
    }
    let total = reach.components().count();
    println!("{} values; {bodies} bodies of operations; {total} schemas, of which", misfits.checked);
    println!("  {} are types, each proven by its own values", proven.len());
    for (role, names) in &others {
        println!("  {} {}: {}", names.len(), role.reason(), names.join(", "));
    }
    misfits.none();
}

/// Sends answers through their types that hold what the description does not know yet.
pub fn every_answer_of_tomorrow(shapes: &Shapes, description: &str) {
    let description: Value = serde_json::from_str(description).unwrap();
    let reach = Reach::of(&description);
    let answers: BTreeMap<_, _> = shapes.answers.iter().copied().collect();
    let mut values = Values::of(&description, SEED);
    let mut misfits = Misfits::default();
    for tomorrow in [Tomorrow::Fields, Tomorrow::Values, Tomorrow::Branches] {
        values.tomorrow = tomorrow;
        for (operation, pointer) in &reach.answers {
            let Some(again) = answers.get(operation.as_str()) else { continue };
            for index in 0..TOMORROWS {
                values.optional = [Optional::In, Optional::Out, Optional::Random][index % 3];
                let value = values.make(pointer);
                misfits.check(operation, *again, &value, &without_strangers(&value));
            }
        }
    }
    println!("{} answers of tomorrow to {} operations", misfits.checked, reach.answers.len());
    assert!(misfits.checked > 0);
    misfits.none();
}

/// What did not come out as it went in.
#[derive(Default)]
struct Misfits {
    checked: usize,
    found: BTreeMap<String, BTreeSet<String>>,
}

impl Misfits {
    fn check(&mut self, name: &str, again: Again, value: &Value, expected: &Value) {
        self.checked += 1;
        let text = value.to_string();
        match again(&text) {
            Err(error) => self.add(name, format!("not read: {error}\n    {}", beginning(&text))),
            Ok(written) => match serde_json::from_str(&written) {
                Ok(written) => {
                    if let Some(place) = difference(expected, &without_strangers(&written), "") {
                        self.add(name, place);
                    }
                }
                Err(error) => self.add(name, format!("wrote no JSON: {error}")),
            },
        }
    }

    fn add(&mut self, name: &str, problem: String) {
        self.found.entry(name.to_owned()).or_default().insert(problem);
    }

    /// Fails with the first few problems of each misfit.
    fn none(&self) {
        let mut report = String::new();
        for (name, problems) in &self.found {
            let _ = writeln!(report, "{name}");
            problems.iter().take(3).for_each(|problem| {
                let _ = writeln!(report, "  {problem}");
            });
        }
        assert!(self.found.is_empty(), "{} misfits:\n{report}", self.found.len());
    }
}

/// `10.0` and `10` are one number.
fn is_equal(one: &Number, other: &Number) -> bool {
    match (one.as_i64(), other.as_i64()) {
        (Some(one), Some(other)) => one == other,
        _ => one.as_f64() == other.as_f64(),
    }
}

fn beginning(text: &str) -> String {
    text.chars().take(300).collect()
}

/// Texts that names.toml gives a type of their own: an empty one is an absent one.
const TYPED: [&str; 6] = ["accountOwnerPhone", "bic", "bicOrSwift", "consumerPhone", "iban", "ttl"];

/// A phone number is written as digits, without the signs it may be read with.
fn is_same_phone(name: &str, one: &str, other: &str) -> bool {
    let digits = |text: &str| text.chars().filter(|c| !" .-()+".contains(*c)).collect::<String>();
    ["accountOwnerPhone", "consumerPhone"].contains(&name) && digits(one) == digits(other)
}

/// The first place where two values differ.
pub fn difference(expected: &Value, found: &Value, at: &str) -> Option<String> {
    match (expected, found) {
        (Value::Object(one), Value::Object(other)) => {
            let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            names.into_iter().find_map(|name| match (one.get(name), other.get(name)) {
                (Some(Value::String(one)), Some(Value::String(other))) if is_same_phone(name, one, other) => None,
                (Some(one), Some(other)) => difference(one, other, &format!("{at}/{name}")),
                (Some(Value::String(text)), None) if text.is_empty() && TYPED.contains(&name.as_str()) => None,
                (Some(_), None) => Some(format!("{at}/{name} is lost")),
                _ => Some(format!("{at}/{name} was not there")),
            })
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            let pairs = one.iter().zip(other).enumerate();
            pairs.into_iter().find_map(|(index, (one, other))| difference(one, other, &format!("{at}/{index}")))
        }
        (Value::Number(one), Value::Number(other)) if is_equal(one, other) => None,
        (one, other) if one == other => None,
        (one, other) => Some(format!("{at}: {one} became {other}")),
    }
}
