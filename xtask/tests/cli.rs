//! The program itself: exit codes, and errors said in one line.

mod support;

use std::process::{Command, Output};

use support::{Repository, Vendor, breaking, next, real};

fn xtask(repository: &Repository, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .arg("--root")
        .arg(repository.folder.path())
        .output()
        .expect("it starts")
}

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn diff_ends_with_what_fail_on_asks() {
    let (vendor, repository) = (Vendor::new(), Repository::new());
    let (harmless, breaking) = (vendor.json("/next.json", &next()), vendor.json("/breaking.json", &breaking()));
    for (old, new, fail_on, expected) in [
        ("current", "current", "any", 0),
        ("current", harmless.as_str(), "breaking", 0),
        ("current", harmless.as_str(), "any", 1),
        ("current", breaking.as_str(), "breaking", 1),
        ("current", breaking.as_str(), "never", 0),
        ("1.78.0", "1.114.5", "breaking", 0),
        ("1.2.3", "current", "never", 2),
        ("current", "http://127.0.0.1:1/", "never", 2),
        ("current", "current", "sometimes", 2),
    ] {
        let output = xtask(&repository, &["diff", old, new, "--fail-on", fail_on]);
        assert_eq!(code(&output), Some(expected), "{old} {new} {fail_on}: {}", text(&output.stderr));
    }
}

#[test]
fn the_rust_question_is_asked_of_our_api_only() {
    let (vendor, repository) = (Vendor::new(), Repository::new());
    let surfaces = |old: &str, new: &str| {
        let json = text(&xtask(&repository, &["diff", old, new, "--format", "json"]).stdout);
        let report: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        let of =
            |surface: &str| report["changes"].as_array().expect("changes").iter().any(|one| one["surface"] == surface);
        (of("wire"), of("rust"))
    };
    assert_eq!(surfaces("current", &vendor.json("/breaking.json", &breaking())), (true, true));
    let other = |mut api: serde_json::Value| {
        api["info"]["title"] = "Petstore".into();
        let paths = std::mem::take(api["paths"].as_object_mut().expect("paths"));
        api["paths"] = paths.into_iter().map(|(path, item)| (format!("/pets{path}"), item)).collect();
        api
    };
    let (old, new) = (vendor.json("/a.json", &other(real())), vendor.json("/b.json", &other(breaking())));
    assert_eq!(surfaces(&old, &new), (true, false));
}

#[test]
fn an_error_is_one_line() {
    let repository = Repository::new();
    let file = repository.folder.path().join("bad.yaml");
    std::fs::write(&file, "a: [1\nb: }").expect("a file");
    for new in ["1.2.3", &file.display().to_string(), "http://example.com/x"] {
        let output = xtask(&repository, &["diff", "current", new]);
        let error = text(&output.stderr);
        assert_eq!((code(&output), error.lines().count()), (Some(2), 1), "{error}");
        assert!(error.starts_with("error: ") && output.stdout.is_empty(), "{error}");
    }
    for usage in
        [&["diff", "current"][..], &["diff", "a", "b", "--format", "yaml"], &["nothing"], &["check", "--online"]]
    {
        let output = xtask(&repository, usage);
        let error = text(&output.stderr);
        assert_eq!((code(&output), error.lines().count()), (Some(2), 1), "{error}");
    }
}

#[test]
fn the_three_forms_are_three_forms() {
    let repository = Repository::new();
    let of = |format: &str| text(&xtask(&repository, &["diff", "1.78.0", "current", "--format", format]).stdout);
    assert!(of("text").starts_with("1.78.0 -> 1.114.5: wire compatible; semver patch"));
    assert!(of("markdown").starts_with("## 1.114.5 (was 1.78.0)"));
    assert!(of("json").starts_with("{\n  \"old\": {\n    \"version\": \"1.78.0\""));
}

#[test]
fn check_tells_faults_drift_and_silence_apart() {
    let (vendor, repository) = (Vendor::new(), Repository::new());
    let check = |more: &[&str]| xtask(&repository, &[&["check"], more].concat());
    assert_eq!(code(&check(&["--offline"])), Some(0));
    assert_eq!(code(&check(&[])), Some(2), "no address is not no drift");
    assert_eq!(code(&check(&["--against", &vendor.json("/same.json", &real())])), Some(0));
    let drifted = check(&["--against", &vendor.json("/next.json", &next())]);
    assert_eq!(code(&drifted), Some(1));
    assert!(text(&drifted.stdout).contains("GET /api/partner/ping"));
    assert_eq!(code(&check(&["--against", &vendor.url("/gone.json")])), Some(2));
    assert_eq!(code(&check(&["--against", "http://127.0.0.1:1/"])), Some(2));
}

#[test]
fn check_names_each_fault_and_its_remedy() {
    type Fault = (&'static str, fn(&str) -> String, &'static str);
    let faults: [Fault; 7] = [
        ("linkcy.json", |text| text.replace("\"openapi\"", " \"openapi\""), "it was edited"),
        (
            "names.toml",
            |text| text.replacen("[operations]", "[operations]\n\"GET /gone\" = \"a.b\"", 1),
            "GET /gone is listed",
        ),
        (
            "names.toml",
            |text| text.replace("\"GET /api/partner/webhooks\"", "#"),
            "GET /api/partner/webhooks has no name",
        ),
        ("overlay.yaml", |text| text.replace("cardId", "nothing"), "overlay.yaml: "),
        ("surface.txt", |text| format!("{text}\n"), "check --write"),
        ("CHANGES.md", |text| format!("{text}\n"), "check --write"),
        (
            "accepted.toml",
            |_| "[[change]]\nid = \"x\"\nversion = \"1.114.5\"\nreason = \"r\"\n".to_owned(),
            "hits nothing",
        ),
    ];
    for (name, change, words) in faults {
        let repository = Repository::new();
        let path = repository.tree.openapi().join(name);
        let before = std::fs::read_to_string(&path).unwrap_or_default();
        std::fs::write(&path, change(&before)).expect("a file");
        let output = xtask(&repository, &["check", "--offline"]);
        assert_eq!(code(&output), Some(1), "{name}: {}", text(&output.stderr));
        assert!(text(&output.stdout).contains(words), "{name}: {}", text(&output.stdout));
    }
}

#[test]
fn a_measurement_of_no_round_is_refused() {
    let refused = xtask(&Repository::new(), &["bench-build", "--rounds", "0"]);
    assert_eq!(code(&refused), Some(2));
    assert!(text(&refused.stderr).contains("'0' for '--rounds <ROUNDS>'"), "{}", text(&refused.stderr));
}

#[test]
fn update_spec_ends_with_0_taken_1_breaking_2_refused() {
    let (vendor, repository) = (Vendor::new(), Repository::new());
    let update = |more: &[&str]| xtask(&repository, &[&["update-spec"], more].concat());
    assert_eq!(code(&update(&[])), Some(2));
    assert_eq!(code(&update(&["--from", &vendor.json("/breaking.json", &breaking())])), Some(1));
    let taken = update(&["--uncompiled", "--from", &vendor.json("/next.json", &next())]);
    assert_eq!(code(&taken), Some(0), "{}", text(&taken.stderr));
    assert!(text(&taken.stdout).contains("the crate's next step is minor"), "{}", text(&taken.stdout));
    let again = update(&[]);
    assert!(text(&again.stdout).contains("1.115.0 is the description we have: nothing changed"));
}
