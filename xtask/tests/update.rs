//! update-spec from end to end, against a vendor on this machine: each form of source, each refusal, each kind of kill.

mod support;

use std::process::{Command, Stdio};

use serde_json::{Value, json};
use support::{Reply, Repository, Vendor, breaking, next, real, whole};
use xtask::check;
use xtask::document::sha256;
use xtask::intake::replace::Step;
use xtask::intake::source::Source;
use xtask::intake::{Compile, Outcome, Update, update, update_watched};

fn from(address: &str) -> Update {
    Update { from: Some(address.to_owned()), compile: Compile::Never, ..Update::default() }
}

/// Takes it in and gives back what linkcy.json is then.
fn taken(repository: &Repository, address: &str) -> (String, Source) {
    match update(&repository.tree, &from(address)).expect("it is taken in") {
        Outcome::Taken(_) => {}
        other => panic!("not taken in: {other:?}"),
    }
    let source = Source::parse(&repository.tree.read("source.toml").expect("it is there")).expect("it is TOML");
    let text = repository.tree.read("linkcy.json").expect("it is there");
    assert_eq!(sha256(text.as_bytes()), source.sha256);
    assert_eq!(check::faults(&repository.tree).expect("the tree can be read"), [""; 0]);
    (text, source)
}

/// Refuses it with a message that has this in it, and changes nothing.
fn refused(repository: &Repository, asked: &Update, message: &str) {
    let before = repository.files();
    let error = update(&repository.tree, asked).expect_err("it is refused");
    let text = format!("{error:#}");
    assert!(text.contains(message), "{text:?} does not say {message:?}");
    assert!(before == repository.files(), "something changed");
}

#[test]
fn a_json_file_is_taken_in_byte_for_byte() {
    let (vendor, repository) = (Vendor::new(), Repository::new());
    let earlier = repository.tree.read("linkcy.json").expect("it is there");
    let bytes = serde_json::to_string(&next()).expect("JSON");
    let body = Reply::Body { kind: "application/json", bytes: bytes.clone().into_bytes() };
    let (text, source) = taken(&repository, &vendor.reply("/openapi.json", body));
    assert_eq!(text, bytes);
    let operations = next()["paths"]
        .as_object()
        .map(|paths| paths.values().map(|path| path.as_object().map_or(0, |path| path.len())).sum());
    assert_eq!((source.version.as_str(), usize::try_from(source.counts["operations"]).ok()), ("1.115.0", operations));
    assert_eq!(source.fetched_sha256, source.sha256);
    assert_eq!(repository.tree.read("archive/1.114.5.json").expect("it is there"), earlier);
    let names = repository.tree.read("names.toml").expect("it is there");
    assert!(
        names.contains("# New in 1.115.0, names derived: to be reviewed.\n\"GET /api/partner/ping\" = "),
        "{names}"
    );
    let changes = repository.tree.read("CHANGES.md").expect("it is there");
    let newest = changes.find("## 1.115.0 (was 1.114.5)").expect("the newest section");
    assert!(newest < changes.find("## 1.114.5 (was 1.78.0)").expect("the one before"));
}

#[test]
fn yaml_is_taken_in_as_json_in_its_own_order() {
    let (vendor, repository) = (Vendor::new(), Repository::new());
    let yaml = serde_norway::to_string(&next()).expect("YAML");
    // Out of the alphabet's order on purpose.
    let yaml = format!("openapi: 3.0.1\n{}", yaml.replacen("openapi: 3.0.1\n", "", 1));
    let body = Reply::Body { kind: "application/yaml", bytes: yaml.into_bytes() };
    let (text, source) = taken(&repository, &vendor.reply("/openapi.yaml", body));
    assert!(text.starts_with("{\n  \"openapi\""), "{}", &text[..40]);
    assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), next());
    assert!(source.form.contains("YAML") && source.fetched_sha256 != source.sha256);
}

#[test]
fn yaml_with_what_json_has_no_word_for_is_taken_in() {
    for (added, at, expected) in [
        ("x-other: &other { a: 1 }\nx-one: { <<: *other, b: 2 }\n", "/x-one", json!({ "a": 1, "b": 2 })),
        ("x-one: 18446744073709551616\n", "/x-one", json!(18_446_744_073_709_551_616.0)),
        ("x-one: -9223372036854775809\n", "/x-one", json!(-9_223_372_036_854_775_809.0)),
        ("x-one: .inf\n", "/x-one", Value::Null),
    ] {
        let (vendor, repository) = (Vendor::new(), Repository::new());
        let yaml = serde_norway::to_string(&next()).expect("YAML") + added;
        let body = Reply::Body { kind: "application/yaml", bytes: yaml.into_bytes() };
        let (text, _) = taken(&repository, &vendor.reply("/openapi.yaml", body));
        let read: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(read.pointer(at), Some(&expected), "{added}");
    }
}

