//! In every answer, each value in turn is of another JSON type or format. The comparison with the description tells the place, and
//! what is read has all else as it came. What cannot be kept costs itself if it may be missing, else the nearest value around
//! it that may be.

use std::collections::{BTreeMap, BTreeSet};

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use linkcy::drift::{Description, Difference};
use linkcy::{OPERATIONS, types};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::round_trip::SHAPES;
use crate::round_trip::difference;
use crate::round_trip::reach::Reach;
use crate::round_trip::values::{Optional, Values};

type Again = fn(&[u8]) -> serde_json::Result<String>;

/// Reads an answer as the client does, and writes it.
fn as_the_client_reads<T: DeserializeOwned + Serialize>(json: &[u8]) -> serde_json::Result<String> {
    serde_json::to_string(&linkcy::read_answer::<T>(json)?)
}

/// Makes the table of answers, by `METHOD /path`, of the one that the build writes.
macro_rules! shapes {
    (
        types { $($types:tt)* }
        origins { $($origins:tt)* }
        requests { $($requests:tt)* }
        answers { $($answer:literal => $received:ty,)* }
    ) => {
        static ANSWER_TYPES: &[(&str, Again)] = &[$(($answer, as_the_client_reads::<$received>)),*];
    };
}
include!(concat!(env!("OUT_DIR"), "/shapes.rs"));

/// What stands in free JSON of `Values`, and its keys of maps.
const FREE: &str = "free";
const KEYS: [&str; 2] = ["one", "another key"];

/// What the description calls an object and says no more of. It is free JSON here, so that nothing of it is odd.
const FREE_OBJECTS: [(&str, &str); 6] = [
    ("GET /api/partner", "limits.sctInst"),
    ("GET /api/partner/consumers/{consumerId}", "partnerMetadata"),
    ("GET /api/partner/consumers/{consumerId}", "userMetadata"),
    ("GET /api/partner/corporates/{corporateId}", "partnerMetadata"),
    ("GET /api/partner/corporates/{corporateId}", "userMetadata"),
    ("GET /api/partner/crypto/transactions", "content[]"),
];
/// What tells the branch of a union: required there, and without it the object is of another branch.
const TELL_THE_BRANCH: [(&str, &str); 4] = [
    ("GET /api/partner/corporates/related/{corporateRelatedId}", "/email"),
    ("POST /api/partner/kyc", "/url"),
    ("POST /api/partner/login", "/passwordChangeSecret"),
    ("POST /api/partner/login", "/refreshToken"),
];

/// Values of each answer.
const ANSWERS: usize = 14;

/// The pointers of all values but the whole.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    if !at.is_empty() {
        found.push(at.to_owned());
    }
    match value {
        Value::Object(members) => {
            let members = members.iter().filter(|(name, _)| *name != FREE);
            members.for_each(|(name, member)| places(member, &format!("{at}/{name}"), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| places(item, &format!("{at}/{index}"), found));
        }
        _ => {}
    }
}

/// A pointer as differences write it.
fn path(pointer: &str) -> String {
    let mut path = String::new();
    for step in pointer.split('/').skip(1) {
        match step {
            index if index.parse::<usize>().is_ok() => path.push_str("[]"),
            name => {
                let dot = if path.is_empty() { "" } else { "." };
                path.push_str(dot);
                path.push_str(if KEYS.contains(&name) { "*" } else { name });
            }
        }
    }
    path
}

/// What stands there for once: another JSON type, and a text that is none of the format that the usual one has.
fn odd_values(usual: &Value) -> Vec<Value> {
    let text = usual.as_str().unwrap_or_default();
    let is_uuid = uuid::Uuid::try_parse(text).is_ok();
    let is_day = text.get(..10).is_some_and(|day| day.parse::<jiff::civil::Date>().is_ok());
    match usual {
        Value::Object(_) | Value::Array(_) => vec![json!(7), json!("tomorrow")],
        Value::String(_) if !is_uuid && !is_day => vec![json!({ "odd": [null] })],
        _ => vec![json!({ "odd": [null] }), json!("tomorrow")],
    }
}

