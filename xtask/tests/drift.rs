//! From answers that are not as described to a description that has them: what a rehearsal finds, what is made of its log, and
//! that nothing is left to find afterwards.

#[path = "../../examples/rehearsal/run/mod.rs"]
#[allow(dead_code, reason = "the example uses the rest")]
mod run;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use linkcy::Environment;
use linkcy::drift::Description;
use linkcy_sandbox::Sandbox;
use linkcy_sandbox::faults::{Effect, Fault};
use run::{Mode, PartnerLogin, Rehearsal};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::Notify;
use xtask::drift::{self, Standing};
use xtask::tree::Tree;

/// How a difference is told: operation, status, place, kind, value.
type Told = (&'static str, u16, &'static str, &'static str, Option<&'static str>);

/// What the vendor changed, as path and effect, and how it is told.
fn planted() -> Vec<(&'static str, Effect, Told)> {
    let at = str::to_owned;
    let value = |at: &str, value: Value| Effect::Value { at: at.to_owned(), value };
    vec![
        (
            "/api/partner/consumers/{consumerId}",
            value("favouriteColour", json!("red")),
            ("consumers.get", 200, "favouriteColour", "unknown-field", Some("string")),
        ),
        (
            "/api/partner/ledgers/{ledgerId}",
            value("status", json!("FROZEN")),
            ("ledgers.get", 200, "status", "unknown-enum-value", Some("FROZEN")),
        ),
        (
            "/api/partner/transactions/{transactionId}",
            value("type", json!("TELEPATHY")),
            ("transactions.get", 200, "type", "unknown-tag", Some("TELEPATHY")),
        ),
        (
            "/api/partner/beneficiaries/{beneficiaryId}",
            Effect::MissingField { at: at("name") },
            ("beneficiaries.get", 200, "name", "missing-field", None),
        ),
        ("/api/partner", Effect::Null { at: at("name") }, ("partner.get", 200, "name", "null", None)),
        (
            "/api/partner/kyc",
            Effect::OtherType { at: at("totalElements") },
            ("kyc.list", 200, "totalElements", "other-type", Some("string")),
        ),
        (
            "/api/partner/mandates",
            value("pageSize", json!(5_000_000_000_i64)),
            ("mandates.list", 200, "pageSize", "out-of-bounds", Some("format")),
        ),
        (
            "/api/partner/card-designs",
            Effect::OtherStatus { status: 206 },
            ("card_designs.list", 206, "", "undocumented-status", None),
        ),
        (
            "/api/partner/corporates",
            Effect::UnknownCode { status: 400 },
            ("corporates.list", 400, "errorCode", "undocumented-error-code", Some("SANDBOX_UNKNOWN")),
        ),
        (
            "/api/partner/documents",
            Effect::ContentType { media_type: "application/hal+json".into() },
            ("documents.list", 200, "", "undocumented-content-type", Some("application/hal+json")),
        ),
    ]
}

async fn rehearse(sandbox: &Sandbox, description: Arc<Description>) -> Rehearsal {
    let environment = Environment::at(sandbox.url()).expect("loopback");
    let rehearsal = Rehearsal::against(description, environment, PartnerLogin::of(sandbox), Mode::Write, |_| {})
        .expect("a client can be built");
    rehearsal.run().await;
    rehearsal
}

