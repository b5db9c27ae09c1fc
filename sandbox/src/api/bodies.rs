//! Parts of bodies that several operations take: e-mail addresses, postal addresses, metadata.

use crate::state::end_user::Phone;
use serde_json::{Map, Value, json};

use crate::http::refusal::{Refusal, wrong_field};
use crate::state::end_user::Email;

impl Email {
    /// The address in a body; one with an @ between two words.
    pub(crate) fn in_body(body: &Value, field: &str) -> Result<Option<Self>, Refusal> {
        let Some(address) = body.get(field).and_then(Value::as_str) else {
            return Ok(None);
        };
        match address.split_once('@') {
            Some((user, host)) if !user.is_empty() && !host.is_empty() && !address.contains(char::is_whitespace) => {
                Ok(Some(Self { address: address.to_owned(), verified: None }))
            }
            _ => wrong_field(field, address, "must be an e-mail address"),
        }
    }
}

/// What an end-user is told about in metadata, under the names of the answer.
pub(crate) fn metadata(body: &Value, given: &mut Map<String, Value>) {
    for (sent, kept) in
        [("metadata", "partnerMetadata"), ("partnerMetadata", "partnerMetadata"), ("userMetadata", "userMetadata")]
    {
        if let Some(value) = body.get(sent).filter(|value| value.is_object()) {
            given.insert(kept.into(), value.clone());
        }
    }
}

/// An address as it is answered: as it was sent, with the status of its check, which passes unless it is bypassed.
pub(crate) fn address_in(body: &Value, field: &str) -> Option<Value> {
    let mut address = body.get(field)?.as_object()?.clone();
    let unchecked = address.remove("bypassVerification") == Some(Value::Bool(true));
    address.insert("status".into(), json!(if unchecked { "INVALID" } else { "VALID" }));
    Some(Value::Object(address))
}

/// The phone in a body, under that field: a country code of one to three digits, with or without +, and a number.
pub(crate) fn phone_in(body: &Value, field: &str) -> Result<Option<Phone>, Refusal> {
    let Some(phone) = Phone::in_body(body, field) else {
        return Ok(None);
    };
    let code = body[field]["countryCode"].as_str().unwrap_or_default();
    let digits = code.strip_prefix('+').unwrap_or(code);
    if (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0') {
        return Ok(Some(phone));
    }
    // Logins take phones as ^[0-9]{2,17}$, so anything else could never log in.
    wrong_field(&format!("{field}.countryCode"), code, "must be a calling code of one to three digits, as in 33")
}
