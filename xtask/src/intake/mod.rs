//! Taking in a new description: everything is checked before anything is touched, then all of it changes in one step.

pub mod changes;
mod doubts;
pub mod names;
pub mod numbers;
pub mod overlay;
pub mod replace;
pub mod source;

use std::fmt;

use anyhow::{Context, Result};

use crate::compare::{Comparer, prepared};
use crate::compile::release;
use crate::diff::rules::Severity;
use crate::diff::{Report, renames, render};
use crate::document::{Document, Notation, sha256};
use crate::fetch::{self, Fetched, Form};
use crate::tree::{self, ARCHIVE, CHANGES, DESCRIPTION, LOCK, NAMES, OVERLAY, SOURCE, SURFACE, Tree};
use replace::{Files, Step};
use source::Source;

/// What `update-spec` was asked.
#[derive(Clone, Debug, Default)]
pub struct Update {
    pub from: Option<String>,
    pub dry_run: bool,
    pub accept_breaking: bool,
    pub force: bool,
    /// Removes corrections that hit nothing any more from overlay.yaml.
    pub drop_missed: bool,
    /// Whether the crate is compiled first. Always, but in tests of all the rest.
    pub compile: Compile,
    /// Writes the corrections that findings propose into overlay.yaml.
    pub write_overlay: bool,
}

/// Whether the crate is compiled from the new description before it is taken in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compile {
    #[default]
    First,
    /// For tests on trees that are no crate.
    Never,
}

impl Compile {
    fn start(self, tree: &Tree, generated: &linkcy_spec::Generated) -> Result<Option<release::Compiling>> {
        match self {
            Self::First => release::start(tree, generated).map(Some),
            Self::Never => Ok(None),
        }
    }
}

/// What came of it. Everything else is an error, and nothing was changed.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It is the description we have.
    Same {
        version: String,
    },
    /// It breaks clients and nobody accepted that; nothing was changed.
    Breaking(Box<Summary>),
    /// It would be taken in; nothing was changed.
    WouldTake(Box<Summary>),
    Taken(Box<Summary>),
}

/// What a person has to know of a new description.
#[derive(Clone, Debug)]
pub struct Summary {
    pub report: Report,
    pub notes: Vec<String>,
    /// Operations that got a derived name, as `METHOD /path = handle.verb`.
    pub to_name: Vec<String>,
    /// Operations that names.toml lists and the description no longer has.
    pub leftovers: Vec<String>,
    /// Component schemas that the vendor renamed; nothing is renamed in Rust.
    pub renamed: Vec<String>,
    /// Corrections that hit nothing any more.
    pub missed: Vec<String>,
    /// What is set aside, and what is read otherwise than written.
    pub findings: Vec<String>,
    /// Corrections that can be pasted into overlay.yaml.
    pub proposed: Vec<String>,
}

/// Runs `update-spec`.
///
/// # Errors
/// If the description cannot be had or is refused; the tree is as it was.
pub fn update(tree: &Tree, update: &Update) -> Result<Outcome> {
    self::update_watched(tree, update, &mut |_| Ok(()))
}

