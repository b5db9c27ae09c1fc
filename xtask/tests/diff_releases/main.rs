//! Releases the vendor could make of a small description in their style: what each means on the wire, and the step of
//! the crate that follows from it.

mod additions;
mod api;
#[path = "../support/edit.rs"]
mod edit;
mod refactorings;
mod restrictions;
mod successes;

use additions::ADDITIONS;
use api::*;
use refactorings::REFACTORINGS;
use restrictions::{LOOSENED, RESTRICTIONS};
use serde_json::{Value, json};
use successes::SUCCESSES;
use xtask::diff::{Report, Semver, Verdict, diff};
use xtask::document::{Document, Notation};

/// A release: what it is, how it changes the description, what it means.
pub type Release = (&'static str, fn(&mut Value), Verdict, Semver);

fn report(old: &Value, new: &Value) -> Report {
    let document = |value: &Value| Document::from_value(value.clone(), Notation::Json).expect("a description");
    diff(&document(old), &document(new))
}

fn judged(old: &Value, releases: &[Release]) {
    let mut wrong = Vec::new();
    for (name, change, verdict, semver) in releases {
        let mut new = old.clone();
        change(&mut new);
        let report = report(old, &new);
        if (report.verdict, report.semver) != (*verdict, *semver) {
            let seen: Vec<_> = report.changes.iter().map(|c| (c.id.as_str(), c.message.as_str())).collect();
            wrong.push(format!("{name}: {:?}, {:?}: {seen:?}", report.verdict, report.semver));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn additions_are_minor() {
    judged(&api(), ADDITIONS);
}

#[test]
fn a_success_among_successes_is_compatible() {
    judged(&api(), SUCCESSES);
}

#[test]
fn restrictions_are_judged_by_what_a_client_sends_and_reads() {
    judged(&api(), RESTRICTIONS);
}

#[test]
fn bounds_that_answers_loosen_are_risky() {
    judged(&api(), LOOSENED);
}

#[test]
fn refactorings_break_nothing_in_either_direction() {
    judged(&api(), REFACTORINGS);
    for (name, change, ..) in REFACTORINGS {
        let mut new = api();
        change(&mut new);
        assert_eq!(report(&new, &api()).verdict, Verdict::Compatible, "{name}, backwards");
    }
}

#[test]
fn a_base_path_may_stand_in_the_server_or_in_the_paths() {
    let old = |base: &str| {
        let mut old = api();
        old["servers"][0]["url"] = json!(format!("https://api.sandbox.linkcy.cloud{base}"));
        old
    };
    for (base, other, prefix) in [("/v1", "", "/v1"), ("/v1/x", "/v1", "/x")] {
        let (before, mut after) = (old(base), old(other));
        prefixed(&mut after, "", prefix);
        for (old, new) in [(&before, &after), (&after, &before)] {
            let report = report(old, new);
            assert_eq!(report.verdict, Verdict::Compatible, "{base} to {other}: {:#?}", report.changes);
            assert_eq!(
                report.changes.iter().map(|change| change.id.as_str()).collect::<Vec<_>>(),
                ["server-rewritten"]
            );
        }
    }
    // What changed besides is found all the same.
    let (before, mut after) = (old("/v1"), old(""));
    prefixed(&mut after, "", "/v1");
    remove(&mut after, "/paths", "/v1/api/partner/login");
    assert_eq!(report(&before, &after).verdict, Verdict::Breaking);
    // With another host it is another server.
    let (before, mut after) = (old("/v1"), api());
    after["servers"][0]["url"] = json!("https://api.linkcy.example");
    prefixed(&mut after, "", "/v1");
    assert_eq!(report(&before, &after).verdict, Verdict::Risky);
}
