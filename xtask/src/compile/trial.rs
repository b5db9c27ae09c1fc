//! `cargo xtask try`: what becomes of any description, LinkCy's or not. It is read, prepared and generated as it stands, with
//! every name derived, and compiled against the hand-written layer in a crate below target/.
//!
//! Several descriptions are compiled at once, each in a module of its own; an error is told by its file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::panic;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use linkcy_spec::{Generated, Inputs, Options, Typed, prepare, prepare_with};
use serde::Serialize;

use super::{Copy, errors};
use crate::cargo::Cargo;
use crate::fetch;
use crate::tree::{DESCRIPTION, LOCK, NAMES, OVERLAY, Tree};

/// How much generated code is compiled at once.
const TOGETHER: usize = 4 << 20;

/// What became of one description.
#[derive(Clone, Debug, Serialize)]
pub struct Trial {
    pub file: String,
    /// It was read, prepared and generated.
    pub taken: bool,
    /// The crate compiles from it.
    pub compiled: bool,
    /// Why not, where it was not taken or does not compile.
    pub refusal: Vec<String>,
    pub operations: Typed,
    /// Findings by weight and kind.
    pub findings: BTreeMap<String, usize>,
    /// Each finding in a line.
    pub lines: Vec<String>,
    /// Reading, preparing and generating.
    pub seconds: f64,
    /// Compiling, shared alike by those that were compiled together.
    pub compile_seconds: f64,
    #[serde(skip)]
    generated: Option<Generated>,
}

/// Tries each. `progress` is told what is under way.
///
/// # Errors
/// When the crate around them cannot be made; never for what a description is.
pub fn run(tree: &Tree, files: &[String], progress: &mut dyn FnMut(&str)) -> Result<Vec<Trial>> {
    let mut trials: Vec<Trial> = Vec::new();
    for (index, file) in files.iter().enumerate() {
        progress(&format!("[{}/{}] {file}", index + 1, files.len()));
        trials.push(prepared(file));
    }
    let crate_ = TrialCrate::new(tree)?;
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut size = usize::MAX;
    for (index, trial) in trials.iter().enumerate() {
        let Some(generated) = &trial.generated else { continue };
        let own: usize = generated.files().iter().map(|(_, code)| code.len()).sum();
        if size.saturating_add(own) > TOGETHER {
            groups.push(Vec::new());
            size = 0;
        }
        size += own;
        if let Some(group) = groups.last_mut() {
            group.push(index);
        }
    }
    for (number, group) in groups.iter().enumerate() {
        progress(&format!("compiling {} of {} ({} descriptions)", number + 1, groups.len(), group.len()));
        crate_.compile(tree, &mut trials, group)?;
    }
    Ok(trials)
}

fn prepared(file: &str) -> Trial {
    let started = Instant::now();
    let mut trial = Trial {
        file: file.to_owned(),
        taken: false,
        compiled: false,
        refusal: Vec::new(),
        operations: Typed::default(),
        findings: BTreeMap::new(),
        lines: Vec::new(),
        seconds: 0.0,
        compile_seconds: 0.0,
        generated: None,
    };
    let text = match fetch::fetch(file) {
        Ok(fetched) => String::from_utf8_lossy(&fetched.bytes).into_owned(),
        Err(error) => {
            trial.refusal.push(error.to_string());
            return trial;
        }
    };
    // A panic is a fault of ours, and is counted as one.
    let quiet = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let outcome = panic::catch_unwind(|| {
        let prepared = prepare(&Inputs::alone(&text))?;
        let generated = prepared.generate()?;
        Ok::<_, linkcy_spec::Error>((prepared, generated))
    });
    panic::set_hook(quiet);
    match outcome {
        Ok(Ok((prepared, generated))) => {
            trial.taken = true;
            trial.operations = prepared.typed();
            for finding in prepared.findings() {
                *trial.findings.entry(format!("{}: {}", finding.weight.word(), finding.kind)).or_default() += 1;
                trial.lines.push(format!("{}: {finding}", finding.weight.word()));
            }
            trial.generated = Some(generated);
        }
        Ok(Err(error)) => trial.refusal.extend(error.findings().iter().map(ToString::to_string)),
        Err(_) => trial.refusal.push("a pass panicked: please report it".into()),
    }
    trial.seconds = started.elapsed().as_secs_f64();
    trial
}

