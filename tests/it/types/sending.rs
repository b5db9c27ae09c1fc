//! Strict to send, lenient to read, on real requests: bounds, what a PATCH says, and what is never shown.

use linkcy::types::check::check;
use linkcy::types::{
    AccountOwnerLoginRequest, AccountOwnerLoginRequestRequired, CardUpdateRequest, LedgerUpdateRequest, LoginRequest,
    PartnerLoginRequest, PartnerLoginRequestRequired, Phone, TimedLink, Tokens, WebhookPortal,
};

fn with_name(name: &str) -> LedgerUpdateRequest {
    LedgerUpdateRequest::new().friendly_name(name.to_owned())
}

#[test]
fn a_text_at_its_bound_is_sent_and_one_longer_is_refused_by_field_and_bound() {
    check(&with_name(&"é".repeat(255))).unwrap();
    let violation = check(&with_name(&"é".repeat(256))).unwrap_err();
    assert_eq!(violation.field(), "friendlyName");
    assert!(violation.to_string().contains("255"), "{violation}");
    let violation = check(&CardUpdateRequest::new().friendly_name("x".repeat(300))).unwrap_err();
    assert_eq!(violation.field(), "friendlyName");
}

#[test]
fn the_same_text_is_read_from_an_answer_all_the_same() {
    let json = format!(r#"{{"friendlyName":"{}"}}"#, "x".repeat(256));
    let read: LedgerUpdateRequest = serde_json::from_str(&json).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), json);
}

#[test]
fn a_phone_that_is_none_is_refused_before_it_is_sent() {
    let login = |phone: Phone| {
        AccountOwnerLoginRequest::new(AccountOwnerLoginRequestRequired {
            account_owner_phone: phone,
            partner_name: "acme".into(),
            password: "a password".into(),
        })
    };
    check(&login("+33 6 12 34 56 78".parse().unwrap())).unwrap();
    let violation = check(&login(serde_json::from_str("\"+33 6x\"").unwrap())).unwrap_err();
    assert_eq!(violation.field(), "accountOwnerPhone");
    assert!(!violation.to_string().contains("6x"), "{violation}");
}

#[test]
fn a_patch_says_keep_clear_and_set_apart() {
    let json = |request: &LedgerUpdateRequest| serde_json::to_string(request).unwrap();
    assert_eq!(json(&LedgerUpdateRequest::new()), "{}");
    assert_eq!(json(&LedgerUpdateRequest::new().clear_friendly_name()), r#"{"friendlyName":null}"#);
    assert_eq!(json(&with_name("Rent")), r#"{"friendlyName":"Rent"}"#);
    for text in ["{}", r#"{"friendlyName":null}"#, r#"{"friendlyName":"Rent"}"#] {
        let read: LedgerUpdateRequest = serde_json::from_str(text).unwrap();
        assert_eq!(json(&read), text);
    }
}

/// The token stands in the body too.
#[tokio::test]
async fn a_reply_shows_no_secret_of_its_body() {
    let sandbox = linkcy_sandbox::Sandbox::start().await.unwrap();
    let known = sandbox.credentials();
    let client = linkcy::Client::builder(linkcy::Environment::at(sandbox.url()).unwrap()).build().unwrap();
    let login = PartnerLoginRequest::new(PartnerLoginRequestRequired {
        partner_name: known.partner_name.clone(),
        password: known.password.clone().into(),
        username: known.username.clone(),
    });
    let reply = client.auth().login(LoginRequest::Partner(login)).send().await.unwrap();
    assert!(String::from_utf8_lossy(&reply.body).contains("eyJ"));
    let shown = format!("{reply:?} {reply:#?}");
    assert!(shown.contains("status: 200") && !shown.contains("eyJ"), "{shown}");
}

#[test]
fn a_secret_is_sent_and_never_shown() {
    let login = PartnerLoginRequest::new(PartnerLoginRequestRequired {
        partner_name: "acme".into(),
        password: "hunter2-hunter2".into(),
        username: "api-user".into(),
    });
    assert!(serde_json::to_string(&login).unwrap().contains("hunter2-hunter2"));
    assert!(!format!("{login:?} {login:#?}").contains("hunter2"));
    let tokens: Tokens = serde_json::from_str(r#"{"token":"eyJhbGciOi","refreshToken":"eyJyZWZyZXNo"}"#).unwrap();
    assert!(!format!("{tokens:?}").contains("eyJ"));
    assert_eq!(tokens.token.expose(), "eyJhbGciOi");
    let link: TimedLink =
        serde_json::from_str(r#"{"ttl":"PT10M","url":"https://files.example/1?signature=4711"}"#).unwrap();
    assert!(!format!("{link:?}").contains("files.example"));
    let portal: WebhookPortal = serde_json::from_str(r#"{"url":"https://portal.example/#key=4711"}"#).unwrap();
    assert!(!format!("{portal:?}").contains("4711"));
    assert_eq!(portal.url.expose(), "https://portal.example/#key=4711");
}
