//! Access tokens (JWT, HS256) and refresh tokens. A refresh token names its family and its turn in it; a turn that has
//! passed is how reuse is seen, without a list of used tokens.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use uuid::Uuid;

use super::caller::Caller;
use crate::lock::lock;

/// The key tokens are signed with.
#[derive(Clone, Serialize, Deserialize)]
pub struct TokenKey(pub(crate) [u8; 32]);

impl std::fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenKey(..)")
    }
}

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Whose token it is: the user account's or end-user's id.
    pub sub: Uuid,
    /// Issued at, in seconds since 1970.
    pub iat: i64,
    /// Expires at, in seconds since 1970.
    pub exp: i64,
    /// The token's number, unique in this sandbox.
    pub jti: u64,
    /// The session: the refresh family it belongs to.
    pub sid: Uuid,
    /// What the bearer may do.
    pub roles: Vec<String>,
    /// Whom it speaks for.
    pub caller: Caller,
}

/// What tokens say that were read before: their roles are a hundred words, and a client sends one token a thousand times.
/// They are found by their signature: hashing the whole of one takes longer than everything else about it.
#[derive(Debug, Default)]
pub(crate) struct ReadTokens(Mutex<HashMap<String, (String, Arc<Claims>)>>);

/// How many tokens are remembered.
const MOST_REMEMBERED: usize = 4096;

impl ReadTokens {
    /// What a token says, when this key signed it. Its life is the caller's to check.
    pub(crate) fn read(&self, key: &TokenKey, token: &str) -> Option<Arc<Claims>> {
        let mut known = lock(&self.0);
        let signature = token.rsplit_once('.')?.1;
        if let Some((read, claims)) = known.get(signature)
            && read == token
        {
            return Some(Arc::clone(claims));
        }
        let claims = Arc::new(key.read(token)?);
        if known.len() >= MOST_REMEMBERED {
            known.clear();
        }
        known.insert(signature.to_owned(), (token.to_owned(), Arc::clone(&claims)));
        Some(claims)
    }
}

/// What a refresh token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshClaims {
    /// The family it belongs to.
    pub family: Uuid,
    /// Its turn in the family, counted from 1.
    pub turn: u64,
}

const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

impl TokenKey {
    /// A signed access token.
    pub fn access_token(&self, claims: &Claims) -> String {
        let payload = serde_json::to_vec(claims).unwrap_or_default();
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(payload));
        let signature = URL_SAFE_NO_PAD.encode(self.mac(&signed).finalize().into_bytes());
        format!("{signed}.{signature}")
    }

    /// What a token says, when this key signed it. Its life is the caller's to check.
    pub fn read(&self, token: &str) -> Option<Claims> {
        let (signed, signature) = token.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        self.mac(signed).verify_slice(&signature).ok()?;
        let (header, payload) = signed.split_once('.')?;
        if URL_SAFE_NO_PAD.decode(header).ok()? != HEADER.as_bytes() {
            return None;
        }
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
    }

    /// The refresh token for a turn of a family.
    pub fn refresh_token(&self, claims: RefreshClaims) -> String {
        let signed = format!("{}.{}", claims.family.simple(), claims.turn);
        let signature = URL_SAFE_NO_PAD.encode(self.mac(&signed).finalize().into_bytes());
        format!("{signed}.{signature}")
    }

    /// What a refresh token says, when this key signed it.
    pub fn read_refresh(&self, token: &str) -> Option<RefreshClaims> {
        let (signed, signature) = token.rsplit_once('.')?;
        self.mac(signed).verify_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
        let (family, turn) = signed.split_once('.')?;
        Some(RefreshClaims { family: family.parse().ok()?, turn: turn.parse().ok()? })
    }

    fn mac(&self, text: &str) -> Hmac<Sha256> {
        mac(&self.0, text.as_bytes())
    }
}

/// HMAC-SHA256 takes a key of any length.
pub(crate) fn mac(key: &[u8], bytes: &[u8]) -> Hmac<Sha256> {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { unreachable!("HMAC takes a key of any length") };
    mac.update(bytes);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> Claims {
        let id = Uuid::nil();
        Claims { sub: id, iat: 1, exp: 2, jti: 3, sid: id, roles: vec![], caller: Caller::Partner { account: id } }
    }

    #[test]
    fn a_token_is_read_by_the_key_that_signed_it_and_by_no_other() {
        let token = TokenKey([1; 32]).access_token(&claims());
        assert_eq!(TokenKey([1; 32]).read(&token), Some(claims()));
        assert_eq!(TokenKey([2; 32]).read(&token), None);
    }

    #[test]
    fn a_changed_refresh_token_is_nobodys() {
        let key = TokenKey([1; 32]);
        let token = key.refresh_token(RefreshClaims { family: Uuid::nil(), turn: 1 });
        assert_eq!(key.read_refresh(&token).map(|claims| claims.turn), Some(1));
        assert_eq!(key.read_refresh(&token.replace(".1.", ".2.")), None);
    }
}