/// The answer without the value at a pointer; `None` for an item of a list, which leaves no gap.
fn without(answer: &Value, pointer: &str) -> Option<Value> {
    let (parent, name) = pointer.rsplit_once('/')?;
    let mut answer = answer.clone();
    answer.pointer_mut(parent)?.as_object_mut()?.remove(name)?;
    Some(answer)
}

/// The pointer and those around it, from the inside out.
fn outwards(pointer: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(pointer), |inner| inner.rsplit_once('/').map(|(outer, _)| outer))
        .filter(|at| !at.is_empty())
}

/// What is lost with a value that cannot be read, and the answer without it: the value itself or the nearest around it that may
/// be missing. `None`: the whole answer.
fn lost<'p>(
    name: &str,
    answer: &Value,
    place: &'p str,
    strictly: fn(&str) -> serde_json::Result<String>,
) -> Option<(&'p str, Value)> {
    outwards(place)
        .filter(|lost| !TELL_THE_BRANCH.contains(&(name, *lost)))
        .find_map(|lost| Some((lost, without(answer, lost)?)).filter(|(_, rest)| strictly(&rest.to_string()).is_ok()))
}

/// What stands in place of a value, as text: nothing, an empty one, numbers of odd forms, what is no text, and a member that
/// comes twice.
const ODD_TEXTS: [(&str, &[u8]); 8] = [
    ("null", b"null"),
    ("an empty text", b"\"\""),
    ("an exponent", b"1E2"),
    ("a number beyond 64 bits", b"123456789012345678901234567890"),
    ("a number beyond a double", b"1e400"),
    ("half a surrogate pair", br#""Lun\ud83d""#),
    ("a byte that is no UTF-8", b"\"Caf\xe9\""),
    ("a member that comes twice", b""),
];

#[test]
fn whatever_stands_at_a_place_all_else_is_as_it_came() {
    /// Stands where the odd text is put.
    const HERE: &str = "the odd one";
    const TURNS: usize = 2;
    let vendors: Value = serde_json::from_str(include_str!("../../../openapi/linkcy.json")).unwrap();
    let reach = Reach::of(&vendors);
    let types: BTreeMap<_, _> = ANSWER_TYPES.iter().copied().collect();
    let strict: BTreeMap<_, _> = SHAPES.answers.iter().copied().collect();
    let mut values = Values::of(&vendors, 23);
    let (mut cases, mut problems) = (0, BTreeSet::new());
    for (name, pointer) in &reach.answers {
        let (Some(again), Some(strictly)) = (types.get(name.as_str()), strict.get(name.as_str())) else { continue };
        for turn in 0..TURNS {
            values.optional = [Optional::In, Optional::Random][turn % 2];
            let answer = values.make(pointer);
            let mut found = Vec::new();
            places(&answer, "", &mut found);
            for place in found {
                let mut marked = answer.clone();
                let usual = std::mem::replace(marked.pointer_mut(&place).unwrap(), HERE.into());
                let marked = marked.to_string();
                let (before, after) = marked.split_once(&format!("\"{HERE}\"")).unwrap();
                let lost = lost(name, &answer, &place, *strictly);
                for (what, odd) in ODD_TEXTS {
                    let member =
                        before.rsplit_once('"').and_then(|(start, _)| start.rsplit_once('"')).map(|(_, key)| key);
                    let twice = match (what, member.filter(|_| before.ends_with("\":"))) {
                        ("a member that comes twice", None) => continue,
                        ("a member that comes twice", Some(key)) => format!("{{}},\"{key}\":{usual}").into_bytes(),
                        _ => odd.to_vec(),
                    };
                    let text = [before.as_bytes(), &twice, after.as_bytes()].concat();
                    cases += 1;
                    let read = match again(&text) {
                        // A number beyond a double is kept as it came, which `serde_json` alone does not read.
                        Ok(read) => linkcy::read_answer::<Value>(read.as_bytes()).unwrap(),
                        Err(error) => {
                            if let Some((lost, _)) = &lost {
                                problems
                                    .insert(format!("{name}: {what} at {place} is not read without {lost}: {error}"));
                            }
                            continue;
                        }
                    };
                    let without_it = |value: &Value| {
                        let mut value = value.clone();
                        value.pointer_mut(&place).map(Value::take);
                        value
                    };
                    let kept = difference(&without_it(&answer), &without_it(&read), "");
                    let is_only_lost = lost.as_ref().is_some_and(|(lost, rest)| {
                        difference(rest, without(&read, lost).as_ref().unwrap_or(&read), "").is_none()
                    });
                    if let (Some(changed), false) = (kept, is_only_lost) {
                        problems.insert(format!("{name}: {what} at {place} changes {changed}"));
                    }
                }
            }
        }
    }
    let shown: Vec<&String> = problems.iter().take(30).collect();
    assert!(problems.is_empty(), "{} of {cases}: {shown:#?}", problems.len());
    assert!(cases >= 10_000, "{cases} cases");
}

#[test]
fn what_cannot_be_read_is_told_and_all_else_is_as_it_came() {
    let vendors: Value = serde_json::from_str(include_str!("../../../openapi/linkcy.json")).unwrap();
    let reach = Reach::of(&vendors);
    let types: BTreeMap<_, _> = ANSWER_TYPES.iter().copied().collect();
    let strict: BTreeMap<_, _> = SHAPES.answers.iter().copied().collect();
    let description = Description::built_from();
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    let mut values = Values::of(&vendors, 17);
    let (mut operations, mut cases, mut problems) = (BTreeSet::new(), 0, BTreeSet::new());
    for (name, pointer) in &reach.answers {
        let (Some(again), Some(strictly)) = (types.get(name.as_str()), strict.get(name.as_str())) else { continue };
        let operation = OPERATIONS.iter().find(|row| *name == format!("{} {}", row.method, row.path)).unwrap();
        let status = pointer.split('/').nth(5).and_then(|status| status.parse().ok()).unwrap();
        let compare = |answer: &Value| -> Vec<Difference> {
            description.compare(operation, status, &headers, answer.to_string().as_bytes())
        };
        for turn in 0..ANSWERS {
            values.optional = [Optional::In, Optional::Random][turn % 2];
            let answer = values.make(pointer);
            let mut found = Vec::new();
            places(&answer, "", &mut found);
            for place in found {
                for odd in odd_values(answer.pointer(&place).unwrap()) {
                    cases += 1;
                    operations.insert(operation.name);
                    let mut answer = answer.clone();
                    *answer.pointer_mut(&place).unwrap() = odd.clone();
                    let at = path(&place);
                    let is_free = FREE_OBJECTS.contains(&(name.as_str(), at.as_str()));
                    if !is_free && !compare(&answer).iter().any(|found| found.path == at) {
                        problems.insert(format!("{name}: {odd} at {at} is not told"));
                    }
                    // What is lost: the value itself, or what is around it. The answer is lost if nothing of that may be missing.
                    let lost = lost(name, &answer, &place, *strictly);
                    match (again(answer.to_string().as_bytes()), lost) {
                        (Ok(read), lost) => {
                            let read: Value = serde_json::from_str(&read).unwrap();
                            // A text has room for any JSON.
                            let mut as_text = answer.clone();
                            *as_text.pointer_mut(&place).unwrap() = odd.to_string().into();
                            let Some(changed) = difference(&answer, &read, "") else { continue };
                            if difference(&as_text, &read, "").is_none() {
                                continue;
                            }
                            let is_only_lost = lost.is_some_and(|(lost, rest)| {
                                difference(&rest, without(&read, lost).as_ref().unwrap_or(&read), "").is_none()
                            });
                            if !is_only_lost {
                                problems.insert(format!("{name}: {odd} at {at} changes {changed}"));
                            }
                        }
                        (Err(error), Some((lost, _))) => {
                            problems.insert(format!("{name}: {odd} at {at} is not read without {lost}: {error}"));
                        }
                        (Err(_), None) => {}
                    }
                }
            }
        }
    }
    let shown: Vec<&String> = problems.iter().take(20).collect();
    assert!(problems.is_empty(), "{} of {cases}: {shown:#?}", problems.len());
    assert!(operations.len() >= 70 && cases >= 10_000, "{} operations, {cases} cases", operations.len());
}
