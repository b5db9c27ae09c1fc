//! docs/ERRORS.md shows what is printed: each message is made here by what leads to it, and compared.

use std::fmt::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

use linkcy::auth::store::{FileStore, RedisStore};
use linkcy::types::{
    Amount, BeneficiaryCreateRequest, BeneficiaryCreateRequestRequired, BeneficiaryId,
    BeneficiaryTransactionCreateRequest, ClassicLedgerCreateRequest, ClassicLedgerType, ConsumerCreateRequest, Iban,
    Language, LedgerId, PartyType, Phone, PhoneRequest, PhoneRequestRequired, SepaBankingDetails, UserType,
};
use linkcy::webhooks::{Verifier, WebhookSecret};
use linkcy::{Client, ClientBuilder, Credentials, Environment, Login, ScaPolicy};
use linkcy_sandbox::Sandbox;
use linkcy_sandbox::sca::ScaDemand;
use regex_lite::Regex;

use crate::support::wire::Wire;
use crate::support::{self, document, partner};

const ALICE: &str = r#"{ "consumers": [{ "countryCode": "33", "number": "612345678", "firstName": "Alice", "lastName": "Martin",
    "password": "s3cret-pw", "ledgers": [{ "type": "EUR_FRANCE", "balance": 250 }] }] }"#;

/// A part of the page: under a heading the messages, and what to do.
struct Page(String);

impl Page {
    fn under(heading: &str) -> Self {
        Self(format!("## {heading}\n\n"))
    }

    /// `when` is what was done.
    fn message(&mut self, when: &str, message: impl ToString, to_do: &str) {
        let message = plain(&message.to_string());
        assert!(!message.is_empty() && !message.contains('\n'), "{when}: one line is wanted: {message:?}");
        assert_eq!(said_twice(&message), None, "{when}: {message}");
        let _ = writeln!(self.0, "{when}:\n```text\n{message}\n```\n{to_do}\n");
    }
}

fn client(sandbox: &Sandbox, credentials: Credentials) -> ClientBuilder {
    client_at(sandbox.url(), credentials)
}

fn client_at(address: &str, credentials: Credentials) -> ClientBuilder {
    support::client_at(address, credentials).http(support::http)
}

/// Three words in a row that a message has twice: an error that quotes its cause, and the cause again.
fn said_twice(message: &str) -> Option<String> {
    let words: Vec<&str> =
        message.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric())).collect();
    let mut seen = std::collections::BTreeSet::new();
    words.windows(3).find(|three| !seen.insert(*three)).map(|three| three.join(" "))
}