/// The same, with the steps of the replacement watched.
///
/// # Errors
/// As [`update`], and what `watch` returns.
pub fn update_watched(tree: &Tree, update: &Update, watch: &mut dyn FnMut(Step) -> Result<()>) -> Result<Outcome> {
    let earlier = tree.read_or_empty(SOURCE)?;
    let known = if earlier.is_empty() { None } else { Some(Source::parse(&earlier)?) };
    let from = match (&update.from, &known) {
        (Some(from), _) => from.clone(),
        (None, Some(known)) if !known.source.is_empty() => known.source.clone(),
        _ => anyhow::bail!(
            "no address: openapi/source.toml has no `source` yet; give the description's file or address with --from"
        ),
    };
    let fetched = fetch::fetch(&from)?;
    let new = tree::document(&fetched.bytes, &from)?;
    let old = tree.current()?;
    if new.value == old.value {
        return Ok(Outcome::Same { version: new.version() });
    }
    doubts::check(&old, &new, update.force)?;

    let bytes = stored(&fetched, &new)?;
    let mut decisions = tree.decisions()?;
    let description = std::str::from_utf8(&bytes)?;
    let renames = renames(old.as_it_came(), new.as_it_came());
    decisions.lock = linkcy_spec::follow_renames(&decisions.lock, &renames)?;
    let missed = linkcy_spec::missed_actions(description, &decisions.overlay, &decisions.lock)?;
    if update.drop_missed {
        let dropped: Vec<usize> = missed.iter().filter_map(overlay::action_of).collect();
        decisions.overlay = overlay::without(&decisions.overlay, &dropped)?;
    }
    let mut first = prepared(description, &decisions).context("the new description is refused")?;
    let proposed = overlay::proposed(first.findings());
    if update.write_overlay && !proposed.is_empty() {
        decisions.overlay = overlay::with(&decisions.overlay, &proposed);
        first = prepared(description, &decisions).context("the corrected description is refused")?;
    }
    let unnamed: Vec<(String, String)> =
        first.unnamed().iter().map(|one| (one.operation.clone(), one.name.clone())).collect();
    decisions.names = names::with(&decisions.names, &unnamed, &new.version())?;
    let settled = match unnamed.is_empty() {
        true => first,
        false => prepared(description, &decisions).context("the new names are refused")?,
    };
    let generated = settled.generate().context("progenitor refuses the new description")?;
    // It takes as long as the rest, beside which it runs. Whether it can start matters only to what is taken in the end.
    let compiling = if update.dry_run { Ok(None) } else { update.compile.start(tree, &generated) };
    let lock = settled.lock(&decisions.lock)?;
    let mut comparer = Comparer::new(tree)?;
    let answer = comparer.compare(&old, &new)?;
    let summary = Box::new(Summary {
        report: answer.report,
        notes: answer.notes,
        to_name: unnamed.iter().map(|(operation, name)| format!("{operation} = {name}")).collect(),
        leftovers: settled.leftovers().to_vec(),
        renamed: renames.iter().map(|(now, before)| format!("{before} -> {now}")).collect(),
        missed: missed.iter().map(ToString::to_string).collect(),
        findings: settled
            .findings()
            .iter()
            .filter(|finding| finding.weight == linkcy_spec::Weight::SetAside)
            .map(ToString::to_string)
            .collect(),
        proposed: if update.write_overlay { Vec::new() } else { proposed },
    });
    if summary.report.worst() == Some(Severity::Breaking) && !update.accept_breaking {
        return Ok(Outcome::Breaking(summary));
    }
    if update.dry_run {
        return Ok(Outcome::WouldTake(summary));
    }

    anyhow::ensure!(
        missed.is_empty() || update.drop_missed,
        "corrections in overlay.yaml hit nothing in this description: {}; --drop-missed removes them, or correct their targets",
        missed.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    );
    let taken = Source {
        version: new.version(),
        sha256: sha256(&bytes),
        source: known.as_ref().map(|known| known.source.clone()).filter(|kept| !kept.is_empty()).unwrap_or(from),
        fetched_sha256: fetched.sha256(),
        form: form(&fetched, &new),
        date: source::today(),
        provenance: provenance(&fetched, &new),
        counts: source::counts(&new),
    };
    let mut archived: Vec<Document> = tree.archived()?.into_iter().map(|(_, document)| document).collect();
    archived.push(old.clone());
    let mut files = Files::new();
    files.insert(format!("{ARCHIVE}/{}.json", archive_name(tree, &old, &new)?), tree.read(DESCRIPTION)?.into_bytes());
    files.insert(DESCRIPTION.to_owned(), bytes);
    files.insert(SOURCE.to_owned(), taken.write(&earlier)?.into_bytes());
    files.insert(NAMES.to_owned(), decisions.names.into_bytes());
    files.insert(OVERLAY.to_owned(), decisions.overlay.into_bytes());
    files.insert(LOCK.to_owned(), lock.into_bytes());
    files.insert(SURFACE.to_owned(), settled.surface().to_string().into_bytes());
    files.insert(CHANGES.to_owned(), changes::render(&mut comparer, &archived, &new)?.into_bytes());
    // Taken means compiled: nothing is exchanged before.
    if let Some(compiling) = compiling? {
        compiling.end(&settled)?;
    }
    replace::replace(tree, &files, watch)?;
    crate::check::write_sandbox(tree)?;
    numbers::write(tree, Some(&old), &new)?;
    Ok(Outcome::Taken(summary))
}

