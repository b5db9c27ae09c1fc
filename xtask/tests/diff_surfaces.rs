//! The Rust question on surfaces made by hand: what code written against the old one still compiles against.

use linkcy_spec::Surface;
use serde_json::{Value, json};
use xtask::diff::rust::diff_surfaces;
use xtask::diff::{Report, Semver, Verdict};

fn surface(types: Value) -> Surface {
    serde_json::from_value(json!({ "version": "1", "operations": {}, "types": types })).expect("a surface")
}

fn codes(name: &str, codes: &[(&str, &str)]) -> Value {
    let variants: serde_json::Map<String, Value> =
        codes.iter().map(|(value, variant)| ((*value).to_owned(), json!(variant))).collect();
    json!({ name: { "kind": "enum", "variants": variants } })
}

fn semver(old: Value, new: Value) -> (Semver, Vec<String>) {
    let changes = diff_surfaces(&surface(old), &surface(new));
    let ids = changes.iter().map(|change| change.id.clone()).collect();
    let report = Report::new("1".to_owned(), "2".to_owned(), changes);
    let verdict = if report.changes.is_empty() { Verdict::Identical } else { Verdict::Compatible };
    assert_eq!(report.verdict, verdict, "the wire question is another one");
    (report.semver, ids)
}

#[test]
fn a_code_more_is_minor_and_one_less_or_renamed_is_major() {
    const OLD: &[(&str, &str)] = &[("LEDGER_CLOSED", "LedgerClosed"), ("SCA_REQUIRED", "ScaRequired")];
    for name in ["ErrorCode", "LedgerStatus"] {
        let (old, with) = (codes(name, OLD), |more: &[(&str, &str)]| codes(name, &[OLD, more].concat()));
        let cases = [
            (old.clone(), Semver::None, &[][..]),
            (with(&[("LIMIT_REACHED", "LimitReached")]), Semver::Minor, &["rust-variant-added"]),
            (codes(name, &OLD[..1]), Semver::Major, &["rust-variant-removed"]),
            (
                codes(name, &[OLD[0], ("SCA_NEEDED", "ScaNeeded")]),
                Semver::Major,
                &["rust-variant-removed", "rust-variant-added"],
            ),
            // The value is the same; code names the variant.
            (codes(name, &[OLD[0], ("SCA_REQUIRED", "Sca")]), Semver::Major, &["rust-variant-removed"]),
            (json!({}), Semver::Major, &["rust-type-removed"]),
        ];
        for (new, step, ids) in cases {
            assert_eq!(
                semver(old.clone(), new.clone()),
                (step, ids.iter().map(|id| (*id).to_owned()).collect()),
                "{new}"
            );
        }
        assert_eq!(semver(json!({}), old).0, Semver::Minor);
    }
}

#[test]
fn a_constant_is_not_given_to_a_constructor() {
    let surface = |fields: Value| json!({ "Pay": { "kind": "struct", "sent": true, "fields": fields } });
    let field =
        |name: &str, constant: bool| json!({ "name": name, "type": "String", "required": true, "constant": constant });
    let (one, with) =
        (surface(json!([field("b", false)])), |constant| surface(json!([field("a", constant), field("b", false)])));
    assert_eq!(semver(one.clone(), with(true)).0, Semver::Minor);
    assert_eq!(semver(one, with(false)).0, Semver::Major);
    assert_eq!(semver(with(true), with(false)).0, Semver::Major, "it has to be given now");
}

#[test]
fn the_step_follows_from_the_worst_of_both_questions() {
    let (old, new) = (codes("ErrorCode", &[("A", "A"), ("B", "B")]), codes("ErrorCode", &[("A", "A"), ("C", "C")]));
    assert_eq!(semver(old.clone(), new).0, Semver::Major);
    let field = |required: bool| {
        json!({ "Card": { "kind": "struct", "sent": false, "fields": [
        { "name": "id", "type": "CardId", "required": required } ] } })
    };
    assert_eq!(semver(field(true), field(false)).0, Semver::Major, "`Option` appears");
    let union = |variants: &[&str], open: bool| {
        let variants: serde_json::Map<String, Value> = variants
            .iter()
            .map(|name| ((*name).to_owned(), json!({ "holds": format!("Login{name}"), "told_by": "otherwise" })))
            .collect();
        json!({ "LoginResponse": { "kind": "union", "open": open, "variants": variants } })
    };
    let three = ["Tokens", "Expired", "Locked"];
    let four = ["Tokens", "Expired", "Locked", "Review"];
    assert_eq!(semver(union(&three, true), union(&four, true)).0, Semver::Minor, "a fourth login branch");
    assert_eq!(semver(union(&three, false), union(&four, false)).0, Semver::Minor, "one that is only sent, too");
    assert_eq!(semver(union(&four, true), union(&three, true)).0, Semver::Major);
}
