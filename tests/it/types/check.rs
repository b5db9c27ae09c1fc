//! Checks before sending: what breaks a bound is named, and by how much; what is sensitive is not told.

use linkcy::types::check::{Broken, Check, Measure, Path, Pattern, Rule, Violation, check};
use linkcy::types::{Amount, AnyId, Bic, Date, Duration, Iban, LedgerId, Patch, Phone, Timestamp};

static PHONE: Pattern = Pattern::new("^[0-9]{2,17}$");

#[derive(Clone, Debug, Default, PartialEq)]
struct Address {
    city: Option<String>,
}

#[derive(Clone, Default)]
struct Consumer {
    phone: String,
    password: String,
    nickname: Patch<String>,
    share: Option<Amount>,
    page: i32,
    tags: Vec<String>,
    born: Option<Timestamp>,
    addresses: Vec<Address>,
    home: Option<Box<Address>>,
}

impl Check for Address {
    fn check(&self, at: &mut Path) {
        at.rule("city", &self.city, &Rule::new().min_length(1).max_length(5));
    }
}

impl Check for Consumer {
    fn check(&self, at: &mut Path) {
        at.rule("phone", &self.phone, &Rule::new().pattern(&PHONE));
        at.rule("password", &self.password, &Rule::new().min_length(6).sensitive());
        at.rule("nickname", &self.nickname, &Rule::new().max_length(3));
        at.rule("share", &self.share, &Rule::new().minimum(0, 0).maximum(100, 0));
        at.rule("page", &self.page, &Rule::new().maximum(500, 0));
        at.rule("tags", &self.tags, &Rule::new().max_items(3).unique_items());
        at.rule("born", &self.born, &Rule::new());
        at.nested("addresses", &self.addresses);
        at.nested("home", &self.home);
    }
}

/// What a rule says of a single value.
fn checked<T: Measure + ?Sized>(field: &'static str, value: &T, rule: &Rule) -> Result<(), Violation> {
    let mut at = Path::default();
    at.rule(field, value, rule);
    at.end()
}

fn valid() -> Consumer {
    Consumer { phone: "33612345678".into(), password: "secret".into(), ..Consumer::default() }
}

/// What is said of a consumer that has been spoilt.
fn said(spoil: impl FnOnce(&mut Consumer)) -> String {
    let mut consumer = valid();
    spoil(&mut consumer);
    check(&consumer).unwrap_err().to_string()
}

#[test]
fn lets_pass_what_keeps_to_the_bounds() {
    let consumer = Consumer {
        nickname: Patch::Set("Ali".into()),
        share: Some("100".parse().unwrap()),
        page: 500,
        tags: vec!["a".into(), "b".into(), "c".into()],
        addresses: vec![Address { city: Some("Genève".chars().skip(1).collect()) }, Address::default()],
        home: Some(Box::default()),
        born: Some("2000-01-01T00:00".parse().unwrap()),
        ..valid()
    };
    assert_eq!(check(&consumer), Ok(()));
}

#[test]
fn names_field_bound_and_measure() {
    for (said, expected) in [
        (said(|c| c.phone = "+33 6".into()), "`phone` must match the pattern ^[0-9]{2,17}$"),
        (said(|c| c.nickname = Patch::Set("Alice".into())), "`nickname` must have at most 3 characters, has 5"),
        (said(|c| c.share = Some("100.01".parse().unwrap())), "`share` must be at most 100, is 100.01"),
        (said(|c| c.share = Some("-0.5".parse().unwrap())), "`share` must be at least 0, is -0.5"),
        (said(|c| c.page = 501), "`page` must be at most 500, is 501"),
        (said(|c| c.tags = vec!["x".into(); 4]), "`tags` must have at most 3 items, has 4"),
        (
            said(|c| c.tags = ["a", "b", "a"].map(String::from).to_vec()),
            "`tags` must have each item once, but item 2 repeats item 0",
        ),
        (
            said(|c| c.home = Some(Box::new(Address { city: Some(String::new()) }))),
            "`home.city` must have at least 1 characters, has 0",
        ),
        (
            said(|c| c.addresses = vec![Address::default(), Address { city: Some("Lausanne".into()) }]),
            "`addresses[1].city` must have at most 5 characters, has 8",
        ),
    ] {
        assert_eq!(said, expected);
    }
}

#[test]
fn tells_nothing_of_a_sensitive_value() {
    assert_eq!(said(|c| c.password = "hunt".into()), "`password` must have at least 6 characters");
    let pin = Rule::new().minimum(1_000, 0).maximum(9_999, 0).sensitive();
    let broken = checked("pin", &42_i32, &pin).unwrap_err();
    assert_eq!(broken.broken(), &Broken::TooSmall { minimum: 1_000.into(), found: None });
}