/// A byte order mark, which JSON does not have.
const BOM: &[u8] = "\u{feff}".as_bytes();

/// linkcy.json: the bytes as they came if they are JSON, else written from what was read.
fn stored(fetched: &Fetched, document: &Document) -> Result<Vec<u8>> {
    if document.notation == Notation::Json && fetched.form != Form::Embedded && !fetched.bytes.starts_with(BOM) {
        return Ok(fetched.bytes.clone());
    }
    let bytes = fetched.bytes.strip_prefix(BOM).unwrap_or(&fetched.bytes);
    let says_the_same =
        |text: &String| Document::parse(text.as_bytes()).is_ok_and(|again| again.value == document.value);
    let mut text = match transcoded(document.notation, bytes) {
        Ok(text) if says_the_same(&text) => text,
        // Merge keys and integers beyond 64 bits, which YAML has, are not transcoded. Members then stand in the order of names.
        _ => {
            let text = serde_json::to_string_pretty(document.as_it_came())?;
            anyhow::ensure!(says_the_same(&text), "the description does not survive being written as JSON");
            text
        }
    };
    text.push('\n');
    Ok(text.into_bytes())
}

/// JSON text whose members stand in the order in which they were written.
fn transcoded(notation: Notation, bytes: &[u8]) -> Result<String> {
    let mut out = Vec::new();
    let mut pretty = serde_json::Serializer::pretty(&mut out);
    match notation {
        Notation::Json => serde_transcode::transcode(&mut serde_json::Deserializer::from_slice(bytes), &mut pretty)?,
        Notation::Yaml => {
            let text = std::str::from_utf8(bytes)?;
            serde_transcode::transcode(serde_norway::Deserializer::from_str(text), &mut pretty)?;
        }
    }
    Ok(String::from_utf8(out)?)
}

fn form(fetched: &Fetched, document: &Document) -> String {
    let mut form = fetched.form.word().to_owned();
    if document.notation == Notation::Yaml {
        form.push_str(", YAML written as JSON");
    }
    form
}

fn provenance(fetched: &Fetched, document: &Document) -> String {
    let stated = source::counts(document).keys().any(|name| !["operations", "schemas"].contains(&name.as_str()));
    match (stated, document.notation, fetched.form) {
        (true, ..) => "reconstructed; see x-provenance on each operation",
        (false, Notation::Json, Form::Raw | Form::Linked) => "the vendor's file, byte for byte",
        (false, ..) => "the vendor's, rewritten as JSON",
    }
    .to_owned()
}

/// The old version, or if the new one has the same, the old version and the beginning of its hash.
fn archive_name(tree: &Tree, old: &Document, new: &Document) -> Result<String> {
    let version: String =
        old.version().chars().map(|c| if c.is_ascii_alphanumeric() || ".-+_".contains(c) { c } else { '_' }).collect();
    let taken = tree.openapi().join(ARCHIVE).join(format!("{version}.json")).exists();
    if old.version() != new.version() && !taken {
        return Ok(version);
    }
    let hash = sha256(tree.read(DESCRIPTION)?.as_bytes());
    Ok(format!("{version}-{}", hash.get(..8).unwrap_or(&hash)))
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", render::text(&self.report.clone().without_prose(), false))?;
        let mut list = |title: &str, items: &[String]| -> fmt::Result {
            if items.is_empty() {
                return Ok(());
            }
            writeln!(f, "\n{title}")?;
            items.iter().try_for_each(|item| writeln!(f, "  {item}"))
        };
        list("new operations, their names to be reviewed in openapi/names.toml:", &self.to_name)?;
        list("listed in openapi/names.toml and gone, to be removed there:", &self.leftovers)?;
        list("schemas that the vendor renamed; their types keep their names:", &self.renamed)?;
        list(
            "corrections in openapi/overlay.yaml that hit nothing any more (--drop-missed removes them):",
            &self.missed,
        )?;
        list("set aside, read as free JSON or called by path alone:", &self.findings)?;
        let proposed: Vec<String> = self.proposed.iter().map(|action| action.trim_end().to_owned()).collect();
        list("actions for openapi/overlay.yaml (--write-overlay adds them):", &proposed)?;
        list("note:", &self.notes)?;
        writeln!(f, "\nthe crate's next step is {}: {}", self.report.semver.word(), self.report.why())
    }
}
