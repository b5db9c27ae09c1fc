//! The one error of this crate: which pass stopped, at which operation, where in the file, and what to do.

use std::fmt;

use crate::document::Pointer;

/// Why a description cannot be prepared.
///
/// Its text is what a failed build prints, so it names the pass, the operation where there is one,
/// the JSON pointer into the description, and the remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    pass: &'static str,
    operation: Option<String>,
    pointer: Pointer,
    problem: String,
    remedy: String,
}

impl Error {
    pub(crate) fn new(
        pass: &'static str,
        pointer: &Pointer,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { pass, operation: None, pointer: pointer.clone(), problem: problem.into(), remedy: remedy.into() }
    }

    /// Names the operation, unless something nearer to the fault has named one already.
    pub(crate) fn at(mut self, operation: impl fmt::Display) -> Self {
        self.operation.get_or_insert_with(|| operation.to_string());
        self
    }

    /// The pass that stopped.
    pub fn pass(&self) -> &str {
        self.pass
    }

    /// The operation concerned, as `METHOD /path`.
    pub fn operation(&self) -> Option<&str> {
        self.operation.as_deref()
    }

    /// Where in the description, as a JSON pointer behind `#`.
    pub fn pointer(&self) -> String {
        self.pointer.to_string()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.pass)?;
        if let Some(operation) = &self.operation {
            write!(f, "{operation}: ")?;
        }
        write!(f, "{} (at {})", self.problem, self.pointer)?;
        if self.remedy.is_empty() { Ok(()) } else { write!(f, "; {}", self.remedy) }
    }
}

impl std::error::Error for Error {}
