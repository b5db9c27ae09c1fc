//! Portals on this machine, one for each way to offer a description, and hostile ones.

mod support;

use std::time::Duration;

use serde_json::json;
use support::{OTHERWISE, Reply, Vendor, real};
use xtask::document::{Document, sha256};
use xtask::fetch::{FetchError, Fetched, Form, Limits, fetch, fetch_within};
use xtask::intake::source::Source;

const PAGE: &str = "/api_reference/sandbox/card";
/// A way to offer a description: what it is, the portal's replies, how the description is found and where.
type Offer = (&'static str, Vec<(&'static str, Reply)>, Form, &'static str);

/// What a portal shows instead of what it does not have.
const SHELL: &str = "<!DOCTYPE html><html><body><div id='root'></div><a href='/guides'>Guides</a></body></html>";

fn description() -> String {
    real().to_string()
}

fn yaml() -> String {
    serde_norway::to_string(&real()).expect("YAML")
}

fn html(text: &str) -> Reply {
    Reply::Body { kind: "text/html", bytes: text.as_bytes().to_vec() }
}

fn file(text: &str) -> Reply {
    Reply::Body { kind: "application/octet-stream", bytes: text.as_bytes().to_vec() }
}

/// A portal that has these paths, and answers all others with its shell.
fn portal(replies: Vec<(&str, Reply)>) -> Vendor {
    let vendor = Vendor::new();
    vendor.reply(OTHERWISE, html(SHELL));
    for (path, reply) in replies {
        vendor.reply(path, reply);
    }
    vendor
}

fn tried(error: FetchError) -> Vec<String> {
    match error {
        FetchError::NotFound { tried, .. } => tried,
        other => panic!("{other}"),
    }
}

/// Short for an answer that never ends; an ordinary one needs far less, even on a busy machine.
fn hurried() -> Limits {
    Limits { answer: Duration::from_secs(2), total: Duration::from_secs(60), ..Limits::default() }
}

