//! Tokens as a session uses and stores them, and the times that a JWT states.

use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::HeaderValue;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::types::json::Members;
use crate::types::secret::Secret;

const SCHEME: &str = "Bearer ";

/// An access token in the one form it is used in: a header value, marked sensitive.
///
/// Clones share the bytes, which are wiped when the last one is dropped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Secret", into = "Secret")]
pub(crate) struct AccessToken(HeaderValue);

impl TryFrom<Secret> for AccessToken {
    type Error = MalformedToken;

    fn try_from(token: Secret) -> Result<Self, MalformedToken> {
        let token = token.expose();
        // A character that a header may have but a bearer token may not (RFC 6750, section 2.1) is a server's mistake.
        if token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(MalformedToken);
        }
        let mut header = Zeroizing::new(Vec::with_capacity(SCHEME.len() + token.len()));
        header.extend_from_slice(SCHEME.as_bytes());
        header.extend_from_slice(token.as_bytes());
        let mut header = HeaderValue::from_maybe_shared(Bytes::from_owner(header)).map_err(|_| MalformedToken)?;
        header.set_sensitive(true);
        Ok(Self(header))
    }
}

impl AccessToken {
    pub fn header(&self) -> &HeaderValue {
        &self.0
    }

    pub fn expose(&self) -> &str {
        self.0.to_str().ok().and_then(|header| header.strip_prefix(SCHEME)).unwrap_or_default()
    }
}

impl From<AccessToken> for Secret {
    fn from(token: AccessToken) -> Self {
        Self::from(token.expose())
    }
}

/// An access token that can't be sent in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the access token is empty or contains characters that are invalid in a bearer token: check its source")]
pub struct MalformedToken;

/// An access token and what was issued with it, as stored in a [`TokenStore`](super::store::TokenStore).
///
/// Serialises to `{"access", "refresh"?, "endUserId"?}`, secrets in clear: a store has to protect what it writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenPair {
    pub(crate) access: AccessToken,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh: Option<Secret>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end_user_id: Option<Box<str>>,
}

impl TokenPair {
    /// # Errors
    /// When the access token cannot be sent in a header.
    pub fn new(
        access: impl Into<Secret>,
        refresh: Option<Secret>,
        end_user_id: Option<String>,
    ) -> Result<Self, MalformedToken> {
        let access = AccessToken::try_from(access.into())?;
        Ok(Self { access, refresh, end_user_id: end_user_id.map(String::into_boxed_str) })
    }

    /// The access token, without `Bearer `.
    pub fn access(&self) -> &str {
        self.access.expose()
    }

    /// The refresh token, where there is one.
    pub fn refresh(&self) -> Option<&Secret> {
        self.refresh.as_ref()
    }

    /// Whose tokens these are, for a consumer or an account owner (`endUserId` of the login's answer).
    pub fn end_user_id(&self) -> Option<&str> {
        self.end_user_id.as_deref()
    }
}

/// Tokens as the server has just issued them.
#[derive(Clone, Debug)]
pub struct Issued {
    /// `token` of the answer.
    pub access: Secret,
    /// `refreshToken` of the answer.
    pub refresh: Option<Secret>,
    /// `endUserId` of the answer: set for a consumer or an account owner.
    pub end_user_id: Option<String>,
    /// The answer's `Date` header; it guards against a wrong local clock.
    pub server_date: Option<SystemTime>,
}

/// When a token was issued and when it ends, as it states itself, in seconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Claims {
    pub exp: Option<f64>,
    pub iat: Option<f64>,
}

impl Claims {
    /// Reads the claims without checking the signature, which is the server's to check. An opaque token has none.
    pub fn of(token: &str) -> Self {
        Self::stated_by(token).unwrap_or_default()
    }

    fn stated_by(token: &str) -> Option<Self> {
        let [_, payload, _]: [&str; 3] = token.split('.').collect::<Vec<_>>().try_into().ok()?;
        // Some issuers pad; the payload is personal data, so it is wiped.
        let payload = Zeroizing::new(URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?);
        let claims: Members<'_> = serde_json::from_str(std::str::from_utf8(&payload).ok()?).ok()?;
        let seconds = |claim: &str| claims.get(claim)?.parse().ok().filter(|n: &f64| n.is_finite() && *n >= 0.0);
        Some(Self { exp: seconds("exp"), iat: seconds("iat") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwt(payload: &str) -> String {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(payload))
    }

    #[test]
    fn reads_exp_and_iat_whole_or_fractional() {
        let claims = Claims::of(&jwt(r#"{"exp":1700000900,"iat":1700000000.5,"sub":"x"}"#));
        assert_eq!(claims, Claims { exp: Some(1_700_000_900.0), iat: Some(1_700_000_000.5) });
    }

    #[test]
    fn what_is_no_jwt_or_has_no_times_claims_nothing() {
        let none = Claims::default();
        for token in ["", "opaque", "a.b", "a.b.c.d", "a.!!!.c", &jwt("[]"), &jwt(r#"{"exp":"soon","iat":-1}"#)] {
            assert_eq!(Claims::of(token), none, "{token}");
        }
    }

    #[test]
    fn any_bytes_in_a_token_are_survived() {
        let mut random = fastrand::Rng::with_seed(3);
        let pieces = ["{", "}", "\"exp\":", "\"iat\":", "1e999", "-0", "17", ",", "null", "\u{0}", "é", "."];
        for _ in 0..20_000 {
            let payload: String =
                (0..random.usize(..8)).filter_map(|_| pieces.get(random.usize(..pieces.len()))).copied().collect();
            for token in [jwt(&payload), payload] {
                let claims = Claims::of(&token);
                assert!(claims.exp.is_none_or(f64::is_finite) && claims.iat.is_none_or(|s| s >= 0.0));
            }
        }
    }

    #[test]
    fn a_token_with_a_line_break_is_refused_without_being_shown() {
        let error = AccessToken::try_from(Secret::from("abc\r\nX-Evil: 1")).map(|_| ());
        assert_eq!(error, Err(MalformedToken));
        assert!(!MalformedToken.to_string().contains("Evil"));
    }

    #[test]
    fn tokens_survive_a_round_trip_and_are_not_shown() -> Result<(), Box<dyn std::error::Error>> {
        let tokens = TokenPair::new("acc", Some("ref".into()), Some("id".into()))?;
        let back: TokenPair = serde_json::from_str(&serde_json::to_string(&tokens)?)?;
        assert_eq!(
            (back.access(), back.refresh().map(Secret::expose), back.end_user_id()),
            ("acc", Some("ref"), Some("id"))
        );
        let shown = format!("{back:?}");
        assert!(!shown.contains("acc\"") && !shown.contains("ref\""), "{shown}");
        Ok(())
    }
}
