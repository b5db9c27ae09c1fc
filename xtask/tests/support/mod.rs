//! A vendor on this machine: a few lines of HTTP that answer as they are told, and a repository to update.
#![allow(dead_code, reason = "each test file uses its part")]

pub mod edit;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex};

use serde_json::Value;
use tempfile::TempDir;
use xtask::check;
use xtask::document::{Document, Notation, sha256};
use xtask::intake::source::{Source, counts};
use xtask::tree::Tree;

/// What is answered to a path.
#[derive(Clone)]
pub enum Reply {
    Body {
        kind: &'static str,
        bytes: Vec<u8>,
    },
    Redirect(String),
    Status(u16),
    /// Promises a length and sends that many bytes of nothing, as long as somebody reads.
    Endless,
    /// Breaks off in the middle.
    Half(Vec<u8>),
    /// Begins, and says nothing more as long as somebody waits.
    Silent,
    /// Sends a byte at a time as long as somebody reads.
    Drip,
}

/// The path that stands for all that have no reply of their own.
pub const OTHERWISE: &str = "*";

/// A server on an ephemeral port; it goes with the test.
pub struct Vendor {
    address: SocketAddr,
    replies: Arc<Mutex<HashMap<String, Reply>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Vendor {
    pub fn new() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let replies = Arc::new(Mutex::new(HashMap::new()));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (shared, log) = (Arc::clone(&replies), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (replies, log) = (Arc::clone(&shared), Arc::clone(&log));
                std::thread::spawn(move || answer(stream, &replies, &log));
            }
        });
        Self { address, replies, asked }
    }

    /// The paths that were asked for, in order.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("nobody panicked").clone()
    }

    pub fn reply(&self, path: &str, reply: Reply) -> String {
        self.replies.lock().expect("nobody panicked").insert(path.to_owned(), reply);
        self.url(path)
    }

    pub fn json(&self, path: &str, value: &Value) -> String {
        let bytes = serde_json::to_vec_pretty(value).expect("JSON");
        self.reply(path, Reply::Body { kind: "application/json", bytes })
    }

    pub fn page(&self, path: &str, html: &str) -> String {
        self.reply(path, Reply::Body { kind: "text/html", bytes: html.as_bytes().to_vec() })
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

fn answer(stream: TcpStream, replies: &Mutex<HashMap<String, Reply>>, asked: &Mutex<Vec<String>>) {
    let mut lines = BufReader::new(&stream).lines();
    let path = lines.next().and_then(Result::ok).and_then(|line| line.split(' ').nth(1).map(str::to_owned));
    while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
    asked.lock().expect("nobody panicked").extend(path.clone());
    let reply = path.and_then(|path| {
        let replies = replies.lock().expect("nobody panicked");
        replies.get(&path).or_else(|| replies.get(OTHERWISE)).cloned()
    });
    let mut out = &stream;
    // Whoever asked may be gone.
    let _ = match reply {
        None => out.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"),
        Some(Reply::Status(status)) => {
            write!(out, "HTTP/1.1 {status} Because\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        }
        Some(Reply::Redirect(to)) => {
            write!(out, "HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        }
        Some(Reply::Body { kind, bytes }) => {
            let length = bytes.len();
            write!(
                out,
                "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
            )
            .and_then(|()| out.write_all(&bytes))
        }
        Some(Reply::Half(bytes)) => {
            let length = bytes.len() * 2;
            write!(out, "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n")
                .and_then(|()| out.write_all(&bytes))
        }
        Some(Reply::Silent) => write!(out, "HTTP/1.1 200 OK\r\ncontent-length: 9\r\nconnection: close\r\n\r\n")
            // Until the other side is gone.
            .and_then(|()| (&stream).read_to_end(&mut Vec::new()).map(|_| ())),
        Some(Reply::Drip) => write!(out, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n").and_then(|()| {
            loop {
                out.write_all(b" ")?;
            }
        }),
        Some(Reply::Endless) => {
            let nothing = vec![b' '; 1 << 20];
            write!(out, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")
                .and_then(|()| (0..80).try_for_each(|_| out.write_all(&nothing)))
        }
    };
}

pub const REAL: &str = include_str!("../../../openapi/linkcy.json");

/// The real description.
pub fn whole() -> Value {
    static PARSED: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(REAL).expect("the description is JSON"));
    PARSED.clone()
}

/// The operations the tests are about: preparing all of them takes its time.
const KEPT: [&str; 6] = [
    "/api/partner",
    "/api/partner/mandates",
    "/api/partner/webhooks",
    "/api/partner/shares/{shareId}",
    "/api/partner/cards/{cardId}/suspend",
    "/api/partner/cards/{cardId}/rules/{ruleType}",
];

/// The real description cut down to a few of its operations and the components they reach.
pub fn real() -> Value {
    static CUT: LazyLock<Value> = LazyLock::new(|| cut(whole()));
    CUT.clone()
}

fn cut(mut root: Value) -> Value {
    let paths = root["paths"].as_object_mut().expect("paths");
    paths.retain(|path, _| KEPT.contains(&path.as_str()));
    let mut reached = BTreeSet::new();
    let mut todo = vec![root["paths"].clone()];
    while let Some(value) = todo.pop() {
        match value {
            Value::Object(map) => {
                let reference =
                    map.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix("#/components/schemas/"));
                if let Some(name) = reference.filter(|name| reached.insert((*name).to_owned())) {
                    todo.push(root["components"]["schemas"][name].clone());
                }
                todo.extend(map.into_iter().map(|(_, value)| value));
            }
            Value::Array(list) => todo.extend(list),
            _ => {}
        }
    }
    root["components"]["schemas"].as_object_mut().expect("schemas").retain(|name, _| reached.contains(name));
    root
}

/// The same as the next version, with one harmless addition.
pub fn next() -> Value {
    let mut next = real();
    next["info"]["version"] = "1.115.0".into();
    let answer = serde_json::json!({ "description": "OK", "content": { "application/json": { "schema": {
        "type": "object", "properties": { "pong": { "type": "string" } } } } } });
    next["paths"]["/api/partner/ping"] = serde_json::json!({
        "get": { "operationId": "ping", "tags": ["Partner"], "responses": { "200": answer } }
    });
    next
}

/// The next version with an operation gone.
pub fn breaking() -> Value {
    let mut breaking = next();
    breaking["paths"].as_object_mut().expect("paths").remove("/api/partner/webhooks");
    breaking
}

/// A repository that goes with the test.
pub struct Repository {
    pub folder: TempDir,
    pub tree: Tree,
}

impl Repository {
    /// With `real()` as its description, one earlier version, one correction, and names for all operations.
    pub fn new() -> Self {
        let repository = Self::empty();
        let openapi = repository.tree.openapi();
        fs::create_dir_all(openapi.join("archive")).expect("a folder");
        let pretty = |value: &Value| serde_json::to_string_pretty(value).expect("JSON");
        let text = pretty(&real());
        let mut earlier = real();
        earlier["info"]["version"] = "1.78.0".into();
        let names: String = KEPT
            .iter()
            .flat_map(|path| {
                real()["paths"][path]
                    .as_object()
                    .expect("a path")
                    .keys()
                    .map(move |method| (*path, method.to_uppercase()))
                    .collect::<Vec<_>>()
            })
            .enumerate()
            .map(|(index, (path, method))| format!("\"{method} {path}\" = \"specimens.take{index}\"\n"))
            .collect();
        let overlay = "overlay: 1.0.0\ninfo: { title: Corrections, version: 1.0.0 }\nactions:\n  - target: \
            $.paths['/api/partner/cards/{cardId}/suspend'].post.parameters[?(@.name == 'cardId')].schema\n    \
            description: an id like the others\n    update: { format: uuid }\n";
        let document = Document::from_value(real(), Notation::Json).expect("a description");
        let source = Source {
            version: document.version(),
            sha256: sha256(text.as_bytes()),
            source: String::new(),
            fetched_sha256: sha256(text.as_bytes()),
            form: "file".to_owned(),
            date: "2026-01-01".to_owned(),
            provenance: String::new(),
            counts: counts(&document),
        };
        for (name, text) in [
            ("linkcy.json", text),
            ("archive/1.78.0.json", pretty(&earlier)),
            ("names.toml", format!("[operations]\n{names}")),
            ("overlay.yaml", overlay.to_owned()),
            ("source.toml", source.write("").expect("TOML")),
        ] {
            fs::write(openapi.join(name), text).expect("a file");
        }
        check::write(&repository.tree).expect("the description can be prepared");
        repository
    }

    /// A copy of openapi/ and docs/ as they are.
    pub fn whole() -> Self {
        let repository = Self::empty();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
        for part in ["openapi", "docs"] {
            copy(&source.join(part), &repository.folder.path().join(part));
        }
        repository
    }

    fn empty() -> Self {
        let folder = TempDir::new().expect("a folder");
        let tree = Tree::new(folder.path());
        Self { folder, tree }
    }

    /// Every file but those in target/, with its contents.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut todo = vec![self.folder.path().to_path_buf()];
        while let Some(folder) = todo.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    if !path.ends_with("target") {
                        todo.push(path);
                    }
                } else {
                    let name = path.strip_prefix(self.folder.path()).expect("inside").display().to_string();
                    files.insert(name, fs::read(&path).expect("a file"));
                }
            }
        }
        files
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).expect("a copy");
        }
    }
}