/// The library's sources with the operations that it needs itself, and room for others.
struct TrialCrate {
    copy: Copy,
}

impl TrialCrate {
    fn new(tree: &Tree) -> Result<Self> {
        let copy = Copy::of(tree, "try")?;
        copy.manifest(tree)?;
        // What is in no area: login, refresh, change of password.
        let (description, overlay) = (tree.read(DESCRIPTION)?, tree.read(OVERLAY)?);
        let (names, lock) = (tree.read(NAMES)?, tree.read_or_empty(LOCK)?);
        let inputs = Inputs { description: &description, overlay: &overlay, names: &names, lock: &lock, needs: "" };
        let own =
            prepare_with(&inputs, &Options { areas: Some(BTreeSet::new()), lenient_overlay: true })?.generate()?;
        copy.generated(&own)?;
        let lib = std::fs::read_to_string(tree.root.join("src/lib.rs")).context("src/lib.rs")?;
        copy.file("src/lib.rs", format!("{lib}\n#[allow(warnings)]\nmod tried;\n").as_bytes())?;
        Ok(Self { copy })
    }

    fn compile(&self, tree: &Tree, trials: &mut [Trial], group: &[usize]) -> Result<()> {
        let tried = self.copy.root.join("src/tried");
        if tried.exists() {
            std::fs::remove_dir_all(&tried)?;
        }
        let mut modules = String::from("//! The descriptions that are tried, each in a module of its own.\n");
        for (place, index) in group.iter().enumerate() {
            let Some(generated) = &trials[*index].generated else { continue };
            modules.push_str(&format!("pub mod d{place};\n"));
            self.module(&format!("d{place}"), generated)?;
        }
        self.copy.file("src/tried/mod.rs", modules.as_bytes())?;
        let started = Instant::now();
        let output = Cargo::of(tree)
            .command(&["check", "--lib", "--quiet", "--message-format", "json", "--offline", "--no-default-features"])
            .args(["--features", "client,rustls"])
            .arg("--manifest-path")
            .arg(self.copy.root.join("Cargo.toml"))
            .output()
            .context("cargo cannot be started")?;
        let each = started.elapsed() / u32::try_from(group.len().max(1)).unwrap_or(1);
        let complaints = errors::complaints(&String::from_utf8_lossy(&output.stdout), &self.copy.root);
        if !output.status.success() && complaints.is_empty() {
            anyhow::bail!("the crate around them cannot be built: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let failed =
            |place: usize| complaints.iter().any(|complaint| complaint.file.contains(&format!("src/tried/d{place}/")));
        // What fails early keeps rustc from looking at the others: they are compiled without it.
        let (failing, others): (Vec<usize>, Vec<usize>) = (0..group.len()).partition(|place| failed(*place));
        if !failing.is_empty() && !others.is_empty() {
            let of = |places: &[usize]| places.iter().map(|place| group[*place]).collect::<Vec<_>>();
            self.compile(tree, trials, &of(&others))?;
            return self.compile(tree, trials, &of(&failing));
        }
        let elsewhere = complaints.iter().find(|complaint| !complaint.file.contains("src/tried/d"));
        for (place, index) in group.iter().enumerate() {
            let trial = &mut trials[*index];
            trial.compile_seconds = each.as_secs_f64();
            let folder = format!("src/tried/d{place}/");
            let own: Vec<String> = complaints
                .iter()
                .filter(|complaint| complaint.file.contains(&folder))
                .map(|complaint| format!("{}:{}: {}", complaint.file, complaint.line, complaint.message))
                .collect();
            trial.compiled = own.is_empty() && elsewhere.is_none();
            trial.refusal.extend(own);
            if let Some(elsewhere) = elsewhere
                && trial.refusal.is_empty()
            {
                trial.refusal.push(format!("{}:{}: {}", elsewhere.file, elsewhere.line, elsewhere.message));
            }
        }
        Ok(())
    }

    /// The generated code of one description: what refers to generated types refers to those of the module.
    fn module(&self, name: &str, generated: &Generated) -> Result<()> {
        let own = |code: &str| {
            code.replace("crate::types::", &format!("crate::tried::{name}::types::"))
                .replace("crate::Client", &format!("crate::tried::{name}::Client"))
                .replace("raw: &super::raw::Client", "own: &crate::generated::raw::Client")
                .replace("        raw.", "        super::raw::Client::of(own).")
        };
        let folder = format!("src/tried/{name}");
        let head = "//! A description that is tried.\n\
            pub mod raw;\npub mod types;\npub mod operations;\npub mod table;\n\n\
            pub struct Client(crate::Client);\n\
            impl std::ops::Deref for Client {\n    type Target = crate::Client;\n    fn deref(&self) -> &crate::Client {\n        &self.0\n    }\n}\n\
            impl std::fmt::Debug for Client {\n    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {\n        f.write_str(\"Client\")\n    }\n}\n";
        self.copy.file(&format!("{folder}/mod.rs"), head.as_bytes())?;
        let raw = format!(
            "{}\nimpl Client {{\n    pub fn of(own: &crate::generated::raw::Client) -> Self {{\n        Self::new_with_client(\"\", own.client().clone(), own.inner().clone())\n    }}\n}}\n",
            own(&generated.raw)
        );
        self.copy.file(&format!("{folder}/raw.rs"), raw.as_bytes())?;
        // Everything of the crate's own types, behind those that are generated.
        let types = format!(
            "pub use crate::types::*;\nuse crate::types::prelude::*;\n{}\n{}",
            generated.types, generated.areas
        );
        self.copy.file(&format!("{folder}/types.rs"), types.as_bytes())?;
        self.copy.file(&format!("{folder}/operations.rs"), own(&generated.operations).as_bytes())?;
        let table = format!(
            "use crate::operation::{{Access, OperationInfo, PageLimits, Repeat, ScaHeaders}};\nuse crate::types::open_enum;\n{}",
            generated.table
        );
        self.copy.file(&format!("{folder}/table.rs"), table.as_bytes())
    }
}

/// What all trials came to.
#[derive(Clone, Debug, Serialize)]
pub struct TrialSummary {
    pub files: usize,
    pub taken: usize,
    pub compiled: usize,
    /// Not a description with an operation in it: nothing could be taken.
    pub no_description: usize,
    pub operations: Typed,
}

/// Adds the trials up.
pub fn summary(trials: &[Trial]) -> TrialSummary {
    let mut operations = Typed::default();
    for trial in trials {
        operations.fully += trial.operations.fully;
        operations.partly += trial.operations.partly;
        operations.set_aside += trial.operations.set_aside;
    }
    let count = |is: &dyn Fn(&Trial) -> bool| trials.iter().filter(|trial| is(trial)).count();
    TrialSummary {
        files: trials.len(),
        taken: count(&|trial| trial.taken),
        compiled: count(&|trial| trial.compiled),
        no_description: count(&|trial| trial.refusal.iter().any(|line| line.contains("not-a-description"))),
        operations,
    }
}

/// One line for what became of it, one for each kind of finding.
impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match (self.taken, self.compiled) {
            (true, true) => "taken, compiled",
            (true, false) => "taken, does not compile",
            (false, _) => "refused",
        };
        let name =
            Path::new(&self.file).file_name().map_or(self.file.clone(), |name| name.to_string_lossy().into_owned());
        write!(f, "{name}: {word}")?;
        if self.taken {
            let Typed { fully, partly, set_aside } = self.operations;
            write!(f, "; operations: {fully} typed, {partly} partly, {set_aside} set aside")?;
            let time = Duration::from_secs_f64(self.seconds + self.compile_seconds);
            write!(f, "; {:.1} s", time.as_secs_f64())?;
        }
        for (kind, count) in &self.findings {
            write!(f, "\n  {count} x {kind}")?;
        }
        for line in self.refusal.iter().take(20) {
            write!(f, "\n  {line}")?;
        }
        Ok(())
    }
}

impl fmt::Display for TrialSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Typed { fully, partly, set_aside } = self.operations;
        write!(
            f,
            "{} files: {} taken, {} compiled, {} without a description in them; operations: {fully} typed, {partly} partly, {set_aside} set aside",
            self.files, self.taken, self.compiled, self.no_description
        )
    }
}
