//! What neither version of the description has, and the next may: schemas that hold themselves, and bounds that are no whole
//! numbers or stand where they mean nothing. It compiles, round-trips and is checked.

#[macro_use]
#[path = "../../support/round_trip/mod.rs"]
mod round_trip;

use linkcy_old::odd as types;
use linkcy_old::odd::{AllCondition, Category, Condition, Currency, Fee, LimitCondition, Owner, Terms};
use linkcy_old::types::Amount;
use linkcy_old::types::check::{Check, check};

include!(concat!(env!("OUT_DIR"), "/odd_shapes.rs"));

const DESCRIPTION: &str = include_str!("../odd.json");

fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

fn said(request: &impl Check) -> String {
    check(request).err().map(|violation| violation.to_string()).unwrap_or_default()
}

#[test]
fn schemas_that_hold_themselves_survive() {
    round_trip::every_schema(&SHAPES, DESCRIPTION);
    round_trip::every_answer_of_tomorrow(&SHAPES, DESCRIPTION);
}

#[test]
fn a_hundred_generations_are_read_and_written() {
    let mut json = String::from(r#"{"id":"6f1d3c1e-8a52-4c0b-9f6e-2b7a90d4c3aa","name":"root"}"#);
    for _ in 0..100 {
        json = format!(r#"{{"children":[],"id":"6f1d3c1e-8a52-4c0b-9f6e-2b7a90d4c3aa","name":"x","parent":{json}}}"#);
    }
    let read: Category = serde_json::from_str(&json).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), json);
    assert_eq!(said(&read), "");
}

#[test]
fn a_bound_deep_in_a_schema_that_holds_itself_is_named_by_its_place() {
    let id = linkcy_old::types::uuid::Uuid::nil().into();
    let category = Category::new(id, "root").children([Category::new(id, "child"), Category::new(id, "")]);
    assert_eq!(said(&category), "`children[1].name` must have at least 1 characters, has 0");
    let category = Category::new(id, "root").children(vec![Category::new(id, "child"); 4]);
    assert_eq!(said(&category), "`children` must have at most 3 items, has 4");

    let wrong = Condition::Limit(LimitCondition::new(amount("0.009")));
    let all = AllCondition::new(Condition::Limit(LimitCondition::new(amount("0.01")))).others([wrong]);
    let fee = Fee::new(amount("1"), Currency::Eur).condition(Condition::All(all));
    assert_eq!(said(&fee), "`condition.others[0].limit` must be at least 0.01, is 0.009");

    let terms = Terms::new().by_language([("fr".to_owned(), Terms::new().text(""))].into());
    assert_eq!(said(&Owner::new().terms(terms)), "`terms.byLanguage[0].text` must have at least 1 characters, has 0");
    let owner = Owner::new().categories(vec![Category::new(id, "")]);
    assert_eq!(said(&owner), "`categories[0].name` must have at least 1 characters, has 0");
}

#[test]
fn fractions_ends_that_are_shut_out_and_steps_are_bounds() {
    let fee = |text: &str| said(&Fee::new(amount(text), Currency::Eur));
    assert_eq!(fee("0.05"), "");
    assert_eq!(fee("99.95"), "");
    assert_eq!(fee("0"), "`amount` must be more than 0, is 0");
    assert_eq!(fee("100"), "`amount` must be less than 100, is 100");
    assert_eq!(fee("0.07"), "`amount` must be a multiple of 0.05, is 0.07");
    let fee = || Fee::new(amount("1"), Currency::Eur);
    assert_eq!(said(&fee().rate(amount("0.0011"))), "`rate` must be at most 0.001, is 0.0011");
    assert_eq!(said(&fee().rate(amount("-0.51"))), "`rate` must be at least -0.5, is -0.51");
    assert_eq!(said(&fee().months(0)), "`months` must be at least 0.5, is 0");
    assert_eq!(said(&fee().months(4)), "`months` must be a multiple of 3, is 4");
    assert_eq!(said(&fee().months(3)), "");
}

#[test]
fn a_bound_that_says_nothing_about_its_type_asks_for_nothing() {
    let fee = Fee::new(amount("1"), Currency::from("EURO")).waived(true);
    assert_eq!(said(&fee), "");
}
