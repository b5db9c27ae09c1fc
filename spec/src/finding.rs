//! What the passes have to say about a description: all of it at once, each with place and remedy.

use std::fmt;

use serde::Serialize;

use crate::pointer::{Endpoint, Pointer};

/// How much a finding costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// Nothing is lost: the description says something in a way that is read otherwise than written, or a
    /// bound that the client does not check.
    Note,
    /// A place is free JSON, or an operation can be called by the raw call only.
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

/// What to do about a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Remedy {
    /// Nothing has to be done.
    Nothing,
    /// A sentence.
    Do(String),
    /// An action for overlay.yaml, ready to paste.
    Overlay(Action),
}

/// An action of an OpenAPI Overlay.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Action {
    /// JSONPath of the place.
    pub target: String,
    /// Why.
    pub description: String,
    /// JSON text of the update; `None` removes the place.
    pub update: Option<String>,
}

impl Action {
    /// The action as an entry of overlay.yaml's `actions`. JSON is YAML.
    pub fn yaml(&self) -> String {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let what = match &self.update {
            Some(update) => format!("update: {update}"),
            None => "remove: true".into(),
        };
        format!("  - target: {}\n    description: {}\n    {what}\n", quoted(&self.target), quoted(&self.description))
    }
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
    pub(crate) fn or_remove(mut self, why: &str) -> Self {
        self.remedy =
            Remedy::Overlay(Action { target: self.pointer.json_path(), description: why.to_owned(), update: None });
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
            Remedy::Overlay(action) => match &action.update {
                Some(update) => write!(f, "; in overlay.yaml, target {}: update {update}", action.target),
                None => write!(f, "; in overlay.yaml, target {}: remove", action.target),
            },
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
