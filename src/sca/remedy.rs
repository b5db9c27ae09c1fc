//! The error codes of strong authentication, with what to do about each.

use crate::types::ErrorCode;

/// The codes that the description lists, and what the caller can do. Source: \[R/card\] of the guide.
const REMEDIES: [(&str, &str); 8] = [
    ("NO_ACTIVE_SCA_DEVICE_FOUND", "have the end-user register and activate a device"),
    ("SCA_DEVICE_ALREADY_SET", "use that device, or reset it if the end-user has lost it"),
    ("SCA_DEVICE_NOT_VALID", "have the end-user register the device again"),
    ("SCA_REQUIRED", "set an SCA policy that the message's strategy satisfies"),
    ("SCA_SIGNATURE_DOES_NOT_MATCH", "sign exactly the bytes that are sent, with the end-user's registered device"),
    ("SCA_SIGNATURE_FORMAT_INVALID", "send the header value exactly as the device's SDK returns it"),
    ("SCA_SIGNATURE_MISSING", "use ScaPolicy::DataSigning, which signs every call"),
    ("SCA_UNEXPECTED_ERROR", "check whether it happened, then try again later"),
];

/// What to do about a code of strong authentication; nothing for any other code.
pub(crate) fn remedy(code: &ErrorCode) -> Option<&'static str> {
    let known = REMEDIES.iter().find(|(known, _)| *known == code.as_str()).map(|(_, remedy)| *remedy);
    let is_of_a_later_version = || code.as_str().starts_with("SCA_");
    known.or_else(|| is_of_a_later_version().then_some("see LinkCy's documentation of this code"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::OPERATIONS;

    #[test]
    fn the_remedies_are_those_of_the_codes_that_the_description_lists() {
        let listed: BTreeSet<&str> = OPERATIONS
            .iter()
            .flat_map(|operation| operation.errors.iter().flat_map(|(_, codes)| codes.iter().copied()))
            .filter(|code| code.contains("SCA_"))
            .collect();
        assert_eq!(listed, REMEDIES.iter().map(|(code, _)| *code).collect());
    }

    #[test]
    fn a_code_of_a_later_version_is_about_sca_by_its_prefix() {
        let remedy = |code: &str| remedy(&code.to_owned().into());
        assert!(remedy("SCA_DEVICE_ON_THE_MOON").is_some());
        assert!(remedy("LEDGER_NOT_FOUND").is_none());
    }
}