/// Without what differs from run to run.
fn plain(message: &str) -> String {
    let replaced = [
        (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID"),
        (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
        (r"/\S*/sessions\b", "/var/lib/linkcy/sessions"),
    ];
    replaced.iter().fold(message.to_owned(), |text, (pattern, with)| {
        Regex::new(pattern).unwrap().replace_all(&text, *with).into_owned()
    })
}

/// Alice, who may bank, in a sandbox that asks for SCA that often; the client is the partner's.
async fn world(demand: ScaDemand) -> (Sandbox, Client, LedgerId, BeneficiaryId) {
    let alice = serde_json::from_str(ALICE).unwrap();
    let sandbox = Sandbox::builder().seed_data(alice).sca(demand).start().await.unwrap();
    let linkcy = client(&sandbox, partner(&sandbox)).build().unwrap();
    let ledger = linkcy.ledgers().list().await.unwrap().content.remove(0);
    let bob = BeneficiaryCreateRequest::new(BeneficiaryCreateRequestRequired {
        banking_details: SepaBankingDetails::new(
            "BNPAFRPP".parse().unwrap(),
            "FR7630006000011234567890189".parse().unwrap(),
        )
        .into(),
        name: "Bob Durand".into(),
        type_: PartyType::Person,
    });
    let bob = linkcy.beneficiaries().create(bob.end_user_id(ledger.end_user_id)).sca(ScaPolicy::ByPass).await;
    let bob = bob.map_or_else(|_| uuid::Uuid::nil().into(), |bob| bob.id);
    (sandbox, linkcy, ledger.id, bob)
}

fn payment(amount: &str, from: LedgerId, to: BeneficiaryId) -> BeneficiaryTransactionCreateRequest {
    BeneficiaryTransactionCreateRequest::new(amount.parse().unwrap(), to, from)
}

/// Where nobody listens.
fn nowhere() -> String {
    format!("http://{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap())
}

async fn login() -> Page {
    let mut page = Page::under("Login and environment");
    let sandbox = Sandbox::start().await.unwrap();
    let known = sandbox.credentials().clone();
    let wrong = |password: &str| Login::Partner {
        partner_name: known.partner_name.clone(),
        username: known.username.clone(),
        password: password.into(),
    };
    let refused = client(&sandbox, wrong("wrong").into()).build().unwrap().ledgers().list().await.unwrap_err();
    page.message(
        "A wrong password, or the right one in another environment",
        refused,
        "The sandbox and production have logins of their own. The session does not ask again for five minutes.",
    );
    let empty = client(&sandbox, wrong("").into()).build().unwrap_err();
    page.message("A password that was not read", empty, "`build()` refuses it: nothing was sent.");
    let anonymous = client(&sandbox, Credentials::Anonymous).build().unwrap();
    let error = anonymous.ledgers().list().await.unwrap_err();
    page.message("A client without a login", error, "A few operations need none; this one does.");

    let gateway = |_: &_| {
        b"HTTP/1.1 404 Not Found\r\ncontent-type: text/html\r\ncontent-length: 13\r\n\r\n<p>hello</p>\n".to_vec()
    };
    let other = Wire::start(gateway).await;
    let error = client_at(other.url(), partner(&sandbox)).build().unwrap().ledgers().list().await.unwrap_err();
    page.message(
        "A server that is not LinkCy",
        error,
        "Only LinkCy's own answer refuses a login: the same call may succeed where a gateway failed for a moment.",
    );
    page.message(
        "An address in clear",
        Environment::at("http://api.example.com").unwrap_err(),
        "Passwords and money do not travel in clear.",
    );
    page.message(
        "An address with a path",
        Environment::at("https://api.example.com/api/partner").unwrap_err(),
        "The client adds the paths.",
    );
    let outside = Environment::at("https://api.example.com").unwrap();
    page.message(
        "`BY_PASS` in production",
        Client::builder(outside).sca(ScaPolicy::ByPass).build().unwrap_err(),
        "Skipping SCA is for tests.",
    );
    page
}

async fn network() -> Page {
    let mut page = Page::under("Network");
    let credentials = || Login::Partner { partner_name: "acme".into(), username: "api".into(), password: "pw".into() };
    let nobody = client_at(&nowhere(), credentials().into()).build().unwrap();
    let error = nobody.ledgers().list().once().await.unwrap_err();
    page.message("Nobody listens, and there is no session yet", error, "`Error::is_retryable` is true.");
    let nobody = client_at(&nowhere(), Credentials::Anonymous).build().unwrap();
    let error = nobody.terms().get(Language::En, UserType::Consumer).once().await.unwrap_err();
    page.message("Nobody listens, and the call needs no session", error, "`Error::is_retryable` is true.");
    page
}

async fn sessions() -> Page {
    let mut page = Page::under("Sessions");
    let (sandbox, linkcy, ..) = world(ScaDemand::WhenAsked).await;
    let login = Login::Consumer {
        phone: "33612345678".parse().unwrap(),
        partner_name: sandbox.credentials().partner_name.clone(),
        password: "s3cret-pw".into(),
    };
    let logged_in = linkcy.end_user(login);
    let access = logged_in.session().access_token(std::time::Duration::ZERO).await.unwrap();
    let alice = linkcy.end_user(Credentials::tokens(access, Some("one that was used".into())));
    sandbox.control().revoke_sessions();
    page.message(
        "A consumer's session that was built from tokens has ended",
        alice.ledgers().list().await.unwrap_err(),
        "Have the end-user log in, or build the client with `Login::Consumer`, which logs in again by itself.",
    );

    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("sessions");
    std::fs::create_dir(&directory).unwrap();
    std::fs::set_permissions(&directory, std::fs::Permissions::from_mode(0o777)).unwrap();
    let stored = client(&sandbox, partner(&sandbox)).store(FileStore::new(&directory)).build().unwrap();
    page.message(
        "A `FileStore` in a directory that everybody can write to",
        stored.ledgers().list().await.unwrap_err(),
        "Tokens lie there in clear.",
    );
    let other = RedisStore::new("https://my-cache.example.com").err().unwrap();
    page.message("A `RedisStore` with another kind of address", other, "It may hold a password and is not shown.");
    page.message(
        "A `RedisStore` with TLS, where the `redis` crate has none",
        RedisStore::new("rediss://my-cache.example.com:6380").err().unwrap(),
        "`RedisStore`'s documentation has the line for `Cargo.toml`.",
    );
    let redis = RedisStore::new(nowhere().replace("http", "redis")).unwrap();
    let stored = client(&sandbox, partner(&sandbox)).store(redis).build().unwrap();
    page.message(
        "A `RedisStore` whose server is away",
        stored.ledgers().list().await.unwrap_err(),
        "Tokens that are in use go on being used; this process had none.",
    );
    page
}

async fn clock() -> Page {
    let mut page = Page::under("A clock that is wrong by a day");
    let (sandbox, linkcy, ..) = world(ScaDemand::WhenAsked).await;
    sandbox.control().advance(jiff::SignedDuration::from_hours(24));
    assert!(linkcy.ledgers().list().await.is_ok(), "a session goes by LinkCy's clock");
    page.0.push_str("Sessions and `find_transfer` go by the `Date` of LinkCy's answers: a wrong clock is no error there. Webhooks go by this machine's:\n\n");
    for (when, hours) in [("It is behind", -24), ("It is ahead", 24)] {
        let verifier = Verifier::new(SECRET.parse().unwrap())
            .clock(move || jiff::Timestamp::from_second(NOW).unwrap() + jiff::SignedDuration::from_hours(hours));
        let error = verifier.verify(&signed(SECRET), BODY.to_vec()).unwrap_err();
        page.message(when, error, "Have the machine's clock set by NTP.");
    }
    page
}

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BODY: &[u8] = br#"{"type":"CARD_CLOSED"}"#;
const NOW: i64 = 1_774_000_000;

fn signed(secret: &str) -> http::HeaderMap {
    let secret: WebhookSecret = secret.parse().unwrap();
    let mut headers = http::HeaderMap::new();
    headers.insert("svix-id", "msg_1".parse().unwrap());
    headers.insert("svix-timestamp", NOW.into());
    headers.insert("svix-signature", secret.sign("msg_1", NOW, BODY).parse().unwrap());
    headers
}

async fn webhooks() -> Page {
    let mut page = Page::under("Webhooks");
    let parsed = |text: &str| text.parse::<WebhookSecret>().unwrap_err();
    page.message("The secret's variable is empty", parsed(""), "Nothing can be verified without it.");
    page.message("The secret is something else", parsed("my secret"), "The secret is not shown.");
    page.message("The secret was cut", parsed("whsec_MfKQ9r8G"), "The secret is not shown.");
    let verifier = Verifier::new(SECRET.parse().unwrap()).clock(|| jiff::Timestamp::from_second(NOW).unwrap());
    let other = signed("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD");
    let error = verifier.verify(&other, BODY.to_vec()).unwrap_err();
    page.message("The secret is another endpoint's", error, "Answer with `WebhookError::status` and an empty body.");
    let error = verifier.verify(&http::HeaderMap::new(), BODY.to_vec()).unwrap_err();
    page.message("The headers did not arrive", error, "Look at what the proxy passes on.");
    page
}

async fn steps() -> Page {
    let mut page = Page::under("Steps that are missing");
    let (_sandbox, linkcy, ledger, bob) = world(ScaDemand::Always).await;
    let unsigned = linkcy.transactions().create_to_beneficiary(payment("10", ledger, bob)).await.unwrap_err();
    page.message(
        "A payment without a device of the end-user",
        unsigned,
        "Without a policy LinkCy's default applies, which is a push to that device.",
    );
    let (_sandbox, linkcy, ledger, bob) = world(ScaDemand::Strict).await;
    let passed = linkcy.transactions().create_to_beneficiary(payment("10", ledger, bob)).sca(ScaPolicy::ByPass);
    page.message(
        "A payment without SCA where SCA is demanded",
        passed.await.unwrap_err(),
        "`Error::Sca` has the code and the remedy.",
    );
    let (_sandbox, linkcy, ..) = world(ScaDemand::WhenAsked).await;
    let phone = PhoneRequestRequired { country_code: "33".into(), number: "687654321".into() };
    let zoe = linkcy.consumers().create(ConsumerCreateRequest::new(PhoneRequest::new(phone))).await.unwrap().id;
    let ledger = ClassicLedgerCreateRequest::new(ClassicLedgerType::EurFrance).end_user_id(zoe.into());
    page.message(
        "A ledger for a consumer without KYC",
        linkcy.ledgers().create(ledger).await.unwrap_err(),
        "`Error::code` gives the code.",
    );
    page
}

async fn values() -> Page {
    let mut page = Page::under("Values");
    let (_sandbox, linkcy, ledger, bob) = world(ScaDemand::WhenAsked).await;
    let amount = |text: &str| text.parse::<Amount>().unwrap_err();
    page.message(
        "An amount with more digits than can be held",
        amount("0.12345678901234567890123456789"),
        "Nothing is ever rounded: round it yourself.",
    );
    page.message("An amount with a comma", amount("12,50"), "The text is not shown.");
    let error = linkcy.transactions().create_to_beneficiary(payment("42.505", ledger, bob)).await.unwrap_err();
    page.message(
        "A payment with three decimals",
        error,
        "This is the sandbox's answer; LinkCy's may have other words.",
    );
    let phone = PhoneRequestRequired { country_code: "33".into(), number: "+33687654321".into() };
    let error = linkcy.consumers().create(ConsumerCreateRequest::new(PhoneRequest::new(phone))).await.unwrap_err();
    page.message(
        "A phone number with a plus sign in a request",
        error,
        "Digits alone: country code `33`, number `687654321`. `Phone`, which logins take, reads a plus sign.",
    );
    page.message(
        "A phone number without its country code",
        "06 12 34 56 78".parse::<Phone>().unwrap_err(),
        "Begin with the country code.",
    );
    page.message(
        "An IBAN with a wrong digit",
        "FR7630006000011234567890188".parse::<Iban>().unwrap_err(),
        "Its check digits do not fit: a digit was mistyped.",
    );
    let error = linkcy.ledgers().list().page_size(1_000).await.unwrap_err();
    page.message("An argument out of bounds", error, "The description's bound; nothing was sent.");
    page
}

#[tokio::test]
async fn the_document_shows_what_is_printed() {
    // At once: a session waits for a Redis that is away.
    let parts = tokio::join!(login(), network(), sessions(), clock(), steps(), values(), webhooks());
    let (login, network, sessions, clock, steps, values, webhooks) = parts;
    let parts = [login, network, sessions, clock, steps, values, webhooks];
    document::shows("ERRORS.md", &parts.map(|part| part.0).concat());
}
