//! Releases the vendor could make of LinkCy's own description: whether update-spec takes each, with which questions, what it
//! says of clients, and which step of the crate follows.

mod answers;
mod edit;
mod names;
mod requests;
#[path = "../support/mod.rs"]
mod support;
mod writing;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;
use support::{Repository, whole};
use xtask::check;
use xtask::diff::{Semver, Verdict};
use xtask::intake::{Compile, Outcome, Summary, Update, update};

/// A release, and what has to be said of it.
pub struct Release {
    pub name: &'static str,
    /// How it changes the description.
    pub change: fn(&mut Value),
    /// What update-spec asks before it takes it.
    pub questions: &'static [&'static str],
    pub verdict: Verdict,
    pub semver: Semver,
    /// Words of the summary.
    pub says: &'static [&'static str],
}

impl Release {
    pub const fn new(name: &'static str, verdict: Verdict, semver: Semver, change: fn(&mut Value)) -> Self {
        Self { name, change, questions: &[], verdict, semver, says: &[] }
    }

    pub const fn asking(self, questions: &'static [&'static str]) -> Self {
        Self { questions, ..self }
    }

    pub const fn saying(self, says: &'static [&'static str]) -> Self {
        Self { says, ..self }
    }

    fn file(&self) -> tempfile::NamedTempFile {
        let mut new = whole();
        new["info"]["version"] = "1.115.0".into();
        (self.change)(&mut new);
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), new.to_string()).expect("a file");
        file
    }
}

fn asked(file: &tempfile::NamedTempFile) -> Update {
    let from = Some(file.path().display().to_string());
    Update {
        from,
        dry_run: true,
        accept_breaking: true,
        drop_missed: true,
        compile: Compile::Never,
        ..Update::default()
    }
}

fn fault(repository: &Repository, release: &Release) -> Option<String> {
    let file = release.file();
    let mut asked = asked(&file);
    if !release.questions.is_empty() {
        match update(&repository.tree, &asked) {
            Ok(_) => return Some("no question is asked".to_owned()),
            Err(error) => {
                let text = format!("{error:#}");
                if !release.questions.iter().all(|words| text.contains(words)) {
                    return Some(text);
                }
            }
        }
        asked.force = true;
    }
    let summary = match update(&repository.tree, &asked) {
        Ok(Outcome::WouldTake(summary)) => summary,
        other => return Some(format!("{other:?}")),
    };
    let text = summary.to_string();
    let is_right = (summary.report.verdict, summary.report.semver) == (release.verdict, release.semver)
        && release.says.iter().all(|words| text.contains(words));
    (!is_right).then(|| format!("{:?}, {:?}\n{text}", summary.report.verdict, summary.report.semver))
}

#[test]
fn every_release_gets_its_verdict() {
    let releases: Vec<&Release> =
        [answers::RELEASES, names::RELEASES, requests::RELEASES, writing::RELEASES].into_iter().flatten().collect();
    assert!(releases.len() > 30, "{}", releases.len());
    let repository = Repository::whole();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(release) = releases.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Some(fault) = fault(&repository, release) {
                let line = format!("{}: {fault}", release.name);
                wrong.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        }
    };
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get());
        (0..threads).for_each(|_| {
            scope.spawn(work);
        });
    });
    let wrong = wrong.into_inner().unwrap_or_else(PoisonError::into_inner);
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Takes in what several releases bring at once, and gives the summary.
fn taken(repository: &Repository, release: &Release) -> Summary {
    let file = release.file();
    let asked = Update { dry_run: false, force: !release.questions.is_empty(), ..asked(&file) };
    match update(&repository.tree, &asked).expect("it is taken in") {
        Outcome::Taken(summary) => *summary,
        other => panic!("not taken in: {other:?}"),
    }
}

#[test]
fn what_is_taken_in_is_true_in_every_file_and_stays() {
    let repository = Repository::whole();
    let readme = repository.folder.path().join("README.md");
    std::fs::write(&readme, "All 107 operations of version 1.114.5.\n").expect("a file");
    let all = Release::new("several at once", Verdict::Breaking, Semver::Major, |d| {
        answers::FOURTH_BRANCH(d);
        names::renamed_by(d, &|name| name.replace("Dto", "VO"));
        writing::OPERATIONS_OF_AN_ODD_NAME(d);
    });
    taken(&repository, &all);
    assert_eq!(check::faults(&repository.tree).expect("the tree can be read"), [""; 0]);
    let text = std::fs::read_to_string(&readme).expect("a file");
    assert_eq!(text, "All 109 operations of version 1.115.0.\n");
    // Schemas are renamed again, and back: nothing is renamed in Rust.
    let surface =
        || repository.tree.read("surface.txt").expect("it is there").replace("1.116.0", "").replace("1.115.0", "");
    let before = surface();
    let again = Release::new("renamed again", Verdict::Compatible, Semver::Patch, |d| {
        answers::FOURTH_BRANCH(d);
        names::renamed_by(d, &|name| format!("{}V2", name.replace("Dto", "VO")));
        writing::OPERATIONS_OF_AN_ODD_NAME(d);
        d["info"]["version"] = "1.116.0".into();
    });
    let summary = taken(&repository, &again);
    assert_eq!(summary.report.semver, Semver::Patch, "{summary}");
    assert_eq!(check::faults(&repository.tree).expect("the tree can be read"), [""; 0]);
    assert_eq!(surface(), before);
}

/// What the hand-written layer needs is missed in the vendor's words.
#[test]
fn a_release_without_what_the_layer_needs_is_refused_by_name() {
    type Change = fn(&mut Value);
    let cases: [(Change, &[&str]); 4] = [
        (|d| drop(edit::remove(d, "/paths", "/api/partner/login")), &["POST /api/partner/login", "src/issuer.rs"]),
        (|d| drop(edit::remove(d, "/paths", "/api/partner/transactions")), &["GET /api/partner/transactions"]),
        (
            |d| edit::rename(d, "/components/schemas/TokenLoginResponseDto/properties", "refreshToken", "renewToken"),
            &["`refreshToken`", "TokenLoginResponseDto"],
        ),
        (
            |d| edit::rename(d, "/components/schemas/TokenRefreshRequestDto/properties", "refreshToken", "token"),
            &["`refreshToken`", "TokenRefreshRequestDto"],
        ),
    ];
    let repository = Repository::whole();
    for (change, words) in cases {
        let file = Release::new("", Verdict::Breaking, Semver::Major, change).file();
        let error = update(&repository.tree, &asked(&file)).expect_err("it is refused");
        let text = format!("{error:#}");
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
    }
}