#[test]
fn the_whole_description_is_taken_in() {
    let (vendor, repository) = (Vendor::new(), Repository::whole());
    let mut next = whole();
    next["info"]["version"] = "1.115.0".into();
    next["paths"]["/api/partner/ping"] = self::next()["paths"]["/api/partner/ping"].clone();
    let (_, source) = taken(&repository, &vendor.json("/openapi.json", &next));
    assert_eq!(source.counts["operations"], 108);
}

#[test]
fn a_page_with_embedded_state_is_read() {
    let (vendor, repository) = (Vendor::new(), Repository::new());
    let state = json!({ "menu": { "activeItemIdx": -1 }, "spec": { "data": next(), "url": "x" } });
    let html = format!(
        "<!DOCTYPE html>\n<html><head><script>var a = 1 < 2;</script></head><body><div id=\"redoc\"></div>\
         <script>\n const __redoc_state = {};\n\n var container = document.getElementById('redoc');</script></body></html>",
        serde_json::to_string(&state).expect("JSON").replace("</", "<\\/"),
    );
    let (text, source) = taken(&repository, &vendor.page("/", &html));
    assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), next());
    assert!(source.form.contains("embedded"));
}

#[test]
fn a_page_with_a_download_link_is_followed() {
    let (vendor, repository) = (Vendor::new(), Repository::new());
    let bytes = serde_json::to_vec(&next()).expect("JSON");
    vendor.reply("/_spec/openapi.json?a=1&b=2", Reply::Body { kind: "application/json", bytes: bytes.clone() });
    let html = "<html><a href=\"/other.json\">an example</a>\
        <a download='openapi.json' href='../_spec/openapi.json?a=1&amp;b=2'>Download OpenAPI description</a></html>";
    let (text, source) = taken(&repository, &vendor.page("/reference/page", html));
    assert_eq!(text.into_bytes(), bytes);
    assert!(source.form.contains("link"));
}

