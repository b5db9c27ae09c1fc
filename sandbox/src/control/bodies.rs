//! Bodies and queries of the control interface: a member, parameter or value that is not known is refused by its name.

use std::ops::RangeInclusive;
use std::str::FromStr;

use hyper::header::{HeaderName, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::description::{Description, Match, Violation};
use crate::faults::{Effect, Fault};
use crate::http::call::json;
use crate::http::refusal::{Refusal, wrong_field};
use crate::state::end_user::{Banking, Linkcy};
use crate::state::kyc::KycStatus;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EndUserBody {
    pub(super) end_user_id: Uuid,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PersonBody {
    pub(super) person_id: Uuid,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RefundBody {
    /// The clearing that is given back.
    pub(super) transaction_id: Uuid,
    /// In euros; all that is left of the clearing where it is absent.
    pub(super) amount: Option<Value>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TermsBody {
    pub(super) version: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct KycBody {
    pub(super) status: KycStatus,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StatusBody {
    pub(super) linkcy: Option<Linkcy>,
    pub(super) banking: Option<Banking>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WebhookBody {
    #[serde(rename = "type")]
    pub(super) event: String,
    /// What the event is about, in the sandbox's own shape.
    pub(super) data: Option<Value>,
    /// The whole body, instead.
    pub(super) payload: Option<Value>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SignBody {
    pub(super) method: String,
    pub(super) path: String,
    #[serde(default)]
    pub(super) query: String,
    /// The text that will be sent.
    #[serde(default)]
    pub(super) body: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct ClockBody {
    set: Option<String>,
    advance: Option<String>,
}

/// How the clock is to move.
pub(super) enum ClockMove {
    Set(Timestamp),
    Advance(SignedDuration),
}

/// Reads a body; a member that the type has not is refused by name.
pub(super) fn read<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Result<T, Refusal> {
    let sent: Value = match json(bytes) {
        Ok(sent) => sent,
        Err(error) => return wrong_field("", "", &format!("the body is not JSON: {error}")),
    };
    let Some(members) = sent.as_object() else {
        return wrong_field("", &sent, "the body must be a JSON object");
    };
    // What is understood is what comes back: this holds for every type, tagged ones too.
    let read: T = match serde_json::from_value(sent.clone()) {
        Ok(read) => read,
        Err(error) => {
            let field = named_in(&error.to_string()).or_else(|| to_blame::<T>(members, &error.to_string()));
            return wrong_field(&field.unwrap_or_default(), &sent, &error.to_string());
        }
    };
    let understood = serde_json::to_value(&read).unwrap_or_default();
    let mut unknown = Vec::new();
    unknown_members(&sent, &understood, "", &mut unknown);
    if unknown.is_empty() { Ok(read) } else { Err(Refusal::Fields(unknown)) }
}

/// The member that a message of serde's names, where it names one.
fn named_in(message: &str) -> Option<String> {
    let member = message.split_once("missing field `").and_then(|(_, rest)| rest.split_once('`'));
    member.map(|(member, _)| member.to_owned())
}

/// The member without which the message is another one.
fn to_blame<T: DeserializeOwned>(members: &serde_json::Map<String, Value>, message: &str) -> Option<String> {
    let is_to_blame = |name: &&String| {
        let rest = members.iter().filter(|(other, _)| other != name);
        let rest: serde_json::Map<_, _> = rest.map(|(name, value)| (name.clone(), value.clone())).collect();
        serde_json::from_value::<T>(Value::Object(rest)).map_or_else(|error| error.to_string() != message, |_| true)
    };
    members.keys().find(is_to_blame).cloned()
}

fn unknown_members(sent: &Value, understood: &Value, at: &str, into: &mut Vec<Violation>) {
    match (sent, understood) {
        (Value::Object(sent), Value::Object(understood)) => {
            for (name, value) in sent {
                let field = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                match understood.get(name) {
                    Some(known) => unknown_members(value, known, &field, into),
                    None => {
                        let known: Vec<&str> = understood.keys().map(String::as_str).collect();
                        let message = format!("is not known here; these are: {}", known.join(", "));
                        into.push(Violation { field, rejected: value.to_string(), message });
                    }
                }
            }
        }
        (Value::Array(sent), Value::Array(understood)) => {
            for (index, (sent, understood)) in sent.iter().zip(understood).enumerate() {
                unknown_members(sent, understood, &format!("{at}[{index}]"), into);
            }
        }
        _ => {}
    }
}

/// Refuses a body where none is taken; `{}` and `null` say nothing either.
pub(super) fn nothing(bytes: &[u8]) -> Result<(), Refusal> {
    if bytes.is_empty() {
        return Ok(());
    }
    match json(bytes) {
        Ok(Value::Null) => Ok(()),
        Ok(Value::Object(members)) => match members.into_iter().next() {
            None => Ok(()),
            Some((name, value)) => wrong_field(&name, value, "is not known here: this request takes no body"),
        },
        _ => wrong_field("", "", "this request takes no body"),
    }
}

/// The times that the control interface sets a clock to: dates of which RFC 3339 and the years of cards have four digits.
const TIMES: RangeInclusive<Timestamp> = Timestamp::UNIX_EPOCH..=Timestamp::constant(221_845_392_000, 0);

/// The clock's move in a body: one of the two, and to a time that the API can show.
pub(super) fn clock_move(bytes: &[u8], now: Timestamp) -> Result<ClockMove, Refusal> {
    let body: ClockBody = read(bytes)?;
    match (body.set, body.advance) {
        (Some(set), None) => {
            let to = parsed("set", &set)?;
            can_be_shown("set", &set, Some(to))?;
            Ok(ClockMove::Set(to))
        }
        (None, Some(advance)) => {
            let by = parsed("advance", &advance)?;
            can_be_shown("advance", &advance, now.checked_add(by).ok())?;
            Ok(ClockMove::Advance(by))
        }
        (None, None) => {
            wrong_field("advance", "", "must not be null: send advance, as in PT5M, or set, as in 2026-03-01T10:00:00Z")
        }
        (Some(to), Some(_)) => wrong_field("set", to, "can't be sent together with advance"),
    }
}

fn parsed<T: FromStr<Err = jiff::Error>>(field: &str, sent: &str) -> Result<T, Refusal> {
    sent.parse().or_else(|error: jiff::Error| wrong_field(field, sent, &error.to_string()))
}

fn can_be_shown(field: &str, sent: &str, end: Option<Timestamp>) -> Result<(), Refusal> {
    match end {
        Some(end) if TIMES.contains(&end) => Ok(()),
        _ => wrong_field(field, sent, &format!("must lead to a time from {} to {}", TIMES.start(), TIMES.end())),
    }
}

/// Refuses an effect that no answer can show.
fn can_strike(effect: &Effect) -> Result<(), Refusal> {
    match effect {
        Effect::Status { status, .. } | Effect::OtherStatus { status } | Effect::UnknownCode { status }
            if !(200..=599).contains(status) =>
        {
            wrong_field("effect.status", status, "must be from 200 to 599")
        }
        Effect::MissingField { at } | Effect::Null { at } | Effect::OtherType { at } | Effect::Value { at, .. }
            if at.split('.').any(|part| part.trim_end_matches("[]").is_empty()) =>
        {
            wrong_field("effect.at", at, "must name a member of the body, as in content[].status")
        }
        Effect::ContentType { media_type } if HeaderValue::try_from(media_type).is_err() || media_type.is_empty() => {
            wrong_field("effect.mediaType", media_type, "is no value of a header")
        }
        _ => Ok(()),
    }
}

/// The fault in a body, one that can strike.
pub(super) fn fault(bytes: &[u8], description: &Description) -> Result<Fault, Refusal> {
    let fault: Fault = read(bytes)?;
    can_strike(&fault.effect)?;
    if let Some((name, value)) = &fault.header {
        if HeaderName::try_from(name).is_err() {
            return wrong_field("header[0]", name, "is no name of a header");
        }
        if HeaderValue::try_from(value).is_err() {
            return wrong_field("header[1]", value, "is no value of a header");
        }
    }
    if !(fault.probability > 0.0 && fault.probability <= 1.0) {
        return wrong_field("probability", fault.probability, "must be greater than 0 and at most 1");
    }
    if fault.times == Some(0) {
        return wrong_field("times", 0, "must be at least 1");
    }
    let methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    if let Some(method) = &fault.method
        && !methods.iter().any(|known| known.eq_ignore_ascii_case(method))
    {
        return wrong_field("method", method, &format!("must be one of {}", methods.join(", ")));
    }
    if let Some(path) = &fault.path {
        let template = description.operations().iter().any(|operation| operation.path == *path);
        if !template && matches!(description.route("GET", path), Match::Unknown) {
            return wrong_field("path", path, "is neither a path nor a path template of the description");
        }
    }
    Ok(fault)
}

/// The named numbers of a query, in the order of `known`; any other parameter is refused.
pub(super) fn numbers<const N: usize>(query: &str, known: [&str; N]) -> Result<[Option<usize>; N], Refusal> {
    let mut found = [None; N];
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let Some(at) = known.iter().position(|one| *one == name) else {
            let message = if N == 0 {
                "is not known here".to_owned()
            } else {
                format!("is not known here; these are: {}", known.join(", "))
            };
            return wrong_field(name, value, &message);
        };
        if found[at].is_some() {
            return wrong_field(name, value, "was sent more than once");
        }
        match value.parse() {
            Ok(number) => found[at] = Some(number),
            Err(_) => return wrong_field(name, value, "must be a whole number"),
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_that_is_not_known_is_named_at_any_depth() {
        let description = Description::current();
        for (sent, field) in [
            (r#"{"pathh":"/x","effect":{"kind":"drop"}}"#, "pathh"),
            (r#"{"effect":{"kind":"drop","after":3}}"#, "effect.after"),
            (r#"{"effect":{"kind":"status","status":500,"boddy":{}}}"#, "effect.boddy"),
            (r#"{"effect":{"kind":"status","status":42}}"#, "effect.status"),
            (r#"{"effect":{"kind":"otherStatus","status":99}}"#, "effect.status"),
            (r#"{"effect":{"kind":"unknownCode","status":0}}"#, "effect.status"),
            (r#"{"effect":{"kind":"missingField","at":""}}"#, "effect.at"),
            (r#"{"effect":{"kind":"null","at":"a..b"}}"#, "effect.at"),
            (r#"{"effect":{"kind":"contentType","mediaType":"a\nb"}}"#, "effect.mediaType"),
            (r#"{"effect":{"kind":"delay","millis":-1}}"#, "effect"),
            (r#"{"effect":{"kind":"nope"}}"#, "effect"),
            (r#"{"effect":{"kind":"drop"},"times":-1}"#, "times"),
            (r#"{"effect":{"kind":"drop"},"header":["a b","c"]}"#, "header[0]"),
            (r#"{"effect":{"kind":"drop"},"probability":1.5}"#, "probability"),
            (r#"{"effect":{"kind":"drop"},"times":0}"#, "times"),
            (r#"{"effect":{"kind":"drop"},"method":"FETCH"}"#, "method"),
            (r#"{"effect":{"kind":"drop"},"path":"/api/partner/ledgerz"}"#, "path"),
        ] {
            let Err(Refusal::Fields(found)) = fault(sent.as_bytes(), &description) else { panic!("{sent} was taken") };
            assert_eq!(found[0].field, field, "{sent}");
        }
        assert!(fault(br#"{"path":"/api/partner/ledgers/{ledgerId}","effect":{"kind":"hold"}}"#, &description).is_ok());
    }
}
