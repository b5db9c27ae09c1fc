//! Who logs in: [`Credentials`], and [`Login`], the body of `POST /api/partner/login`.

use std::fmt;

use serde::Serialize;

use crate::types::secret::Secret;

/// How a session comes by its tokens.
///
/// ```
/// use linkcy::auth::Credentials;
///
/// let partner = Credentials::partner("acme", "api-user", "a password");
/// let alice = Credentials::consumer("33612345678", "acme", "their password");
/// assert!(alice.check().is_ok());
/// assert!(Credentials::consumer("+33612345678", "acme", "their password").check().is_err());
/// # let _ = partner;
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Credentials {
    /// A password login. The session keeps it and logs in again when a refresh is refused.
    Login(Login),
    /// Tokens obtained elsewhere. Without a refresh token the session ends with the access token.
    Tokens {
        /// The access token, without `Bearer `.
        access: Secret,
        /// The refresh token that came with it.
        refresh: Option<Secret>,
    },
    /// No login: only the operations that need none.
    Anonymous,
}

impl Credentials {
    /// The partner itself: `{username, partnerName, password}`.
    pub fn partner(partner_name: impl Into<String>, username: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self::Login(Login::Partner {
            username: username.into(),
            partner_name: partner_name.into(),
            password: password.into(),
        })
    }

    /// A consumer: `{consumerPhone, partnerName, password}`. `phone` is country code and number, digits only.
    pub fn consumer(phone: impl Into<String>, partner_name: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self::Login(Login::Consumer {
            consumer_phone: phone.into(),
            partner_name: partner_name.into(),
            password: password.into(),
        })
    }

    /// A corporate's account owner: `{accountOwnerPhone, partnerName, password}`. `phone` as for a consumer.
    pub fn corporate_owner(
        phone: impl Into<String>,
        partner_name: impl Into<String>,
        password: impl Into<Secret>,
    ) -> Self {
        Self::Login(Login::CorporateOwner {
            account_owner_phone: phone.into(),
            partner_name: partner_name.into(),
            password: password.into(),
        })
    }

    /// Tokens obtained elsewhere, with or without a refresh token.
    pub fn tokens(access: impl Into<Secret>, refresh: Option<Secret>) -> Self {
        Self::Tokens { access: access.into(), refresh }
    }

    /// No login at all.
    pub fn anonymous() -> Self {
        Self::Anonymous
    }

    /// Looks for what the server would refuse, before anything is sent.
    ///
    /// # Errors
    /// A phone that is not 2 to 17 digits (`^[0-9]{2,17}$` in the description), or an empty field.
    pub fn check(&self) -> Result<(), CredentialsError> {
        match self {
            Self::Login(login) => login.check(),
            Self::Tokens { access, .. } => filled("access token", access.expose()),
            Self::Anonymous => Ok(()),
        }
    }
}

/// A password login; it serialises to the body of `POST /api/partner/login` (`UserPassLoginRequestDto`).
#[derive(Clone, Serialize)]
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
        /// Country code and number, digits only.
        consumer_phone: String,
        /// The name of the partner the consumer belongs to.
        partner_name: String,
        /// The consumer's password.
        password: Secret,
    },
    /// The account owner of a corporate.
    CorporateOwner {
        /// Country code and number, digits only.
        account_owner_phone: String,
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
    /// A phone that is not 2 to 17 digits, or an empty field.
    pub fn check(&self) -> Result<(), CredentialsError> {
        let (_, who, partner_name, password) = self.parts();
        filled("partner name", partner_name)?;
        filled("password", password.expose())?;
        if self.is_by_phone() { phone(who) } else { filled("username", who) }
    }

    /// What tells this login from every other one of the same environment; holds no password.
    pub(crate) fn identity(&self) -> String {
        let (kind, who, partner_name, _) = self.parts();
        format!("{kind}:{}:{}", escaped(partner_name), escaped(who))
    }

    fn is_by_phone(&self) -> bool {
        !matches!(self, Self::Partner { .. })
    }

    /// Kind, user, partner, password.
    fn parts(&self) -> (&'static str, &str, &str, &Secret) {
        match self {
            Self::Partner { username, partner_name, password } => ("partner", username, partner_name, password),
            Self::Consumer { consumer_phone, partner_name, password } => {
                ("consumer", consumer_phone, partner_name, password)
            }
            Self::CorporateOwner { account_owner_phone, partner_name, password } => {
                ("corporate-owner", account_owner_phone, partner_name, password)
            }
        }
    }
}