#[test]
fn a_rehearsal_refuses_what_is_no_sandbox_unless_it_only_reads() {
    let login = || PartnerLogin { partner: "acme".into(), username: "api".into(), password: "a password".into() };
    for (environment, mode, is_taken) in [
        ("https://bank.example.com", Mode::Read, false),
        ("https://bank.example.com", Mode::Write, false),
        ("https://bank.example.com", Mode::ReadOnly, true),
        (Environment::sandbox().origin(), Mode::Write, true),
        ("http://127.0.0.1:1", Mode::Write, true),
    ] {
        let rehearsal = Rehearsal::new(Environment::at(environment).expect("an origin"), login(), mode, |_| {});
        match rehearsal {
            Ok(_) => assert!(is_taken, "{environment} {mode:?}"),
            Err(error) => {
                assert!(!is_taken && error.to_string().contains("give --read-only"), "{environment}: {error}")
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_rehearsal_leaves_the_report_so_far() {
    let sandbox = Sandbox::start().await.expect("a port");
    let reached = Arc::new(Notify::new());
    let signal = Arc::clone(&reached);
    let progress = move |line: &str| {
        if line.starts_with("ledgers.list") {
            signal.notify_one();
        }
    };
    let environment = Environment::at(sandbox.url()).expect("loopback");
    let rehearsal = Rehearsal::new(environment, PartnerLogin::of(&sandbox), Mode::Write, progress).expect("a client");
    let stop = async {
        reached.notified().await;
        Ok(())
    };
    rehearsal.run_until(stop).await.expect("a signal");
    let report = rehearsal.markdown();
    assert!(report.contains("- interrupted") && report.contains("| `auth.login` | 200 (1) |"), "{report}");
    assert!(!report.contains("| `consumers.create` |"), "{report}");
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask/ stands in the repository")
}

/// What of this repository the commands read and write.
fn copy() -> (TempDir, Tree) {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).expect("a folder");
        for entry in fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            let target = to.join(entry.file_name().expect("a name"));
            if entry.is_dir() {
                copy(&entry, &target);
            } else {
                fs::copy(&entry, &target).expect("a file");
            }
        }
    }
    let folder = TempDir::new().expect("a folder");
    for name in ["openapi", "docs"] {
        copy(&repository().join(name), &folder.path().join(name));
    }
    fs::copy(repository().join("README.md"), folder.path().join("README.md")).expect("a file");
    let tree = Tree::new(folder.path());
    (folder, tree)
}

/// The description of a tree, as a client that is built from it would have it.
fn description(tree: &Tree) -> Arc<Description> {
    let (text, decisions) = (tree.read("linkcy.json").expect("a file"), tree.decisions().expect("files"));
    let prepared = linkcy_spec::prepare(&decisions.of(&text)).expect("it can be prepared");
    let answers = prepared.generate().expect("it can be generated").drift;
    Arc::new(Description::parse(&answers).expect("the client reads what the build writes"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_finds_what_was_planted_and_its_corrections_leave_nothing_to_find() {
    let sandbox = Sandbox::start().await.expect("a port");
    for (path, effect, _) in planted() {
        sandbox.control().inject(Fault::new(effect).on("GET", path));
    }
    let first = rehearse(&sandbox, Description::built_from()).await;
    let entries = first.drift().entries();
    let found: BTreeSet<_> = entries
        .iter()
        .map(|seen| {
            let found = &seen.difference;
            (found.operation.as_str(), found.status, found.path.as_str(), found.kind.as_str(), found.value.as_deref())
        })
        .collect();
    let expected: BTreeSet<_> = planted().into_iter().map(|(_, _, told)| told).collect();
    assert_eq!(found, expected, "{}", first.markdown());

    let (folder, tree) = copy();
    let log = folder.path().join("drift.jsonl");
    fs::write(&log, first.drift().to_json_lines()).expect("a file");
    let report = drift::run(&tree, &[log], true).expect("the corrected description is taken");
    let text = drift::text(&report, true, false);
    assert!(report.findings.iter().all(|finding| finding.outcome == Standing::Corrected), "{text}");
    assert!(text.contains("semver"), "{text}");

    let second = rehearse(&sandbox, description(&tree)).await;
    assert_eq!(second.drift().entries(), [], "{}\n{text}", second.markdown());
    assert!(second.drift().compared() > 30);
    // What it asks for is asked for as described: only the planted refusal comes.
    let report = second.markdown();
    let calls = report.lines().take_while(|line| *line != "## Different").filter(|line| line.starts_with("| `"));
    let refused: Vec<&str> = calls.filter(|line| line.contains(" 40")).collect();
    assert!(refused.len() == 1 && refused[0].starts_with("| `corporates.list`"), "{report}");
}

/// Lines of logs as clients write them, in two files.
fn logged(lines: &[Value]) -> drift::Log {
    let folder = TempDir::new().expect("a folder");
    let (one, other) = (folder.path().join("a.jsonl"), folder.path().join("b.jsonl"));
    for (file, lines) in [(&one, &lines[..lines.len() / 2]), (&other, &lines[lines.len() / 2..])] {
        fs::write(file, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).expect("a file");
    }
    let files = drift::files(&[folder.path().to_path_buf()]).expect("a folder");
    assert_eq!(files, [one, other]);
    drift::Log::read(&files).expect("lines of a log")
}

fn line(operation: &str, path: &str, kind: &str, value: Option<&str>, schema: &str) -> Value {
    json!({
        "operation": operation, "status": 200, "path": path, "kind": kind, "value": value, "schema": schema,
        "apiVersion": "1.100.0", "count": 2, "firstSeen": "2026-11-02T10:00:00Z", "lastSeen": "2026-11-03T10:00:00Z",
    })
}

#[test]
fn each_difference_is_told_for_what_it_is_by_now() {
    const CONSUMER: &str = "/components/schemas/ConsumerInfoResponseDto_Partner";
    const PARTNER: &str = "/components/schemas/PartnerInfoResponseDto_Partner";
    let partner_name = format!("{PARTNER}/properties/name");
    let log = logged(&[
        line("consumers.get", "firstName", "unknown-field", Some("string"), CONSUMER),
        line("consumers.get", "first_name", "unknown-field", Some("string"), CONSUMER),
        line("consumers.get", "shoes", "unknown-field", Some("integer"), CONSUMER),
        line("consumers.get", "shoes", "unknown-field", Some("null"), CONSUMER),
        line("consumers.get", "*", "unknown-field", Some("string"), CONSUMER),
        line("partner.get", "title", "unknown-field", Some("string"), PARTNER),
        line("partner.get", "name", "missing-field", None, &partner_name),
        line("partner.get", "name", "out-of-bounds", Some("maxLength"), &partner_name),
        line("cards.get", "x", "null", None, "/components/schemas/NotThere/properties/x"),
        line("consumers.get", "shoes", "unknown-field", Some("integer"), CONSUMER),
    ]);
    let tree = Tree::new(repository());
    let (text, decisions) = (tree.read("linkcy.json").expect("a file"), tree.decisions().expect("files"));
    let (report, overlay) = drift::consider(&text, &decisions, &log).expect("the corrections are taken");
    let shown = drift::text(&report, false, false);
    let of = |field: &str, kind: &str| {
        let found = report.findings.iter().find(|found| found.what.field == field && found.what.kind == kind);
        found.unwrap_or_else(|| panic!("no {kind} of {field} in\n{shown}"))
    };
    assert_eq!(of("firstName", "unknown-field").outcome, Standing::FixedByVendor);
    assert_eq!(of("first_name", "unknown-field").known_as.as_deref(), Some("firstName"));
    assert_eq!(of("title", "unknown-field").known_as.as_deref(), Some("name"));
    assert_eq!(of("name", "missing-field").outcome, Standing::Corrected);
    assert_eq!(of("name", "out-of-bounds").outcome, Standing::FixedByVendor);
    assert_eq!(of("x", "null").outcome, Standing::Gone);
    assert!(matches!(of("*", "unknown-field").outcome, Standing::ByHand(_)));
    let shoes = of("shoes", "unknown-field");
    assert_eq!((shoes.seen.count, shoes.known_as.as_deref()), (4, None));
    assert!(overlay.contains(r#"{"shoes":{"format":"int64","nullable":true,"type":"integer"}}"#), "{overlay}");
    assert!(shown.contains("seen by clients of 1.100.0"), "{shown}");

    // With the corrections in place, nothing is left to correct.
    let corrected = xtask::tree::Decisions { overlay, ..decisions };
    let (again, _) = drift::consider(&text, &corrected, &log).expect("the corrections are taken");
    assert_eq!(again.actions, []);
    let open = again.findings.iter().filter(|found| found.outcome == Standing::Corrected).count();
    let kept = again.findings.iter().filter(|found| found.outcome == Standing::InOverlay).count();
    assert_eq!((open, kept), (0, 5), "{}", drift::text(&again, false, false));
}

#[test]
fn a_line_that_is_no_entry_is_named_with_its_file() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("drift.jsonl");
    fs::write(&file, "\n{\"operation\": 7}\n").expect("a file");
    let error = format!("{:#}", drift::Log::read(&[file]).expect_err("it is no log"));
    assert!(error.contains("drift.jsonl: line 2 is not an entry of a drift log"), "{error}");
}
