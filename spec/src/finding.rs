//! What the passes have to say about a description: all of it at once, each with place and remedy.

use std::fmt;

use serde::Serialize;

use crate::pointer::{Endpoint, Pointer};
use crate::remedy::{Action, FREE_JSON, Remedy};

/// How much a finding costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// Nothing is lost: the description says something in a way that is read otherwise than written, or a
    /// bound that the client does not check.
    Note,
    /// A place is free JSON, or an operation can be called by its path only.
    SetAside,
    /// The description cannot be taken in.
    Refused,
}

impl Weight {
    /// As reports write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::SetAside => "set aside",
            Self::Refused => "refused",
        }
    }
}

/// One thing about the description.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// What it costs.
    pub weight: Weight,
    /// The pass or the part that found it.
    pub pass: &'static str,
    /// A short id of the kind, such as `dangling-reference`: findings are counted by it.
    pub kind: &'static str,
    /// The operation concerned, as `METHOD /path`.
    pub operation: Option<String>,
    /// Where in the vendor's description, after overlay.yaml was applied.
    pub pointer: Pointer,
    /// What is wrong there.
    pub problem: String,
    /// What to do about it.
    pub remedy: Remedy,
}

impl Finding {
    pub(crate) fn new(
        weight: Weight,
        pass: &'static str,
        kind: &'static str,
        pointer: &Pointer,
        problem: impl Into<String>,
    ) -> Self {
        let problem = problem.into();
        Self { weight, pass, kind, operation: None, pointer: pointer.clone(), problem, remedy: Remedy::Nothing }
    }

    pub(crate) fn note(pass: &'static str, kind: &'static str, at: &Pointer, problem: impl Into<String>) -> Self {
        Self::new(Weight::Note, pass, kind, at, problem)
    }

    pub(crate) fn aside(pass: &'static str, kind: &'static str, at: &Pointer, problem: impl Into<String>) -> Self {
        Self::new(Weight::SetAside, pass, kind, at, problem)
    }

    pub(crate) fn refused(pass: &'static str, kind: &'static str, at: &Pointer, problem: impl Into<String>) -> Self {
        Self::new(Weight::Refused, pass, kind, at, problem)
    }

    pub(crate) fn of(mut self, endpoint: &Endpoint) -> Self {
        self.operation.get_or_insert_with(|| endpoint.to_string());
        self
    }

    /// Says what to do.
    pub(crate) fn then(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Remedy::Do(remedy.into());
        self
    }

    /// Proposes to remove the place.
    pub(crate) fn or_remove(self, why: &str) -> Self {
        let at = self.pointer.clone();
        self.or_remove_at(&at, why)
    }

    /// Proposes to remove another place.
    pub(crate) fn or_remove_at(mut self, at: &Pointer, why: &str) -> Self {
        self.remedy = Remedy::Overlay(Action::remove(at, why));
        self
    }

    /// Proposes to correct a place.
    pub(crate) fn or_update(mut self, at: &Pointer, update: serde_json::Value, why: &str) -> Self {
        self.remedy = Remedy::Overlay(Action::update(at, update, why));
        self
    }

    /// Proposes to say that the schema is free JSON, so that it is no longer reported.
    pub(crate) fn or_free_json(self, at: &Pointer, why: &str) -> Self {
        self.or_update(at, serde_json::json!({ FREE_JSON: true }), why)
    }

    /// Lets the proposed action hold only while nothing stands at `place`.
    pub(crate) fn while_absent(mut self, place: &Pointer) -> Self {
        if let Remedy::Overlay(action) = &mut self.remedy {
            action.while_absent = Some(place.json_path());
        }
        self
    }
}

/// One line: what, where, and the remedy.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: ", self.pass, self.kind)?;
        if let Some(operation) = &self.operation {
            write!(f, "{operation}: ")?;
        }
        write!(f, "{} (at {})", self.problem, self.pointer)?;
        match &self.remedy {
            Remedy::Nothing => Ok(()),
            Remedy::Do(what) => write!(f, "; {what}"),
            Remedy::Overlay(action) => write!(f, "; in overlay.yaml: {action}"),
        }
    }
}

/// Why a description cannot be prepared: every finding of that weight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Vec<Finding>);

impl Error {
    /// The refusals among the findings, if there are any.
    pub(crate) fn of(findings: &[Finding]) -> Option<Self> {
        let refused: Vec<Finding> =
            findings.iter().filter(|finding| finding.weight == Weight::Refused).cloned().collect();
        (!refused.is_empty()).then_some(Self(refused))
    }

    /// What was refused, at least one.
    pub fn findings(&self) -> &[Finding] {
        &self.0
    }
}

impl From<Finding> for Error {
    fn from(finding: Finding) -> Self {
        Self(vec![Finding { weight: Weight::Refused, ..finding }])
    }
}

/// A line for each finding.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, finding) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{finding}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