#[test]
fn a_bound_may_be_a_fraction_may_be_shut_out_and_may_be_a_step() {
    let said = |amount: &str, rule: &Rule| match checked("fee", &amount.parse::<Amount>().unwrap(), rule) {
        Ok(()) => String::new(),
        Err(violation) => violation.broken().to_string(),
    };
    let rule = Rule::new().minimum(1, 2).maximum(-5, 1);
    assert_eq!(said("0.009", &rule), "must be at least 0.01, is 0.009");
    assert_eq!(said("0.01", &rule), "must be at most -0.5, is 0.01");
    let rule = Rule::new().more_than(0, 0).less_than(100, 0);
    assert_eq!(said("0", &rule), "must be more than 0, is 0");
    assert_eq!(said("100.00", &rule), "must be less than 100, is 100.00");
    assert_eq!(said("0.0001", &rule), "");
    let rule = Rule::new().multiple_of(5, 2);
    assert_eq!(said("10.10", &rule), "");
    assert_eq!(said("-0.05", &rule), "");
    assert_eq!(said("10.12", &rule), "must be a multiple of 0.05, is 10.12");
    let longest = Rule::new().maximum(i64::MIN, 0);
    assert_eq!(said("0", &longest), "must be at most -9223372036854775808, is 0");
}

#[test]
fn counts_characters_not_bytes() {
    let five = Rule::new().min_length(5).max_length(5);
    assert_eq!(checked("city", "Zürïç", &five), Ok(()));
    assert!(checked("city", "Zürïch", &five).is_err());
}

#[test]
fn does_not_send_on_what_nobody_could_read() {
    let unreadable = serde_json::from_str("\"soon\"").unwrap();
    assert!(said(|c| c.born = Some(unreadable)).contains("`born` was read from an answer"));
}

#[test]
fn no_type_sends_on_what_nobody_could_read() {
    fn is_refused<T: serde::de::DeserializeOwned + Measure>(json: &str) {
        let kept: T = serde_json::from_str(json).unwrap();
        let refused = checked("field", &kept, &Rule::new()).unwrap_err();
        assert_eq!(refused.broken(), &Broken::Unreadable, "{} of {json}", std::any::type_name::<T>());
        assert!(checked("field", &Some(kept), &Rule::new()).is_err());
    }
    for json in ["\"x\"", "true", "[1]"] {
        is_refused::<Amount>(json);
        is_refused::<Timestamp>(json);
        is_refused::<Date>(json);
        is_refused::<Duration>(json);
        is_refused::<LedgerId>(json);
        is_refused::<AnyId>(json);
        is_refused::<Iban>(json);
        is_refused::<Bic>(json);
        is_refused::<Phone>(json);
    }
    let overflown = Amount::from(u64::MAX) + "79228162514264337593543950335".parse::<Amount>().unwrap();
    assert!(checked("amount", &overflown, &Rule::new()).is_err());
    let iban: Iban = "FR76 3000 6000 0112 3456 7890 189".parse().unwrap();
    assert_eq!(checked("iban", &iban, &Rule::new().max_length(27)), Ok(()));
    assert!(checked("iban", &iban, &Rule::new().max_length(26)).is_err());
}

#[test]
fn what_is_not_there_breaks_nothing() {
    let rule = Rule::new().min_length(1).minimum(1, 0).min_items(1);
    assert_eq!(checked("a", &None::<String>, &rule), Ok(()));
    assert_eq!(checked("a", &Patch::<String>::Clear, &rule), Ok(()));
    assert!(checked("a", &Vec::<String>::new(), &rule).is_err());
}

/// Every pattern in the description: one text that has the form, one that has not.
#[test]
fn knows_every_pattern_of_the_description() {
    for (pattern, fits, fails) in [
        ("^[0-9]{6}$", "123456", "12345"),
        ("^[0-9]{8}$", "12345678", "1234567a"),
        ("^[0-9]{4}$", "1234", "12345"),
        ("^[0-9]{2,17}$", "33612345678", "+33612345678"),
        ("^[0-9]{1,14}$", "1", ""),
        ("^[A-Z\\s]{1,21}$", "JANE DOE", "Jane Doe"),
        ("^[.'a-zA-ZÀ-ÿ0-9,? ]*$", "L'Étoile, 3?", "a/b"),
        ("^[.'a-zA-ZÀ-ÿ0-9,_? /-]*$", "a/b-c_d", "a;b"),
    ] {
        let pattern: &'static Pattern = Box::leak(Box::new(Pattern::new(pattern)));
        let rule = Rule::new().pattern(pattern);
        assert!(pattern.is_supported(), "{pattern:?}");
        assert_eq!(checked("field", fits, &rule), Ok(()), "{pattern:?}");
        assert!(checked("field", fails, &rule).is_err(), "{pattern:?}");
        assert!(checked("field", &format!("{fits}\n;"), &rule).is_err(), "{pattern:?}");
    }
}

#[test]
fn leaves_a_pattern_it_does_not_know_to_the_server() {
    static LOOKAHEAD: Pattern = Pattern::new("^(?=.*[0-9]).{8,}$");
    assert!(!LOOKAHEAD.is_supported());
    assert_eq!(checked("password", "x", &Rule::new().pattern(&LOOKAHEAD)), Ok(()));
}