#[test]
fn every_form_of_portal_gives_its_description() {
    let mut rest = real();
    rest.as_object_mut().expect("an object").remove("openapi");
    let viewed = format!("{{ \"openapi\": \"3.0.1\", {}", rest.to_string().trim_start_matches('{'));
    let state = json!({ "menu": {}, "spec": { "data": real(), "url": "x" } }).to_string().replace("</", "<\\/");
    let link =
        |attributes: &str| html(&format!("<html><a class='x' {attributes}>Download OpenAPI description</a></html>"));
    let markdown = |text: &str| Reply::Body { kind: "text/markdown", bytes: text.as_bytes().to_vec() };
    let (linked, embedded) = (Form::Linked, Form::Embedded);
    let forms: Vec<Offer> = vec![
        (
            "a download link",
            vec![(PAGE, link("download href='/d.json'")), ("/d.json", file(&description()))],
            linked,
            "/d.json",
        ),
        (
            "a download link that names no file",
            vec![(PAGE, link("download='x' href='/d?of=1'")), ("/d?of=1", file(&description()))],
            linked,
            "/d?of=1",
        ),
        (
            "a bundle as a plain link",
            vec![(PAGE, link("href='/_bundle/x.yaml?download'")), ("/_bundle/x.yaml?download", file(&yaml()))],
            linked,
            "/_bundle/x.yaml?download",
        ),
        (
            "a relative link",
            vec![(PAGE, link("download href='../d.yaml'")), ("/api_reference/d.yaml", file(&yaml()))],
            linked,
            "/api_reference/d.yaml",
        ),
        (
            "a link that is redirected",
            vec![
                (PAGE, link("download href='/d.json'")),
                ("/d.json", Reply::Redirect("/e".into())),
                ("/e", file(&description())),
            ],
            linked,
            "/d.json",
        ),
        (
            "the second link, the first being an example",
            vec![
                (PAGE, html("<a download href='/a.json'>a</a><a download href='/b.json'>b</a>")),
                ("/a.json", file("{\"hello\": 1}")),
                ("/b.json", file(&description())),
            ],
            linked,
            "/b.json",
        ),
        (
            "a viewer's attribute",
            vec![(PAGE, html("<redoc spec-url='/d.json'></redoc>")), ("/d.json", file(&description()))],
            linked,
            "/d.json",
        ),
        (
            "a link for machines",
            vec![(PAGE, html("<head><link rel='service-desc' href='/d'></head>")), ("/d", file(&description()))],
            linked,
            "/d",
        ),
        (
            "the state of a Redoc page",
            vec![(PAGE, html(&format!("<html><script>const __redoc_state = {state};</script></html>")))],
            embedded,
            PAGE,
        ),
        (
            "the state, the link being dead",
            vec![
                (
                    PAGE,
                    html(&format!(
                        "<a download href='/gone.json'>x</a><script>var a = 1 < 2;</script><script>__redoc_state = {state}</script>"
                    )),
                ),
                ("/gone.json", Reply::Status(404)),
            ],
            embedded,
            PAGE,
        ),
        (
            "a description handed to a viewer",
            vec![(PAGE, html(&format!("<script>onload = function () {{ Redoc.init({viewed}, {{}}); }};</script>")))],
            embedded,
            PAGE,
        ),
        (
            "a page that has moved, with a relative link",
            vec![
                (PAGE, Reply::Redirect("/reference/new/card".into())),
                ("/reference/new/card", html("<a download href='../d.json'>x</a>")),
                ("/reference/d.json", file(&description())),
            ],
            linked,
            "/reference/d.json",
        ),
        (
            "a page that has moved, its portal with it",
            vec![
                (PAGE, Reply::Redirect("/reference/new/card".into())),
                ("/_bundle/reference/new.yaml?download", file(&yaml())),
            ],
            linked,
            "/_bundle/reference/new.yaml?download",
        ),
        (
            "a page that has moved without its description",
            vec![
                (PAGE, Reply::Redirect("/welcome".into())),
                ("/_spec/api_reference/sandbox.yaml?download", file(&yaml())),
            ],
            linked,
            "/_spec/api_reference/sandbox.yaml?download",
        ),
        (
            "JSON in a script",
            vec![(PAGE, html(&format!("<script type='application/json'>{state}</script>")))],
            embedded,
            PAGE,
        ),
        (
            "a link in the Markdown form",
            vec![
                ("/api_reference/sandbox/card.md", markdown("# Card\n\n[Download OpenAPI description](/d/x.yaml)\n")),
                ("/d/x.yaml", file(&yaml())),
            ],
            linked,
            "/d/x.yaml",
        ),
        (
            "a whole address in the Markdown form",
            vec![
                ("/api_reference/sandbox/card.md", markdown("- [OpenAPI](ADDRESS/d)\n")),
                ("/d", file(&description())),
            ],
            linked,
            "/d",
        ),
        (
            "/_bundle/P.yaml",
            vec![("/_bundle/api_reference/sandbox/card.yaml?download", file(&yaml()))],
            linked,
            "/_bundle/api_reference/sandbox/card.yaml?download",
        ),
        (
            "/_bundle/P.yaml of the folder",
            vec![("/_bundle/api_reference/sandbox.yaml?download", file(&yaml()))],
            linked,
            "/_bundle/api_reference/sandbox.yaml?download",
        ),
        (
            "/_bundle/P.json",
            vec![("/_bundle/api_reference/sandbox.json?download", file(&description()))],
            linked,
            "/_bundle/api_reference/sandbox.json?download",
        ),
        (
            "/_bundle/P/index.json",
            vec![("/_bundle/api_reference/sandbox/index.json?download", file(&description()))],
            linked,
            "/_bundle/api_reference/sandbox/index.json?download",
        ),
        (
            "/_bundle/P/index.yaml",
            vec![("/_bundle/api_reference/sandbox/index.yaml?download", file(&yaml()))],
            linked,
            "/_bundle/api_reference/sandbox/index.yaml?download",
        ),
        (
            "/_spec/P.yaml",
            vec![("/_spec/api_reference/sandbox.yaml?download", file(&yaml()))],
            linked,
            "/_spec/api_reference/sandbox.yaml?download",
        ),
        (
            "/_spec/P.json",
            vec![("/_spec/api_reference/sandbox.json?download", file(&description()))],
            linked,
            "/_spec/api_reference/sandbox.json?download",
        ),
        (
            "the uppermost folder",
            vec![("/_bundle/api_reference.yaml?download", file(&yaml()))],
            linked,
            "/_bundle/api_reference.yaml?download",
        ),
        (
            "a page that is gone",
            vec![(PAGE, Reply::Status(404)), ("/_bundle/api_reference/sandbox.yaml?download", file(&yaml()))],
            linked,
            "/_bundle/api_reference/sandbox.yaml?download",
        ),
        (
            "a page that asks for a login",
            vec![(PAGE, Reply::Status(403)), ("/_spec/api_reference/sandbox.json?download", file(&description()))],
            linked,
            "/_spec/api_reference/sandbox.json?download",
        ),
    ];
    for (name, replies, form, found) in forms {
        let vendor = Vendor::new();
        vendor.reply(OTHERWISE, html(SHELL));
        for (path, reply) in replies {
            let reply = match reply {
                Reply::Body { kind, bytes } => {
                    let text = String::from_utf8(bytes).expect("text").replace("ADDRESS", &vendor.url(""));
                    Reply::Body { kind, bytes: text.into_bytes() }
                }
                other => other,
            };
            vendor.reply(path, reply);
        }
        let fetched = fetch(&vendor.url(PAGE)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((fetched.form, fetched.found.as_str()), (form, vendor.url(found).as_str()), "{name}");
        let document = Document::parse(&fetched.bytes).expect("a description");
        assert_eq!(document.value, real(), "{name}");
    }
}

#[test]
fn a_page_that_leads_nowhere_names_all_that_was_tried() {
    let vendor = portal(vec![
        (
            PAGE,
            html(
                "<a download href='https://example.com/d.json'>x</a><a download href='/old.json'>y</a><a download href='/cut.json'>z</a><redoc spec-url='/list.yaml'></redoc>",
            ),
        ),
        ("/old.json", file("{\"swagger\": \"2.0\"}")),
        ("/cut.json", file(&description()[..900])),
        ("/list.yaml", file("- a\n- b\n")),
        ("/_spec/api_reference/sandbox.json?download", Reply::Status(503)),
        ("/_spec/api_reference.json?download", file("{\"openapi\": \"3.0.1\", \"info\": {}, \"paths\": {}}")),
    ]);
    let error = fetch(&vendor.url(PAGE)).expect_err("nothing is there");
    let text = error.to_string();
    assert!(
        text.starts_with(&format!(
            "{}: a page without a description; give the address of the file itself",
            vendor.url(PAGE)
        )),
        "{text}"
    );
    let lines = tried(error);
    for (place, why) in [
        ("https://example.com/d.json", "leads to another host"),
        (&vendor.url("/old.json"), "Swagger 2.0"),
        (&vendor.url("/cut.json"), "not JSON"),
        (&vendor.url("/list.yaml"), "is a list"),
        (&vendor.url("/api_reference/sandbox/card.md"), "an HTML page, no Markdown"),
        (&vendor.url("/_bundle/api_reference/sandbox.yaml?download"), "an HTML page"),
        (&vendor.url("/_spec/api_reference/sandbox.json?download"), "answers 503"),
        (&vendor.url("/_spec/api_reference.json?download"), "without an operation"),
    ] {
        assert!(
            lines.iter().any(|line| line.starts_with(place) && line.contains(why)),
            "no {place} with {why:?} in {lines:#?}"
        );
    }
    assert_eq!(lines.len(), 4 + 1 + 18);
    assert_eq!(text.lines().count(), 1 + lines.len(), "one line each");
    assert!(lines.iter().all(|line| !line.contains('\n')));
}

#[test]
fn nothing_is_asked_of_another_host() {
    let other = Vendor::new();
    other.reply(OTHERWISE, file(&description()));
    let vendor = portal(vec![
        (
            PAGE,
            html(&format!(
                "<a download href='{0}'>x</a><redoc spec-url='{0}'></redoc><a download href='//example.com/x.json'>y</a>",
                other.url("/d.json")
            )),
        ),
        (
            "/api_reference/sandbox/card.md",
            Reply::Body { kind: "text/markdown", bytes: format!("[Download]({})", other.url("/d.json")).into_bytes() },
        ),
        ("/_bundle/api_reference/sandbox.yaml?download", Reply::Redirect(other.url("/d.yaml"))),
    ]);
    let lines = tried(fetch(&vendor.url(PAGE)).expect_err("all of it is elsewhere"));
    assert_eq!(lines.iter().filter(|line| line.contains("leads to another host")).count(), 4, "{lines:#?}");
    assert!(other.asked().is_empty(), "{:?}", other.asked());
}

#[test]
fn hostile_portals_cost_what_the_limits_say() {
    type Hostile = (&'static str, Vec<(&'static str, Reply)>, &'static str);
    let cases: [Hostile; 6] = [
        (
            "a redirect without end",
            vec![("/d.json", Reply::Redirect("/round".into())), ("/round", Reply::Redirect("/round".into()))],
            "too many redirects",
        ),
        ("a body without end", vec![("/d.json", Reply::Endless)], "larger than"),
        ("a body that never comes", vec![("/d.json", Reply::Silent)], "no whole answer within 2 s"),
        ("a body that comes byte by byte", vec![("/d.json", Reply::Drip)], "no whole answer within 2 s"),
        ("a body that breaks off", vec![("/d.json", Reply::Half(b"{".to_vec()))], "/d.json"),
        ("brackets without end", vec![("/d.json", file(&"[".repeat(100_000)))], "nested more than"),
    ];
    for (name, replies, why) in cases {
        let vendor = portal(replies);
        vendor.page(PAGE, "<a download href='/d.json'>Download</a>");
        let limits = Limits { bytes: 8 << 20, ..hurried() };
        let lines = tried(fetch_within(&vendor.url(PAGE), &limits).expect_err(name));
        let line = lines.iter().find(|line| line.contains("/d.json")).unwrap_or_else(|| panic!("{name}: {lines:#?}"));
        assert!(line.contains(why), "{name}: {line}");
    }
}

#[test]
fn the_page_itself_is_held_to_the_limits() {
    let vendor = Vendor::new();
    for (reply, why) in
        [(Reply::Silent, "no whole answer"), (Reply::Drip, "no whole answer"), (Reply::Endless, "larger than 1 MiB")]
    {
        let limits = Limits { bytes: if why.starts_with("larger") { 1 << 20 } else { u64::MAX }, ..hurried() };
        let error = fetch_within(&vendor.reply(PAGE, reply), &limits).expect_err(why).to_string();
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn a_page_of_links_is_not_followed_for_ever() {
    let links: String = (0..500).map(|number| format!("<a download href='/{number}.json'>x</a>")).collect();
    let vendor = portal(vec![(PAGE, html(&links))]);
    let lines = tried(fetch(&vendor.url(PAGE)).expect_err("all are pages"));
    assert_eq!(vendor.asked().len(), 1 + 8 + 1 + 18, "{lines:#?}");
    let few = Limits { addresses: 5, ..Limits::default() };
    let vendor = portal(vec![(PAGE, html(&links))]);
    let lines = tried(fetch_within(&vendor.url(PAGE), &few).expect_err("all are pages"));
    assert_eq!(vendor.asked().len(), 5);
    assert!(lines.last().is_some_and(|line| line.contains("not asked: 5 addresses were asked")), "{lines:#?}");
    let small = Limits { total_bytes: 500, ..Limits::default() };
    let vendor = portal(vec![(PAGE, html(SHELL))]);
    let lines = tried(fetch_within(&vendor.url(PAGE), &small).expect_err("all are pages"));
    assert!(vendor.asked().len() < 20 && lines.iter().any(|line| line.contains("500 bytes were read")), "{lines:#?}");
}

#[test]
fn a_line_stays_a_line_whatever_the_page_writes() {
    let page = format!(
        "<a download href=\"/a\n\u{1b}[31m{}.json\">x</a><a download href=\"ht\ttps://[/x.json\">y</a>",
        "x".repeat(5_000)
    );
    let vendor = portal(vec![(PAGE, html(&page))]);
    let lines = tried(fetch(&vendor.url(PAGE)).expect_err("nothing"));
    assert!(lines.iter().all(|line| line.chars().count() <= 401 && !line.contains(char::is_control)), "{lines:#?}");
}

#[test]
fn a_file_is_taken_as_it_is_but_for_its_mark() {
    let vendor = Vendor::new();
    for (name, text) in [("JSON", description()), ("YAML", yaml())] {
        let marked = format!("\u{feff}{text}");
        let Fetched { bytes, form, .. } = fetch(&vendor.reply("/d", file(&marked))).expect(name);
        assert_eq!((String::from_utf8(bytes).expect("text"), form), (text, Form::Raw), "{name}");
        let fetched = fetch(&vendor.url("/d")).expect(name);
        assert_eq!(fetched.sha256(), sha256(marked.as_bytes()), "of the bytes as they came");
        let document = Document::parse(marked.as_bytes()).expect(name);
        assert_eq!(document.value, real(), "{name}");
    }
    // What is no page and no description is left to whoever reads it.
    let fetched = fetch(&vendor.reply("/other", file("{\"hello\": 1}"))).expect("bytes");
    assert!(Document::parse(&fetched.bytes).is_err());
    assert_eq!(vendor.asked().len(), 5);
}

#[test]
fn an_address_of_a_file_is_not_searched() {
    let vendor = portal(vec![("/d/openapi.json", Reply::Status(404))]);
    let error = fetch(&vendor.url("/d/openapi.json")).expect_err("it is gone").to_string();
    assert_eq!(error, format!("{}: answers 404 Not Found", vendor.url("/d/openapi.json")));
    assert_eq!(vendor.asked().len(), 1);
}

#[test]
fn the_tree_names_a_page_of_the_vendor() {
    let source = Source::parse(include_str!("../../openapi/source.toml")).expect("TOML");
    assert!(source.source.starts_with("https://docs.linkcy.io/api_reference/sandbox/"), "{}", source.source);
}

#[test]
fn a_page_that_was_kept_is_read_too() {
    let vendor = Vendor::new();
    let address = vendor.reply("/d.json", file(&description()));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("page.html");
    std::fs::write(&path, format!("<a download href='{address}'>x</a>")).expect("a file");
    let fetched = fetch(&path.display().to_string()).expect("a description");
    assert_eq!((fetched.form, fetched.found), (Form::Linked, address));
    std::fs::write(&path, "<a download href='d.json'>x</a>").expect("a file");
    let lines = tried(fetch(&path.display().to_string()).expect_err("relative to nothing"));
    assert_eq!(lines.len(), 1, "{lines:?}");
}
