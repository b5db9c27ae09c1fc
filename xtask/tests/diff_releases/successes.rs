//! Statuses of success that come, go and change.

use serde_json::json;
use xtask::diff::{Semver, Verdict};

use super::Release;
use super::api::*;

pub const SUCCESSES: &[Release] = &[
    (
        "200 becomes 201",
        |d| rename(d, &format!("{TRANSFER}/responses"), "200", "201"),
        Verdict::Compatible,
        Semver::Minor,
    ),
    (
        "200 becomes 201 beside a default",
        |d| {
            let error = errors(&["OTHER"]);
            set(d, &format!("{TRANSFER}/responses"), "default", error);
            rename(d, &format!("{TRANSFER}/responses"), "200", "201");
        },
        Verdict::Compatible,
        Semver::Minor,
    ),
    (
        "200 becomes 2XX",
        |d| rename(d, &format!("{TRANSFER}/responses"), "200", "2XX"),
        Verdict::Compatible,
        Semver::Minor,
    ),
    (
        "204 becomes 200 without a body",
        |d| rename(d, &format!("{PHOTO}/responses"), "204", "200"),
        Verdict::Compatible,
        Semver::Minor,
    ),
    (
        "200 without a body beside 204",
        |d| set(d, &format!("{PHOTO}/responses"), "200", json!({ "description": "OK" })),
        Verdict::Compatible,
        Semver::Minor,
    ),
    (
        "201 of the same body beside 200",
        |d| {
            let same = d.pointer(&format!("{TRANSFER}/responses/200")).cloned().expect("an answer");
            set(d, &format!("{TRANSFER}/responses"), "201", same);
        },
        Verdict::Compatible,
        Semver::Minor,
    ),
    (
        "204 beside a 200 with a body",
        |d| set(d, &format!("{TRANSFER}/responses"), "204", json!({ "description": "" })),
        Verdict::Risky,
        Semver::Minor,
    ),
    (
        "201 of another body beside 200",
        |d| {
            set(
                d,
                &format!("{TRANSFER}/responses"),
                "201",
                json!({ "description": "", "content": content(json!({ "type": "array", "items": string() })) }),
            );
        },
        Verdict::Risky,
        Semver::Minor,
    ),
    (
        "202 beside 200",
        |d| set(d, &format!("{TRANSFER}/responses"), "202", json!({ "description": "Waiting SCA" })),
        Verdict::Risky,
        Semver::Minor,
    ),
    (
        "200 becomes 202",
        |d| rename(d, &format!("{TRANSFER}/responses"), "200", "202"),
        Verdict::Breaking,
        Semver::Major,
    ),
    (
        "200 becomes 204",
        |d| {
            remove(d, &format!("{TRANSFER}/responses"), "200");
            set(d, &format!("{TRANSFER}/responses"), "204", json!({ "description": "" }));
        },
        Verdict::Breaking,
        Semver::Major,
    ),
    (
        "200 becomes 201 of another body",
        |d| {
            rename(d, &format!("{TRANSFER}/responses"), "200", "201");
            set(d, &format!("{SCHEMAS}/Created/properties"), "id", json!({ "type": "integer" }));
        },
        Verdict::Breaking,
        Semver::Major,
    ),
    (
        "no success any more",
        |d| {
            remove(d, &format!("{TRANSFER}/responses"), "200");
        },
        Verdict::Breaking,
        Semver::Major,
    ),
];
