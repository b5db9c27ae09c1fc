//! Who logs in: [`Credentials`], and [`Login`], the body of `POST /api/partner/login`.

use serde::Serialize;

use crate::types::Phone;
use crate::types::secret::Secret;

/// How a session gets its tokens: a [`Login`] becomes one by `into()`.
///
/// ```
/// use linkcy::Login;
/// use linkcy::auth::Credentials;
///
/// let alice = Login::Consumer {
///     phone: "+33 6 12 34 56 78".parse()?,
///     partner_name: "acme".into(),
///     password: "their password".into(),
/// };
/// assert!(Credentials::from(alice).check().is_ok());
/// # Ok::<(), linkcy::types::Unreadable>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Credentials {
    /// A password login. The session stores it and logs in again when a refresh is refused.
    Login(Login),
    /// Tokens obtained elsewhere. Without a refresh token the session ends with the access token.
    Tokens {
        /// The access token, without `Bearer `.
        access: Secret,
        /// The refresh token that was issued with it.
        refresh: Option<Secret>,
    },
    /// No login: only the operations that need none.
    Anonymous,
}

impl Credentials {
    /// Tokens obtained elsewhere, with or without a refresh token.
    pub fn tokens(access: impl Into<Secret>, refresh: Option<Secret>) -> Self {
        Self::Tokens { access: access.into(), refresh }
    }

    /// Looks for what the server would refuse, before anything is sent.
    ///
    /// # Errors
    /// A field is empty, or a phone number taken from an answer is invalid ([`Phone::value`]).
    pub fn check(&self) -> Result<(), CredentialsError> {
        match self {
            Self::Login(login) => login.check(),
            Self::Tokens { access, .. } => filled("access token", access.expose()),
            Self::Anonymous => Ok(()),
        }
    }
}

/// A password login, each field by its name, so that no two can be swapped. It serialises to the body of
/// `POST /api/partner/login` (`UserPassLoginRequestDto`). `Debug` shows no password, and of a phone number the last two digits.
///
/// ```
/// let partner = linkcy::Login::Partner {
///     partner_name: "acme".into(),
///     username: "api-user".into(),
///     password: "a password".into(),
/// };
/// assert!(partner.check().is_ok());
/// ```
#[derive(Clone, Debug, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Login {
    /// The partner itself.
    Partner {
        /// The API user's name.
        username: String,
        /// The partner's name.
        partner_name: String,
        /// The API user's password.
        password: Secret,
    },
    /// A consumer.
    Consumer {
        /// Their phone number, with its country code.
        #[serde(rename = "consumerPhone")]
        phone: Phone,
        /// The name of the partner the consumer belongs to.
        partner_name: String,
        /// The consumer's password.
        password: Secret,
    },
    /// The account owner of a corporate.
    CorporateOwner {
        /// Their phone number, with its country code.
        #[serde(rename = "accountOwnerPhone")]
        phone: Phone,
        /// The name of the partner the corporate belongs to.
        partner_name: String,
        /// The account owner's password.
        password: Secret,
    },
}

impl Login {
    /// See [`Credentials::check`].
    ///
    /// # Errors
    /// As there.
    pub fn check(&self) -> Result<(), CredentialsError> {
        let (_, who, partner_name, password) = self.parts();
        filled("partner name", partner_name)?;
        filled("password", password.expose())?;
        match self {
            Self::Partner { .. } => filled("username", who),
            Self::Consumer { phone, .. } | Self::CorporateOwner { phone, .. } => {
                phone.value().map(drop).map_err(|_| CredentialsError::Phone)
            }
        }
    }

    /// Different for every login of an environment; contains no password.
    pub(crate) fn identity(&self) -> String {
        let (kind, who, partner_name, _) = self.parts();
        format!("{kind}:{}:{}", escaped(partner_name), escaped(who))
    }

    /// Kind, user, partner, password.
    fn parts(&self) -> (&'static str, &str, &str, &Secret) {
        match self {
            Self::Partner { username, partner_name, password } => ("partner", username, partner_name, password),
            Self::Consumer { phone, partner_name, password } => ("consumer", phone.raw(), partner_name, password),
            Self::CorporateOwner { phone, partner_name, password } => {
                ("corporate-owner", phone.raw(), partner_name, password)
            }
        }
    }
}

/// Why credentials can't be used; found before anything is sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialsError {
    /// The phone number is invalid.
    #[error("the phone number cannot be read: write country code and number, as in 33612345678")]
    Phone,
    /// A field is empty.
    #[error("the {field} is empty: check where the credentials are read from")]
    Empty {
        /// Which field.
        field: &'static str,
    },
}

fn filled(field: &'static str, text: &str) -> Result<(), CredentialsError> {
    if text.is_empty() { Err(CredentialsError::Empty { field }) } else { Ok(()) }
}

/// Keeps the separator of [`Login::identity`] unambiguous.
fn escaped(part: &str) -> String {
    part.replace('%', "%25").replace(':', "%3A")
}

impl From<Login> for Credentials {
    fn from(login: Login) -> Self {
        Self::Login(login)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partner(username: &str, partner_name: &str) -> Login {
        Login::Partner { username: username.into(), partner_name: partner_name.into(), password: "hunter2".into() }
    }

    fn by_phone(phone: Phone) -> [Login; 2] {
        let (partner_name, password) = (String::from("acme"), Secret::from("hunter2"));
        [
            Login::Consumer { phone: phone.clone(), partner_name: partner_name.clone(), password: password.clone() },
            Login::CorporateOwner { phone, partner_name, password },
        ]
    }

    #[test]
    fn each_login_has_the_body_the_description_asks_for() -> Result<(), Box<dyn std::error::Error>> {
        let [consumer, owner] = by_phone("+33 612345678".parse()?);
        for (login, who, name) in [
            (partner("api", "acme"), "username", "api"),
            (consumer, "consumerPhone", "33612345678"),
            (owner, "accountOwnerPhone", "33612345678"),
        ] {
            let body = serde_json::json!({ who: name, "partnerName": "acme", "password": "hunter2" });
            assert_eq!(serde_json::to_value(&login)?, body);
            assert_eq!(Credentials::from(login).check(), Ok(()));
        }
        Ok(())
    }

    #[test]
    fn what_the_server_would_refuse_is_named() -> Result<(), serde_json::Error> {
        for login in by_phone(serde_json::from_str("\"no number\"")?) {
            assert_eq!(login.check(), Err(CredentialsError::Phone));
        }
        assert_eq!(partner("", "acme").check(), Err(CredentialsError::Empty { field: "username" }));
        assert_eq!(partner("api", "").check(), Err(CredentialsError::Empty { field: "partner name" }));
        Ok(())
    }

    #[test]
    fn two_logins_never_share_an_identity() {
        assert_ne!(partner("b:c", "a").identity(), partner("c", "a:b").identity());
    }

    #[test]
    fn debug_shows_neither_password_nor_phone() -> Result<(), crate::types::Unreadable> {
        for login in by_phone("33612345678".parse()?) {
            let shown = format!("{:?}", Credentials::from(login));
            assert!(!shown.contains("hunter2") && !shown.contains("336123456"), "{shown}");
        }
        Ok(())
    }
}
