//! What is wrong with a request in a way that the description does not show: headers of the other generation of SCA, an
//! Authorization header that is no bearer's. A client's developer reads it in the answer's message.

use serde_json::json;

use crate::description::{Operation, ScaHeaders};
use crate::http::answer::Answer;
use crate::http::call::Raw;

/// The headers of each generation that the other does not have, and what that one does instead.
const OF_ONE_GENERATION: [(&str, ScaHeaders, &str); 3] = [
    ("Linkcy-SCA-Id", ScaHeaders::StrategyFactorId, COMPLETED),
    (
        "Linkcy-SCA-Factor",
        ScaHeaders::StrategyFactorId,
        "this version of the API has no factors: the device decides between PIN and biometry",
    ),
    (
        "Linkcy-SCA-Signature",
        ScaHeaders::StrategySignature,
        "this version of the API knows no data signatures; a push is completed by the same request with Linkcy-SCA-Id",
    ),
];

const COMPLETED: &str =
    "this version of the API has no such header: after the approval send the identical request again, without it";

/// What is wrong, if anything is.
pub(super) fn of(operation: &Operation, raw: &Raw) -> Option<String> {
    let generation = operation.sca?;
    let (name, _, instead) = OF_ONE_GENERATION
        .iter()
        .find(|(name, theirs, _)| *theirs != generation && raw.parts.headers.contains_key(*name))?;
    Some(format!("{name} is not read: {instead}"))
}

/// The answer with the hint: in a header always, in the message too where it is a refusal.
pub(super) fn add(mut answer: Answer, hint: &str) -> Answer {
    if answer.status >= 400
        && let Some(body) = answer.json_mut()
    {
        let message = match body["message"].as_str().unwrap_or_default() {
            "" => hint.to_owned(),
            message => format!("{message}; {hint}"),
        };
        body["message"] = json!(message);
    }
    answer.with_header("sandbox-hint", hint)
}

/// Why an Authorization header gives no token.
pub(super) fn of_authorization(sent: Option<&str>) -> &'static str {
    const NEEDED: &str = "a bearer is needed: log in and send its token as `Authorization: Bearer TOKEN`";
    match sent.map(str::trim) {
        None | Some("") => NEEDED,
        Some(sent) => match sent.split_once(' ') {
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("basic") => {
                "this is Basic authentication, which the API does not have: POST /api/partner/login takes the credentials, \
                 and its token is sent as `Authorization: Bearer TOKEN`"
            }
            None if !sent.eq_ignore_ascii_case("bearer") => {
                "the Authorization header has no scheme: write `Bearer ` before the token"
            }
            None => "the Authorization header has no token after `Bearer`",
            Some(_) => "the scheme of the Authorization header is not Bearer: send `Authorization: Bearer TOKEN`",
        },
    }
}