/// Shows the kind and the partner. A phone number is personal data: its last two digits are enough to tell two apart.
impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, who, partner_name, _) = self.parts();
        let who = if self.is_by_phone() { last_two(who) } else { who.to_owned() };
        f.debug_struct(kind).field("who", &who).field("partner_name", &partner_name).finish_non_exhaustive()
    }
}

/// Why credentials can't be used; found before anything is sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialsError {
    /// The phone starts with `+`.
    #[error("the phone number starts with +: write country code and number without it, as in 33612345678")]
    PhoneWithPlus,
    /// The phone holds something else than digits.
    #[error("the phone number holds {found:?}: write country code and number in digits only, as in 33612345678")]
    PhoneNotDigits {
        /// The first character that is not a digit.
        found: char,
    },
    /// The phone is too short or too long.
    #[error("the phone number has {digits} digits: 2 to 17 are allowed, country code included")]
    PhoneLength {
        /// How many digits it has.
        digits: usize,
    },
    /// A field is empty.
    #[error("the {field} is empty: check where the credentials are read from")]
    Empty {
        /// Which field.
        field: &'static str,
    },
}

fn phone(phone: &str) -> Result<(), CredentialsError> {
    if phone.starts_with('+') {
        return Err(CredentialsError::PhoneWithPlus);
    }
    if let Some(found) = phone.chars().find(|c| !c.is_ascii_digit()) {
        return Err(CredentialsError::PhoneNotDigits { found });
    }
    match phone.len() {
        2..=17 => Ok(()),
        digits => Err(CredentialsError::PhoneLength { digits }),
    }
}

fn filled(field: &'static str, text: &str) -> Result<(), CredentialsError> {
    if text.is_empty() { Err(CredentialsError::Empty { field }) } else { Ok(()) }
}

fn last_two(phone: &str) -> String {
    let skipped = phone.chars().count().saturating_sub(2);
    format!("…{}", phone.chars().skip(skipped).collect::<String>())
}

/// Keeps the separator of [`Login::identity`] unambiguous.
fn escaped(part: &str) -> String {
    part.replace('%', "%25").replace(':', "%3A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_login_has_the_body_the_description_asks_for() -> Result<(), serde_json::Error> {
        let bodies = [
            (
                Credentials::partner("acme", "api", "pw"),
                serde_json::json!({"username": "api", "partnerName": "acme", "password": "pw"}),
            ),
            (
                Credentials::consumer("33612345678", "acme", "pw"),
                serde_json::json!({"consumerPhone": "33612345678", "partnerName": "acme", "password": "pw"}),
            ),
            (
                Credentials::corporate_owner("33612345678", "acme", "pw"),
                serde_json::json!({"accountOwnerPhone": "33612345678", "partnerName": "acme", "password": "pw"}),
            ),
        ];
        for (credentials, body) in bodies {
            let Credentials::Login(login) = credentials else { continue };
            assert_eq!(serde_json::to_value(&login)?, body);
        }
        Ok(())
    }

    #[test]
    fn a_phone_is_checked_and_the_error_names_the_remedy() {
        let check = |phone: &str| Credentials::consumer(phone, "acme", "pw").check();
        assert_eq!(check("33612345678"), Ok(()));
        assert_eq!(check("+33612345678"), Err(CredentialsError::PhoneWithPlus));
        assert_eq!(check("33 612"), Err(CredentialsError::PhoneNotDigits { found: ' ' }));
        assert_eq!(check("٣٣٦١٢"), Err(CredentialsError::PhoneNotDigits { found: '٣' }));
        assert_eq!(check("3"), Err(CredentialsError::PhoneLength { digits: 1 }));
        assert_eq!(check("123456789012345678"), Err(CredentialsError::PhoneLength { digits: 18 }));
        assert!(CredentialsError::PhoneWithPlus.to_string().contains("without it"));
    }

    #[test]
    fn an_empty_field_is_named() {
        assert_eq!(Credentials::partner("acme", "api", "").check(), Err(CredentialsError::Empty { field: "password" }));
    }

    #[test]
    fn two_logins_never_share_an_identity() {
        let one = Login::Partner { username: "b:c".into(), partner_name: "a".into(), password: "".into() };
        let two = Login::Partner { username: "c".into(), partner_name: "a:b".into(), password: "".into() };
        assert_ne!(one.identity(), two.identity());
    }

    #[test]
    fn debug_shows_neither_password_nor_phone() {
        let shown = format!("{:?}", Credentials::consumer("33612345678", "acme", "hunter2"));
        assert!(!shown.contains("hunter2") && !shown.contains("336123456"), "{shown}");
    }
}
