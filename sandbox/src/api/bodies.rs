//! Parts of bodies that several operations take: e-mail addresses, postal addresses, metadata.

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

/// An address as it is answered: as it was sent, with the status of its check, which always passes here.
pub(crate) fn address_in(body: &Value, field: &str) -> Option<Value> {
    let mut address = body.get(field)?.as_object()?.clone();
    address.remove("bypassVerification");
    address.insert("status".into(), json!("VALID"));
    Some(Value::Object(address))
}