#[test]
fn openapi_3_1_is_taken_as_it_is() {
    let (vendor, repository) = (Vendor::new(), Repository::new());
    let mut newer = next();
    newer["openapi"] = "3.1.0".into();
    newer["components"]["schemas"]["Pong"] = json!({ "type": ["string", "null"], "examples": ["a"] });
    newer["paths"]["/api/partner/ping"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["properties"]
        ["pong"] = json!({ "$ref": "#/components/schemas/Pong" });
    let (text, _) = taken(&repository, &vendor.json("/openapi.json", &newer));
    let value: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(value, newer);
}

#[test]
fn the_same_again_changes_nothing_and_says_so() {
    let (vendor, repository) = (Vendor::new(), Repository::new());
    let address = vendor.json("/openapi.json", &next());
    taken(&repository, &address);
    let before = repository.files();
    let outcome = update(&repository.tree, &from(&address)).expect("it can be asked again");
    assert!(matches!(outcome, Outcome::Same { version } if version == "1.115.0"));
    assert!(before == repository.files());
}

#[test]
fn the_address_is_kept_for_the_next_time() {
    let (vendor, repository) = (Vendor::new(), Repository::new());
    taken(&repository, &vendor.json("/openapi.json", &next()));
    let outcome = update(&repository.tree, &Update::default()).expect("source.toml has the address");
    assert!(matches!(outcome, Outcome::Same { .. }));
}

#[test]
fn other_contents_of_the_same_version_do_not_overwrite_the_archive() {
    let (vendor, repository) = (Vendor::new(), Repository::new());
    let mut original = next();
    original["info"]["version"] = "1.114.5".into();
    taken(&repository, &vendor.json("/openapi.json", &original));
    let archived = repository.tree.archived().expect("it can be read");
    assert!(archived.iter().any(|(name, _)| name.starts_with("1.114.5-")), "no archived version beside the new one");
}

#[test]
fn breaking_is_reported_and_taken_in_only_when_accepted() {
    let (vendor, repository) = (Vendor::new(), Repository::new());
    let address = vendor.json("/openapi.json", &breaking());
    let before = repository.files();
    let outcome = update(&repository.tree, &from(&address)).expect("it can be read");
    let Outcome::Breaking(summary) = outcome else { panic!("not breaking: {outcome:?}") };
    assert!(summary.to_string().contains("GET /api/partner/webhooks"));
    assert_eq!(summary.report.semver.word(), "major");
    assert!(before == repository.files(), "something changed");
    let accepted = Update { accept_breaking: true, ..from(&address) };
    assert!(matches!(update(&repository.tree, &accepted), Ok(Outcome::Taken(_))));
    assert!(before != repository.files());
}

#[test]
fn a_dry_run_changes_nothing() {
    let (vendor, repository) = (Vendor::new(), Repository::new());
    let address = vendor.json("/openapi.json", &next());
    let before = repository.files();
    let outcome = update(&repository.tree, &Update { dry_run: true, ..from(&address) }).expect("it can be read");
    let Outcome::WouldTake(summary) = outcome else { panic!("not a dry run: {outcome:?}") };
    assert_eq!((summary.report.semver.word(), summary.to_name.len()), ("minor", 1));
    assert!(before == repository.files());
}

#[test]
fn corrections_that_hit_nothing_any_more_are_reported() {
    let (vendor, repository) = (Vendor::new(), Repository::new());
    let mut corrected = next();
    let path = "/paths/~1api~1partner~1cards~1{cardId}~1suspend/post/parameters";
    corrected
        .pointer_mut(path)
        .and_then(Value::as_array_mut)
        .expect("parameters")
        .retain(|one| one["name"] != "cardId");
    let address = vendor.json("/openapi.json", &corrected);
    let asked = Update { dry_run: true, accept_breaking: true, ..from(&address) };
    match update(&repository.tree, &asked) {
        Ok(Outcome::WouldTake(summary)) => assert_eq!(summary.missed.len(), 1, "{:?}", summary.missed),
        // A path parameter that is not described is refused by a pass, which is as well.
        Err(error) => assert!(format!("{error:#}").contains("cardId"), "{error:#}"),
        Ok(other) => panic!("{other:?}"),
    }
}

#[test]
fn what_is_not_a_description_is_refused() {
    let (vendor, repository) = (Vendor::new(), Repository::new());
    let text = |path: &str, text: &str| {
        from(&vendor.reply(path, Reply::Body { kind: "application/json", bytes: text.as_bytes().to_vec() }))
    };
    refused(&repository, &text("/cut", "{\"openapi\": \"3.0.1\", \"info\""), "not JSON");
    refused(&repository, &text("/empty", "  "), "empty");
    refused(&repository, &text("/list", "[1, 2]"), "top level has to be an object, and is a list");
    refused(&repository, &text("/other", "{\"hello\": 1}"), "no `openapi` field");
    refused(&repository, &text("/swagger", "{\"swagger\": \"2.0\"}"), "Swagger 2.0");
    refused(&repository, &text("/future", "{\"openapi\": \"4.0.0\"}"), "OpenAPI 4.0.0");
    refused(&repository, &text("/paths", "{\"openapi\": \"3.0.1\", \"paths\": []}"), "`paths` has to be an object");
    refused(&repository, &text("/yaml", "openapi: [3"), "neither JSON nor YAML");
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    refused(&repository, &text("/deep", &deep), "nested more than 500 levels deep");
    let bytes = vec![b'{', 0xff, 0xfe];
    let address = vendor.reply("/bytes", Reply::Body { kind: "application/json", bytes });
    refused(&repository, &from(&address), "not UTF-8");
    refused(
        &repository,
        &from(&vendor.page("/page", "<html><a href='/x'>x</a></html>")),
        "a page without a description",
    );
    let page = "<html><a download href='/page'>Download</a></html>";
    refused(&repository, &from(&vendor.page("/round", page)), "an HTML page, no description");
}

#[test]
fn what_cannot_be_had_is_refused() {
    let (vendor, repository) = (Vendor::new(), Repository::new());
    refused(&repository, &from(&vendor.url("/nowhere")), "answers 404");
    refused(&repository, &from(&vendor.reply("/down", Reply::Status(503))), "answers 503");
    refused(&repository, &from("/no/such/file.json"), "No such file");
    refused(&repository, &from("http://example.com/openapi.json"), "only https");
    refused(&repository, &from("https://"), "not an address");
    refused(&repository, &from("http://127.0.0.1:1/openapi.json"), "127.0.0.1:1");
    let half = serde_json::to_vec(&next()).expect("JSON");
    refused(&repository, &from(&vendor.reply("/half", Reply::Half(half))), "/half");
    refused(&repository, &from(&vendor.reply("/endless", Reply::Endless)), "larger than 64 MiB");
    let away = vendor.reply("/away", Reply::Redirect("https://example.com/openapi.json".to_owned()));
    refused(&repository, &from(&away), "leads to another host, https://example.com/openapi.json");
    let round = vendor.reply("/round", Reply::Redirect("/round".to_owned()));
    refused(&repository, &from(&round), "too many redirects");
    let link = "<html><a download href='https://example.com/openapi.json'>Download</a></html>";
    refused(&repository, &from(&vendor.page("/link", link)), "leads to another host");
    refused(&repository, &Update::default(), "has no `source` yet");
}

#[test]
fn a_redirect_on_the_same_host_is_followed() {
    let (vendor, repository) = (Vendor::new(), Repository::new());
    vendor.json("/openapi.json", &next());
    taken(&repository, &vendor.reply("/latest", Reply::Redirect("/openapi.json".to_owned())));
}

#[test]
fn another_api_is_refused_whatever_is_forced() {
    let (vendor, repository) = (Vendor::new(), Repository::new());
    let forced = |address: &str| Update { force: true, accept_breaking: true, ..from(address) };
    let mut other = next();
    other["info"]["title"] = "Petstore".into();
    other["paths"] = json!({ "/pets": { "get": { "responses": { "200": { "description": "OK" } } } } });
    refused(&repository, &forced(&vendor.json("/title", &other)), "another API: its title is \"Petstore\"");
}

#[test]
fn what_a_release_may_rename_is_taken_in_by_force_only() {
    let (vendor, repository) = (Vendor::new(), Repository::new());
    let mut renamed = next();
    renamed["info"]["title"] = "LinkCy API".into();
    renamed["servers"] = json!([{ "url": "https://api.linkcy.example" }]);
    let address = vendor.json("/renamed", &renamed);
    refused(&repository, &from(&address), "its title is \"LinkCy API\"");
    refused(&repository, &from(&address), "its server is https://api.linkcy.example");
    let forced = Update { force: true, dry_run: true, ..from(&address) };
    let outcome = update(&repository.tree, &forced).expect("it is taken in");
    let Outcome::WouldTake(summary) = outcome else { panic!("not taken in: {outcome:?}") };
    assert!(summary.notes.is_empty(), "the Rust question is asked: {:?}", summary.notes);
}

#[test]
fn a_byte_order_mark_is_taken_in() {
    for notation in ["json", "yaml"] {
        let (vendor, repository) = (Vendor::new(), Repository::new());
        let text =
            if notation == "json" { next().to_string() } else { serde_norway::to_string(&next()).expect("YAML") };
        let bytes = format!("\u{feff}{text}").into_bytes();
        let fetched = sha256(&bytes);
        let (text, source) = taken(&repository, &vendor.reply("/d", Reply::Body { kind: "application/json", bytes }));
        assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON without a mark"), next(), "{notation}");
        assert_eq!(source.fetched_sha256, fetched, "{notation}");
    }
}

#[test]
fn an_older_or_smaller_one_is_taken_in_by_force_only() {
    let (vendor, repository) = (Vendor::new(), Repository::new());
    let mut older = real();
    older["info"]["version"] = "1.9.0".into();
    let address = vendor.json("/older", &older);
    refused(&repository, &from(&address), "version 1.9.0 is lower than ours, 1.114.5");
    let forced = Update { force: true, dry_run: true, ..from(&address) };
    assert!(matches!(update(&repository.tree, &forced), Ok(Outcome::WouldTake(_))));
    let mut smaller = next();
    let paths = smaller["paths"].as_object_mut().expect("paths");
    let keep: Vec<String> = paths.keys().take(1).cloned().collect();
    paths.retain(|path, _| keep.contains(path));
    refused(&repository, &from(&vendor.json("/smaller", &smaller)), "suspiciously small");
}

#[test]
fn openapi_3_1_that_cannot_be_compared_is_taken_and_named() {
    let vendor = Vendor::new();
    for (keyword, value) in [
        ("prefixItems", json!([{}])),
        ("if", json!({})),
        ("patternProperties", json!({})),
        ("unevaluatedProperties", json!(false)),
        ("$dynamicRef", json!("#x")),
        ("type", json!("null")),
    ] {
        let repository = Repository::new();
        let mut newer = next();
        newer["openapi"] = "3.1.0".into();
        newer["components"]["schemas"]["New"] = json!({});
        newer["components"]["schemas"]["New"][keyword] = value;
        let outcome = update(&repository.tree, &from(&vendor.json("/openapi.json", &newer))).expect("it is taken in");
        let Outcome::Taken(summary) = outcome else { panic!("{outcome:?}") };
        let pointer = format!("/components/schemas/New/{keyword}");
        assert!(summary.notes.iter().any(|note| note.contains(&pointer)), "{keyword}: {:?}", summary.notes);
    }
}

#[test]
fn what_is_set_aside_is_taken_in_and_named() {
    let (vendor, repository) = (Vendor::new(), Repository::new());
    let mut odd = next();
    odd["paths"]["/api/partner/ping"]["get"]["responses"]["200"]["content"]["application/json"]["schema"] =
        json!({ "$ref": "#/components/schemas/NotThere" });
    let outcome = update(&repository.tree, &from(&vendor.json("/openapi.json", &odd))).expect("it is taken in");
    let Outcome::Taken(summary) = outcome else { panic!("{outcome:?}") };
    assert!(summary.findings.iter().any(|line| line.contains("NotThere")), "{:?}", summary.findings);
    let written = |name: &str| std::fs::read_to_string(repository.tree.openapi().join(name)).expect("it is there");
    assert!(written("surface.txt").contains("set aside\n"));
    assert!(written("CHANGES.md").contains("### Set aside"));
}

#[test]
fn corrections_that_hit_nothing_go_on_demand_only() {
    let (vendor, repository) = (Vendor::new(), Repository::new());
    let mut newer = next();
    newer["paths"].as_object_mut().expect("paths").remove("/api/partner/cards/{cardId}/suspend");
    let address = vendor.json("/openapi.json", &newer);
    let accepted = Update { accept_breaking: true, ..from(&address) };
    refused(&repository, &accepted, "--drop-missed");
    let outcome = update(&repository.tree, &Update { drop_missed: true, ..accepted }).expect("it is taken in");
    assert!(matches!(outcome, Outcome::Taken(_)), "{outcome:?}");
    let overlay = std::fs::read_to_string(repository.tree.openapi().join("overlay.yaml")).expect("it is there");
    assert!(!overlay.contains("/suspend") && overlay.contains("actions: []"), "{overlay}");
}

/// Stops at each step as a kill would, and looks at the tree.
#[test]
fn stopped_at_any_step_the_tree_is_wholly_old_or_wholly_new() {
    let vendor = Vendor::new();
    let address = vendor.json("/openapi.json", &next());
    let whole = {
        let repository = Repository::new();
        taken(&repository, &address);
        repository.files()
    };
    for stop in [Step::Copied, Step::Written, Step::Exchanged, Step::Done] {
        let repository = Repository::new();
        let old = repository.files();
        let killed = update_watched(&repository.tree, &from(&address), &mut |step| {
            anyhow::ensure!(step != stop, "killed");
            Ok(())
        });
        assert!(killed.is_err(), "{stop:?} was not reached");
        let now = repository.files();
        assert!(now == old || now == whole, "neither old nor new when stopped after {stop:?}");
        assert_eq!(now == whole, matches!(stop, Step::Exchanged | Step::Done), "{stop:?}");
        // The next run is not put out by what the last one left.
        update(&repository.tree, &from(&address)).expect("the next run succeeds");
        assert!(repository.files() == whole, "the next run does not finish the work");
    }
}

#[test]
fn a_folder_left_between_two_renames_is_put_back() {
    let repository = Repository::new();
    let old = repository.files();
    let aside = repository.folder.path().join("target/xtask/.openapi-last");
    std::fs::create_dir_all(aside.parent().expect("a folder")).expect("a folder");
    std::fs::rename(repository.tree.openapi(), &aside).expect("a rename");
    xtask::intake::replace::recover(&repository.tree).expect("it is put back");
    assert!(repository.files() == old);
}

/// Kills the program itself, at moments spread over the work on the files.
#[test]
#[cfg(unix)]
fn killed_at_any_moment_the_tree_is_wholly_old_or_wholly_new() {
    let vendor = Vendor::new();
    let address = vendor.json("/openapi.json", &next());
    let run = |repository: &Repository| {
        Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(["update-spec", "--uncompiled", "--from", &address, "--root"])
            .arg(repository.folder.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("it starts")
    };
    let repository = Repository::new();
    assert!(run(&repository).wait().expect("it ends").success());
    let whole = repository.files();
    let mut killed = 0;
    for moment in 0..20 {
        let repository = Repository::new();
        let old = repository.files();
        let mut child = run(&repository);
        let staged = repository.folder.path().join("target/xtask/.openapi-next");
        while !staged.exists() && child.try_wait().expect("it can be asked").is_none() {
            std::thread::yield_now();
        }
        // Looking at the folder is what passes the time.
        for _ in 0..moment * 40 {
            let _ = staged.read_dir();
        }
        child.kill().expect("it can be killed");
        killed += u32::from(!child.wait().expect("it ends").success());
        let now = repository.files();
        assert!(now == old || now == whole, "neither old nor new after a kill at {moment}");
    }
    assert!(killed > 0, "no run was killed in time");
}
