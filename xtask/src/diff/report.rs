//! The answer: changes, worst first, with the verdict and the semver step that follow from them.

use serde::Serialize;

use super::rules::{Plain, Severity};

/// Which of the two questions a change answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Surface {
    /// Can a client built for the old description talk to a server of the new one?
    Wire,
    /// Does code written against the old crate compile against the new one?
    Rust,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    pub id: String,
    pub surface: Surface,
    pub severity: Severity,
    pub method: Option<String>,
    pub path: Option<String>,
    /// JSON pointer in the new document, or in the old one for what is gone.
    pub pointer: String,
    pub message: String,
    /// The reason it was accepted, from openapi/accepted.toml.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<String>,
    /// Of wording only: hidden unless asked for.
    #[serde(skip)]
    pub prose: bool,
}

impl Change {
    /// A change outside of any operation.
    pub fn plain(rule: Plain, pointer: impl Into<String>, message: impl Into<String>) -> Self {
        let surface = if rule.name().starts_with("rust-") { Surface::Rust } else { Surface::Wire };
        Self {
            id: rule.name().to_owned(),
            surface,
            severity: rule.severity(),
            method: None,
            path: None,
            pointer: pointer.into(),
            message: message.into(),
            accepted: None,
            prose: matches!(rule, Plain::DocumentWording),
        }
    }

    /// The same change, of an operation.
    pub fn of(mut self, method: &str, path: &str) -> Self {
        self.method = Some(method.to_owned());
        self.path = Some(path.to_owned());
        self
    }

    pub fn operation(&self) -> Option<String> {
        Some(format!("{} {}", self.method.as_deref()?.to_uppercase(), self.path.as_deref()?))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Identical,
    Compatible,
    Risky,
    Breaking,
}

impl Verdict {
    pub fn word(self) -> &'static str {
        match self {
            Self::Identical => "identical",
            Self::Compatible => "compatible",
            Self::Risky => "risky",
            Self::Breaking => "breaking",
        }
    }
}

/// The step the crate's version has to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Semver {
    None,
    Patch,
    Minor,
    Major,
}

impl Semver {
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Version {
    pub version: String,
}

/// What `diff` answers; its JSON is the form other programs read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    pub old: Version,
    pub new: Version,
    /// The answer to the wire question.
    pub verdict: Verdict,
    /// The answer to both: what a release of the crate has to be.
    pub semver: Semver,
    pub changes: Vec<Change>,
}

impl Report {
    pub fn new(old: String, new: String, changes: Vec<Change>) -> Self {
        let mut report = Self {
            old: Version { version: old },
            new: Version { version: new },
            verdict: Verdict::Identical,
            semver: Semver::None,
            changes,
        };
        report.settle();
        report
    }

    /// Sorts the changes and draws the conclusions; to be called when changes were added or accepted.
    pub fn settle(&mut self) {
        let order = |change: &Change| {
            (
                std::cmp::Reverse(change.severity),
                change.surface,
                change.path.clone(),
                change.method.clone(),
                change.pointer.clone(),
                change.id.clone(),
            )
        };
        self.changes.sort_by_cached_key(order);
        self.changes.dedup_by(|next, kept| order(next) == order(kept) && next.message == kept.message);
        let wire = self.open().filter(|change| change.surface == Surface::Wire).map(|change| change.severity).max();
        self.verdict = match wire {
            None if self.changes.is_empty() => Verdict::Identical,
            None | Some(Severity::Cosmetic | Severity::Compatible) => Verdict::Compatible,
            Some(Severity::Risky) => Verdict::Risky,
            Some(Severity::Breaking) => Verdict::Breaking,
        };
        self.semver = match self.worst() {
            None if self.changes.is_empty() => Semver::None,
            None | Some(Severity::Cosmetic) => Semver::Patch,
            Some(Severity::Compatible | Severity::Risky) => Semver::Minor,
            Some(Severity::Breaking) => Semver::Major,
        };
    }

    /// The worst change that was not accepted.
    pub fn worst(&self) -> Option<Severity> {
        self.open().map(|change| change.severity).max()
    }

    /// The changes that were not accepted.
    pub fn open(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.accepted.is_none())
    }

    pub fn count(&self, surface: Surface, severity: Severity) -> usize {
        self.open().filter(|change| change.surface == surface && change.severity == severity).count()
    }

    /// The same report without changes of wording.
    pub fn without_prose(mut self) -> Self {
        self.changes.retain(|change| !change.prose);
        self
    }

    /// Why the semver step is what it is, in one line.
    pub fn why(&self) -> String {
        let of = |severity: Severity| {
            let (wire, rust) = (self.count(Surface::Wire, severity), self.count(Surface::Rust, severity));
            [(wire, "on the wire"), (rust, "in the Rust surface")]
                .iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, place)| format!("{count} {} {place}", severity.word()))
                .collect::<Vec<_>>()
                .join(" and ")
        };
        match (self.semver, self.worst()) {
            (Semver::None, _) => "nothing changed".to_owned(),
            (_, None) if self.changes.iter().any(|change| change.accepted.is_some()) => {
                "every change is accepted".to_owned()
            }
            (_, None) => "only wording changed".to_owned(),
            (Semver::Minor, Some(_)) => {
                let parts: Vec<String> = [of(Severity::Risky), of(Severity::Compatible)]
                    .into_iter()
                    .filter(|part| !part.is_empty())
                    .collect();
                parts.join(", ")
            }
            (_, Some(worst)) => of(worst),
        }
    }
}
